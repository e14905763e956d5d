package api

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"logis/domain"
)

// last does something and returns the newest event of a type.
func (h *house) last(kind string, do func()) domain.Seq {
	h.b.t.Helper()
	do()
	var newest Events
	h.owner.ask("GET", h.path+"/events?order=desc&limit=1&type="+kind, "").want(200).into(&newest)
	return newest.Items[0].Seq
}

// undo undoes the change of an event.
func (p *person) undo(h *house, seq domain.Seq, headers ...header) *reply {
	return p.ask("POST", fmt.Sprintf("%s/events/%d/undo", h.path, seq), "", headers...)
}

func (p *person) undoPlan(h *house, seq domain.Seq) (plan UndoPlan) {
	p.ask("GET", fmt.Sprintf("%s/events/%d/undo", h.path, seq), "").want(200).into(&plan)
	return plan
}

func TestAChangeIsUndoneFromItsEvent(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	h.furnish()
	room := h.path + "/rooms/" + h.fixture.room.String()
	var rooms list[Room]
	h.owner.ask("GET", h.path+"/rooms", "").want(200).into(&rooms)
	renamed := h.last("room.renamed", func() {
		h.owner.ask("PATCH", room, `{"name":"Attic"}`, header{"If-Match", etag(rooms.Items[0].Revision)}).want(200)
	})
	key := header{"Idempotency-Key", "undo-once"}
	first := h.owner.undo(h, renamed, key).want(201).body
	if again := h.owner.undo(h, renamed, key).want(201).body; again != first {
		t.Errorf("again %s, first %s", again, first)
	}
	h.owner.ask("GET", h.path+"/rooms", "").want(200).into(&rooms)
	if rooms.Items[0].Name != "Hall" {
		t.Errorf("the room is called %s", rooms.Items[0].Name)
	}
	h.owner.undo(h, renamed).refused(409, domain.Conflict)

	device := h.deviceAt(h.fixture.device)
	placed := h.last("device.placed", func() {
		h.owner.ask("PATCH", device, `{"room":"`+h.fixture.room.String()+`"}`, h.owner.ask("GET", device, "").match()).want(200)
	})
	h.owner.undo(h, placed).want(201)
	var d Device
	if h.owner.ask("GET", device, "").want(200).into(&d); d.Room != nil {
		t.Errorf("the device is in %v", d.Room)
	}
	rule := h.path + "/rules/" + h.fixture.rule.String()
	edited := h.last("rule.edited", func() {
		h.owner.ask("PATCH", rule, `{"document":{"triggers":[{"time":{"at":"13:00"}}],"actions":[{"mode":{"to":"away"}}]}}`,
			h.owner.ask("GET", rule, "").match()).want(200)
	})
	h.owner.undo(h, edited).want(201)
	var r Rule
	if h.owner.ask("GET", rule, "").want(200).into(&r); r.Document.Triggers[0].Time.At != "12:00" {
		t.Errorf("the rule is %+v", r.Document)
	}
	off := h.last("rule.disabled", func() {
		h.owner.ask("PATCH", rule, `{"enabled":false}`, h.owner.ask("GET", rule, "").match()).want(200)
	})
	h.owner.undo(h, off).want(201)
	if h.owner.ask("GET", rule, "").want(200).into(&r); !r.Enabled {
		t.Error("the rule is off")
	}
	away := h.last("home.mode_changed", func() { h.owner.ask("POST", h.path+"/mode", `{"mode":"away"}`).want(200) })
	h.owner.undo(h, away).want(201)
	if plan := h.owner.undoPlan(h, 1); plan.Possible || plan.Reason == nil {
		t.Errorf("%+v", plan)
	}
	if plan := h.owner.undoPlan(h, h.head()); !plan.Possible {
		t.Errorf("%+v", plan)
	}
	h.owner.undo(h, 99999).refused(404, domain.NotFound)
}

// remove removes a thing as it is now and returns the event.
func (h *house) remove(kind, path string, revision domain.Seq) domain.Seq {
	h.b.t.Helper()
	return h.last(kind, func() { h.owner.ask("DELETE", path, "", header{"If-Match", etag(revision)}).want(204) })
}

