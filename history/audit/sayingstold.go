package audit

import "logis/domain"

// sayTelling tells what programs and people elsewhere are told.
func sayTelling(all map[string]sentence) {
	say(all, func(t told, f domain.WebhookEdited) string {
		if t.row.Words != "" {
			return t.who() + " made the webhook " + t.called()
		}
		return t.who() + " changed " + t.this("webhook")
	})
	say(all, func(t told, _ domain.WebhookRenamed) string { return t.who() + " named a webhook " + t.called() })
	say(all, func(t told, _ domain.WebhookStarted) string { return t.who() + " turned on " + t.this("webhook") })
	say(all, func(t told, f domain.WebhookStopped) string {
		switch f.Reason {
		case domain.StopFailing:
			return t.this("webhook") + " was switched off: it did not take what it was told"
		case domain.StopGone:
			return t.this("webhook") + " was switched off: it says that it is gone"
		default:
			return t.who() + " turned off " + t.this("webhook")
		}
	})
	say(all, func(t told, _ domain.WebhookRemoved) string { return t.who() + " removed " + t.this("webhook") })
	say(all, func(t told, _ domain.WebhookCalled) string { return t.who() + " called " + t.this("webhook") })
	say(all, func(t told, _ domain.NotificationSent) string {
		return t.person(domain.PersonID(t.row.Entity)) + " was told of something"
	})
	say(all, func(t told, _ domain.NotificationFailed) string {
		return t.person(domain.PersonID(t.row.Entity)) + " could not be told of something"
	})
}
