package api

import (
	"fmt"
	"slices"
	"testing"

	"logis/domain"
	"logis/domain/thing"
)

// A rule from nothing to its undo, as an app goes through it.
func TestTheLifeOfARule(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person("Ada")
	h := ada.house("Home")
	lamp, plug := h.device("light", "Lamp"), h.device("plug", "Plug")
	document := func(to string) string {
		return fmt.Sprintf(`{"triggers":[{"property":{"device":%q,"property":"onOff","to":true}}],
			"condition":{"mode":{"is":["home"]}},"actions":[{"command":{"device":%q,"set":{"onOff":%s}}}]}`, plug, lamp, to)
	}
	bad := ada.ask("POST", h.path+"/rules", `{"name":"Bad","document":{"triggers":[{"time":{"at":"25:00"}}],"actions":[{"webhook":{"url":"https://x"}}]}}`)
	if p := bad.refused(422, domain.Invalid); len(p.Errors) != 2 || p.Errors[0].Field != "document.triggers[0].time.at" {
		t.Errorf("the faults are %v", p.Errors)
	}
	var made Rule
	ada.ask("POST", h.path+"/rules", `{"name":"Follow","document":`+document("true")+`}`).want(201).into(&made)
	path := h.path + "/rules/" + made.ID.String()
	if made.Name != "Follow" || !made.Enabled || made.Version != made.Revision {
		t.Errorf("made is %+v", made)
	}

	h.turn(plug, false)
	h.turn(plug, true)
	fired := h.head()
	var got Rule
	ada.ask("GET", path, "").want(200).into(&got)
	if got.Fired.value == nil || got.Fired.value.Count != 1 {
		t.Fatalf("after its trigger it is %+v", got)
	}
	var commands Commands
	ada.ask("GET", h.path+"/commands", "").want(200).into(&commands)
	if len(commands.Items) != 1 || commands.Items[0].Device != lamp || commands.Items[0].Correlation != got.Fired.value.Cause {
		t.Errorf("it asked for %+v (head %d)", commands.Items, fired)
	}

	var modes Modes
	ada.ask("POST", h.path+"/mode", `{"mode":"away"}`).want(200).into(&modes)
	h.turn(plug, false)
	h.turn(plug, true)
	var why Explanation
	ada.ask("GET", fmt.Sprintf("%s/explain?seq=%d", path, h.head()), "").want(200).into(&why)
	if why.Reason != "condition" || why.Blame == nil || *why.Blame != "condition" || why.Checked[0].Seen != `"away"` {
		t.Errorf("it stayed silent because %+v", why)
	}

	tag := header{"If-Match", etag(got.Revision)}
	var changed Rule
	ada.ask("PATCH", path, `{"document":`+document("false")+`}`, tag).want(200).into(&changed)
	ada.ask("PATCH", path, `{"revert":1}`, header{"If-Match", etag(changed.Revision)}).refused(422, domain.Invalid)
	var back Rule
	ada.ask("PATCH", path, fmt.Sprintf(`{"revert":%d}`, made.Version), header{"If-Match", etag(changed.Revision)}).want(200).into(&back)
	var versions list[RuleVersion]
	ada.ask("GET", path+"/versions", "").want(200).into(&versions)
	if len(versions.Items) != 3 || versions.Items[0].Reverts == nil || *versions.Items[0].Reverts != made.Version ||
		back.Document.Actions[0].Command.Set["onOff"] != "true" {
		t.Errorf("the versions are %+v", versions.Items)
	}
	var copied Rule
	ada.ask("POST", path+"/copies", `{"name":"Another"}`).want(201).into(&copied)
	if copied.Enabled || copied.ID == made.ID {
		t.Errorf("the copy is %+v", copied)
	}
	ada.ask("DELETE", path, "", header{"If-Match", etag(back.Revision)}).want(204)
	ada.ask("GET", path, "").refused(404, domain.NotFound)
}

