package audit

import "logis/domain"

// sayTelling tells what programs and people elsewhere are told.
func sayTelling(all map[string]sentence) {
	say(all, func(t told, f domain.WebhookEdited) string {
		if t.row.Words != "" {
			return t.sayf("%s made the webhook %s", t.who(), t.called())
		}
		return t.sayf("%s changed %s", t.who(), t.this("webhook"))
	})
	say(all, func(t told, _ domain.WebhookRenamed) string {
		return t.sayf("%s named a webhook %s", t.who(), t.called())
	})
	say(all, func(t told, _ domain.WebhookStarted) string {
		return t.sayf("%s turned on %s", t.who(), t.this("webhook"))
	})
	say(all, func(t told, f domain.WebhookStopped) string {
		switch f.Reason {
		case domain.StopFailing:
			return t.sayf("%s was switched off: it did not take what it was told", t.this("webhook"))
		case domain.StopGone:
			return t.sayf("%s was switched off: it says that it is gone", t.this("webhook"))
		default:
			return t.sayf("%s turned off %s", t.who(), t.this("webhook"))
		}
	})
	say(all, func(t told, _ domain.WebhookRemoved) string {
		return t.sayf("%s removed %s", t.who(), t.this("webhook"))
	})
	say(all, func(t told, _ domain.WebhookCalled) string { return t.sayf("%s called %s", t.who(), t.this("webhook")) })
	say(all, func(t told, _ domain.NotificationSent) string {
		return t.sayf("%s was told of something", t.person(domain.PersonID(t.row.Entity)))
	})
	say(all, func(t told, _ domain.NotificationFailed) string {
		return t.sayf("%s could not be told of something", t.person(domain.PersonID(t.row.Entity)))
	})
}
