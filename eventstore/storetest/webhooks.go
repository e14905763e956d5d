package storetest

import (
	"context"

	"logis/domain"
)

// maxWebhooks is how many a made-up home has at most.
const maxWebhooks = 2

// turnWebhook makes a webhook, or does with one what can be done.
func turnWebhook(ctx context.Context, t *turn) error {
	owner := domain.PersonActor(t.Owner)
	w := pick(t, t.home.Webhooks)
	if w == nil || len(t.home.Webhooks) < maxWebhooks {
		ev, err := t.home.EditWebhook(newID[domain.WebhookKind](t.random), domain.WebhookEdited{Types: []string{"device", "rule.cut"}}, owner)
		if err != nil {
			return err
		}
		return t.name(ctx, ev.Entity, ev.Fact)
	}
	switch t.random.IntN(6) {
	case 0:
		return t.record(ctx, nil, t.by(w.ID.Entity(), domain.WebhookRemoved{}))
	case 1:
		return t.name(ctx, w.ID.Entity(), domain.WebhookRenamed{})
	case 2:
		return t.record(ctx, nil, t.by(w.ID.Entity(), domain.WebhookStopped{Reason: domain.StopFailing}))
	case 3:
		return t.record(ctx, nil, t.by(w.ID.Entity(), domain.WebhookStarted{}))
	}
	ev, err := t.home.CallWebhook(w.ID, owner, domain.WebhookCalled{})
	if domain.CodeOf(err) == domain.Conflict {
		return nil
	}
	return t.record(ctx, err, ev)
}

// tellPerson tells the owner of something, or fails to.
func tellPerson(ctx context.Context, t *turn) error {
	notices := []domain.Seq{t.home.Seq}
	var fact domain.Fact = domain.NotificationSent{Channel: domain.ByMail, Notices: notices}
	if t.random.IntN(2) == 0 {
		fact = domain.NotificationFailed{Channel: domain.ByMail, Notices: notices, Reason: domain.FailRefused}
	}
	return t.record(ctx, nil, t.by(t.Owner.Entity(), fact))
}
