package rule_test

import (
	"strings"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/rule"
)

func motionSeen(h *house) *domain.RecordedEvent {
	h.Helper()
	h.report(motion, "occupancy", "false")
	return h.report(motion, "occupancy", "true")
}

func TestActionsFollowInTheirOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.report(lamp, "onOff", "false")
	h.by(evening.Entity(), domain.SceneEdited{Settings: []domain.SceneSetting{
		{Device: lamp, Set: set("onOff", "true")}, {Device: plug, Set: set("onOff", "true")},
	}})
	id := h.rule(1, doc(when(motion, "occupancy", "true"),
		domain.Action{Mode: &domain.ModeAction{To: domain.ModeNight}}, domain.Action{Scene: &domain.SceneAction{Scene: evening}},
		wait(5*time.Minute), domain.Action{Notify: &domain.NotifyAction{Person: owner}}, lightOff()))
	ev := motionSeen(h)
	if got := h.since(ev.Seq); got != "rule.fired home.mode_changed scene.activated"+strings.Repeat(" command.requested", 2)+" rule.waited" {
		t.Errorf("at once: %s", got)
	}
	if before := h.Home.Scenes[evening].Activated.Before; len(before) != 1 || before[0].Device != lamp || before[0].Set["onOff"] != "false" {
		t.Errorf("the scene remembers %v", before)
	}
	seq := h.Home.Seq
	h.pass(5*time.Minute - time.Millisecond)
	if got := h.since(seq); got != "" {
		t.Errorf("too early: %s", got)
	}
	h.pass(time.Millisecond)
	if got := h.since(seq); got != "rule.wait_ended notice.raised command.superseded command.requested" {
		t.Errorf("after the delay: %s", got)
	}
	for _, follows := range h.log[ev.Seq:] {
		if follows.Correlation != ev.Seq || follows.Causation == 0 {
			t.Errorf("%s follows from %d in the story of %d", follows.Fact.EventType(), follows.Causation, follows.Correlation)
		}
	}
	h.wantFired(id, 1, "once")
}

func TestTheWaysOfConcurrency(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		concurrency  domain.Concurrency
		limit        int
		fired, moves int // of three triggers, 10 s apart, with a delay of a minute
		last         time.Duration
	}{
		{domain.Single, 0, 1, 1, 60 * time.Second},
		{domain.Restart, 0, 3, 1, 80 * time.Second},
		{domain.Queued, 2, 2, 2, 120 * time.Second},
		{domain.Queued, 0, 3, 3, 180 * time.Second},
		{domain.Parallel, 2, 2, 2, 70 * time.Second},
		{domain.Parallel, 0, 3, 3, 80 * time.Second},
	} {
		t.Run(string(c.concurrency), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			d := doc(when(motion, "occupancy", "true"), wait(time.Minute), lightOn())
			d.Concurrency, d.Limit = c.concurrency, c.limit
			id := h.rule(1, d)
			start := h.now
			for range 3 {
				motionSeen(h)
				h.pass(10 * time.Second)
			}
			h.pass(10 * time.Minute)
			h.wantFired(id, c.fired, "limit %d", c.limit)
			moves, last := 0, time.Duration(0)
			for _, ev := range h.log {
				if _, ok := ev.Fact.(domain.CommandRequested); ok {
					moves, last = moves+1, ev.RecordedAt.Sub(start)
				}
			}
			if moves != c.moves || last != c.last {
				t.Errorf("limit %d: %d commands, the last after %s; want %d, %s", c.limit, moves, last, c.moves, c.last)
			}
			if waits := h.Home.Runs[id].Waits; len(waits) > 0 {
				t.Errorf("it waits for ever: %v", waits)
			}
		})
	}
}

