package domain_test

import (
	"slices"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
)

var dim = domain.CommandRequest{Device: lamp, Set: set("currentLevel", "60"), Transition: 2 * time.Minute}

// C-1 and C-3: a lamp may begin to fade until the deadline and take its transition
// from there; whoever hears nothing more waits for both, and not longer.
func TestAFadeIsGivenTheTimeItTakesAndNoMore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	waits := h.request(dim)
	c := h.Commands[waits]
	deadline := began.Add(thing.Comfort.Timing().Default)
	if !c.Deadline.Equal(deadline) || c.Transition() != dim.Transition {
		t.Errorf("a fade is asked as %+v", c)
	}
	if ev, ok := h.SendCommand(waits, "a", deadline); !ok || ev.Fact.EventType() != "command.expired" {
		t.Errorf("at its deadline a fade that never left gives %+v", ev)
	}
	h.recordIf(h.SendCommand(waits, "a", h.now))
	over := deadline.Add(dim.Transition + domain.AnswerGrace)
	if due, ok := c.DueAt(); !ok || !due.Equal(over) {
		t.Errorf("a fade under way is due at %s, want %s", due, over)
	}
	if ev, ok := h.SendCommand(waits, "a", deadline.Add(time.Second)); ok {
		t.Errorf("a fade under way, asked to be sent after its deadline, gives %+v", ev)
	}
	if ev, ok := h.CloseOverdue(waits, over.Add(-time.Nanosecond)); ok {
		t.Errorf("closed on its way with %+v", ev)
	}
	if ev, ok := h.CloseOverdue(waits, over); !ok || ev.Fact.EventType() != "command.unknown" {
		t.Errorf("closed with %+v", ev)
	}
}

// What a lamp says on its way is what it says: it neither confirms the command nor
// ends it, and the wish stands until the gateway's result.
func TestWhatALampSaysOnItsWayEndsNoFade(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.request(dim)
	h.recordIf(h.SendCommand(id, "a", h.now))
	h.told(gateway, h.must(h.Deliver(gateway, id)))
	for _, level := range []thing.Value{"20", "40", "60"} {
		h.told(gateway, h.must(h.Report(gateway, lamp, set("currentLevel", level), id)))
		p := h.Twins[lamp].Properties["currentLevel"]
		if c := h.Commands[id]; c == nil || c.Status != domain.Delivered || !p.Desired.Open || p.Reported.Value != level {
			t.Fatalf("at %s the command is %+v and the property %+v", level, c, p)
		}
	}
	h.told(gateway, h.must(h.EndCommand(gateway, lamp, domain.Result{Command: id, Outcome: domain.Succeeded})))
	if h.Commands[id] != nil || h.Twins[lamp].Properties["currentLevel"].Desired.Open {
		t.Error("the result did not end the fade")
	}
}

func TestATransitionThatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const bounds, atOnce = "must be from 0 to 10m0s", "must be left out: what is asked happens at once here"
	for _, c := range []struct {
		request domain.CommandRequest
		why     string
	}{
		{domain.CommandRequest{Device: lamp, Set: set("currentLevel", "60"), Transition: domain.MaxTransition + time.Millisecond}, bounds},
		{domain.CommandRequest{Device: lamp, Set: set("currentLevel", "60"), Transition: -time.Millisecond}, bounds},
		{domain.CommandRequest{Device: lamp, Action: "identify", Transition: time.Second}, atOnce},
		{domain.CommandRequest{Device: lock, Action: "lockDoor", Transition: time.Second}, atOnce},
		{domain.CommandRequest{Device: thermostat, Set: set("occupiedHeatingSetpoint", "20"), Transition: time.Second}, atOnce},
		{domain.CommandRequest{Device: curtain, Set: set("currentPositionLiftPercentage", "20"), Transition: time.Second}, atOnce},
	} {
		_, err := h.RequestCommand(c.request, h.now)
		wantFaults(t, err, domain.Fault{Field: "transition_ms", Message: c.why})
	}
	for _, most := range []domain.CommandRequest{
		{Device: lamp, Set: set("currentLevel", "60"), Transition: domain.MaxTransition},
		{Device: lamp, Set: set("onOff", "false"), Transition: domain.MaxTransition},
	} {
		if _, err := h.RequestCommand(withID(h, most), h.now); err != nil {
			t.Errorf("%v: %v", most.Set, err)
		}
	}
}

func withID(h *house, r domain.CommandRequest) domain.CommandRequest {
	r.Command = commandID(h.Seq + 1)
	return r
}

// Only what can fade is asked to; what takes a scene back is asked at once.
func TestASceneFadesWhatCanAndIsTakenBackAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.report(lamp, "currentLevel", "10")
	h.report(curtain, "currentPositionLiftPercentage", "0")
	h.record(domain.Event{Entity: sampleScene.Entity(), Fact: domain.SceneEdited{TransitionMS: 20000, Settings: []domain.SceneSetting{
		{Device: lamp, Set: set("currentLevel", "60")}, {Device: curtain, Set: set("currentPositionLiftPercentage", "50")},
	}}})
	ev, requests, err := h.ActivateScene(sampleScene, domain.PersonActor(founder), 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := transitions(requests); !slices.Equal(got, []time.Duration{20 * time.Second, 0}) {
		t.Errorf("lamp and curtain are asked with %v", got)
	}
	for _, r := range requests {
		if _, err := h.RequestCommand(withID(h, r), h.now); err != nil {
			t.Errorf("what the scene asks is refused: %v", err)
		}
	}
	h.record(ev)
	_, back, err := h.UndoScene(sampleScene, domain.PersonActor(founder))
	if err != nil {
		t.Fatal(err)
	}
	if got := transitions(back); !slices.Equal(got, []time.Duration{0, 0}) {
		t.Errorf("the scene is taken back with %v", got)
	}
}

func transitions(requests []domain.CommandRequest) []time.Duration {
	var all []time.Duration
	for _, r := range requests {
		all = append(all, r.Transition)
	}
	return all
}

func TestOneOfTwoThatCannotBothHaveTheirWayIsOvertaken(t *testing.T) {
	t.Parallel()
	values := func(names ...string) map[string]thing.Value {
		all := map[string]thing.Value{}
		for _, name := range names {
			all[name] = thing.Number(1)
		}
		return all
	}
	for _, c := range []struct {
		newer, older map[string]thing.Value
		want         bool
	}{
		{values("currentLevel"), values("currentLevel"), true},
		{values("currentLevel"), set("onOff", "false"), true},
		{set("onOff", "true"), values("currentLevel"), true},
		{set("onOff", "false"), values("currentHue"), true},
		{set("onOff", "true"), values("currentHue"), false},
		{values("currentHue"), values("currentLevel"), false},
		{values("colorTemperatureMireds"), values("currentHue", "currentSaturation"), true},
		{values("currentSaturation"), values("currentLevel", "currentHue"), true},
		{values("fanMode"), values("windSetting"), false},
		{nil, values("currentLevel"), false},
	} {
		if got := domain.Overtakes(c.newer, c.older); got != c.want {
			t.Errorf("%v overtakes %v: %v", c.newer, c.older, got)
		}
	}
}
