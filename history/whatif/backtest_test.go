package whatif_test

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/rule/ruletest"
	"logis/domain/thing"
	"logis/history/whatif"
)

// plain is a house with the devices a scene needs, the owner and their gateway.
type plain struct {
	*house
	life               *ruletest.Life
	motion, lamp, lock domain.DeviceID
}

func newPlain(t *testing.T) *plain {
	t.Helper()
	life := ruletest.New(1)
	p := &plain{house: newHouse(t, life), life: life}
	for _, kind := range []struct {
		name string
		into *domain.DeviceID
	}{{"motion-sensor", &p.motion}, {"dimmable-light", &p.lamp}, {"lock", &p.lock}} {
		for id, d := range p.present().Devices {
			if d.Kind == kind.name && (kind.into.IsZero() || bytes.Compare(id[:], kind.into[:]) < 0) {
				*kind.into = id
			}
		}
	}
	return p
}

// report has a device tell a value, a second after what was before.
func (p *plain) report(device domain.DeviceID, name string, value thing.Value) domain.Seq {
	p.Helper()
	p.pass(time.Second)
	home := p.present()
	ev, err := home.Report(p.life.Gateway, device, map[string]thing.Value{name: value}, domain.CommandID{})
	if err != nil {
		p.Fatal(err)
	}
	g := home.Gateways[p.life.Gateway]
	ev.Edge = domain.EdgeRef{Gateway: g.ID, Epoch: g.Epoch, Seq: g.Cursor + 1}
	return p.happen(ev)
}

func (p *plain) save(id domain.RuleID, doc domain.RuleDocument) {
	p.Helper()
	p.happen(domain.Event{Entity: id.Entity(), Actor: domain.PersonActor(p.life.Owner), Fact: domain.RuleEdited{Document: doc}})
}

func ruleID(n byte) domain.RuleID {
	return domain.RuleID{0x01, 0x8f, 6: 0x70, 8: 0x80, 14: 9, 15: n}
}

// on is: when a property becomes true, set the lamp, after an optional delay.
func (p *plain) on(device domain.DeviceID, name string, to, set thing.Value, delay time.Duration) domain.RuleDocument {
	doc := domain.RuleDocument{
		Triggers: []domain.Trigger{{Property: &domain.PropertyTrigger{Device: device, Property: name, To: to}}},
		Actions:  []domain.Action{{Command: &domain.CommandAction{Device: p.lamp, Set: map[string]thing.Value{"onOff": set}}}},
	}
	if delay > 0 {
		doc.Actions = slices.Insert(doc.Actions, 0, domain.Action{Delay: &domain.DelayAction{MS: delay.Milliseconds()}})
	}
	return doc
}

// walks lets somebody come and go n times, and returns when they came.
func (p *plain) walks(n int) (came []domain.Seq) {
	p.Helper()
	for range n {
		p.report(p.motion, "occupancy", "false")
		came = append(came, p.report(p.motion, "occupancy", "true"))
	}
	return came
}

func (p *plain) window(after domain.Seq) whatif.Window {
	return whatif.Window{Home: p.home, After: after, To: p.present().Seq, Until: p.now.Add(time.Hour)}
}

func TestADraftWouldHaveFiredOnEveryEventItWaitsForAndAskedForTheSame(t *testing.T) {
	t.Parallel()
	p := newPlain(t)
	p.report(p.motion, "occupancy", "false")
	start := p.present().Seq
	came := p.walks(3)
	doc := p.on(p.motion, "occupancy", "true", "true", 10*time.Minute)
	doc.Concurrency = domain.Parallel
	result := p.run(p.window(start), []whatif.Tested{{Rule: ruleID(1), Document: doc}})
	if result.Would[0] != 3 || result.Did != 0 || result.Differ != 3 || len(result.Rows) != 3 {
		t.Fatalf("%+v", result)
	}
	for i, row := range result.Rows {
		asked := row.Would[0].Asked
		if row.Seq != came[i] || len(asked) != 1 || asked[0].Entity != p.lamp.Entity() || asked[0].At.Sub(row.At) != 10*time.Minute {
			t.Errorf("row %d: %+v asked %+v, want event %d", i, row, asked, came[i])
		}
	}
}

func TestTwoVersionsStandBesideWhatTheRuleDid(t *testing.T) {
	t.Parallel()
	p := newPlain(t)
	p.report(p.motion, "occupancy", "false")
	doc := p.on(p.motion, "occupancy", "true", "true", 0)
	p.save(ruleID(1), doc)
	start := p.present().Seq
	came := p.walks(2)
	stricter := doc
	stricter.Condition = &domain.Condition{Mode: &domain.ModeTest{Is: []domain.Mode{domain.ModeNight}}}
	as := p.present().Rules[ruleID(1)]
	p.happen(domain.Event{Entity: ruleID(1).Entity(), Actor: domain.PersonActor(p.life.Owner), Fact: domain.RuleDisabled{}})
	came = append(came, p.walks(1)...)
	result := p.run(p.window(start),
		[]whatif.Tested{{Rule: ruleID(1), Version: as.Version, Document: as.Document}},
		[]whatif.Tested{{Rule: ruleID(1), Document: stricter}})
	if !slices.Equal(result.Would, []int{3, 0}) || result.Did != 2 || result.Differ != 3 {
		t.Fatalf("%+v", result)
	}
	for i, row := range result.Rows {
		if row.Seq != came[i] || row.Would[0] == nil || row.Would[1] != nil || (row.Did == nil) != (i == 2) {
			t.Errorf("row %d: %+v", i, row)
		}
	}
}

