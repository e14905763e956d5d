package history_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
)

// cottage is a home with lamps and one gateway, whose line to the cloud is cut now
// and then. It remembers what truly was.
type cottage struct {
	*bundle
	home    domain.HomeID
	gateway domain.GatewayID
	lamps   []domain.DeviceID
	sent    int64     // entries of the outbox so far
	outbox  []entry   // not told yet
	truth   [][]lived // of each lamp
}

type entry struct {
	seq  int64
	lamp int
	at   time.Time
	on   bool
}

type lived struct {
	at time.Time
	on bool
}

func (b *bundle) cottage(t testing.TB, lamps int) *cottage {
	t.Helper()
	c := &cottage{
		bundle: b, home: eventstore.NewID[domain.HomeKind](b.now), gateway: eventstore.NewID[domain.GatewayKind](b.now),
		truth: make([][]lived, lamps),
	}
	owner := eventstore.NewID[domain.PersonKind](b.now)
	err := b.store.Found(t.Context(), c.home, func(ctx context.Context, tx *eventstore.Tx) error {
		created, joined := domain.FoundHome(c.home, owner, "Europe/Paris")
		for _, ev := range []domain.Event{created, joined, {Entity: c.gateway.Entity(), Fact: domain.GatewayEnrolled{}}} {
			if _, err := tx.Record(ctx, c.home, ev); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for n := range lamps {
		c.lamps = append(c.lamps, eventstore.NewID[domain.DeviceKind](b.now))
		c.sent++
		c.record(t, func(h *domain.Home) (domain.Event, error) {
			ev, err := h.Register(c.gateway, c.lamps[n], domain.DeviceRegistered{Address: c.lamps[n].String(), Kind: "dimmable-light"})
			ev.Edge = domain.EdgeRef{Gateway: c.gateway, Epoch: 1, Seq: c.sent}
			ev.OccurredAt = b.now
			return ev, err
		})
	}
	return c
}

func (c *cottage) record(t testing.TB, decide func(*domain.Home) (domain.Event, error)) {
	t.Helper()
	err := c.store.Append(t.Context(), []domain.HomeID{c.home}, func(ctx context.Context, tx *eventstore.Tx) error {
		ev, err := decide(tx.Home(c.home))
		if err != nil {
			return err
		}
		_, err = tx.Record(ctx, c.home, ev)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// turn switches a lamp by hand: the gateway knows, the cloud does not yet.
func (c *cottage) turn(lamp int, on bool) {
	c.sent++
	c.outbox = append(c.outbox, entry{seq: c.sent, lamp: lamp, at: c.now, on: on})
	c.truth[lamp] = append(c.truth[lamp], lived{at: c.now, on: on})
}

// present tells the state of every lamp as of the newest entry, as a gateway does
// first when its line is back.
func (c *cottage) present(t testing.TB) {
	t.Helper()
	for n, lamp := range c.lamps {
		if len(c.truth[n]) == 0 {
			continue
		}
		on := c.truth[n][len(c.truth[n])-1].on
		c.record(t, func(h *domain.Home) (domain.Event, error) {
			ref := domain.EdgeRef{Gateway: c.gateway, Epoch: 1, Seq: c.sent}
			ev, err := h.Report(c.gateway, lamp, map[string]thing.Value{"onOff": thing.Bool(on)}, domain.CommandID{})
			ev.Edge, ev.Flags, ev.OccurredAt = ref, domain.Snapshot, c.now
			return ev, err
		})
	}
}

// drain tells what the outbox holds, each entry a moment after the other.
func (c *cottage) drain(t testing.TB) {
	t.Helper()
	for _, e := range c.outbox {
		c.record(t, func(h *domain.Home) (domain.Event, error) {
			ev, err := h.Report(c.gateway, c.lamps[e.lamp], map[string]thing.Value{"onOff": thing.Bool(e.on)}, domain.CommandID{})
			ev.Edge = domain.EdgeRef{Gateway: c.gateway, Epoch: 1, Seq: e.seq}
			ev.OccurredAt = e.at
			if c.now.Sub(e.at) > time.Minute {
				ev.Flags = domain.Historic
			}
			return ev, err
		})
		c.now = c.now.Add(time.Millisecond)
	}
	c.outbox = nil
}

// was returns what a lamp truly was; nil: nobody had said.
func (c *cottage) was(lamp int, at time.Time) *lived {
	var last *lived
	for _, l := range c.truth[lamp] {
		if !l.at.After(at) {
			last = &l
		}
	}
	return last
}

// shown returns what a picture says of a lamp; "" when it is unknown.
func (c *cottage) shown(home *domain.Home, lamp int) thing.Value {
	if twin, ok := home.Twins[c.lamps[lamp]]; ok {
		if p, ok := twin.Properties["onOff"]; ok {
			return p.Reported.Value
		}
	}
	return ""
}

func (c *cottage) trueAt(t testing.TB, at time.Time) *domain.Home {
	t.Helper()
	head, err := eventstore.HeadOf(t.Context(), c.store.Pool(), c.home)
	if err != nil {
		t.Fatal(err)
	}
	home, err := c.past.TrueAt(t.Context(), c.home, at, head.Seq)
	if err != nil {
		t.Fatal(err)
	}
	return home
}

func (c *cottage) knownAt(t testing.TB, at time.Time) *domain.Home {
	t.Helper()
	seq, err := c.past.SeqAt(t.Context(), c.home, at)
	if err != nil {
		t.Fatal(err)
	}
	home, err := c.past.At(t.Context(), c.home, seq)
	if err != nil {
		t.Fatal(err)
	}
	return home
}

// Six hours without a line: what was true at 18:00, and what the cloud knew then.
func TestAfterSixHoursOfflineBothClocksAreRight(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.now = time.Date(2026, 3, 1, 15, 0, 0, 0, time.UTC)
	c := b.cottage(t, 2)
	c.turn(0, false)
	c.turn(1, true)
	c.drain(t)
	at := func(hour, minute int) time.Time { return time.Date(2026, 3, 1, hour, minute, 0, 0, time.UTC) }
	for _, change := range []struct {
		when time.Time
		lamp int
		on   bool
	}{{at(16, 0), 0, true}, {at(17, 30), 1, false}, {at(19, 0), 0, false}, {at(20, 0), 0, true}} {
		c.now = change.when
		c.turn(change.lamp, change.on)
	}
	c.now = at(21, 30) // the line is back
	c.present(t)
	c.drain(t)
	for _, want := range []struct {
		when           time.Time
		known, trueWas [2]thing.Value
	}{
		{at(15, 30), [2]thing.Value{"false", "true"}, [2]thing.Value{"false", "true"}},
		{at(18, 0), [2]thing.Value{"false", "true"}, [2]thing.Value{"true", "false"}},
		{at(19, 30), [2]thing.Value{"false", "true"}, [2]thing.Value{"false", "false"}},
		{at(21, 0), [2]thing.Value{"false", "true"}, [2]thing.Value{"true", "false"}},
		{at(22, 0), [2]thing.Value{"true", "false"}, [2]thing.Value{"true", "false"}},
	} {
		for lamp := range 2 {
			if got := c.shown(c.knownAt(t, want.when), lamp); got != want.known[lamp] {
				t.Errorf("at %v the cloud knew of lamp %d: %s, want %s", want.when, lamp, got, want.known[lamp])
			}
			if got := c.shown(c.trueAt(t, want.when), lamp); got != want.trueWas[lamp] {
				t.Errorf("at %v lamp %d truly was %s, want %s", want.when, lamp, got, want.trueWas[lamp])
			}
		}
	}
	// As far as the cloud knew at 19:00, 18:00 looked like 15:30.
	before, err := c.past.SeqAt(t.Context(), c.home, at(19, 0))
	if err != nil {
		t.Fatal(err)
	}
	home, err := c.past.TrueAt(t.Context(), c.home, at(18, 0), before)
	if err != nil || c.shown(home, 0) != "false" {
		t.Errorf("%s %v", c.shown(home, 0), err)
	}
}

// Lamps are switched, the line comes and goes, and what came late is late by
// seconds, minutes, hours.
func TestBothClocksAgreeWithWhatTrulyHappened(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.past.SetSnapshots(40, 1000)
	c := b.cottage(t, 4)
	random := rand.New(rand.NewPCG(31, 31))
	within := func(d time.Duration) time.Duration { return time.Duration(random.Int64N(int64(d))) }
	begin := c.now
	type dump struct {
		at   time.Time
		text string
	}
	var dumps []dump
	offline := 0
	for range 250 {
		c.now = c.now.Add(within([]time.Duration{time.Second, time.Minute, time.Hour}[random.IntN(3)]))
		c.turn(random.IntN(4), random.IntN(2) == 0)
		if offline > 0 {
			offline--
			if offline == 0 {
				c.present(t)
			}
			continue
		}
		c.now = c.now.Add(within([]time.Duration{20 * time.Millisecond, 3 * time.Second, 40 * time.Second}[random.IntN(3)]))
		c.drain(t)
		if random.IntN(12) == 0 {
			offline = 1 + random.IntN(20)
		}
		picture, err := b.tables.Picture(t.Context(), b.store.Pool(), c.home)
		if err != nil {
			t.Fatal(err)
		}
		dumps = append(dumps, dump{c.now, look(t, picture)})
		c.now = c.now.Add(time.Microsecond)
	}
	c.present(t)
	c.drain(t)
	b.keep(t)
	for _, d := range dumps {
		if got := look(t, c.knownAt(t, d.at)); got != d.text {
			t.Fatalf("at %v the cloud knew\n%s\nand is said to have known\n%s", d.at, d.text, got)
		}
	}
	for range 500 {
		at := begin.Add(within(c.now.Sub(begin)))
		if random.IntN(3) == 0 {
			at = dumps[random.IntN(len(dumps))].at
		}
		home := c.trueAt(t, at)
		for lamp := range c.lamps {
			want := thing.Value("")
			if was := c.was(lamp, at); was != nil {
				want = thing.Bool(was.on)
			}
			if got := c.shown(home, lamp); got != want {
				t.Fatalf("at %v lamp %d truly was %q, shown is %q", at, lamp, want, got)
			}
		}
	}
}

func TestWhatComesTooLateStandsWhereItWasRecorded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.cottage(t, 1)
	c.turn(0, false)
	c.drain(t)
	begin := c.now
	c.now = begin.Add(time.Hour)
	c.turn(0, true)
	c.now = begin.Add(time.Hour + 73*time.Hour)
	c.drain(t)
	if got := c.shown(c.trueAt(t, begin.Add(2*time.Hour)), 0); got != "false" {
		t.Errorf("what came after 73 hours is placed: %s", got)
	}
	if got := c.shown(c.trueAt(t, c.now), 0); got != "true" {
		t.Errorf("what came after 73 hours is nowhere: %s", got)
	}
}
