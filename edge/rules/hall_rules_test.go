package rules

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/outbox"
	"logis/edge/radio"
	"logis/wire"
)

// C-10: what opens is done by a rule at the gateway with an owner's leave for this
// version and device only, and never against the home's policy.
func TestWhatOpensNeedsLeaveAndTheHomesPolicyAtTheGatewayToo(t *testing.T) {
	t.Parallel()
	leave := []domain.Grant{{Device: domain.DeviceID{}, By: domain.PersonActor(domain.PersonID{7}), Seq: 4}}
	away := domain.Policy{Clauses: []domain.Clause{{Classes: []thing.Class{thing.Opening}, Modes: []domain.Mode{domain.ModeAway}}}}
	alone := domain.Policy{Clauses: []domain.Clause{{Classes: []thing.Class{thing.Opening}, Unattended: true}}}
	for name, c := range map[string]struct {
		granted bool
		profile domain.Profile
		opens   bool
	}{
		"with leave":                       {true, domain.Profile{}, true},
		"without":                          {false, domain.Profile{}, false},
		"policy, and the mode is another":  {true, domain.Profile{Policy: away, Mode: domain.ModeHome}, true},
		"policy, while away":               {true, domain.Profile{Policy: away, Mode: domain.ModeAway}, false},
		"policy, and nobody is known home": {true, domain.Profile{Policy: alone}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHall(t, true)
			r := h.onMotion(1, domain.Action{Command: &domain.CommandAction{Device: h.lock, Action: "unlockDoor"}}, h.lightIs(true))
			if c.granted {
				r.Grants = slices.Clone(leave)
				r.Grants[0].Device = h.lock
			}
			h.bundle.Profile = c.profile
			h.bundle.Profile.TimeZone = "UTC"
			h.run(r)
			h.moves()
			opened := slices.ContainsFunc(h.given, func(c wire.Command) bool { return c.Action == "unlockDoor" && c.Class == thing.Opening })
			lit := slices.ContainsFunc(h.given, func(c wire.Command) bool { return c.Device == h.light })
			failed := slices.ContainsFunc(h.entries(), func(e wire.Entry) bool { return e.Kind == wire.KindRule && e.Fact == "rule.failed" })
			if opened != c.opens || failed == c.opens || !lit {
				t.Errorf("the lock was opened: %v, the rule failed: %v, the light was lit: %v", opened, failed, lit)
			}
		})
	}
}

// What a rule has fade, by itself or by a scene, fades where the rule runs, and the
// cloud is told so.
func TestARuleAtTheGatewayHasLampsFade(t *testing.T) {
	t.Parallel()
	h := newHall(t, true)
	h.must(h.sink.Device(t.Context(), radio.Device{Address: "ceiling", Kind: "dimmable-light"}))
	ceiling := outbox.DeviceID(h.bundle.Gateway, radioName+"/ceiling")
	dim := func(level thing.Value) map[string]thing.Value { return map[string]thing.Value{"currentLevel": level} }
	h.bundle.Scenes = []domain.Scene{{ID: domain.SceneID{5}, Version: 3, TransitionMS: 20000, Settings: []domain.SceneSetting{
		{Device: ceiling, Set: dim("60")}, {Device: h.light, Set: map[string]thing.Value{"onOff": "true"}},
	}}}
	h.run(h.onMotion(1,
		domain.Action{Command: &domain.CommandAction{Device: ceiling, Set: dim("10"), TransitionMS: 1500}},
		domain.Action{Scene: &domain.SceneAction{Scene: domain.SceneID{5}}},
	))
	h.moves()
	want := []int64{1500, 20000, 0} // the light has no dimmer
	over := func(c wire.Command) int64 { return c.TransitionMS }
	if got := each(h.given, over); !slices.Equal(got, want) {
		t.Errorf("the executor is given transitions of %v ms, want %v", got, want)
	}
	acts := slices.DeleteFunc(h.entries(), func(e wire.Entry) bool { return e.Kind != wire.KindAct })
	if got := each(acts, func(e wire.Entry) int64 { return e.TransitionMS }); !slices.Equal(got, want) {
		t.Errorf("the cloud is told transitions of %v ms, want %v", got, want)
	}
}

func each[T any](all []T, of func(T) int64) []int64 {
	var out []int64
	for _, one := range all {
		out = append(out, of(one))
	}
	return out
}

