package rule_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"logis/domain"
	"logis/domain/rule"
)

func TestABadRuleIsRefusedWithItsField(t *testing.T) {
	t.Parallel()
	id := domain.RuleID{0x01, 0x8f, 15: 1}
	ok := when(motion, "occupancy", "true")
	stranger := domain.DeviceID{15: 99}
	condition := func(c domain.Condition) domain.RuleDocument {
		d := doc(ok)
		d.Condition = &c
		return d
	}
	deep := domain.Condition{Mode: &domain.ModeTest{Is: []domain.Mode{domain.ModeHome}}}
	for range rule.MaxNesting {
		deep = domain.Condition{Not: &deep}
	}
	queued := doc(ok)
	queued.Concurrency, queued.Limit = domain.Queued, rule.MaxRuns+1
	var bomb strings.Builder // 9 to the power of 8 steps
	for _, name := range "abcdefgh" {
		fmt.Fprintf(&bomb, "[1,2,3,4,5,6,7,8,9].all(%c, ", name)
	}
	bomb.WriteString("a+b > 0" + strings.Repeat(")", 8))
	property := func(p domain.PropertyTrigger) domain.RuleDocument { return doc(domain.Trigger{Property: &p}) }
	for name, c := range map[string]struct {
		doc   domain.RuleDocument
		field string
	}{
		"nothing":    {domain.RuleDocument{}, "triggers"},
		"no actions": {domain.RuleDocument{Triggers: []domain.Trigger{ok}}, "actions"},
		"too many triggers": {
			domain.RuleDocument{Triggers: slices.Repeat([]domain.Trigger{ok}, rule.MaxTriggers+1), Actions: []domain.Action{lightOn()}},
			"triggers",
		},
		"empty trigger":          {doc(domain.Trigger{}), "triggers[0]"},
		"two in one":             {doc(domain.Trigger{Mode: &domain.ModeTrigger{}, Cron: &domain.CronTrigger{Line: "* * * * *"}}), "triggers[0]"},
		"unknown device":         {doc(when(stranger, "onOff", "true")), "triggers[0].property.device"},
		"unknown property":       {doc(when(motion, "onOff", "true")), "triggers[0].property.property"},
		"type mismatch":          {doc(when(motion, "occupancy", "1")), "triggers[0].property.to"},
		"threshold of no number": {property(domain.PropertyTrigger{Device: motion, Property: "occupancy", Above: f(1)}), "triggers[0].property.above"},
		"held for nothing":       {property(domain.PropertyTrigger{Device: motion, Property: "occupancy", ForMS: 1}), "triggers[0].property.for_ms"},
		"unknown signal":         {doc(domain.Trigger{Signal: &domain.SignalTrigger{Device: button, Event: "shaken"}}), "triggers[0].signal.event"},
		"no time of day":         {doc(at("24:00")), "triggers[0].time.at"},
		"no day":                 {doc(domain.Trigger{Time: &domain.TimeTrigger{At: "07:00", Days: []string{"someday"}}}), "triggers[0].time.days"},
		"no cron line":           {doc(line("61 * * * *")), "triggers[0].cron.line"},
		"never":                  {doc(line("0 0 31 2 *")), "triggers[0].cron.line"},
		"no event of the sun":    {doc(domain.Trigger{Sun: &domain.SunTrigger{Event: "noon"}}), "triggers[0].sun.event"},
		"stranger arrives": {
			doc(domain.Trigger{Presence: &domain.PresenceTrigger{Change: "arrives", Person: domain.PersonID{9}}}),
			"triggers[0].presence.person",
		},
		"unknown gateway":      {doc(domain.Trigger{Gateway: &domain.GatewayTrigger{Change: "lost"}}), "triggers[0].gateway.gateway"},
		"unknown mode":         {doc(modeIs("party")), "triggers[0].mode.to"},
		"unknown rule":         {doc(domain.Trigger{Rule: &domain.RuleTrigger{Rule: domain.RuleID{9}}}), "triggers[0].rule.rule"},
		"triggers itself":      {doc(when(lamp, "onOff", "true"), lightOn()), "triggers[0]"},
		"mode triggers itself": {doc(modeIs(""), mode(domain.ModeAway)), "triggers[0]"},
		"empty condition":      {condition(domain.Condition{}), "condition"},
		"empty all":            {condition(domain.Condition{All: []domain.Condition{}}), "condition"},
		"too deep":             {condition(deep), "condition" + strings.Repeat(".not", rule.MaxNesting)},
		"too many parts": {
			condition(domain.Condition{Any: slices.Repeat([]domain.Condition{{Sun: &domain.SunTest{Is: "up"}}}, rule.MaxConditions)}),
			"condition",
		},
		"back from nothing": {
			condition(domain.Condition{Property: &domain.PropertyTest{Device: lamp, Property: "onOff", Is: "true", Hysteresis: 1}}),
			"condition.property.hysteresis",
		},
		"back the wrong way": {
			condition(domain.Condition{Property: &domain.PropertyTest{Device: warmth, Property: "temperature", Above: f(20), Hysteresis: -1}}),
			"condition.property.hysteresis",
		},
		"compares nothing": {condition(domain.Condition{Property: &domain.PropertyTest{Device: lamp, Property: "onOff"}}), "condition.property"},
		"unreadable":       {condition(domain.Condition{Expression: "mode =="}), "condition.expression"},
		"no truth":         {condition(domain.Condition{Expression: "1 + 1"}), "condition.expression"},
		"cost bomb": {condition(domain.Condition{Expression: bomb.String()}),
			"condition.expression"},
		"regular expression bomb": {
			condition(domain.Condition{Expression: `(mode+mode).matches("` + strings.Repeat("(x+x+)+y", 100) + `")`}),
			"condition.expression",
		},
		"stranger in expression": {condition(domain.Condition{Expression: `devices["` + stranger.String() + `"].onOff`}), "condition.expression"},
		"empty action":           {doc(ok, domain.Action{}), "actions[0]"},
		"sets what is read": {
			doc(ok, domain.Action{Command: &domain.CommandAction{Device: motion, Set: set("occupancy", "true")}}),
			"actions[0].command.set.occupancy",
		},
		"unknown scene":    {doc(ok, domain.Action{Scene: &domain.SceneAction{Scene: evening}}), "actions[0].scene.scene"},
		"no delay":         {doc(ok, wait(0)), "actions[0].delay.ms"},
		"too long a delay": {doc(ok, wait(rule.MaxDelay+1e6)), "actions[0].delay.ms"},
		"webhook":          {doc(ok, domain.Action{Webhook: &domain.WebhookAction{URL: "https://example.org"}}), "actions[0].webhook.webhook"},
		"opens without leave": {
			doc(ok, domain.Action{Command: &domain.CommandAction{Device: lock, Action: "unlockDoor"}}),
			"actions[0].command.device",
		},
		"too long a queue": {queued, "limit"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			faults := rule.Check(h.Home, rule.Proposal{Rule: id, Document: c.doc})
			if !slices.ContainsFunc(faults, func(f domain.Fault) bool { return f.Field == c.field }) {
				t.Errorf("the faults are %v, want one of %s", faults, c.field)
			}
			if len(faults) > 2 {
				t.Errorf("one mistake makes %d faults: %v", len(faults), faults)
			}
		})
	}
}