// What opens needs an owner's leave, for this very version.
func TestARuleThatOpensNeedsLeave(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person("Ada")
	h := ada.house("Home")
	lock := h.device("lock", "Door")
	draft := fmt.Sprintf(`"document":{"triggers":[{"time":{"at":"08:00"}}],"actions":[{"command":{"device":%q,"action":"unlockDoor"}}]}`, lock)
	ada.ask("POST", h.path+"/rules", `{"name":"Open",`+draft+`}`).refused(422, domain.Invalid)
	var checkup Checkup
	ada.ask("POST", h.path+"/rules/check", `{`+draft+`}`).want(200).into(&checkup)
	if len(checkup.Faults) != 1 || checkup.Faults[0].Field != "actions[0].command.device" {
		t.Errorf("the check says %v", checkup.Faults)
	}
	var r Rule
	ada.ask("POST", h.path+"/rules", fmt.Sprintf(`{"name":"Open",%s,"grants":[%q]}`, draft, lock)).want(201).into(&r)
	if len(r.Grants) != 1 || r.Grants[0] != lock {
		t.Errorf("the leave is %v", r.Grants)
	}
	tag := header{"If-Match", etag(r.Revision)}
	ada.ask("PATCH", h.path+"/rules/"+r.ID.String(), `{`+draft+`}`, tag).refused(422, domain.Invalid)
}

func TestASceneIsActivatedAndUndone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person("Ada")
	h := ada.house("Home")
	lamp := h.device("light", "Lamp")
	h.turn(lamp, true)
	var scene Scene
	ada.ask("POST", h.path+"/scenes", fmt.Sprintf(`{"name":"Bright","capture":[%q]}`, lamp)).want(201).into(&scene)
	if len(scene.Settings) != 1 || scene.Settings[0].Set["onOff"] != "true" {
		t.Fatalf("captured is %+v", scene.Settings)
	}
	h.turn(lamp, false)
	path := h.path + "/scenes/" + scene.ID.String()
	for _, step := range []struct{ path, want string }{{"/activations", "true"}, {"/undos", "false"}} {
		var done Activated
		ada.ask("POST", path+step.path, "").want(202).into(&done)
		if len(done.Commands) != 1 || string(done.Commands[0].Set["onOff"]) != step.want || len(done.Refused) > 0 {
			t.Errorf("%s asks for %+v", step.path, done)
		}
	}
	ada.ask("POST", path+"/undos", "").refused(409, domain.Conflict)
}

// A scene has what can fade do so, is changed in that by itself, and gets it back when
// a change is undone. Undoing the scene happens at once.
func TestASceneFadesOverItsTime(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person("Ada")
	h := ada.house("Home")
	lamp, light := h.device("dimmable-light", "Lamp"), h.device("light", "Light")
	h.turn(lamp, true)
	var scene Scene
	ada.ask("POST", h.path+"/scenes", fmt.Sprintf(
		`{"name":"Dusk","transition_ms":20000,"settings":[{"device":%q,"set":{"onOff":false}},{"device":%q,"set":{"onOff":true}}]}`, lamp, light,
	)).want(201).into(&scene)
	path := h.path + "/scenes/" + scene.ID.String()
	over := func(where string) []int64 {
		var done Activated
		ada.ask("POST", path+where, "").want(202).into(&done)
		return all(done.Commands, func(c Command) int64 { return c.Transition })
	}
	if got := over("/activations"); scene.Over != 20000 || !slices.Equal(got, []int64{20000, 0}) {
		t.Errorf("the scene %+v asks its lamp and its light with %v", scene, got)
	}
	if got := over("/undos"); !slices.Equal(got, []int64{0}) {
		t.Errorf("undone, the lamp is asked with %v", got)
	}
	for _, no := range []string{"-1", "600001", `"20000"`, "null"} {
		ada.ask("PATCH", path, `{"transition_ms":`+no+`}`, header{"If-Match", "*"}).refused(422, domain.Invalid)
	}
	version := scene.Version
	scenes := list[Scene]{}
	ada.ask("GET", h.path+"/scenes", "").want(200).into(&scenes)
	ada.ask("PATCH", path, `{"transition_ms":0}`, header{"If-Match", etag(scenes.Items[0].Revision)}).want(200).into(&scene)
	if scene.Over != 0 || scene.Version == version || len(scene.Settings) != 2 {
		t.Errorf("changed, it is %+v", scene)
	}
	ada.ask("POST", fmt.Sprintf("%s/events/%d/undo", h.path, scene.Version), "").want(201)
	if ada.ask("GET", h.path+"/scenes", "").want(200).into(&scenes); scenes.Items[0].Over != 20000 {
		t.Errorf("with the change undone, it is %+v", scenes.Items[0])
	}
}

