package rule_test

import (
	"strings"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/rule"
)

func TestAConditionComesToTheTruth(t *testing.T) {
	t.Parallel()
	lampOn := domain.Condition{Property: &domain.PropertyTest{Device: lamp, Property: "onOff", Is: "true"}}
	unknown := domain.Condition{Property: &domain.PropertyTest{Device: plug, Property: "onOff", Is: "true"}}
	mode := func(m domain.Mode) domain.Condition {
		return domain.Condition{Mode: &domain.ModeTest{Is: []domain.Mode{m}}}
	}
	not := func(c domain.Condition) domain.Condition { return domain.Condition{Not: &c} }
	window := func(after, before string, days ...string) domain.Condition {
		return domain.Condition{Time: &domain.TimeTest{After: after, Before: before, Days: days}}
	}
	cel := func(text string) domain.Condition { return domain.Condition{Expression: text} }
	for name, c := range map[string]struct {
		condition domain.Condition
		want      domain.Truth
	}{
		"equal": {lampOn, domain.True}, "not": {not(lampOn), domain.False}, "unknown": {unknown, domain.Unsure}, "not unknown": {not(unknown), domain.Unsure},
		"is not":           {domain.Condition{Property: &domain.PropertyTest{Device: lamp, Property: "onOff", IsNot: "true"}}, domain.False},
		"above":            {domain.Condition{Property: &domain.PropertyTest{Device: warmth, Property: "temperature", Above: f(20.9)}}, domain.True},
		"between":          {domain.Condition{Property: &domain.PropertyTest{Device: warmth, Property: "temperature", Above: f(21), Below: f(22)}}, domain.False},
		"for long":         {domain.Condition{Property: &domain.PropertyTest{Device: lamp, Property: "onOff", Is: "true", ForMS: 3600000}}, domain.True},
		"not for so long":  {domain.Condition{Property: &domain.PropertyTest{Device: lamp, Property: "onOff", Is: "true", ForMS: 3600001}}, domain.False},
		"all":              {domain.Condition{All: []domain.Condition{lampOn, mode(domain.ModeHome)}}, domain.True},
		"all, one unknown": {domain.Condition{All: []domain.Condition{lampOn, unknown}}, domain.Unsure},
		"all, one false":   {domain.Condition{All: []domain.Condition{unknown, mode(domain.ModeAway)}}, domain.False},
		"any, one unknown": {domain.Condition{Any: []domain.Condition{unknown, lampOn}}, domain.True},
		"any, none":        {domain.Condition{Any: []domain.Condition{unknown, mode(domain.ModeAway)}}, domain.Unsure},
		// It is Monday, 14:00 in Berlin.
		"within":         {window("13:30", "14:01"), domain.True},
		"before it ends": {window("13:00", "14:00"), domain.False}, "as it begins": {window("14:00", ""), domain.True},
		"over midnight": {window("22:00", "14:30"), domain.True}, "not yet": {window("22:00", "06:00"), domain.False},
		"began yesterday": {window("22:00", "14:30", "sun"), domain.True}, "begins today": {window("22:00", "14:30", "mon"), domain.False},
		"the day":                        {window("", "", "mon"), domain.True},
		"sun up":                         {domain.Condition{Sun: &domain.SunTest{Is: "up"}}, domain.True},
		"sun down":                       {domain.Condition{Sun: &domain.SunTest{Is: "down"}}, domain.False},
		"sun down, sunset moved to noon": {domain.Condition{Sun: &domain.SunTest{Is: "down", OffsetMinutes: -300}}, domain.True},
		"anybody":                        {domain.Condition{Presence: &domain.PresenceTest{Is: "present"}}, domain.True},
		"the guest":                      {domain.Condition{Presence: &domain.PresenceTest{Is: "present", Person: guest}}, domain.Unsure},
		"all away":                       {domain.Condition{Presence: &domain.PresenceTest{Is: "away"}}, domain.False},
		"expression":                     {cel(`devices["` + lamp.String() + `"].onOff && mode == "home" && attended`), domain.True},
		"expression, number":             {cel(`devices["` + warmth.String() + `"].temperature > 20`), domain.True},
		"expression, unknown":            {cel(`devices["` + plug.String() + `"].onOff == true`), domain.Unsure},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.report(lamp, "onOff", "true")
			h.report(warmth, "temperature", "21")
			h.by(owner.Entity(), domain.MemberPresenceChanged{Present: true})
			h.now = h.now.Add(time.Hour)
			d := doc(when(motion, "occupancy", "true"))
			d.Condition = &c.condition
			id := h.rule(1, d)
			h.report(motion, "occupancy", "false")
			ev := h.report(motion, "occupancy", "true")
			h.wantFired(id, map[domain.Truth]int{domain.True: 1}[c.want], "when it is %s", c.want)
			why, err := rule.Explain(h.Home, id, lastReport(h, ev.Seq))
			if err != nil || len(why.Checked) == 0 || why.Checked[0].Is != c.want || (why.Blame == "") != (c.want == domain.True) {
				t.Errorf("it is explained by %+v (%v), want %s", why, err, c.want)
			}
		})
	}
}

// lastReport asks about an event that the home has moved on from: the condition is
// what it was, since no rule changed what it is about.
func lastReport(h *house, seq domain.Seq) *domain.RecordedEvent { return h.log[seq-1] }

func TestASilentRuleNamesTheFirstFalseCondition(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	dark := domain.Condition{Sun: &domain.SunTest{Is: "down"}}
	d := doc(when(motion, "occupancy", "true"))
	d.Condition = &domain.Condition{All: []domain.Condition{
		{Mode: &domain.ModeTest{Is: []domain.Mode{domain.ModeHome}}},
		{Any: []domain.Condition{dark, {Property: &domain.PropertyTest{Device: lamp, Property: "onOff", Is: "true"}}}},
	}}
	id := h.rule(1, d)
	h.report(motion, "occupancy", "false")
	ev := h.report(motion, "occupancy", "true")
	why, err := rule.Explain(h.Home, id, ev)
	if err != nil || why.Reason != rule.NotMet || why.Blame != "condition.all[1].any[0]" {
		t.Fatalf("explained by %+v (%v)", why, err)
	}
	var seen []string
	for _, c := range why.Checked {
		seen = append(seen, c.Path+" "+string(c.Is)+" "+string(c.Seen))
	}
	want := `condition unknown |condition.all[0] true "home"|condition.all[1] unknown |condition.all[1].any[0] false "up"|condition.all[1].any[1] unknown `
	if got := strings.Join(seen, "|"); got != want {
		t.Errorf("checked\n%s, want\n%s", got, want)
	}
	for reason, ask := range map[rule.Reason]func() *domain.RecordedEvent{
		rule.NotTriggered: func() *domain.RecordedEvent { return h.report(motion, "occupancy", "false") },
		rule.Inactive: func() *domain.RecordedEvent {
			h.by(id.Entity(), domain.RuleDisabled{})
			return h.report(motion, "occupancy", "true")
		},
	} {
		if why, err := rule.Explain(h.Home, id, ask()); err != nil || why.Reason != reason {
			t.Errorf("explained by %+v (%v), want %s", why, err, reason)
		}
		h.by(id.Entity(), domain.RuleEnabled{})
	}
}
