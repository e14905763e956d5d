package domain_test

import (
	"testing"

	"logis/domain"
)

func TestAWebhookIsToldOfTheTypesItAskedForAndOfItsCalls(t *testing.T) {
	t.Parallel()
	called := domain.WebhookCalled{}.EventType()
	w := domain.Webhook{ID: sampleWebhook, Types: []string{"device", "command.failed"}}
	for eventType, want := range map[string]bool{
		"device.reported": true, "device.renamed": true, "command.failed": true,
		"command.failed_late": false, "command.expired": false, "devices.x": false, called: true,
	} {
		if got := w.Wants(eventType, sampleWebhook.Entity()); got != want {
			t.Errorf("%s: %v", eventType, got)
		}
	}
	if w.Wants(called, domain.WebhookID{9}.Entity()) {
		t.Error("it is told that another one is called")
	}
	if w.Stopped = domain.StopAsked; w.Wants("device.reported", lamp.Entity()) || w.Wants(called, sampleWebhook.Entity()) {
		t.Error("it is told although it is switched off")
	}
}

func TestAWebhookIsCheckedBoundedAndFolded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, wrong := range [][]string{{""}, {"devic"}, {"device."}, {"device.nothing"}, make([]string, domain.MaxWebhookTypes+1)} {
		if _, err := h.EditWebhook(sampleWebhook, domain.WebhookEdited{Types: wrong}, domain.SystemActor); domain.CodeOf(err) != domain.Invalid {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	for n := range byte(domain.MaxWebhooks) {
		ev, err := h.EditWebhook(domain.WebhookID{2, n}, domain.WebhookEdited{Types: []string{"device"}}, domain.SystemActor)
		if err != nil {
			t.Fatal(err)
		}
		h.record(ev)
	}
	if _, err := h.EditWebhook(domain.WebhookID{3}, domain.WebhookEdited{}, domain.SystemActor); domain.CodeOf(err) != domain.Conflict {
		t.Errorf("one too many: %v", err)
	}
	id := domain.WebhookID{2, 0}
	call := func() domain.Code {
		if _, err := h.CallWebhook(id, domain.SystemActor, domain.WebhookCalled{}); err != nil {
			return domain.CodeOf(err)
		}
		return ""
	}
	if code := call(); code != "" {
		t.Errorf("calling it: %s", code)
	}
	h.record(domain.Event{Entity: id.Entity(), Fact: domain.WebhookStopped{Reason: domain.StopFailing}})
	if code := call(); code != domain.Conflict {
		t.Errorf("calling one that is off: %s", code)
	}
	h.record(domain.Event{Entity: id.Entity(), Fact: domain.WebhookStarted{}})
	if code := call(); code != "" {
		t.Errorf("calling one that is on again: %s", code)
	}
	h.record(domain.Event{Entity: id.Entity(), Fact: domain.WebhookRemoved{}})
	if code := call(); code != domain.NotFound || len(h.Webhooks) != domain.MaxWebhooks-1 {
		t.Errorf("calling one that is gone: %s", code)
	}
}
