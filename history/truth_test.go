package history_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"logis/dispatch"
	"logis/domain"
	"logis/domain/rule"
	"logis/domain/thing"
	"logis/eventstore"
	"logis/history"
	"logis/migrations/pgtest"
	"logis/projections"
)

// truth is what really brought something about.
type truth struct {
	root history.Root
	seq  domain.Seq // of the first event; 0 for the clock
	sure bool       // the log proves every step
}

// room is a part of the made-up home: three motion sensors and six lamps, the first
// five of which have a rule that turns them on. The sixth goes off with the first.
type room struct {
	motion [3]domain.DeviceID
	lamp   [6]domain.DeviceID

	moving  [3]bool
	moved   [3]domain.Seq // the report that said so
	delayed domain.Seq    // the report for which the third lamp waits; 0: none
	dark    truth         // why the first lamp went off last
}

// bulb is what a lamp really is.
type bulb struct {
	room *room
	n    int
	on   bool
	late bool // it has not said so yet
}

// world is a home in a real store that knows why everything happens in it. What it
// knows it does not have from the log.
type world struct {
	*testing.T
	store   *eventstore.Store
	random  *rand.Rand
	home    domain.HomeID
	owner   domain.PersonID
	gateway domain.GatewayID
	now     time.Time
	rooms   []*room
	bulbs   map[domain.DeviceID]*bulb
	asked   map[domain.CommandID]truth
	words   []word // that are told later
	changes map[domain.Seq]truth
	record  func(domain.Event) *domain.RecordedEvent
	state   *domain.Home
}

// word is what a lamp says late.
type word struct {
	at    time.Time
	lamp  domain.DeviceID
	value bool
	why   truth
}

func made[K any](kind, n byte) domain.ID[K] {
	return domain.ID[K]{0x01, 0x8f, 6: 0x70, 8: 0x80, 14: kind, 15: n}
}

const (
	rooms   = 6
	replica = "made-up"
)

