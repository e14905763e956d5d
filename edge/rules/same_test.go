package rules

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"logis/domain"
	"logis/domain/rule"
	"logis/domain/rule/ruletest"
	"logis/domain/thing"
	"logis/edge/clock"
	"logis/edge/outbox"
	"logis/edge/radio"
	"logis/wire"
)

var epochOfTests = time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC)

// machine is a boot clock moved by hand.
type machine struct {
	boot atomic.Int64
	id   string
}

func (m *machine) Boot() time.Duration { return time.Duration(m.boot.Load()) }
func (m *machine) BootID() string      { return m.id }

// rig is an engine on its outbox, with the clock moved by hand and nobody who carries
// commands out.
type rig struct {
	*Engine
	t       *testing.T
	dir     string
	machine *machine
	box     *outbox.Outbox
	sink    radio.Sink
	given   []wire.Command
	stop    func()
}

const radioName = "sim"

// start opens the outbox in dir and takes up the rules. With heard the server's time
// is known.
func start(t *testing.T, dir string, home domain.HomeID, gateway domain.GatewayID, m *machine, heard bool) *rig {
	t.Helper()
	r := &rig{t: t, dir: dir, machine: m}
	server := clock.NewServer(m)
	if heard {
		server.Hear(m.Boot(), epochOfTests.Add(m.Boot()).UnixMilli())
	}
	box, err := outbox.Open(outbox.Options{Path: filepath.Join(dir, "outbox.db"), Gateway: gateway, Time: server})
	if err != nil {
		t.Fatal(err)
	}
	r.box = box
	r.Engine, err = New(Options{
		Dir: dir, Home: home, Gateway: gateway, Outbox: box, Time: server, Log: slog.New(slog.DiscardHandler),
		Act: func(_ context.Context, c wire.Command, _ time.Duration) error {
			r.given = append(r.given, c)
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- box.Run(ctx) }()
	r.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		r.stop = func() {}
	}
	t.Cleanup(func() { r.stop() })
	r.sink = box.Sink(radioName)
	r.must(r.resume(t.Context()))
	return r
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

var testKey = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))

// bring gives the engine a bundle, in its parts.
func (r *rig) bring(b domain.Bundle) {
	r.t.Helper()
	signed, err := wire.SignBundle(testKey, &b)
	r.must(err)
	for _, part := range signed.Split() {
		r.must(r.Bundle(r.t.Context(), part))
	}
}

// entries returns what waits for the cloud.
func (r *rig) entries() []wire.Entry {
	r.t.Helper()
	var all []wire.Entry
	for first := int64(1); ; {
		b, err := r.box.Read(r.t.Context(), first, 1<<62, wire.MaxEntries, wire.MaxEdgeFrame)
		r.must(err)
		if len(b.Entries) == 0 {
			return all
		}
		all, first = append(all, b.Entries...), b.Next
	}
}

// lives is a made-up home, its rules at one gateway: once as rule.Run has it, once as
// an engine.
type lives struct {
	*rig
	life    *ruletest.Life
	run     rule.Run
	now     time.Time
	version domain.Seq
	want    []string
}

func newLives(t *testing.T, seed uint64) *lives {
	t.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	l := &lives{life: ruletest.New(seed), now: epochOfTests.Add(time.Minute)}
	l.life.Rename(func(address string) domain.DeviceID {
		return outbox.DeviceID(l.life.Gateway, radioName+"/"+address)
	})
	m := &machine{id: "one"}
	m.boot.Store(int64(time.Minute))
	l.rig = start(t, t.TempDir(), l.life.Home, l.life.Gateway, m, true)
	l.run = rule.Run{Home: domain.NewHome(l.life.Home, catalog), At: l.life.Gateway, Seen: func(ev *domain.RecordedEvent) {
		if id, ok := ev.Actor.Rule(); ok {
			l.want = append(l.want, line(id, ev.Fact.EventType(), ev.Data, ev.RecordedAt))
		}
	}}
	for _, ev := range l.life.Found() {
		if fact, ok := ev.Fact.(domain.DeviceRegistered); ok {
			l.must(l.sink.Device(t.Context(), radio.Device{Address: fact.Address, Kind: fact.Kind}))
		}
		l.record(ev)
	}
	l.pass(10 * time.Second)
	return l
}

func (l *lives) record(ev domain.Event) {
	l.t.Helper()
	_, err := l.run.Record(ev, l.now)
	l.must(err)
}

// line is what a rule did, without the names that differ between logs.
func line(id domain.RuleID, eventType string, data []byte, at time.Time) string {
	var fact map[string]any
	_ = json.Unmarshal(data, &fact)
	for _, name := range []string{"fired", "wait", "version", "command", "deadline_ms"} {
		delete(fact, name)
	}
	text, _ := json.Marshal(fact)
	return fmt.Sprintf("%s %s %s %s", at.UTC().Format("15:04:05.000"), id.String()[34:], eventType, text)
}

