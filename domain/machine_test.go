package domain_test

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"pgregory.net/rapid"

	"logis/domain"
	"logis/domain/thing"
)

// machine lives through random histories of a home, made by its decisions alone,
// and holds every event against what is promised, by books of its own.
type machine struct {
	*house
	t        *rapid.T
	session  int64
	outboxes int
	commands []domain.CommandID
	lives    map[domain.CommandID]*life
	wishes   map[string]domain.CommandID // device and property -> the newest command that wants it
	read     int                         // events of the log that were looked at
}

// life is what the log tells of one command.
type life struct {
	device    domain.DeviceID
	class     thing.Class
	desires   map[string]thing.Value
	requested domain.Seq
	deadline  time.Time
	sessions  []int64
	delivered bool
	ended     bool
}

func newMachine(t *rapid.T) *machine {
	m := &machine{
		house: newHouse(t), t: t, session: 1, outboxes: 1,
		lives: map[domain.CommandID]*life{}, wishes: map[string]domain.CommandID{},
	}
	m.enrol(other)
	m.look(t)
	return m
}

func (m *machine) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"":             m.look,
		"wait":         m.wait,
		"connect":      m.reconnect,
		"disconnect":   m.hangUp,
		"request":      m.ask,
		"request more": m.ask,
		"send":         m.send,
		"send all":     m.sendAll,
		"deliver":      m.deliver,
		"end":          m.end,
		"close":        m.close,
		"cancel":       m.cancel,
		"fail":         m.fail,
		"refuse":       m.refuse,
		"report":       m.reportSome,
		"snapshot":     m.snapshot,
		"reach":        m.reach,
		"press":        m.press,
		"describe":     m.describe,
		"furnish":      m.furnish,
	}
}

// rooms and gateways of the histories.
var (
	rooms    = []domain.RoomID{{1}, {2}}
	gateways = []domain.GatewayID{gateway, other}
)

func (m *machine) pickGateway(t *rapid.T) domain.GatewayID {
	return rapid.SampledFrom(gateways).Draw(t, "gateway")
}

func (m *machine) pickDevice(t *rapid.T) domain.DeviceID {
	return rapid.SampledFrom([]domain.DeviceID{lamp, lock, thermostat, button, curtain}).Draw(t, "device")
}

// pickCommand returns a command of the history, ended or not, or none.
func (m *machine) pickCommand(t *rapid.T) domain.CommandID {
	return rapid.SampledFrom(append([]domain.CommandID{commandID(1 << 40)}, m.commands...)).Draw(t, "command")
}

func (m *machine) wait(t *rapid.T) {
	m.now = m.now.Add(rapid.SampledFrom([]time.Duration{
		0, time.Millisecond, time.Second, 5 * time.Second, 10 * time.Second, time.Minute, 20 * time.Minute,
	}).Draw(t, "while"))
}

func (m *machine) reconnect(t *rapid.T) {
	m.session++
	id := m.pickGateway(t)
	outbox := m.Gateways[id].Outbox
	if outbox == "" || rapid.IntRange(0, 4).Draw(t, "outbox is new") == 0 {
		m.outboxes++
		outbox = fmt.Sprintf("outbox-%d", m.outboxes)
	}
	hello := m.hello(id, outbox, m.session)
	if rapid.IntRange(0, 4).Draw(t, "remembers more") == 0 {
		hello.Seq, hello.Acked = hello.Seq+3, hello.Acked+2
	}
	events, err := m.Connect(hello)
	if err != nil {
		t.Fatalf("%v", err)
	}
	for _, ev := range events {
		m.record(ev)
	}
	if g := m.Gateways[id]; !g.Connected || g.Session != m.session || (g.Outbox == hello.Outbox && g.Cursor < 0) {
		t.Fatalf("connected, the gateway is %+v", g)
	}
}

func (m *machine) hangUp(t *rapid.T) {
	m.recordIf(m.Disconnect(m.pickGateway(t), rapid.Int64Range(1, m.session).Draw(t, "session"), "connection_lost"))
}