func TestARuleThatWasRemovedComesBackAsItWas(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	h.furnish()
	path := h.path + "/rules/" + h.fixture.rule.String()
	var was, back Rule
	h.owner.ask("GET", path, "").want(200).into(&was)
	var test HomeTest
	h.owner.ask("POST", h.path+"/tests", fmt.Sprintf(`{"name":"At noon","rule":%q,"after":1,"to":2,"expected":[]}`, was.ID)).want(201).into(&test)
	removed := h.remove("rule.removed", path, was.Revision)
	h.owner.ask("GET", path, "").refused(404, domain.NotFound)
	h.owner.undo(h, removed).want(201)
	h.owner.ask("GET", path, "").want(200).into(&back)
	if back.Name != was.Name || !back.Enabled || fmt.Sprint(back.Document.Triggers[0].Time) != fmt.Sprint(was.Document.Triggers[0].Time) || back.Next == nil {
		t.Errorf("it is back as %+v, and was %+v", back, was)
	}
	var tests list[HomeTest]
	h.owner.ask("GET", h.path+"/tests", "").want(200).into(&tests)
	if i := len(tests.Items) - 1; tests.Items[i].ID != test.ID || tests.Items[i].Name != "At noon" || tests.Items[i].Rule != was.ID {
		t.Errorf("its tests are %+v", tests.Items)
	}
	h.owner.undo(h, removed).refused(409, domain.Conflict)

	h.owner.ask("PATCH", path, `{"enabled":false}`, header{"If-Match", etag(back.Revision)}).want(200).into(&was)
	h.owner.undo(h, h.remove("rule.removed", path, was.Revision)).want(201)
	if h.owner.ask("GET", path, "").want(200).into(&back); back.Enabled {
		t.Error("it was off, and came back on")
	}
}

// What an owner let a rule open is over when it is removed: it comes back turned off,
// and is turned on with a leave that is given anew.
func TestARuleThatOpensComesBackWithoutItsLeave(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	lock := h.device("lock", "Door")
	var made, back Rule
	h.owner.ask("POST", h.path+"/rules", fmt.Sprintf(`{"name":"Open","document":{"triggers":[{"time":{"at":"08:00"}}],
		"actions":[{"command":{"device":%q,"action":"unlockDoor"}}]},"grants":[%q]}`, lock, lock)).want(201).into(&made)
	path := h.path + "/rules/" + made.ID.String()
	h.owner.undo(h, h.remove("rule.removed", path, made.Revision)).want(201)
	h.owner.ask("GET", path, "").want(200).into(&back)
	if back.Enabled || len(back.Grants) != 0 || back.Name != "Open" {
		t.Errorf("it is back as %+v", back)
	}
	tag := header{"If-Match", etag(back.Revision)}
	h.owner.ask("PATCH", path, `{"enabled":true}`, tag).refused(422, domain.Invalid)
	h.owner.ask("PATCH", path, fmt.Sprintf(`{"enabled":true,"grants":[%q]}`, lock), tag).want(200).into(&back)
	if !back.Enabled || !slices.Equal(back.Grants, []domain.DeviceID{lock}) {
		t.Errorf("with leave it is %+v", back)
	}
}