func TestWhatARuleCannotHaveIsRecordedAndTheRestGoesOn(t *testing.T) {
	t.Parallel()
	unlock := domain.Action{Command: &domain.CommandAction{Device: lock, Action: "unlockDoor"}}
	for name, c := range map[string]struct {
		prepare func(h *house, id domain.RuleID)
		want    domain.Code
	}{
		"no leave any more": {func(h *house, id domain.RuleID) {
			h.by(id.Entity(), domain.RuleEdited{Document: h.Home.Rules[id].Document})
		}, domain.Forbidden},
		"the home's policy": {func(h *house, _ domain.RuleID) {
			h.by(homeID.Entity(), domain.PolicyEdited{Clauses: []domain.Clause{{Devices: []domain.DeviceID{lock}, Unattended: true}}})
		}, domain.Forbidden},
		"the gateway is away": {func(h *house, _ domain.RuleID) {
			h.by(gateway.Entity(), domain.GatewayDisconnected{Session: 1})
		}, domain.EdgeOffline},
		"the device is gone": {func(h *house, _ domain.RuleID) { h.told(h.Home.Unregister(gateway, lock)) }, domain.NotFound},
		"nothing":            {func(*house, domain.RuleID) {}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			id := h.rule(1, doc(when(motion, "occupancy", "true"), unlock, lightOn()), lock)
			c.prepare(h, id)
			ev := motionSeen(h)
			var failed domain.Code
			lights := 0
			for _, follows := range h.log[ev.Seq:] {
				switch fact := follows.Fact.(type) {
				case domain.RuleFailed:
					failed = fact.Code
				case domain.CommandRequested:
					lights += len(fact.Set)
				}
			}
			if failed != c.want || lights != 1 {
				t.Errorf("it failed with %q, want %q; %d lights", failed, c.want, lights)
			}
		})
	}
}

func mode(to domain.Mode) domain.Action { return domain.Action{Mode: &domain.ModeAction{To: to}} }

func modeIs(to domain.Mode) domain.Trigger {
	return domain.Trigger{Mode: &domain.ModeTrigger{To: to}}
}

// C-9: two rules that undo each other are cut, both named, and the owners told.
func TestRulesThatFightAreCut(t *testing.T) {
	t.Parallel()
	const pairs = 1000
	for range pairs {
		h := newHouse(t)
		first := h.rule(1, doc(modeIs(domain.ModeAway), mode(domain.ModeHome)))
		second := h.rule(2, doc(modeIs(domain.ModeHome), mode(domain.ModeAway)))
		ev := h.by(homeID.Entity(), domain.HomeModeChanged{Mode: domain.ModeAway})
		cuts, notices, firings := 0, 0, 0
		for _, follows := range h.log[ev.Seq:] {
			switch fact := follows.Fact.(type) {
			case domain.RuleCut:
				cuts++
				by := domain.RuleID(follows.Entity)
				if by == fact.Other || by != first && by != second || fact.Other != first && fact.Other != second {
					t.Fatalf("it names %s and %s", by, fact.Other)
				}
			case domain.NoticeRaised:
				notices++
			case domain.RuleFired:
				firings++
			}
		}
		if cuts != 1 || notices != 1 || firings != rule.MaxDepth {
			t.Fatalf("%d cuts, %d notices, %d firings", cuts, notices, firings)
		}
	}
}

// A hundred fighting pairs in one home end, and soon: at most as many rules fire in
// a row as may, and each is cut once.
func TestAHomeFullOfFightingRulesComesToRest(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for n := range 100 {
		h.rule(byte(2*n+1), doc(modeIs(domain.ModeAway), mode(domain.ModeHome)))
		h.rule(byte(2*n+2), doc(modeIs(domain.ModeHome), mode(domain.ModeAway)))
	}
	ev := h.by(homeID.Entity(), domain.HomeModeChanged{Mode: domain.ModeAway})
	if events := int(h.Home.Seq - ev.Seq); events > 200*3*rule.MaxDepth {
		t.Errorf("%d events followed", events)
	}
	before := h.Home.Seq
	h.by(homeID.Entity(), domain.HomeModeChanged{Mode: domain.ModeNight})
	if h.Home.Seq != before+1 {
		t.Errorf("it goes on")
	}
}

// Rules that fight over a device through its own reports are cut by how deep they
// go; without proof of the cause, by how fast the device may move.
func TestADeviceIsMovedNoFasterThanItsClassBears(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.rule(1, doc(when(motion, "occupancy", "true"), lightOn()))
	h.rule(2, doc(when(motion, "occupancy", "false"), lightOff()))
	h.rule(3, doc(when(motion, "occupancy", "true"), domain.Action{Command: &domain.CommandAction{Device: lock, Action: "lockDoor"}}))
	moves, locks, cuts := 0, 0, map[domain.DeviceID]int{}
	for range 50 {
		motionSeen(h)
		h.now = h.now.Add(time.Second)
	}
	for _, ev := range h.log {
		switch fact := ev.Fact.(type) {
		case domain.CommandRequested:
			moves, locks = moves+len(fact.Set), locks+len(fact.Action)/len("lockDoor")
		case domain.RuleCut:
			cuts[fact.Device]++
			if fact.Device == lamp && fact.Other.IsZero() {
				t.Error("the other rule is not named")
			}
		}
	}
	if moves != domain.MaxRelayMoves || locks != domain.MaxLockMoves {
		t.Errorf("in 50 s the lamp moved %d times and the lock %d times", moves, locks)
	}
	if cuts[lamp] != 2 || cuts[lock] != 1 { // once for each rule
		t.Errorf("the cuts are %v", cuts)
	}
}