func (m *machine) ask(t *rapid.T) {
	r := rapid.SampledFrom([]domain.CommandRequest{
		unlockIt, lockIt, turnOn, heat,
		{Device: lamp, Set: set("onOff", "false")},
		{Device: lamp, Set: map[string]thing.Value{"onOff": "true", "currentLevel": "7"}},
		{Device: lamp, Action: "identify"},
		{Device: curtain, Action: "upOrOpen"},
		{Device: curtain, Set: set("currentPositionLiftPercentage", "30")},
		{Device: curtain, Action: "stopMotion"},
		{Device: thermostat, Set: map[string]thing.Value{"systemMode": `"heat"`, "occupiedHeatingSetpoint": "18"}},
	}).Draw(t, "request")
	r.Command, r.Actor = commandID(m.Seq+1), domain.PersonActor(founder)
	r.TTL = rapid.SampledFrom([]time.Duration{0, 0, time.Millisecond, 15 * time.Second}).Draw(t, "ttl")
	events, err := m.RequestCommand(r, m.now)
	if err != nil {
		return
	}
	for _, ev := range events {
		m.record(ev)
	}
	m.commands = append(m.commands, r.Command)
}

func (m *machine) send(t *rapid.T) { m.recordIf(m.SendCommand(m.pickCommand(t), "a", m.now)) }

func (m *machine) sendAll(t *rapid.T) {
	last := domain.Seq(0)
	for _, c := range m.Waiting(m.pickGateway(t)) {
		if c.Requested.Seq <= last {
			t.Fatalf("commands wait out of order")
		}
		last = c.Requested.Seq
		m.recordIf(m.SendCommand(c.ID, "a", m.now))
	}
}

func (m *machine) deliver(t *rapid.T) {
	from := m.pickGateway(t)
	if ev, err := m.Deliver(from, m.pickCommand(t)); err == nil {
		m.told(from, ev)
	}
}

func (m *machine) end(t *rapid.T) {
	from := m.pickGateway(t)
	ev, err := m.EndCommand(from, m.pickDevice(t), domain.Result{
		Command: m.pickCommand(t), Outcome: rapid.SampledFrom(domain.Outcomes()).Draw(t, "outcome"),
		Observed: map[string]thing.Value{"onOff": "true", "lockState": `"locked"`, "nonsense": "1"},
	})
	if err == nil {
		m.told(from, ev)
	}
}

func (m *machine) close(t *rapid.T) { m.recordIf(m.CloseOverdue(m.pickCommand(t), m.now)) }

func (m *machine) cancel(t *rapid.T) {
	ev, err := m.CancelCommand(m.pickCommand(t), domain.PersonActor(founder))
	m.recordIf(ev, err == nil)
}

func (m *machine) fail(t *rapid.T) {
	m.recordIf(m.FailSend(m.pickCommand(t), "gateway_disconnected"))
}

func (m *machine) refuse(t *rapid.T) {
	m.recordIf(m.RefuseCommand(m.pickCommand(t), "not_allowed_any_more"))
}

// report tells some values, right and wrong, live or late.
func (m *machine) reportSome(t *rapid.T) {
	from := m.pickGateway(t)
	values := rapid.SampledFrom([]map[string]thing.Value{
		set("onOff", "true"), set("onOff", "false"), set("currentLevel", "40"), set("lockState", `"locked"`),
		set("localTemperature", "20.75"), {"onOff": "true", "currentLevel": "41"},
	}).Draw(t, "values")
	ev, err := m.Report(from, m.pickDevice(t), values, m.pickCommand(t))
	if err != nil {
		return
	}
	if rapid.Bool().Draw(t, "historic") {
		ev.Flags, ev.OccurredAt = domain.Historic, m.now.Add(-time.Hour)
	}
	m.told(from, ev)
}

func (m *machine) snapshot(t *rapid.T) {
	from := m.pickGateway(t)
	g := m.Gateways[from]
	ref := domain.EdgeRef{Gateway: from, Epoch: g.Epoch, Seq: g.Cursor + rapid.Int64Range(0, 3).Draw(t, "backlog")}
	ev, news, err := m.Present(m.pickDevice(t), ref, set("onOff", thing.Bool(rapid.Bool().Draw(t, "on"))))
	m.recordIf(ev, err == nil && news)
}

func (m *machine) reach(t *rapid.T) {
	from := m.pickGateway(t)
	if ev, err := m.Reach(from, m.pickDevice(t), rapid.Bool().Draw(t, "available")); err == nil {
		m.told(from, ev)
	}
}

