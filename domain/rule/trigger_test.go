package rule_test

import (
	"strings"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/rule"
	"logis/domain/thing"
)

// Each trigger is shown what makes it happen and what does not; a digit says how
// often the rule has fired by then.
func TestATriggerHappensExactlyWhenItShould(t *testing.T) {
	t.Parallel()
	property := func(p domain.PropertyTrigger) domain.Trigger { return domain.Trigger{Property: &p} }
	type step struct {
		does  func(h *house)
		fired int
	}
	report := func(id domain.DeviceID, name string, v thing.Value, fired int) step {
		return step{func(h *house) { h.report(id, name, v) }, fired}
	}
	pass := func(d time.Duration, fired int) step { return step{func(h *house) { h.pass(d) }, fired} }
	present := func(p domain.PersonID, is bool, fired int) step {
		return step{func(h *house) { h.by(p.Entity(), domain.MemberPresenceChanged{Present: is}) }, fired}
	}
	for name, c := range map[string]struct {
		trigger domain.Trigger
		steps   []step
	}{
		"to a value": {when(motion, "occupancy", "true"), []step{
			report(motion, "occupancy", "true", 0), // unknown → true
			report(motion, "occupancy", "false", 0),
			report(motion, "occupancy", "true", 1), report(motion, "occupancy", "true", 1),
			report(motion, "occupancy", "false", 1), report(motion, "occupancy", "true", 2),
		}},
		"from unknown, said so": {property(domain.PropertyTrigger{Device: motion, Property: "occupancy", To: "true", FromUnknown: true}), []step{
			report(motion, "occupancy", "true", 1), report(motion, "occupancy", "true", 1),
		}},
		"any change": {property(domain.PropertyTrigger{Device: warmth, Property: "temperature"}), []step{
			report(warmth, "temperature", "20", 0), report(warmth, "temperature", "20", 0),
			report(warmth, "temperature", "21", 1), report(warmth, "temperature", "20", 2),
		}},
		"from a value": {property(domain.PropertyTrigger{Device: lock, Property: "lockState", From: `"locked"`}), []step{
			report(lock, "lockState", `"unlocked"`, 0), report(lock, "lockState", `"locked"`, 0),
			report(lock, "lockState", `"notFullyLocked"`, 1), report(lock, "lockState", `"unlocked"`, 1),
		}},
		"above": {property(domain.PropertyTrigger{Device: warmth, Property: "temperature", Above: f(25)}), []step{
			report(warmth, "temperature", "25", 0), report(warmth, "temperature", "25.1", 1), report(warmth, "temperature", "30", 1),
			report(warmth, "temperature", "24.9", 1), report(warmth, "temperature", "26", 2),
		}},
		"below with hysteresis": {property(domain.PropertyTrigger{Device: warmth, Property: "temperature", Below: f(18), Hysteresis: 1}), []step{
			report(warmth, "temperature", "20", 0), report(warmth, "temperature", "17.9", 1),
			report(warmth, "temperature", "18.5", 1), report(warmth, "temperature", "17.9", 1), // not back far enough
			report(warmth, "temperature", "19", 1), report(warmth, "temperature", "17", 2),
		}},
		"held": {property(domain.PropertyTrigger{Device: motion, Property: "occupancy", To: "false", ForMS: 60000}), []step{
			report(motion, "occupancy", "true", 0), report(motion, "occupancy", "false", 0), pass(59*time.Second, 0),
			report(motion, "occupancy", "true", 0), pass(time.Hour, 0),
			report(motion, "occupancy", "false", 0), report(motion, "occupancy", "false", 0), pass(60*time.Second, 1), pass(time.Hour, 1),
		}},
		"a signal with its data": {domain.Trigger{Signal: &domain.SignalTrigger{Device: button, Event: "longPress"}}, []step{
			{func(h *house) {
				h.told(domain.Event{Entity: button.Entity(), Fact: domain.DeviceSignalled{Event: "longPress", Data: `{"position":1}`}}, nil)
			}, 1},
			{func(h *house) {
				h.told(domain.Event{Entity: button.Entity(), Fact: domain.DeviceSignalled{Event: "longRelease"}}, nil)
			}, 1},
		}},
		"arrives": {domain.Trigger{Presence: &domain.PresenceTrigger{Change: "arrives", Person: guest}}, []step{
			present(owner, true, 0), present(guest, true, 1), present(guest, false, 1),
		}},
		"last leaves": {domain.Trigger{Presence: &domain.PresenceTrigger{Change: "last_leaves"}}, []step{
			present(owner, true, 0), present(guest, true, 0), present(owner, false, 0), present(guest, false, 1),
		}},
		"mode": {domain.Trigger{Mode: &domain.ModeTrigger{To: domain.ModeAway}}, []step{
			{func(h *house) { h.by(homeID.Entity(), domain.HomeModeChanged{Mode: domain.ModeNight}) }, 0},
			{func(h *house) { h.by(homeID.Entity(), domain.HomeModeChanged{Mode: domain.ModeAway}) }, 1},
		}},
		"gateway lost": {domain.Trigger{Gateway: &domain.GatewayTrigger{Gateway: gateway, Change: "lost"}}, []step{
			{func(h *house) { h.by(gateway.Entity(), domain.GatewayDisconnected{Session: 1}) }, 1},
		}},
		"device back": {domain.Trigger{Device: &domain.DeviceTrigger{Device: lamp, Change: "back"}}, []step{
			{func(h *house) { h.told(h.Home.Reach(gateway, lamp, true)) }, 0}, // nobody knew
			{func(h *house) { h.told(h.Home.Reach(gateway, lamp, false)) }, 0},
			{func(h *house) { h.told(h.Home.Reach(gateway, lamp, true)) }, 1},
		}},
		"time of day": {domain.Trigger{Time: &domain.TimeTrigger{At: "14:00", Days: []string{"mon", "wed"}}}, []step{
			pass(59*time.Minute, 0), pass(time.Minute, 1), pass(24*time.Hour, 1), pass(24*time.Hour, 2),
		}},
		"cron": {domain.Trigger{Cron: &domain.CronTrigger{Line: "*/20 * * * *"}}, []step{pass(time.Hour, 3)}},
		"sunset": {domain.Trigger{Sun: &domain.SunTrigger{Event: "sunset", OffsetMinutes: 10}}, []step{
			pass(4*time.Hour+50*time.Minute, 0), pass(20*time.Minute, 1), pass(24*time.Hour, 2),
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			id := h.rule(1, doc(c.trigger))
			for i, s := range c.steps {
				s.does(h)
				h.wantFired(id, s.fired, "after step %d", i+1)
			}
		})
	}
}

