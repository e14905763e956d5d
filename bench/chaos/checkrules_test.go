package chaos

import (
	"slices"
	"strings"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/rule"
	"logis/domain/thing"
)

// diary is the log of a home with one rule of each kind, and what a run would know
// of them.
type diary struct {
	t     *testing.T
	run   rule.Run
	now   time.Time
	log   []*domain.RecordedEvent
	rules automation
}

var (
	diaryGateway = domain.GatewayID{1: 3}
	diaryMotion  = domain.DeviceID{1: 4}
	diaryPlug    = domain.DeviceID{1: 5}
)

// written returns a diary of some minutes in which an agent was restarted.
func written(t *testing.T) *diary {
	t.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	d := &diary{t: t, now: time.Date(2026, 3, 2, 12, 0, 10, 0, time.UTC)}
	d.run = rule.Run{Home: domain.NewHome(domain.HomeID{1: 1}, catalog), Seen: func(ev *domain.RecordedEvent) { d.log = append(d.log, ev) }}
	created, joined := domain.FoundHome(d.run.Home.ID, domain.PersonID{1: 2}, "UTC")
	d.record(created)
	d.record(joined)
	d.record(domain.Event{Entity: diaryGateway.Entity(), Fact: domain.GatewayEnrolled{}})
	d.record(domain.Event{Entity: diaryGateway.Entity(), Fact: domain.GatewayConnected{Session: 1, Replica: "a", Epoch: 1, Outbox: "o"}})
	d.told(d.run.Home.Register(diaryGateway, diaryMotion, domain.DeviceRegistered{Address: "m", Kind: "motion-sensor"}))
	d.told(d.run.Home.Register(diaryGateway, diaryPlug, domain.DeviceRegistered{Address: "p", Kind: "plug"}))
	motion := &domain.PropertyTrigger{Device: diaryMotion, Property: "occupancy", To: "false"}
	w := &watched{id: d.rule(1, tells(domain.Trigger{Property: motion})), name: "motion", device: diaryMotion, reads: "occupancy", begins: leaves}
	d.rules.watched = []*watched{w}
	turn := func(n byte, to, other thing.Value) domain.RuleID {
		return d.rule(n, domain.RuleDocument{Triggers: []domain.Trigger{becomes(diaryPlug, to)}, Actions: []domain.Action{
			{Command: &domain.CommandAction{Device: diaryPlug, Set: map[string]thing.Value{"onOff": other}}},
		}})
	}
	d.rules.fighters = [][2]domain.RuleID{{turn(2, "true", "false"), turn(3, "false", "true")}}
	d.rules.minutely = d.rule(4, domain.RuleDocument{
		Triggers: []domain.Trigger{{Cron: &domain.CronTrigger{Line: "* * * * *"}}}, Actions: tells().Actions[:1],
	})
	for n := range 6 {
		d.report(diaryMotion, "occupancy", thing.Bool(n%2 == 0))
		d.pass(20 * time.Second)
	}
	for n := range 40 {
		d.report(diaryPlug, "onOff", thing.Bool(n%2 == 0))
	}
	d.report(diaryMotion, "occupancy", "true")
	d.pass(5 * time.Second)
	w.starts = []time.Time{d.now.Add(-time.Second)}
	ev, err := d.run.Home.Report(diaryGateway, diaryMotion, map[string]thing.Value{"occupancy": "false"}, domain.CommandID{})
	ev.Flags = domain.Historic // how things are after the start
	d.told(ev, err)
	d.pass(20 * time.Second)
	return d
}

func (d *diary) record(ev domain.Event) {
	d.t.Helper()
	if _, err := d.run.Record(ev, d.now); err != nil {
		d.t.Fatal(err)
	}
}

func (d *diary) told(ev domain.Event, err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
	g := d.run.Home.Gateways[diaryGateway]
	ev.Edge = domain.EdgeRef{Gateway: diaryGateway, Epoch: 1, Seq: g.Cursor + 1}
	d.record(ev)
}

func (d *diary) report(id domain.DeviceID, name string, value thing.Value) {
	d.t.Helper()
	d.told(d.run.Home.Report(diaryGateway, id, map[string]thing.Value{name: value}, domain.CommandID{}))
}

func (d *diary) rule(n byte, doc domain.RuleDocument) domain.RuleID {
	d.t.Helper()
	id := domain.RuleID{1: 6, 15: n}
	d.record(domain.Event{Entity: id.Entity(), Actor: domain.PersonActor(domain.PersonID{1: 2}), Fact: domain.RuleEdited{Document: doc}})
	return id
}