// pass lets time pass on both sides; each wait ends in its moment.
func (l *lives) pass(d time.Duration) {
	l.t.Helper()
	until := l.now.Add(d)
	for {
		l.mu.Lock()
		due := l.firstDue()
		l.mu.Unlock()
		if due.IsZero() || due.After(until) {
			break
		}
		l.machine.boot.Store(int64(due.Sub(epochOfTests)))
		l.must(l.endWaits(l.t.Context()))
	}
	l.machine.boot.Store(int64(until.Sub(epochOfTests)))
	l.must(l.run.Advance(until))
	l.now = until
}

// restart ends the agent and starts it on what is on the disk.
func (l *lives) restart() {
	l.t.Helper()
	l.stop()
	l.rig = start(l.t, l.dir, l.life.Home, l.life.Gateway, l.machine, true)
	l.pass(10 * time.Second) // until what a device tells is news
}

// live does the next thing of the made-up home on both sides.
func (l *lives) live() {
	l.t.Helper()
	ev, after := l.life.Step(l.run.Home)
	l.pass(after)
	switch fact := ev.Fact.(type) {
	case domain.DeviceReported:
		ev.Causation, ev.Correlation, ev.Flags = 0, 0, 0 // nobody carries commands out here
		ev.Edge.Seq = l.run.Home.Gateways[l.life.Gateway].Cursor + 1
		l.record(ev)
		l.must(l.sink.Report(l.t.Context(), radio.Report{
			Address: l.life.Address(domain.DeviceID(ev.Entity)), Values: fact.Values,
		}))
	case domain.RuleEdited:
		if rule.Place(l.run.Home, &fact.Document) != l.life.Gateway {
			return
		}
		l.record(ev)
		if l.run.Home.Rules[domain.RuleID(ev.Entity)].Gateway.IsZero() {
			l.record(domain.Event{Entity: ev.Entity, Actor: domain.SystemActor, Fact: domain.RulePlaced{Gateway: l.life.Gateway}})
		}
		l.offer()
	case domain.RuleEnabled, domain.RuleDisabled, domain.HomeModeChanged, domain.MemberPresenceChanged:
		l.record(ev)
		l.offer()
	}
}

// offer brings the rules as they are now to the gateway.
func (l *lives) offer() {
	l.t.Helper()
	l.version++
	home := l.run.Home
	b := domain.Bundle{Home: home.ID, Gateway: l.life.Gateway, Version: l.version, Profile: home.Profile}
	for _, m := range home.Members {
		b.Members = append(b.Members, *m)
	}
	for _, r := range home.SortedRules() {
		if r.Active() {
			offered := *r
			if !slices.ContainsFunc(l.Status().Rules, func(s RuleStatus) bool { return s.ID == r.ID }) {
				offered.Offered.Since = l.now // it comes from the cloud
			}
			b.Rules = append(b.Rules, offered)
		}
	}
	l.bring(b)
}

func (l *lives) got() []string {
	l.t.Helper()
	var got []string
	for _, e := range l.entries() {
		at := time.UnixMilli(e.AtMS)
		switch e.Kind {
		case wire.KindRule:
			got = append(got, line(e.Rule, e.Fact, e.Body, at))
		case wire.KindAct:
			fact := domain.CommandRequested{
				Gateway: l.life.Gateway, Set: e.Values, Action: e.Action, Input: e.Input, Local: true, Depth: e.Depth,
			}
			d := l.run.Home.Devices[e.Device]
			model, err := l.run.Home.Model(d)
			l.must(err)
			var desires map[string]thing.Value
			fact.Class, desires, _ = domain.Weigh(model, domain.CommandRequest{Set: e.Values, Action: e.Action, Input: e.Input})
			if e.Action != "" {
				fact.Desires = desires
			}
			data, err := domain.EncodeFact(fact)
			l.must(err)
			got = append(got, line(e.Rule, fact.EventType(), data, at))
		}
	}
	return got
}

// What rules do here is what the engine does in memory, and so what it does in the
// cloud: for each event the same, in the same order, at the same time, whether the agent
// was restarted meanwhile or not.
func TestRulesDoTheSameHereAsAnywhere(t *testing.T) {
	t.Parallel()
	const homes, steps, restartEvery = 40, 150, 30
	var did atomic.Int64
	t.Run("homes", func(t *testing.T) {
		for seed := range uint64(homes) {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				l := newLives(t, seed)
				for n := range steps {
					l.live()
					if n%restartEvery == restartEvery-1 {
						l.restart()
					}
				}
				l.pass(5 * time.Minute)
				if diff := cmp.Diff(l.want, l.got()); diff != "" {
					t.Errorf("rules did otherwise (-in memory +here):\n%s", diff)
				}
				did.Add(int64(len(slices.DeleteFunc(l.want, func(s string) bool { return !strings.Contains(s, "rule.fired") }))))
			})
		}
	})
	t.Logf("%d firings", did.Load())
	if did.Load() < homes {
		t.Error("hardly any rule fired")
	}
}