func (m *machine) press(t *rapid.T) {
	from := m.pickGateway(t)
	if ev, err := m.Signal(from, button, "longPress", `{"position":1}`); err == nil {
		m.told(from, ev)
	}
}

// describe registers, moves or removes a device.
func (m *machine) describe(t *rapid.T) {
	from, id := m.pickGateway(t), m.pickDevice(t)
	ev, err := m.Unregister(from, id)
	if rapid.IntRange(0, 3).Draw(t, "leaves") > 0 {
		ev, err = m.Register(from, id, domain.DeviceRegistered{
			Address: m.Devices[id].Address, Kind: devices()[id], Attributes: map[string]string{"<serial>": "é"},
		})
	}
	if err == nil && m.Gateways[from].Connected {
		m.told(from, ev)
	}
}

func (m *machine) furnish(t *rapid.T) {
	room := rapid.SampledFrom(rooms).Draw(t, "room")
	fact := rapid.SampledFrom([]domain.Fact{
		domain.RoomAdded{}, domain.RoomRenamed{}, domain.RoomRemoved{}, domain.DevicePlaced{Room: room}, domain.DeviceRenamed{},
	}).Draw(t, "fact")
	entity := room.Entity()
	switch fact.(type) {
	case domain.DevicePlaced, domain.DeviceRenamed:
		entity = m.pickDevice(t).Entity()
	}
	m.record(domain.Event{Entity: entity, Actor: domain.PersonActor(founder), Fact: fact})
}

func TestEveryCommandEndsOnceAndTakesOnlyLegalTurns(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := newMachine(t)
		t.Repeat(m.actions())
		// Whatever happened, the sweep closes all that have a deadline.
		for _, id := range m.commands {
			l := m.lives[id]
			if l.ended || l.deadline.IsZero() {
				continue
			}
			m.now = l.deadline.Add(30 * time.Second)
			if !m.recordIf(m.CloseOverdue(id, m.now)) {
				t.Fatalf("30 s after its deadline %+v cannot be closed", l)
			}
			m.look(t)
		}
		for id, c := range m.Commands {
			if c.Class != thing.Config {
				t.Fatalf("command %s never ends", id)
			}
		}
	})
}

func TestAnyHistoryFoldsTheSameFromItsStoredBytes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := newMachine(t)
		t.Repeat(m.actions())
		again := emptyHouse(t)
		for _, rec := range m.log {
			read := *rec
			var err error
			if read.Fact, err = domain.DecodeFact(rec.Fact.EventType(), rec.Schema, rec.Data); err != nil {
				t.Fatalf("%v", err)
			}
			if err := again.Apply(&read); err != nil {
				t.Fatalf("%v", err)
			}
		}
		if diff := diffDocuments(documents(t, m.Home), documents(t, again.Home)); diff != "" {
			t.Fatalf("folded from its bytes the home is another (-lived +read):\n%s", diff)
		}
		if again.Seq != m.Seq || again.Hash != m.Hash {
			t.Fatalf("it is as of %d, want %d", again.Seq, m.Seq)
		}
		// What changed is what was told to have changed, and nothing else.
		if told, all := tellChanges(t, again.Home), documents(t, again.Home); !maps.Equal(told, all) {
			t.Fatalf("the changes told do not make up the home:\n%s", diffDocuments(told, all))
		}
	})
}

// tellChanges returns the documents a projection would have after all changes.
func tellChanges(t tester, h *domain.Home) map[string]string {
	t.Helper()
	changes := h.TakeChanges()
	docs := map[string]string{}
	if changes.Profile {
		docs["home"] = document(t, h.Profile)
	}
	tell(t, docs, "member ", changes.Members, h.Members)
	tell(t, docs, "room ", changes.Rooms, h.Rooms)
	tell(t, docs, "gateway ", changes.Gateways, h.Gateways)
	tell(t, docs, "device ", changes.Devices, h.Devices)
	tell(t, docs, "twin ", changes.Twins, h.Twins)
	for id, c := range changes.Commands {
		if c.Open() {
			docs["command "+id.String()] = document(t, c)
		}
	}
	return docs
}

func tell[ID interface {
	comparable
	String() string
}, V any](t tester, docs map[string]string, kind string, changed map[ID]bool, parts map[ID]*V) {
	t.Helper()
	for id := range changed {
		if part, ok := parts[id]; ok {
			docs[kind+id.String()] = document(t, part)
		}
	}
}