// A gateway that was never told what time it is runs what needs no time of day.
func TestAGatewayThatDoesNotKnowTheTimeRunsWhatNeedsNone(t *testing.T) {
	t.Parallel()
	h := newHall(t, false)
	byDay := h.onMotion(2, h.lightIs(true))
	byDay.Document.Condition = &domain.Condition{Time: &domain.TimeTest{After: "00:00", Before: "23:59"}}
	clocked := h.onMotion(3, h.lightIs(true))
	clocked.Document.Triggers = []domain.Trigger{{Cron: &domain.CronTrigger{Line: "* * * * *"}}}
	wait := domain.Action{Delay: &domain.DelayAction{MS: (5 * time.Minute).Milliseconds()}}
	h.run(h.onMotion(1, h.lightIs(true), wait, h.lightIs(false)), byDay, clocked)
	if n := h.moves(); n != 1 {
		t.Fatalf("%d commands were given when somebody came, want that of the rule without a time", n)
	}
	h.pass(5*time.Minute - time.Second)
	if len(h.given) != 1 {
		t.Errorf("%d commands before five minutes are over", len(h.given))
	}
	h.pass(time.Second)
	if len(h.given) != 2 || h.given[1].Set["onOff"] != "false" {
		t.Errorf("after five minutes the commands are %+v", h.given)
	}
}

// What was begun before the time was known ends when it should, and times of day come
// from then on.
func TestADelayGoesOnWhenTheTimeBecomesKnown(t *testing.T) {
	t.Parallel()
	h := newHall(t, false)
	wait := domain.Action{Delay: &domain.DelayAction{MS: time.Minute.Milliseconds()}}
	hourly := h.onMotion(2, h.lightIs(true))
	hourly.Document.Triggers = []domain.Trigger{{Cron: &domain.CronTrigger{Line: "0 * * * *"}}}
	h.run(h.onMotion(1, wait, h.lightIs(false)), hourly)
	h.moves()
	h.pass(30 * time.Second)
	h.options.Time.Hear(h.machine.Boot(), epochOfTests.Add(h.machine.Boot()).UnixMilli())
	h.pass(29 * time.Second)
	if len(h.given) != 0 {
		t.Errorf("given %+v before a minute was over", h.given)
	}
	h.pass(time.Second)
	if len(h.given) != 1 {
		t.Errorf("given %+v after a minute", h.given)
	}
	now, _ := h.options.Time.Now()
	h.pass(now.At.Truncate(time.Hour).Add(time.Hour).Sub(now.At) - time.Second)
	if len(h.given) != 1 {
		t.Errorf("given %+v before the hour", h.given)
	}
	h.pass(time.Second)
	if len(h.given) != 2 {
		t.Errorf("given %+v at the hour", h.given)
	}
}

// told returns the last word about which rules run here.
func (h *hall) told() (last wire.Entry) {
	h.t.Helper()
	for _, e := range h.entries() {
		if e.Kind == wire.KindPlaced {
			last = e
		}
	}
	return last
}

// A bundle that cannot be read any more leaves the one before, as far as the cloud
// was told of it; the cloud hears what is left.
func TestADamagedBundleLeavesTheLastGoodOne(t *testing.T) {
	t.Parallel()
	h := newHall(t, true)
	stays, gone := h.onMotion(1, h.lightIs(true)), h.onMotion(2, h.lightIs(true))
	h.run(stays)
	h.run(stays, gone)
	if n := h.moves(); n != 2 {
		t.Fatalf("%d commands, want one of each rule", n)
	}
	damage := func(names ...string) {
		h.stop()
		for _, name := range names {
			path := filepath.Join(h.dir, name)
			text, err := os.ReadFile(path)
			h.must(err)
			h.must(os.WriteFile(path, text[:len(text)/2], 0o600))
		}
		h.again()
	}
	damage(newest)
	if n, told := h.moves(), h.told(); n != 1 || len(told.Rules) != 1 || told.Rules[0].Rule != stays.ID || told.Reason != "damaged" {
		t.Errorf("%d commands; the cloud was told %+v", n, told)
	}
	damage(newest, former)
	if n, told := h.moves(), h.told(); n != 0 || len(told.Rules) != 0 || !told.Anew {
		t.Errorf("without any bundle: %d commands; the cloud was told %+v", n, told)
	}
	h.run(stays, gone)
	if n := h.moves(); n != 2 {
		t.Errorf("%d commands after the cloud brought the rules again", n)
	}
}

// An outbox that was put back from an old copy begins anew: the rules run on, what
// they waited for is over, and the cloud is told so.
func TestRulesRunOnWhenAnOldOutboxIsPutBack(t *testing.T) {
	t.Parallel()
	h := newHall(t, true)
	wait := domain.Action{Delay: &domain.DelayAction{MS: time.Minute.Milliseconds()}}
	h.run(h.onMotion(1, h.lightIs(true), wait, h.lightIs(false)))
	if n := h.moves(); n != 1 {
		t.Fatalf("%d commands", n)
	}
	if _, err := h.box.Begin(t.Context(), 10_000, wire.Head{Seq: 20_000}); !errors.Is(err, outbox.ErrRestored) {
		t.Fatalf("the outbox says %v", err)
	}
	if told := h.told(); !told.Anew || len(told.Rules) != 1 {
		t.Errorf("the cloud was told %+v", told)
	}
	h.given = nil
	h.pass(2 * time.Minute)
	if len(h.given) != 0 {
		t.Errorf("what belonged to the other life of the file was done: %+v", h.given)
	}
	if n := h.moves(); n != 1 {
		t.Errorf("%d commands when somebody came again", n)
	}
}
