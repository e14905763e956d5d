package api

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
)

// tested makes a rule that turns nothing on, with a test of it.
func (h *house) tested(rule domain.RuleID) domain.TestID {
	h.b.t.Helper()
	h.record(domain.Event{Entity: rule.Entity(), Actor: h.owner.actor(), Fact: domain.RuleEdited{Document: domain.RuleDocument{
		Triggers: []domain.Trigger{{Time: &domain.TimeTrigger{At: "12:00"}}},
		Actions:  []domain.Action{{Mode: &domain.ModeAction{To: domain.ModeHome}}},
	}}})
	var test HomeTest
	h.owner.ask("POST", h.path+"/tests", fmt.Sprintf(`{"name":"Noon","rule":%q,"after":1,"to":2,"expected":[]}`, rule)).want(201).into(&test)
	return test.ID
}

// follows is a rule that has a lamp do as a plug does.
func (h *house) follows(plug, lamp domain.DeviceID) string {
	return fmt.Sprintf(`{"triggers":[{"property":{"device":%q,"property":"onOff","to":true}}],
		"actions":[{"command":{"device":%q,"set":{"onOff":true}}}]}`, plug, lamp)
}

// A draft is tried on what happened, saved, fires, is asked why, and what came of it
// becomes a test that a worse version fails.
func TestARuleIsTriedAskedWhyAndTested(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person("Ada")
	h := ada.house("Home")
	lamp, plug := h.device("light", "Lamp"), h.device("plug", "Plug")
	h.turn(plug, false)
	h.turn(plug, true)
	came := h.head()
	draft := h.follows(plug, lamp)

	var tried Backtest
	before := h.head()
	ada.ask("POST", h.path+"/rules/backtest", `{"document":`+draft+`}`).want(200).into(&tried)
	if !tried.Full || len(tried.Rows) != 1 || tried.Would[0] != 1 || tried.Did != 0 || *tried.Rows[0].Seq != came || h.head() != before {
		t.Fatalf("%+v", tried)
	}
	if asked := tried.Rows[0].Would[0].value.Asked; len(asked) != 1 || asked[0].Type != "command.requested" || asked[0].Entity != lamp.Entity() {
		t.Errorf("it would have asked for %+v", asked)
	}

	rule := eventstore.NewID[domain.RuleKind](time.Now())
	h.record(domain.Event{Entity: rule.Entity(), Actor: ada.actor(), Fact: domain.RuleEdited{Document: domain.RuleDocument{
		Triggers: []domain.Trigger{{Property: &domain.PropertyTrigger{Device: plug, Property: "onOff", To: "true"}}},
		Actions:  []domain.Action{{Command: &domain.CommandAction{Device: lamp, Set: map[string]thing.Value{"onOff": "true"}}}},
	}}})
	h.turn(plug, false)
	h.turn(plug, true)
	ada.ask("POST", h.path+"/rules/backtest", fmt.Sprintf(`{"rule":%q}`, rule)).want(200).into(&tried)
	if tried.Did != 1 || tried.Would[0] != 2 || tried.Differ != 1 || tried.Rows[1].Did.value == nil {
		t.Errorf("%+v", tried)
	}
	fired := tried.Rows[1].Did.value.Seq

	var why Why
	ada.ask("GET", fmt.Sprintf("%s/history/why?seq=%d", h.path, h.head()), "").want(200).into(&why)
	if why.Root != "device" && why.Root != "outside" || len(why.Links) != 3 || why.Links[1].Event.Seq != fired || !why.Links[0].Proven {
		t.Errorf("the command is because of %+v", why)
	}
	ada.ask("GET", fmt.Sprintf("%s/history/why?device=%s&property=onOff", h.path, plug), "").want(200).into(&why)
	if why.Links[0].Event.Seq != fired-1 || len(why.Following) < 2 {
		t.Errorf("the plug is on because of %+v", why)
	}
	ada.ask("GET", h.path+"/history/why", "").refused(422, domain.Invalid)
	ada.ask("GET", h.path+"/history/why?seq=99999", "").refused(404, domain.NotFound)

	var test HomeTest
	slice := fmt.Sprintf(`{"name":"Follows","rule":%q,"after":%d,"to":%d,"expected":[{"seq":%d,"at":null}]}`, rule, came, h.head(), fired-1)
	ada.ask("POST", h.path+"/tests", slice).want(201).into(&test)
	var outcomes list[TestOutcome]
	ada.ask("POST", h.path+"/tests/run", fmt.Sprintf(`{"rule":%q}`, rule)).want(200).into(&outcomes)
	if len(outcomes.Items) != 1 || !outcomes.Items[0].Passed || outcomes.Items[0].Name != "Follows" {
		t.Errorf("as it is: %+v", outcomes)
	}
	ada.ask("POST", h.path+"/tests/run", fmt.Sprintf(`{"rule":%q,"document":%s}`, rule, h.follows(lamp, plug))).want(200).into(&outcomes)
	if o := outcomes.Items[0]; o.Passed || len(o.Missing) != 1 || *o.Missing[0].Seq != fired-1 {
		t.Errorf("the other way round: %+v", outcomes)
	}
	h.saveTells(rule, fmt.Sprintf(`{"document":%s}`, h.follows(lamp, plug)), false)
	h.saveTells(rule, fmt.Sprintf(`{"document":%s}`, h.follows(plug, lamp)), true)
	h.saveTells(rule, `{"name":"Hall"}`)
	ada.ask("DELETE", h.path+"/tests/"+test.ID.String(), "", header{"If-Match", etag(test.Revision)}).want(204)
	var tests list[HomeTest]
	ada.ask("GET", h.path+"/tests", "").want(200).into(&tests)
	if len(tests.Items) != 0 {
		t.Errorf("%+v", tests)
	}
}

// saveTells changes a rule and wants the outcomes of its tests in the answer.
func (h *house) saveTells(id domain.RuleID, body string, passed ...bool) {
	h.b.t.Helper()
	var saved Rule
	path := h.path + "/rules/" + id.String()
	h.owner.ask("GET", path, "").want(200).into(&saved)
	h.owner.ask("PATCH", path, body, header{"If-Match", etag(saved.Revision)}).want(200).into(&saved)
	var got []bool
	for _, o := range saved.Tests {
		got = append(got, o.Passed)
	}
	if !slices.Equal(got, passed) {
		h.b.t.Errorf("%s: its tests come to %+v, want %v", body, saved.Tests, passed)
	}
}

func TestABacktestOfNonsenseIsRefusedByField(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person("Ada")
	h := ada.house("Home")
	h.furnish()
	lamp := h.fixture.device
	draft := h.follows(lamp, lamp)
	for _, c := range []struct{ body, field string }{
		{`{}`, "document"},
		{`{"versions":[1],"document":` + draft + `}`, "versions"},
		{`{"document":` + draft + `,"from":"2026-01-01T00:00:00Z","to":"2026-06-01T00:00:00Z"}`, "to"},
		{`{"document":` + draft + `,"from":"2001-01-01T00:00:00Z","to":"2001-01-02T00:00:00Z"}`, "to"},
		{`{"document":` + h.follows(domain.DeviceID{1}, lamp) + `}`, "document.triggers[0].property.device"},
	} {
		r := ada.ask("POST", h.path+"/rules/backtest", c.body)
		if p := r.refused(422, domain.Invalid); len(p.Errors) == 0 || p.Errors[0].Field != c.field {
			t.Errorf("%s: %s", c.body, r.body)
		}
	}
}
