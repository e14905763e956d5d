package domain_test

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"flag"
	"slices"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
)

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

// tester is a test or one round of a property.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// house is a home with its log, kept as the store keeps it but in memory.
type house struct {
	tester
	*domain.Home
	log []*domain.RecordedEvent
	now time.Time
}

var (
	homeID  = domain.HomeID{0x01, 0x8f, 15: 1}
	founder = domain.PersonID{0x01, 0x8f, 15: 2}
	gateway = domain.GatewayID{0x01, 0x8f, 15: 3}
	other   = domain.GatewayID{0x01, 0x8f, 15: 4}
	began   = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

// lamp, lock and the others are ids of devices; their last byte tells them apart.
var (
	lamp       = domain.DeviceID{0x01, 0x8f, 15: 20}
	lock       = domain.DeviceID{0x01, 0x8f, 15: 21}
	thermostat = domain.DeviceID{0x01, 0x8f, 15: 22}
	button     = domain.DeviceID{0x01, 0x8f, 15: 23}
	curtain    = domain.DeviceID{0x01, 0x8f, 15: 24}
)

func devices() map[domain.DeviceID]string {
	return map[domain.DeviceID]string{
		lamp: "dimmable-light", lock: "lock", thermostat: "thermostat", button: "button", curtain: "curtain",
	}
}

// newHouse returns a founded home with one gateway, connected, and its devices.
func newHouse(t tester) *house {
	t.Helper()
	h := emptyHouse(t)
	created, joined := domain.FoundHome(homeID, founder, "Asia/Dhaka")
	h.record(created)
	h.record(joined)
	h.enrol(gateway)
	h.connect(gateway, "outbox-1", 1)
	ids := make([]domain.DeviceID, 0, len(devices()))
	for id := range devices() {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b domain.DeviceID) int { return int(a[15]) - int(b[15]) })
	for _, id := range ids {
		h.register(gateway, id, devices()[id])
	}
	return h
}

func emptyHouse(t tester) *house {
	t.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatalf("%v", err)
	}
	return &house{tester: t, Home: domain.NewHome(homeID, catalog), now: began}
}

// record does with an event what the store does.
func (h *house) record(ev domain.Event) *domain.RecordedEvent {
	h.Helper()
	data, err := domain.EncodeFact(ev.Fact)
	if err != nil {
		h.Fatalf("%v", err)
	}
	rec := &domain.RecordedEvent{
		Event: ev, HomeID: h.ID, Seq: h.Seq + 1, Schema: domain.FactSchema, RecordedAt: h.now, Data: data,
	}
	binary.BigEndian.PutUint64(rec.ID[8:], uint64(rec.Seq))
	if rec.OccurredAt.IsZero() {
		rec.OccurredAt = h.now
	}
	if rec.Correlation == 0 {
		rec.Correlation = rec.Causation
	}
	rec.Hash = sha256.Sum256(append(h.Hash[:], data...))
	if err := h.Apply(rec); err != nil {
		h.Fatalf("%v", err)
	}
	h.log = append(h.log, rec)
	return rec
}

// told records what a gateway told as the next entry of its outbox.
func (h *house) told(from domain.GatewayID, ev domain.Event) *domain.RecordedEvent {
	h.Helper()
	g := h.Gateways[from]
	ev.Edge = domain.EdgeRef{Gateway: from, Epoch: g.Epoch, Seq: g.Cursor + 1}
	return h.record(ev)
}

func (h *house) enrol(id domain.GatewayID) {
	h.Helper()
	h.record(domain.Event{Entity: id.Entity(), Actor: domain.PersonActor(founder), Fact: domain.GatewayEnrolled{KeyFingerprint: "f00d"}})
}

// hello is what a gateway that missed nothing says.
func (h *house) hello(id domain.GatewayID, outbox string, session int64) domain.Hello {
	hello := domain.Hello{Gateway: id, Outbox: outbox, Seq: h.Seq, Hash: h.Hash, Version: "1.2.3", Replica: "a", Session: session}
	if g, ok := h.Gateways[id]; ok && g.Outbox == outbox {
		hello.Acked = g.Cursor
	}
	return hello
}

func (h *house) connect(id domain.GatewayID, outbox string, session int64) {
	h.Helper()
	events, err := h.Connect(h.hello(id, outbox, session))
	if err != nil || len(events) != 1 {
		h.Fatalf("connected with %d events (%v)", len(events), err)
	}
	h.record(events[0])
}

func (h *house) disconnect(id domain.GatewayID) {
	h.Helper()
	ev, ok := h.Disconnect(id, h.Gateways[id].Session, "gateway_left")
	if !ok {
		h.Fatalf("nothing to disconnect")
	}
	h.record(ev)
}

func (h *house) register(from domain.GatewayID, id domain.DeviceID, kind string, capabilities ...string) {
	h.Helper()
	address := "simulated/" + kind
	if d, ok := h.Devices[id]; ok {
		address = d.Address
	}
	h.told(from, h.must(h.Register(from, id, domain.DeviceRegistered{
		Address: address, Kind: kind, Capabilities: capabilities, Attributes: map[string]string{"manufacturer": "Logis"},
	})))
}

func (h *house) report(id domain.DeviceID, name string, value thing.Value) *domain.RecordedEvent {
	h.Helper()
	from := h.Devices[id].Gateway
	return h.told(from, h.must(h.Report(from, id, map[string]thing.Value{name: value}, domain.CommandID{})))
}

// must returns an event that was decided on.
func (h *house) must(ev domain.Event, err error) domain.Event {
	h.Helper()
	if err != nil {
		h.Fatalf("%v", err)
	}
	return ev
}

// request records a command and returns its id.
func (h *house) request(r domain.CommandRequest) domain.CommandID {
	h.Helper()
	if r.Command.IsZero() {
		r.Command = commandID(h.Seq + 1)
	}
	r.Actor = domain.PersonActor(founder)
	events, err := h.RequestCommand(r, h.now)
	if err != nil {
		h.Fatalf("%v", err)
	}
	for _, ev := range events {
		h.record(ev)
	}
	return r.Command
}

func commandID(seq domain.Seq) domain.CommandID {
	id := domain.CommandID{0: 0xc0}
	binary.BigEndian.PutUint64(id[8:], uint64(seq))
	return id
}

// recordIf records the event of a decision that may have none.
func (h *house) recordIf(ev domain.Event, ok bool) bool {
	h.Helper()
	if ok {
		h.record(ev)
	}
	return ok
}

func set(name string, value thing.Value) map[string]thing.Value {
	return map[string]thing.Value{name: value}
}

// wantCode fails unless err is a refusal with the code, and returns it.
func wantCode(t tester, err error, code domain.Code) *domain.Error {
	t.Helper()
	var refusal *domain.Error
	if !errors.As(err, &refusal) || refusal.Code != code {
		t.Fatalf("got %v, want a refusal with code %s", err, code)
	}
	return refusal
}

// wantFaults fails unless err names exactly these fields and what is wrong there.
func wantFaults(t *testing.T, err error, want ...domain.Fault) {
	t.Helper()
	refusal := wantCode(t, err, domain.Invalid)
	if !slices.Equal(refusal.Faults, want) {
		t.Fatalf("the faults are %v, want %v", refusal.Faults, want)
	}
}