// What a device reports because a rule moved it belongs to that rule's chain.
func TestALoopThroughADeviceIsCut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	on := h.rule(1, doc(when(lamp, "onOff", "true"), lightOff()))
	h.rule(2, doc(when(lamp, "onOff", "false"), lightOn()))
	h.report(lamp, "onOff", "false")
	h.report(lamp, "onOff", "true")
	for range 2 * rule.MaxDepth { // the lamp follows
		for _, c := range h.Home.Commands {
			if c.Set["onOff"] == h.Home.Twins[lamp].Properties["onOff"].Reported.Value {
				continue
			}
			h.told(h.Home.Report(gateway, lamp, c.Set, c.ID))
			if h.Home.Commands[c.ID] != nil {
				h.told(h.Home.EndCommand(gateway, lamp, domain.Result{Command: c.ID, Outcome: domain.Succeeded}))
			}
			break
		}
	}
	cuts := 0
	for _, ev := range h.log {
		if fact, ok := ev.Fact.(domain.RuleCut); ok {
			cuts++
			if fact.Reason != domain.CutDepth || fact.Other.IsZero() {
				t.Errorf("cut by %+v", fact)
			}
		}
	}
	if cuts != 1 {
		t.Errorf("%d cuts; the first rule fired %d times", cuts, h.fired(on))
	}
}

// A rule calls what the home has registered. One that is off or gone is a failed
// action, and the others go on.
func TestARuleCallsAWebhookOfTheHome(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := domain.WebhookID{1}
	h.by(id.Entity(), domain.WebhookEdited{})
	hall := h.rule(1, doc(when(motion, "occupancy", "true"), domain.Action{Webhook: &domain.WebhookAction{Webhook: id}}, lightOn()))
	if place := rule.Place(h.Home, &h.Home.Rules[hall].Document); !place.IsZero() {
		t.Errorf("it would run on gateway %s, which calls nobody", place)
	}
	ev := motionSeen(h)
	if got := h.since(ev.Seq); got != "rule.fired webhook.called command.requested" {
		t.Errorf("it does %s", got)
	}
	called := h.log[ev.Seq+1]
	if fact, ok := called.Fact.(domain.WebhookCalled); !ok || called.Entity != id.Entity() || called.Actor != domain.RuleActor(hall) || fact.Fired != ev.Seq+1 {
		t.Errorf("%s by %s: %+v", called.Entity, called.Actor, called.Fact)
	}
	h.by(id.Entity(), domain.WebhookStopped{Reason: domain.StopFailing})
	ev = motionSeen(h)
	if got := h.since(ev.Seq); got != "rule.fired rule.failed command.superseded command.requested" {
		t.Errorf("while it is off it does %s", got)
	}
}

// A wait that no rule makes brings the engine to fall: the rule it belongs to failed,
// and neither the others nor the reports notice.
func TestAFaultOfTheEngineFailsItsRuleAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	broken := h.rule(1, doc(when(motion, "occupancy", "true")))
	other := h.rule(2, doc(when(motion, "occupancy", "true")))
	h.record(domain.Event{Entity: broken.Entity(), Actor: domain.RuleActor(broken), Fact: domain.RuleWaited{
		Kind: domain.WaitHeld, Trigger: -1, DueMS: h.now.Add(time.Second).UnixMilli(),
	}})
	h.pass(time.Minute)
	failed, ok := h.log[len(h.log)-1].Fact.(domain.RuleFailed)
	if !ok || failed.Code != domain.Internal || h.Home.Runs[broken].Failed.Seq != h.Home.Seq {
		t.Errorf("the fault is told as %+v", h.log[len(h.log)-1])
	}
	motionSeen(h)
	h.wantFired(broken, 1, "at the next report")
	h.wantFired(other, 1, "beside it")
}
