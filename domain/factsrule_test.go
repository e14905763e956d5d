package domain_test

import (
	"logis/domain"
	"logis/domain/thing"
)

var (
	otherRule   = domain.RuleID{0x01, 0x8f, 15: 51}
	sampleScene = domain.SceneID{0x01, 0x8f, 15: 60}
	sampleMode  = domain.ModeID{0x01, 0x8f, 15: 70}

	sampleWebhook = domain.WebhookID{0x01, 0x8f, 15: 80}
)

func number(f float64) *float64 { return &f }

// wholeRule is a document with every member that a rule can have.
func wholeRule() domain.RuleDocument {
	return domain.RuleDocument{
		Triggers: []domain.Trigger{
			{Property: &domain.PropertyTrigger{Device: lamp, Property: "onOff", From: "false", To: "true", ForMS: 60000, FromUnknown: true}},
			{Property: &domain.PropertyTrigger{Device: thermostat, Property: "localTemperature", Above: number(25), Below: number(40), Hysteresis: 0.5}},
			{Signal: &domain.SignalTrigger{Device: button, Event: "multiPressComplete", Data: `{"count":2}`}},
			{Time: &domain.TimeTrigger{At: "07:30", Days: []string{"mon", "fri"}}},
			{Cron: &domain.CronTrigger{Line: "*/5 * * * *"}},
			{Sun: &domain.SunTrigger{Event: "sunset", OffsetMinutes: -30}},
			{Presence: &domain.PresenceTrigger{Change: "arrives", Person: founder}},
			{Gateway: &domain.GatewayTrigger{Gateway: gateway, Change: "lost"}},
			{Device: &domain.DeviceTrigger{Device: lamp, Change: "back"}},
			{Mode: &domain.ModeTrigger{To: domain.ModeAway}},
			{Rule: &domain.RuleTrigger{Rule: otherRule}},
		},
		Condition: &domain.Condition{All: []domain.Condition{
			{Any: []domain.Condition{
				{Property: &domain.PropertyTest{Device: lamp, Property: "onOff", Is: "true", IsNot: "false", ForMS: 1000}},
				{Property: &domain.PropertyTest{Device: thermostat, Property: "localTemperature", Above: number(1), Below: number(2), Hysteresis: 0.5}},
			}},
			{Not: &domain.Condition{Time: &domain.TimeTest{After: "22:00", Before: "06:30", Days: []string{"sat"}}}},
			{Sun: &domain.SunTest{Is: "down", OffsetMinutes: 15}},
			{Mode: &domain.ModeTest{Is: []domain.Mode{domain.ModeHome, domain.OwnMode(sampleMode)}}},
			{Presence: &domain.PresenceTest{Is: "present", Person: founder}},
			{Expression: "1 < 2"},
		}},
		Actions: []domain.Action{
			{Command: &domain.CommandAction{Device: lamp, Set: set("onOff", "true"), TTLMS: 5000}},
			{Command: &domain.CommandAction{Device: lock, Action: "unlockDoor", Input: `{"seconds":5}`}},
			{Scene: &domain.SceneAction{Scene: sampleScene}},
			{Delay: &domain.DelayAction{MS: 300000}},
			{Notify: &domain.NotifyAction{Person: founder}},
			{Mode: &domain.ModeAction{To: domain.ModeNight}},
			{Webhook: &domain.WebhookAction{URL: "https://example.org/hook"}},
		},
		Concurrency: domain.Queued, Limit: 3,
	}
}

