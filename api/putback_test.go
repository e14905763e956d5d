package api

import (
	"fmt"
	"slices"
	"testing"

	"logis/domain"
	"logis/domain/thing"
)

// A home of a lamp, a lock and a thermostat, which were changed since.
func TestTheHomeIsPutBackButForWhatLocksOrHeats(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h, kid := b.person("Ada").house("Home"), b.person("Kim")
	h.admit(kid, domain.Child, domain.Scope{})
	lamp, other, lock, heater := h.device("dimmable-light", "Lamp"), h.device("light", "Other"), h.device("lock", "Door"), h.device("thermostat", "Heater")
	h.report(lamp, map[string]thing.Value{"onOff": thing.Bool(false), "currentLevel": thing.Number(40)})
	h.turn(other, true)
	h.report(lock, map[string]thing.Value{"lockState": `"unlocked"`})
	h.report(heater, map[string]thing.Value{"occupiedHeatingSetpoint": thing.Number(25)})
	then := h.head()
	late := h.device("light", "New")
	h.report(lamp, map[string]thing.Value{"onOff": thing.Bool(true), "currentLevel": thing.Number(90)})
	h.report(lock, map[string]thing.Value{"lockState": `"locked"`})
	h.report(heater, map[string]thing.Value{"occupiedHeatingSetpoint": thing.Number(18)})
	h.turn(late, true)

	var plan PutBackPlan
	h.owner.ask("GET", fmt.Sprintf("%s/put-back?seq=%d", h.path, then), "").want(200).into(&plan)
	if len(plan.Changes) != 1 || plan.Changes[0].Device != lamp || len(plan.Changes[0].Set) != 1 || plan.Changes[0].Set["onOff"] != thing.Bool(false) {
		t.Errorf("changes %+v", plan.Changes)
	}
	want := []PutBackLeft{{lock, domain.LeaveGuarded}, {heater, domain.LeaveGuarded}}
	if !slices.Equal(plan.Left, want) {
		t.Errorf("left %+v", plan.Left)
	}
	before := h.head()
	if before != plan.Head {
		t.Error("looking at a plan changed the home")
	}
	body := fmt.Sprintf(`{"seq":%d}`, then)
	var done PutBack
	h.owner.ask("POST", h.path+"/put-back", body).want(202).into(&done)
	if len(done.Commands) != 1 || done.Commands[0].Device != lamp || done.Commands[0].Correlation != done.Seq || done.Seq != before+1 || h.head() != before+2 {
		t.Errorf("%+v, head %d", done, h.head())
	}
	h.turn(lamp, false)
	h.owner.ask("POST", h.path+"/put-back", body).refused(409, domain.Conflict)
	h.owner.ask("POST", h.path+"/put-back", `{"seq":99999}`).refused(422, domain.Invalid)
	kid.ask("POST", h.path+"/put-back", body).refused(403, domain.Forbidden)
}

func TestAChangeIsUndoneFromItsEvent(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	h.furnish()
	undo := func(seq domain.Seq, headers ...header) *reply {
		return h.owner.ask("POST", fmt.Sprintf("%s/events/%d/undo", h.path, seq), "", headers...)
	}
	last := func(kind string, ask func()) domain.Seq {
		ask()
		var newest Events
		h.owner.ask("GET", h.path+"/events?order=desc&limit=1&type="+kind, "").want(200).into(&newest)
		return newest.Items[0].Seq
	}
	room := h.path + "/rooms/" + h.fixture.room.String()
	var rooms list[Room]
	h.owner.ask("GET", h.path+"/rooms", "").want(200).into(&rooms)
	renamed := last("room.renamed", func() {
		h.owner.ask("PATCH", room, `{"name":"Attic"}`, header{"If-Match", etag(rooms.Items[0].Revision)}).want(200)
	})
	key := header{"Idempotency-Key", "undo-once"}
	first := undo(renamed, key).want(201).body
	if again := undo(renamed, key).want(201).body; again != first {
		t.Errorf("again %s, first %s", again, first)
	}
	h.owner.ask("GET", h.path+"/rooms", "").want(200).into(&rooms)
	if rooms.Items[0].Name != "Hall" {
		t.Errorf("the room is called %s", rooms.Items[0].Name)
	}
	undo(renamed).refused(409, domain.Conflict)

	device := h.deviceAt(h.fixture.device)
	placed := last("device.placed", func() {
		h.owner.ask("PATCH", device, `{"room":"`+h.fixture.room.String()+`"}`, h.owner.ask("GET", device, "").match()).want(200)
	})
	undo(placed).want(201)
	var d Device
	if h.owner.ask("GET", device, "").want(200).into(&d); d.Room != nil {
		t.Errorf("the device is in %v", d.Room)
	}
	rule := h.path + "/rules/" + h.fixture.rule.String()
	edited := last("rule.edited", func() {
		h.owner.ask("PATCH", rule, `{"document":{"triggers":[{"time":{"at":"13:00"}}],"actions":[{"mode":{"to":"away"}}]}}`,
			h.owner.ask("GET", rule, "").match()).want(200)
	})
	undo(edited).want(201)
	var r Rule
	if h.owner.ask("GET", rule, "").want(200).into(&r); r.Document.Triggers[0].Time.At != "12:00" {
		t.Errorf("the rule is %+v", r.Document)
	}
	off := last("rule.disabled", func() {
		h.owner.ask("PATCH", rule, `{"enabled":false}`, h.owner.ask("GET", rule, "").match()).want(200)
	})
	undo(off).want(201)
	if h.owner.ask("GET", rule, "").want(200).into(&r); !r.Enabled {
		t.Error("the rule is off")
	}
	away := last("home.mode_changed", func() { h.owner.ask("POST", h.path+"/mode", `{"mode":"away"}`).want(200) })
	undo(away).want(201)
	var plan UndoPlan
	h.owner.ask("GET", fmt.Sprintf("%s/events/1/undo", h.path), "").want(200).into(&plan)
	if plan.Possible || plan.Reason == nil {
		t.Errorf("%+v", plan)
	}
	h.owner.ask("GET", fmt.Sprintf("%s/events/%d/undo", h.path, h.head()), "").want(200).into(&plan)
	if !plan.Possible {
		t.Errorf("%+v", plan)
	}
	undo(99999).refused(404, domain.NotFound)
}