// A mode of the home's own gets another name, and goes when the home is not set to it.
func TestAModeOfTheHomesOwn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person("Ada")
	h := ada.house("Home")
	var modes Modes
	ada.ask("POST", h.path+"/modes", `{"name":"Guests"}`).want(201).into(&modes)
	own := modes.Modes[len(modes.Modes)-1]
	path, before := h.path+"/modes/"+string(own.Mode), modes.Revision
	ada.ask("PATCH", path, `{"name":"Party"}`, header{"If-Match", etag(before)}).want(200).into(&modes)
	if got := modes.Modes[len(modes.Modes)-1]; got != (ModeName{own.Mode, "Party"}) || modes.Revision == before {
		t.Errorf("renamed it is %+v, revision %d", got, modes.Revision)
	}
	ada.ask("PATCH", path, `{"name":"Late"}`, header{"If-Match", etag(before)}).refused(412, domain.WrongRevision)
	ada.ask("PATCH", h.path+"/modes/"+modes.Modes[0].Name, `{"name":"Late"}`, header{"If-Match", etag(modes.Revision)}).refused(422, domain.Invalid)
	ada.ask("POST", h.path+"/mode", `{"mode":"`+string(own.Mode)+`"}`).want(200).into(&modes)
	ada.ask("DELETE", path, "", header{"If-Match", etag(modes.Revision)}).refused(409, domain.Conflict)
	ada.ask("POST", h.path+"/mode", `{"mode":"home"}`).want(200).into(&modes)
	ada.ask("DELETE", path, "", header{"If-Match", etag(modes.Revision)}).want(204)
	ada.ask("PATCH", path, `{"name":"Late"}`, header{"If-Match", etag(modes.Revision)}).refused(404, domain.NotFound)
}

// What the home's policy forbids by class, device and mode comes back as it was said.
func TestWhatRulesMayNeverDo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person("Ada")
	h := ada.house("Home")
	lock := h.device("lock", "Door")
	match := ada.ask("GET", h.path+"/modes", "").want(200).match()
	var modes Modes
	ada.ask("PATCH", h.path+"/settings", fmt.Sprintf(
		`{"clauses":[{"classes":["A"],"modes":["away"]},{"devices":[%q],"unattended":true}]}`, lock), match).want(200).into(&modes)
	if c := modes.Clauses; len(c) != 2 || len(c[0].Classes) != 1 || c[0].Classes[0] != thing.Opening || c[0].Modes[0] != domain.ModeAway ||
		c[1].Devices[0] != lock || !c[1].Unattended {
		t.Errorf("forbidden is %+v", c)
	}
	ada.ask("PATCH", h.path+"/settings", `{"clauses":[{"classes":["Z"]}]}`, header{"If-Match", etag(modes.Revision)}).refused(422, domain.Invalid)
	ada.ask("PATCH", h.path+"/settings", `{"clauses":[]}`, header{"If-Match", etag(modes.Revision)}).want(200).into(&modes)
	if len(modes.Clauses) != 0 {
		t.Errorf("nothing is forbidden, and there is %+v", modes.Clauses)
	}
}