// What a rule caused is not there when it is tried, and what it would have caused is:
// once its lamp is on, a rule that asks whether it is on stays silent.
func TestTheConsequencesAreThoseOfTheVersionThatIsTried(t *testing.T) {
	t.Parallel()
	p := newPlain(t)
	p.report(p.motion, "occupancy", "false")
	p.report(p.lamp, "onOff", "false")
	start := p.present().Seq
	came := p.walks(3)
	doc := p.on(p.motion, "occupancy", "true", "true", 0)
	doc.Condition = &domain.Condition{Property: &domain.PropertyTest{Device: p.lamp, Property: "onOff", Is: "false"}}
	result := p.run(p.window(start), []whatif.Tested{{Rule: ruleID(1), Document: doc}})
	if len(result.Rows) != 1 || result.Rows[0].Seq != came[0] {
		t.Errorf("%+v", result)
	}
	if is := p.present().Twins[p.lamp].Properties["onOff"].Reported.Value; is != "false" {
		t.Errorf("the lamp is %s: a backtest reached the home", is)
	}
}

func TestRulesThatFightAreNamedBeforeTheyAreSaved(t *testing.T) {
	t.Parallel()
	p := newPlain(t)
	p.report(p.motion, "occupancy", "false")
	p.report(p.lamp, "onOff", "false")
	start := p.present().Seq
	came := p.walks(1)
	p.report(p.lamp, "onOff", "true")
	p.save(ruleID(1), p.on(p.lamp, "onOff", "true", "false", 0))
	p.save(ruleID(2), p.on(p.motion, "occupancy", "true", "true", 0))
	check := func(doc domain.RuleDocument) []whatif.Warning {
		warnings, err := whatif.Check(t.Context(), p.log, p.window(start), p.present(), whatif.Tested{Rule: ruleID(3), Document: doc})
		if err != nil {
			t.Fatal(err)
		}
		return warnings
	}
	loop := check(p.on(p.lamp, "onOff", "false", "true", 0))
	pair := []domain.RuleID{ruleID(1), ruleID(3)}
	if !slices.ContainsFunc(loop, func(w whatif.Warning) bool {
		return w.Kind == whatif.Loop && slices.Equal(w.Rules, pair) && slices.Contains(w.Seqs, came[0])
	}) {
		t.Errorf("no loop of both, begun by %d: %+v", came[0], loop)
	}
	p.happen(domain.Event{Entity: ruleID(1).Entity(), Actor: domain.PersonActor(p.life.Owner), Fact: domain.RuleRemoved{}})
	fight := check(p.on(p.motion, "occupancy", "true", "false", 2*time.Second))
	if len(fight) != 1 || fight[0].Kind != whatif.Conflict || !slices.Equal(fight[0].Rules, []domain.RuleID{ruleID(2), ruleID(3)}) ||
		fight[0].Device != p.lamp || fight[0].Property != "onOff" || !slices.Equal(fight[0].Seqs, came) {
		t.Errorf("%+v", fight)
	}
	if peace := check(p.on(p.motion, "occupancy", "true", "true", 10*time.Second)); len(peace) != 0 {
		t.Errorf("%+v", peace)
	}
}

func TestABacktestEndsWithItsRequestAndWithTooManyFirings(t *testing.T) {
	t.Parallel()
	p := newPlain(t)
	p.report(p.motion, "occupancy", "false")
	start := p.present().Seq
	p.now = p.now.Add(24 * time.Hour) // a rule of every minute fires 1440 times
	end := p.report(p.motion, "occupancy", "false")
	doc := p.on(p.motion, "occupancy", "true", "true", 0)
	doc.Triggers = []domain.Trigger{{Cron: &domain.CronTrigger{Line: "* * * * *"}}}
	tested := []whatif.Tested{{Rule: ruleID(1), Document: doc}}
	p.report(p.motion, "occupancy", "false")
	result := p.run(p.window(start), tested)
	if result.Full || result.To != end || len(result.Rows) < whatif.MaxRows {
		t.Errorf("full %v, to %d of %d, %d rows", result.Full, result.To, end, len(result.Rows))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := whatif.Run(ctx, p.log, p.window(start), tested); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// Nothing that a backtest is made of can write to a log or send a command.
func TestABacktestCannotReachTheHomeByConstruction(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "logis/history/whatif").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, linked := range strings.Fields(string(out)) {
		ours := strings.HasPrefix(linked, "logis/")
		if (ours && linked != "logis/history/whatif" && linked != "logis/domain" && !strings.HasPrefix(linked, "logis/domain/")) ||
			strings.HasPrefix(linked, "github.com/jackc/") || linked == "net" || linked == "database/sql" {
			t.Errorf("it links %s", linked)
		}
	}
}