func TestAScenesAndARoomsAndAModesRemovalIsUndone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	h.furnish()
	var scenes list[Scene]
	h.owner.ask("GET", h.path+"/scenes", "").want(200).into(&scenes)
	was := scenes.Items[0]
	gone := h.remove("scene.removed", h.path+"/scenes/"+was.ID.String(), was.Revision)
	h.owner.undo(h, gone).want(201)
	h.owner.ask("GET", h.path+"/scenes", "").want(200).into(&scenes)
	if got := scenes.Items; len(got) != 1 || got[0].ID != was.ID || got[0].Name != was.Name || fmt.Sprint(got[0].Settings) != fmt.Sprint(was.Settings) {
		t.Errorf("the scenes are %+v", scenes.Items)
	}
	h.owner.undo(h, gone).refused(409, domain.Conflict)

	device, room := h.deviceAt(h.fixture.device), h.fixture.room.String()
	h.owner.ask("PATCH", device, `{"room":"`+room+`"}`, h.owner.ask("GET", device, "").match()).want(200)
	var rooms list[Room]
	h.owner.ask("GET", h.path+"/rooms", "").want(200).into(&rooms)
	h.owner.undo(h, h.remove("room.removed", h.path+"/rooms/"+room, rooms.Items[0].Revision)).want(201)
	var d Device
	h.owner.ask("GET", device, "").want(200).into(&d)
	h.owner.ask("GET", h.path+"/rooms", "").want(200).into(&rooms)
	if len(rooms.Items) != 1 || rooms.Items[0].Name != "Hall" || d.Room == nil || *d.Room != h.fixture.room {
		t.Errorf("the rooms are %+v, the lamp is in %v", rooms.Items, d.Room)
	}

	var modes Modes
	h.owner.ask("GET", h.path+"/modes", "").want(200).into(&modes)
	named := modes.Modes[3]
	h.owner.undo(h, h.remove("mode.removed", h.path+"/modes/"+string(named.Mode), modes.Revision)).want(201)
	h.owner.ask("GET", h.path+"/modes", "").want(200).into(&modes)
	if len(modes.Modes) != 4 || modes.Modes[3] != named {
		t.Errorf("the modes are %+v", modes.Modes)
	}
}

func TestWhatRulesMayNeverDoIsUndone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	var modes Modes
	forbid := func(clauses string) domain.Seq {
		return h.last("policy.edited", func() {
			match := h.owner.ask("GET", h.path+"/modes", "").want(200).match()
			h.owner.ask("PATCH", h.path+"/settings", `{"clauses":`+clauses+`}`, match).want(200)
		})
	}
	h.owner.undo(h, forbid(`[{"classes":["A"]}]`)).want(201)
	if h.owner.ask("GET", h.path+"/modes", "").want(200).into(&modes); len(modes.Clauses) != 0 {
		t.Errorf("forbidden is %+v", modes.Clauses)
	}
	forbid(`[{"classes":["A"]}]`)
	h.owner.undo(h, forbid(`[]`)).want(201)
	if h.owner.ask("GET", h.path+"/modes", "").want(200).into(&modes); len(modes.Clauses) != 1 {
		t.Errorf("forbidden is %+v", modes.Clauses)
	}
}

// Nobody gets a role back that could not be given now, and nobody who left.
func TestAMembersRoleIsUndoneAndTheirLeavingIsNot(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h, bob, ivy := b.person("Ada").house("Home"), b.person("Bob"), b.person("Ivy")
	h.admit(bob, domain.Admin, domain.Scope{})
	h.admit(ivy, domain.Installer, domain.Scope{Until: time.Now().Add(time.Hour)})
	change := func(who *person, role domain.Role) domain.Seq {
		return h.last("member.changed", func() {
			h.record(domain.Event{Entity: who.id.Entity(), Actor: h.owner.actor(), Fact: domain.MemberChanged{Person: who.id, Role: role}})
		})
	}
	role := func(who *person) domain.Role {
		var members list[Member]
		h.owner.ask("GET", h.path+"/members", "").want(200).into(&members)
		i := slices.IndexFunc(members.Items, func(m Member) bool { return m.Person.ID == who.id })
		return members.Items[i].Role
	}
	made := change(ivy, domain.Guest)
	bob.undo(h, made).want(201)
	if role(ivy) != domain.Installer {
		t.Errorf("Ivy is %s", role(ivy))
	}
	lowered := change(bob, domain.Guest)
	bob.undo(h, lowered).refused(403, domain.Forbidden) // by the role they have now
	h.owner.undo(h, lowered).want(201)
	if role(bob) != domain.Admin {
		t.Errorf("Bob is %s", role(bob))
	}
	raised := change(bob, domain.Owner)
	h.record(domain.Event{Entity: bob.id.Entity(), Actor: h.owner.actor(), Fact: domain.MemberRemoved{Person: bob.id}})
	for what, seq := range map[string]domain.Seq{"their removal": h.head(), "a change before it": raised} {
		if plan := h.owner.undoPlan(h, seq); plan.Possible {
			t.Errorf("%s can be undone", what)
		}
		h.owner.undo(h, seq).refused(409, domain.Conflict)
	}
	h.owner.ask("GET", fmt.Sprintf("%s/events/%d/undo", h.path, made), "").want(200)
}