func TestAnotherRuleIsATrigger(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := h.rule(1, doc(when(motion, "occupancy", "true"), domain.Action{Notify: &domain.NotifyAction{}}))
	second := h.rule(2, doc(domain.Trigger{Rule: &domain.RuleTrigger{Rule: first}}))
	h.report(motion, "occupancy", "false")
	seq := h.report(motion, "occupancy", "true").Seq
	h.wantFired(second, 1, "after the first")
	if got := h.since(seq); got != strings.Repeat("rule.fired ", 2)+"command.requested notice.raised" {
		t.Errorf("what followed is %s", got)
	}
	if fired, _ := h.log[seq+1].Fact.(domain.RuleFired); fired.Depth != 2 {
		t.Errorf("the second fired at depth %d", fired.Depth)
	}
	for _, ev := range h.log[seq:] {
		if ev.Correlation != seq {
			t.Errorf("%s belongs to the story of %d, not of %d", ev.Fact.EventType(), ev.Correlation, seq)
		}
	}
}

// P-4: what was told late, or because a gateway connected, triggers nothing.
func TestWhatIsNotNewsTriggersNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		flags domain.Flags
		age   time.Duration
		fires bool
	}{
		"now": {0, 0, true}, "at the limit": {0, rule.Freshness, true}, "past it": {0, rule.Freshness + time.Second, false},
		"historic": {domain.Historic, 0, false}, "present state": {domain.Snapshot, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			id := h.rule(1, doc(when(motion, "occupancy", "true")))
			held := h.rule(2, doc(domain.Trigger{Property: &domain.PropertyTrigger{Device: motion, Property: "occupancy", To: "true", ForMS: 1000}}))
			h.report(motion, "occupancy", "false")
			h.reportFlagged(motion, "occupancy", "true", c.flags, c.age)
			h.pass(time.Minute)
			if fired := h.fired(id) == 1 && h.fired(held) == 1; fired != c.fires {
				t.Errorf("the rules fired %d and %d times", h.fired(id), h.fired(held))
			}
		})
	}
}

