package rule_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/rule"
	"logis/domain/thing"
)

var (
	homeID  = domain.HomeID{0x01, 0x8f, 15: 1}
	owner   = domain.PersonID{0x01, 0x8f, 15: 2}
	guest   = domain.PersonID{0x01, 0x8f, 15: 5}
	gateway = domain.GatewayID{0x01, 0x8f, 15: 3}
	began   = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC) // a Monday

	lamp    = domain.DeviceID{0x01, 0x8f, 15: 20}
	plug    = domain.DeviceID{0x01, 0x8f, 15: 21}
	lock    = domain.DeviceID{0x01, 0x8f, 15: 22}
	motion  = domain.DeviceID{0x01, 0x8f, 15: 23}
	warmth  = domain.DeviceID{0x01, 0x8f, 15: 24}
	button  = domain.DeviceID{0x01, 0x8f, 15: 25}
	evening = domain.SceneID{0x01, 0x8f, 15: 60}
)

// tester is a test, a benchmark or one round of a property.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// house is a home whose rules run, with what happened in it.
type house struct {
	tester
	*rule.Run
	log []*domain.RecordedEvent
	now time.Time
}

func newHouse(t tester) *house {
	t.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatalf("%v", err)
	}
	h := &house{tester: t, now: began, Run: &rule.Run{Home: domain.NewHome(homeID, catalog)}}
	h.Seen = func(ev *domain.RecordedEvent) { h.log = append(h.log, ev) }
	created, joined := domain.FoundHome(homeID, owner, "Europe/Berlin")
	h.record(created)
	h.record(joined)
	h.by(guest.Entity(), domain.MemberJoined{Person: guest, Role: domain.Owner})
	h.by(homeID.Entity(), domain.HomeLocated{Place: domain.Place{Latitude: 525, Longitude: 134}})
	h.by(gateway.Entity(), domain.GatewayEnrolled{KeyFingerprint: "f00d"})
	h.record(domain.Event{Entity: gateway.Entity(), Fact: domain.GatewayConnected{Session: 1, Replica: "a", Epoch: 1, Outbox: "o"}})
	for id, kind := range map[domain.DeviceID]string{
		lamp: "dimmable-light", plug: "plug", lock: "lock", motion: "motion-sensor", warmth: "temperature-sensor", button: "button",
	} {
		h.told(h.Home.Register(gateway, id, domain.DeviceRegistered{Address: kind, Kind: kind}))
	}
	return h
}

func (h *house) record(ev domain.Event) *domain.RecordedEvent {
	h.Helper()
	rec, err := h.Record(ev, h.now)
	if err != nil {
		h.Fatalf("%v", err)
	}
	return rec
}

// by records what the owner did.
func (h *house) by(entity domain.EntityID, fact domain.Fact) *domain.RecordedEvent {
	h.Helper()
	return h.record(domain.Event{Entity: entity, Actor: domain.PersonActor(owner), Fact: fact})
}

// told records what the gateway told as the next entry of its outbox.
func (h *house) told(ev domain.Event, err error) *domain.RecordedEvent {
	h.Helper()
	if err != nil {
		h.Fatalf("%v", err)
	}
	g := h.Home.Gateways[gateway]
	ev.Edge = domain.EdgeRef{Gateway: gateway, Epoch: g.Epoch, Seq: g.Cursor + 1}
	return h.record(ev)
}

func (h *house) report(id domain.DeviceID, name string, value thing.Value) *domain.RecordedEvent {
	h.Helper()
	return h.told(h.Home.Report(gateway, id, map[string]thing.Value{name: value}, domain.CommandID{}))
}

// reportFlagged tells a value late, or as present state.
func (h *house) reportFlagged(id domain.DeviceID, name string, value thing.Value, flags domain.Flags, age time.Duration) {
	h.Helper()
	ev, err := h.Home.Report(gateway, id, map[string]thing.Value{name: value}, domain.CommandID{})
	ev.Flags, ev.OccurredAt = flags, h.now.Add(-age)
	h.told(ev, err)
}

// pass lets time pass, with everything that comes due in it.
func (h *house) pass(d time.Duration) {
	h.Helper()
	h.now = h.now.Add(d)
	if err := h.Advance(h.now); err != nil {
		h.Fatalf("%v", err)
	}
}

// rule saves a rule that Check has nothing against.
func (h *house) rule(n byte, doc domain.RuleDocument, grants ...domain.DeviceID) domain.RuleID {
	h.Helper()
	id := domain.RuleID{0x01, 0x8f, 14: n >> 7, 15: n}
	if faults := rule.Check(h.Home, rule.Proposal{Rule: id, Document: doc, Grants: grants}); len(faults) > 0 {
		h.Fatalf("the rule is refused: %v", faults)
	}
	version := h.by(id.Entity(), domain.RuleEdited{Document: doc}).Seq
	for _, device := range grants {
		h.by(id.Entity(), domain.RuleGranted{Version: version, Device: device})
	}
	return id
}

// fired counts how often a rule fired.
func (h *house) fired(id domain.RuleID) int {
	run, ok := h.Home.Runs[id]
	if !ok {
		return 0
	}
	return int(run.Fired.Count)
}

// since returns the types of what was recorded after an event, in short.
func (h *house) since(seq domain.Seq) string {
	var types []string
	for _, ev := range h.log {
		if ev.Seq > seq {
			types = append(types, ev.Fact.EventType())
		}
	}
	return strings.Join(types, " ")
}

func (h *house) wantFired(id domain.RuleID, want int, when string, args ...any) {
	h.Helper()
	if got := h.fired(id); got != want {
		h.Errorf("%s: the rule fired %d times, want %d", fmt.Sprintf(when, args...), got, want)
	}
}

func f(n float64) *float64 { return &n }

func set(name string, value thing.Value) map[string]thing.Value {
	return map[string]thing.Value{name: value}
}

func lightOn() domain.Action {
	return domain.Action{Command: &domain.CommandAction{Device: lamp, Set: set("onOff", "true")}}
}

func lightOff() domain.Action {
	return domain.Action{Command: &domain.CommandAction{Device: lamp, Set: set("onOff", "false")}}
}

func wait(d time.Duration) domain.Action {
	return domain.Action{Delay: &domain.DelayAction{MS: d.Milliseconds()}}
}

func when(device domain.DeviceID, name string, to thing.Value) domain.Trigger {
	return domain.Trigger{Property: &domain.PropertyTrigger{Device: device, Property: name, To: to}}
}

func doc(t domain.Trigger, actions ...domain.Action) domain.RuleDocument {
	if len(actions) == 0 {
		actions = []domain.Action{lightOn()}
	}
	return domain.RuleDocument{Triggers: []domain.Trigger{t}, Actions: actions}
}

var _ tester = (*testing.T)(nil)