func newWorld(t *testing.T, seed uint64) *world {
	t.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{
		T: t, random: rand.New(rand.NewPCG(seed, 4)),
		home: made[domain.HomeKind](0, 1), owner: made[domain.PersonKind](0, 2), gateway: made[domain.GatewayKind](0, 3),
		now:   time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
		bulbs: map[domain.DeviceID]*bulb{}, asked: map[domain.CommandID]truth{}, changes: map[domain.Seq]truth{},
	}
	w.store = eventstore.New(pgtest.New(t), eventstore.Options{
		Catalog: catalog, Projection: projections.Tables{Catalog: catalog}, Reactors: []eventstore.Reactor{dispatch.Rules{}},
		Now: func() time.Time { return w.now },
	})
	created, joined := domain.FoundHome(w.home, w.owner, "Europe/Paris")
	err = w.store.Found(t.Context(), w.home, func(ctx context.Context, tx *eventstore.Tx) error {
		for _, ev := range []domain.Event{created, joined} {
			if _, err := tx.Record(ctx, w.home, ev); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.append(w.furnish)
	return w
}

// append lets things happen in one append of the home.
func (w *world) append(happen func()) {
	w.Helper()
	err := w.store.Append(w.Context(), []domain.HomeID{w.home}, func(ctx context.Context, tx *eventstore.Tx) error {
		w.state = tx.Home(w.home)
		w.record = func(ev domain.Event) *domain.RecordedEvent {
			rec, err := tx.Record(ctx, w.home, ev)
			if err != nil {
				w.Fatal(err)
			}
			return rec
		}
		happen()
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
}

// told records what the gateway tells next.
func (w *world) told(ev domain.Event, err error) *domain.RecordedEvent {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
	ev.Edge = domain.EdgeRef{Gateway: w.gateway, Epoch: 1, Seq: w.state.Gateways[w.gateway].Cursor + 1}
	ev.OccurredAt = w.now
	return w.record(ev)
}

func (w *world) furnish() {
	w.record(domain.Event{Entity: w.gateway.Entity(), Actor: domain.PersonActor(w.owner), Fact: domain.GatewayEnrolled{KeyFingerprint: "f00d"}})
	w.record(domain.Event{Entity: w.gateway.Entity(), Actor: domain.SystemActor, Fact: domain.GatewayConnected{
		Session: 1, Replica: replica, Epoch: 1, Outbox: "o",
	}})
	device := func(room, n byte, kind, property string) domain.DeviceID {
		id := made[domain.DeviceKind](10+room, n)
		w.told(w.state.Register(w.gateway, id, domain.DeviceRegistered{Address: id.String(), Kind: kind}))
		w.told(w.state.Report(w.gateway, id, map[string]thing.Value{property: "false"}, domain.CommandID{}))
		return id
	}
	for n := range byte(rooms) {
		r := &room{}
		for i := range r.motion {
			r.motion[i] = device(n, byte(i), "motion-sensor", "occupancy")
		}
		for i := range r.lamp {
			r.lamp[i] = device(n, byte(10+i), "dimmable-light", "onOff")
			w.bulbs[r.lamp[i]] = &bulb{room: r, n: i}
		}
		w.rooms = append(w.rooms, r)
		w.automate(n, r)
	}
}

// automate gives a room its rules.
func (w *world) automate(n byte, r *room) {
	moves := func(i int, held time.Duration) domain.Trigger {
		return domain.Trigger{Property: &domain.PropertyTrigger{Device: r.motion[i], Property: "occupancy", To: "true", ForMS: held.Milliseconds()}}
	}
	first := made[domain.RuleKind](30+n, 0)
	triggers := []domain.Trigger{
		moves(0, 0), moves(1, 8*time.Second), moves(2, 0), {Cron: &domain.CronTrigger{Line: "* * * * *"}},
		{Rule: &domain.RuleTrigger{Rule: first}},
		{Property: &domain.PropertyTrigger{Device: r.lamp[0], Property: "onOff", To: "false"}},
	}
	for i, t := range triggers {
		turn := domain.Action{Command: &domain.CommandAction{Device: r.lamp[i], Set: map[string]thing.Value{"onOff": thing.Bool(i < 5)}}}
		doc := domain.RuleDocument{Triggers: []domain.Trigger{t}, Actions: []domain.Action{turn}}
		if i == 2 {
			doc.Actions = []domain.Action{{Delay: &domain.DelayAction{MS: 5000}}, turn}
		}
		w.record(domain.Event{
			Entity: made[domain.RuleKind](30+n, byte(i)).Entity(), Actor: domain.PersonActor(w.owner), Fact: domain.RuleEdited{Document: doc},
		})
	}
}

// tick lets some seconds pass, and everything that happens then.
func (w *world) tick() {
	w.now = w.now.Add(time.Duration(300+w.random.IntN(2000)) * time.Millisecond)
	w.append(func() {
		err := rule.EndWaits(w.state, domain.GatewayID{}, w.now, func(ev domain.Event) (*domain.RecordedEvent, error) {
			return w.record(ev), nil
		})
		if err != nil {
			w.Fatal(err)
		}
		w.wonder()
		w.speak()
		w.obey()
		for _, r := range w.rooms {
			w.live(r)
		}
	})
}

// live lets somebody walk, ask for something, or touch a switch.
func (w *world) live(r *room) {
	switch n := w.random.IntN(10); {
	case n < 4:
		i := w.random.IntN(3)
		r.moving[i] = !r.moving[i]
		rec := w.told(w.state.Report(w.gateway, r.motion[i], map[string]thing.Value{"occupancy": thing.Bool(r.moving[i])}, domain.CommandID{}))
		w.changes[rec.Seq] = truth{history.ByDevice, rec.Seq, true}
		if r.moving[i] {
			r.moved[i] = rec.Seq
		}
		if i == 2 && r.moving[2] && r.delayed == 0 {
			r.delayed = rec.Seq
		}
		w.wonder()
	case n < 7:
		id := eventstore.NewID[domain.CommandKind](w.now)
		events, err := w.state.RequestCommand(domain.CommandRequest{
			Command: id, Device: r.lamp[w.random.IntN(6)], Actor: domain.PersonActor(w.owner),
			Set: map[string]thing.Value{"onOff": thing.Bool(w.random.IntN(4) == 0)},
		}, w.now)
		if err != nil {
			w.Fatal(err)
		}
		for _, ev := range events {
			w.asked[id] = truth{history.ByPerson, w.record(ev).Seq, true}
		}
	case n < 9:
		// A switch in the seconds in which its lamp owes an answer is left alone: nobody
		// could tell the two apart.
		lamp := r.lamp[w.random.IntN(6)]
		if b := w.bulbs[lamp]; !b.late {
			w.tell(lamp, !b.on, domain.CommandID{}, 0, truth{history.ByOutside, 0, true})
		}
	}
}

// tell has a lamp say what it is. A zero seq of the reason stands for what it says.
func (w *world) tell(lamp domain.DeviceID, on bool, cause domain.CommandID, flags domain.Flags, why truth) {
	ev, err := w.state.Report(w.gateway, lamp, map[string]thing.Value{"onOff": thing.Bool(on)}, cause)
	ev.Flags = flags
	was := w.state.Twins[lamp].Properties["onOff"].Reported.Value
	rec := w.told(ev, err)
	b := w.bulbs[lamp]
	b.on, b.late = on, false
	if why.seq == 0 && why.root == history.ByOutside {
		why.seq = rec.Seq
	}
	if was != thing.Bool(on) {
		w.changes[rec.Seq] = why
		if b.n == 0 && !on {
			b.room.dark = why
		}
	}
	w.wonder()
}

// wonder finds the commands that rules gave, and knows why: from what happens in the
// room, not from the log.
func (w *world) wonder() {
	for id, c := range w.state.Commands {
		if _, known := w.asked[id]; known {
			continue
		}
		b := w.bulbs[c.Device]
		r := b.room
		switch b.n {
		case 0, 4:
			w.asked[id] = truth{history.ByDevice, r.moved[0], true}
		case 1:
			w.asked[id] = truth{history.ByDevice, r.moved[1], true}
		case 2:
			w.asked[id], r.delayed = truth{history.ByDevice, r.delayed, true}, 0
		case 3:
			w.asked[id] = truth{history.ByClock, 0, true}
		case 5:
			w.asked[id] = r.dark
		}
	}
}

// obey lets the lamps do what they are asked; or fail, or say so late.
func (w *world) obey() {
	for _, c := range w.state.Waiting(w.gateway) {
		why, b := w.asked[c.ID], w.bulbs[c.Device]
		if b.late || w.random.IntN(3) == 0 {
			continue // the radio is busy
		}
		ev, ok := w.state.SendCommand(c.ID, replica, w.now)
		if !ok {
			continue // what a lamp before it said brought a newer one
		}
		w.record(ev)
		if w.state.Commands[c.ID] == nil {
			continue // too late
		}
		w.told(w.state.Deliver(w.gateway, c.ID))
		outcome := domain.Succeeded
		on := c.Set["onOff"] == "true"
		switch n := w.random.IntN(100); {
		case n < 78:
			w.tell(c.Device, on, c.ID, 0, why)
		case n < 88:
			why.sure = false
			w.tell(c.Device, on, c.ID, domain.Inferred, why)
		case n < 95:
			why.sure = false
			b.late = true
			w.words = append(w.words, word{w.now.Add(time.Duration(w.random.IntN(9)) * time.Second), c.Device, on, why})
		default:
			outcome = domain.Failed
		}
		w.told(w.state.EndCommand(w.gateway, c.Device, domain.Result{Command: c.ID, Outcome: outcome}))
	}
}

// speak lets lamps say late what they did.
func (w *world) speak() {
	words := w.words
	w.words = nil
	for _, said := range words {
		if said.at.After(w.now) {
			w.words = append(w.words, said)
			continue
		}
		w.tell(said.lamp, said.value, domain.CommandID{}, 0, said.why)
	}
}