func (d *diary) pass(by time.Duration) {
	d.t.Helper()
	d.now = d.now.Add(by)
	if err := d.run.Advance(d.now); err != nil {
		d.t.Fatal(err)
	}
}

// with returns the log with another one instead of those events that change takes:
// nil takes one away. Its seqs and causes stay those of a log.
func (d *diary) with(change func(ev *domain.RecordedEvent) []*domain.RecordedEvent) []*domain.RecordedEvent {
	places := map[domain.Seq]domain.Seq{}
	var log []*domain.RecordedEvent
	for _, ev := range d.log {
		for _, kept := range change(ev) {
			moved := *kept
			moved.Seq = domain.Seq(len(log) + 1)
			moved.Causation = places[ev.Causation]
			if kept == ev {
				places[ev.Seq] = moved.Seq
			}
			log = append(log, &moved)
		}
	}
	return log
}

// A checker that finds nothing must have looked: whatever is taken out of a right
// log, or put into it, is named.
func TestWhatRulesDidTooOftenOrNotAtAllIsNamed(t *testing.T) {
	t.Parallel()
	d := written(t)
	keep := func(ev *domain.RecordedEvent) []*domain.RecordedEvent { return []*domain.RecordedEvent{ev} }
	of := func(id domain.RuleID, match func(domain.Fact) bool, do func(*domain.RecordedEvent) []*domain.RecordedEvent) []*domain.RecordedEvent {
		done := false
		return d.with(func(ev *domain.RecordedEvent) []*domain.RecordedEvent {
			if !done && ev.Entity == id.Entity() && match(ev.Fact) {
				done = true
				return do(ev)
			}
			return keep(ev)
		})
	}
	is := func(eventType string) func(domain.Fact) bool {
		return func(f domain.Fact) bool { return f.EventType() == eventType }
	}
	drop := func(*domain.RecordedEvent) []*domain.RecordedEvent { return nil }
	double := func(ev *domain.RecordedEvent) []*domain.RecordedEvent {
		again := *ev
		return []*domain.RecordedEvent{ev, &again}
	}
	started := *d.rules.watched[0]
	started.starts = []time.Time{d.log[0].RecordedAt.Add(18 * time.Second)}
	motion, minutely := started.id, d.rules.minutely
	for name, c := range map[string]struct {
		log  []*domain.RecordedEvent
		want string
	}{
		"nothing":            {d.with(keep), ""},
		"a firing lost":      {of(motion, is("rule.fired"), drop), "did not fire"},
		"a firing doubled":   {of(motion, is("rule.fired"), double), "fired 2 times"},
		"an action lost":     {of(motion, is("notice.raised"), drop), "did its actions [2]"},
		"an action doubled":  {of(motion, is("notice.raised"), double), "did its actions [0 0 2]"},
		"a delay lost":       {of(motion, is("rule.wait_ended"), drop), "did its actions"},
		"a minute lost":      {of(minutely, is("rule.wait_ended"), drop), "nobody noticed"},
		"a minute doubled":   {of(minutely, is("rule.wait_ended"), double), "came twice"},
		"no cut":             {d.with(uncut), "were not cut"},
		"owners not told":    {d.with(untold), "were not cut"},
		"a start that fires": {d.with(keep), "which was no news"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := ruleCheck{automation: d.rules, log: c.log}
			if name == "a start that fires" {
				r.watched = []*watched{&started}
			}
			r.run()
			found := slices.ContainsFunc(r.problems, func(p string) bool { return strings.Contains(p, c.want) })
			if c.want == "" && len(r.problems) > 0 || c.want != "" && !found {
				t.Errorf("found %q, want %q", r.problems, c.want)
			}
			if r.firings == 0 || r.cuts == 0 && name != "no cut" {
				t.Errorf("%d firings and %d cuts: this proves little", r.firings, r.cuts)
			}
		})
	}
}

func uncut(ev *domain.RecordedEvent) []*domain.RecordedEvent {
	if _, cut := ev.Fact.(domain.RuleCut); cut {
		return nil
	}
	return []*domain.RecordedEvent{ev}
}

func untold(ev *domain.RecordedEvent) []*domain.RecordedEvent {
	if notice, ok := ev.Fact.(domain.NoticeRaised); ok && notice.About == domain.NoticeOfCut {
		return nil
	}
	return []*domain.RecordedEvent{ev}
}
