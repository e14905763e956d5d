package domain

import (
	"fmt"
	"slices"
	"strings"
)

// Bounds of the webhooks of one home: every event is held against each of them.
const (
	MaxWebhooks     = 10
	MaxWebhookTypes = 20
)

// Webhook is an address outside that is told what happens in the home.
type Webhook struct {
	ID       WebhookID  `json:"id"`
	Revision Seq        `json:"revision"`
	Types    []string   `json:"types,omitempty"`
	Stopped  StopReason `json:"stopped,omitempty"` // "": it is told
}

// Wants reports whether the webhook is told of an event: one of its types, or of
// what it is called for. A type is that of an event, "device.reported", or the noun
// of several, "device".
func (w *Webhook) Wants(eventType string, entity EntityID) bool {
	if w.Stopped != "" {
		return false
	}
	if entity == w.ID.Entity() && eventType == (WebhookCalled{}).EventType() {
		return true
	}
	return slices.ContainsFunc(w.Types, func(asked string) bool { return covers(asked, eventType) })
}

// covers reports whether an event's type is the one that was asked for, or begins
// with that noun.
func covers(asked, eventType string) bool {
	rest, ok := strings.CutPrefix(eventType, asked)
	return ok && (rest == "" || rest[0] == '.')
}

// EditWebhook decides on a webhook. It refuses with Invalid, naming every fault, and
// with Conflict when there are too many.
func (h *Home) EditWebhook(id WebhookID, fact WebhookEdited, actor Actor) (Event, error) {
	var faults []Fault
	if len(fact.Types) > MaxWebhookTypes {
		faults = append(faults, Fault{"types", fmt.Sprintf("must be at most %d", MaxWebhookTypes)})
	} else {
		known := EventTypes()
		for i, asked := range fact.Types {
			if !slices.ContainsFunc(known, func(t string) bool { return covers(asked, t) }) {
				faults = append(faults, Fault{fmt.Sprintf("types[%d]", i), `must be a type of event, like "device.reported", or the first word of some, like "device"`})
			}
		}
	}
	if len(faults) > 0 {
		return Event{}, InvalidInput(faults...)
	}
	if _, ok := h.Webhooks[id]; !ok && len(h.Webhooks) >= MaxWebhooks {
		return Event{}, Errorf(Conflict, "the home has %d webhooks, the most there can be", MaxWebhooks)
	}
	return Event{Entity: id.Entity(), Actor: actor, Fact: fact}, nil
}

// CallWebhook decides on calling a webhook. It refuses with NotFound, and with
// Conflict when the webhook is told nothing any more.
func (h *Home) CallWebhook(id WebhookID, actor Actor, fact WebhookCalled) (Event, error) {
	w, ok := h.Webhooks[id]
	switch {
	case !ok:
		return Event{}, Errorf(NotFound, "there is no such webhook")
	case w.Stopped != "":
		return Event{}, Errorf(Conflict, "the webhook is switched off")
	}
	return Event{Entity: id.Entity(), Actor: actor, Fact: fact}, nil
}

// applyKept folds what people keep beside the rules of a home: tests and webhooks.
func (h *Home) applyKept(ev *RecordedEvent) {
	switch ev.Fact.(type) {
	case TestEdited, TestRemoved:
		h.applyTest(ev)
	default:
		h.applyWebhook(ev)
	}
}

func (h *Home) applyWebhook(ev *RecordedEvent) {
	id := WebhookID(ev.Entity)
	w, ok := h.Webhooks[id]
	if fact, edited := ev.Fact.(WebhookEdited); edited {
		if !ok {
			w = &Webhook{ID: id}
			h.Webhooks[id] = w
		}
		w.Types = fact.Types
	} else if !ok {
		return
	}
	w.Revision = ev.Seq
	mark(&h.changes.Webhooks, id)
	switch fact := ev.Fact.(type) {
	case WebhookStarted:
		w.Stopped = ""
	case WebhookStopped:
		w.Stopped = fact.Reason
	case WebhookRemoved:
		delete(h.Webhooks, id)
	}
}