// A server that was away does not catch up on what it missed, but what it had begun
// it ends: without what opens.
func TestWhatWasDueWhileNobodyLookedIsMissed(t *testing.T) {
	t.Parallel()
	for _, late := range []time.Duration{0, rule.Freshness, rule.Freshness + time.Second} {
		h := newHouse(t)
		scheduled := h.rule(1, doc(domain.Trigger{Time: &domain.TimeTrigger{At: "13:30"}}))
		delayed := h.rule(2, doc(when(motion, "occupancy", "true"), wait(30*time.Minute), lightOff(),
			domain.Action{Command: &domain.CommandAction{Device: lock, Action: "unlockDoor"}}), lock)
		h.report(motion, "occupancy", "false")
		h.report(motion, "occupancy", "true")
		h.now = h.now.Add(30*time.Minute + late)
		err := rule.EndWaits(h.Home, h.At, h.now, func(ev domain.Event) (*domain.RecordedEvent, error) { return h.Record(ev, h.now) })
		if err != nil {
			t.Fatal(err)
		}
		missed := late > rule.Freshness
		if (h.fired(scheduled) == 0) != missed {
			t.Errorf("%s late, the schedule fired %d times", late, h.fired(scheduled))
		}
		lights, openings := 0, 0
		for _, ev := range h.log {
			if c, ok := ev.Fact.(domain.CommandRequested); ok && ev.Actor == domain.RuleActor(delayed) {
				lights, openings = lights+len(c.Set), openings+len(c.Action)/len("unlockDoor")
			}
		}
		if lights != 1 || (openings == 0) != missed {
			t.Errorf("%s late, %d lights and %d openings were asked for", late, lights, openings)
		}
		if next := rule.WaitsOf(h.Home, scheduled); len(next) != 1 || next[0].Due.Sub(h.now) < 23*time.Hour {
			t.Errorf("%s late, it waits for %v", late, next)
		}
	}
}

func TestARuleFiresOnceForOneEvent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := doc(when(motion, "occupancy", "true"))
	d.Triggers = append(d.Triggers, domain.Trigger{Property: &domain.PropertyTrigger{Device: motion, Property: "occupancy"}})
	id := h.rule(1, d)
	h.report(motion, "occupancy", "false")
	h.report(motion, "occupancy", "true")
	h.wantFired(id, 1, "two triggers, one event")
}

func TestARuleThatMayNotFireIsSilent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.rule(1, doc(when(motion, "occupancy", "true"), wait(time.Second), lightOn()))
	flip := func() {
		h.report(motion, "occupancy", "false")
		h.report(motion, "occupancy", "true")
	}
	flip()
	h.by(id.Entity(), domain.RuleDisabled{})
	seq := h.Home.Seq
	flip()
	h.pass(time.Minute)
	if got := h.since(seq + 2); got != "" {
		t.Errorf("disabled in the middle of its actions, it did %s", got)
	}
	h.by(id.Entity(), domain.RuleEnabled{})
	h.by(id.Entity(), domain.RulePlaced{Gateway: gateway})
	flip()
	h.by(id.Entity(), domain.RulePlaced{})
	h.wantFired(id, 1, "disabled, and then on a gateway")
	flip()
	h.wantFired(id, 2, "back in the cloud")
}