// ruleFacts are those of rules, scenes, modes and policies.
func ruleFacts() map[string]domain.Fact {
	settings := []domain.SceneSetting{{Device: lamp, Set: set("onOff", "true")}}
	return map[string]domain.Fact{
		"home.located@1":      domain.HomeLocated{Place: domain.Place{Latitude: 525, Longitude: -134}},
		"home.mode_changed@1": domain.HomeModeChanged{Mode: domain.ModeAway, Depth: 2},
		"mode.added@1":        domain.ModeAdded{}, "mode.renamed@1": domain.ModeRenamed{}, "mode.removed@1": domain.ModeRemoved{},
		"member.presence_changed@1": domain.MemberPresenceChanged{Present: true},
		"policy.edited@1": domain.PolicyEdited{Clauses: []domain.Clause{{
			Classes: []thing.Class{thing.Opening}, Devices: []domain.DeviceID{lock}, Modes: []domain.Mode{domain.ModeAway}, Unattended: true,
		}}},
		"rule.edited@1":       domain.RuleEdited{Document: wholeRule(), Reverts: 12},
		"rule.edited@1.least": domain.RuleEdited{Document: domain.RuleDocument{Triggers: []domain.Trigger{}, Actions: []domain.Action{}}},
		"rule.renamed@1":      domain.RuleRenamed{}, "rule.enabled@1": domain.RuleEnabled{},
		"rule.disabled@1": domain.RuleDisabled{}, "rule.removed@1": domain.RuleRemoved{},
		"rule.placed@1": domain.RulePlaced{Gateway: gateway}, "rule.placed@1.from": domain.RulePlaced{Gateway: gateway, Version: 12, FromMS: 1772366430000},
		"gateway.rules_offered@1": domain.GatewayRulesOffered{Rules: []domain.PlacedRule{{Rule: otherRule, Version: 12}}},
		"gateway.rules_taken@1": domain.GatewayRulesTaken{
			Bundle: 40, Rules: []domain.PlacedRule{{Rule: otherRule, Version: 12}}, Anew: true, Refused: "signature",
		},
		"rule.placed@1.cloud": domain.RulePlaced{},
		"rule.granted@1":      domain.RuleGranted{Version: 12, Device: lock},
		"rule.fired@1": domain.RuleFired{Version: 12, Trigger: 1, Depth: 2, Checked: []domain.Checked{
			{Path: "condition.all[0]", Is: domain.True, Seen: "21.5"}, {Path: "condition", Is: domain.Unsure},
		}},
		"rule.waited@1": domain.RuleWaited{
			Version: 12, Kind: domain.WaitDelay, Trigger: 1, Action: 2, DueMS: 1772366430000, Fired: 15, Depth: 1,
		},
		"rule.wait_ended@1":       domain.RuleWaitEnded{Wait: 16, Outcome: domain.WaitDue, NextMS: 1772366430000},
		"rule.wait_ended@1.plain": domain.RuleWaitEnded{Wait: 16, Outcome: domain.WaitLeft},
		"rule.failed@1":           domain.RuleFailed{Fired: 15, Action: 1, Code: domain.EdgeOffline},
		"rule.cut@1":              domain.RuleCut{Version: 12, Reason: domain.CutDepth, Depth: 8, Other: otherRule, Device: lamp},
		"notice.raised@1":         domain.NoticeRaised{About: domain.NoticeOfRule, Person: founder, Action: 4},
		"scene.edited@1":          domain.SceneEdited{Settings: settings, Reverts: 3},
		"scene.edited@1.fade":     domain.SceneEdited{Settings: settings, TransitionMS: 20000},
		"rule.edited@1.fade": domain.RuleEdited{Document: domain.RuleDocument{
			Triggers: []domain.Trigger{}, Actions: []domain.Action{{Command: &domain.CommandAction{
				Device: lamp, Set: set("currentLevel", "40"), TransitionMS: 2000,
			}}},
		}},
		"scene.renamed@1": domain.SceneRenamed{}, "scene.removed@1": domain.SceneRemoved{},
		"test.edited@1":     domain.TestEdited{Rule: otherRule, After: 4, To: 9, Expected: []domain.Expected{{Seq: 7}, {AtMS: 1772366430000}}},
		"test.removed@1":    domain.TestRemoved{},
		"webhook.edited@1":  domain.WebhookEdited{Types: []string{"device", "command.failed"}, Moved: true},
		"webhook.renamed@1": domain.WebhookRenamed{}, "webhook.started@1": domain.WebhookStarted{}, "webhook.removed@1": domain.WebhookRemoved{},
		"webhook.stopped@1":     domain.WebhookStopped{Reason: domain.StopFailing},
		"webhook.called@1":      domain.WebhookCalled{Fired: 15, Action: 2},
		"notification.sent@1":   domain.NotificationSent{Channel: domain.ByMail, Notices: []domain.Seq{15, 16}, More: 3},
		"notification.failed@1": domain.NotificationFailed{Channel: domain.ByMail, Notices: []domain.Seq{15}, Reason: domain.FailRefused},
		"rule.edited@1.webhook": domain.RuleEdited{Document: domain.RuleDocument{
			Triggers: []domain.Trigger{}, Actions: []domain.Action{{Webhook: &domain.WebhookAction{Webhook: sampleWebhook}}},
		}},
		"scene.activated@1": domain.SceneActivated{Version: 3, Undoes: 9, Before: settings, Depth: 1},
		"command.requested@1.rule": domain.CommandRequested{
			Command: sampleCommand, Gateway: gateway, Class: thing.Comfort, Set: set("onOff", "true"), Depth: 3,
		},
	}
}
