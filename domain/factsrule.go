package domain

import "logis/domain/thing"

// Facts about how a home is set.
type (
	// HomeLocated says where the home is, roughly.
	HomeLocated struct {
		Place
	}
	// HomeModeChanged says what the home is set to.
	HomeModeChanged struct {
		Mode  Mode `json:"mode"`
		Depth int  `json:"depth,omitempty"` // of the rule that did it
	}
	// ModeAdded says that the home has a mode of its own.
	ModeAdded struct{}
	// ModeRenamed says that a mode of the home's own has another name.
	ModeRenamed struct{}
	// ModeRemoved says that it has it no more.
	ModeRemoved struct{}
	// MemberPresenceChanged says whether a member is at home.
	MemberPresenceChanged struct {
		Present bool `json:"present"`
	}
	// PolicyEdited says what rules may never do from now on.
	PolicyEdited struct {
		Clauses []Clause `json:"clauses"`
	}
)

// Facts about rules. A rule's entity is the rule; its name stands beside the log.
type (
	// RuleEdited brings a new version of a rule, or a new rule, whole.
	RuleEdited struct {
		Document RuleDocument `json:"document"`
		Reverts  Seq          `json:"reverts,omitempty"` // the version it goes back to
	}
	// RuleRenamed says that a rule has another name.
	RuleRenamed struct{}
	// RuleEnabled says that a rule may fire.
	RuleEnabled struct{}
	// RuleDisabled says that a rule may not fire, and what it waited for is over.
	RuleDisabled struct{}
	// RuleRemoved says that a rule is gone.
	RuleRemoved struct{}
	// RulePlaced says where a rule runs.
	RulePlaced struct {
		Gateway GatewayID `json:"gateway,omitzero"`  // zero: in the cloud
		Version Seq       `json:"version,omitempty"` // that runs there
		FromMS  int64     `json:"from_ms,omitempty"` // times after it are noticed there; Unix milliseconds, 0: from now on
	}
	// RuleGranted says that an owner lets a version of a rule open a device.
	RuleGranted struct {
		Version Seq      `json:"version"`
		Device  DeviceID `json:"device"`
	}
	// RuleFired says that a rule fired, and why.
	RuleFired struct {
		Version Seq       `json:"version"`
		Trigger int       `json:"trigger"`           // which of its triggers
		Depth   int       `json:"depth"`             // how many rules in a row, this one included
		Checked []Checked `json:"checked,omitempty"` // every part of its condition
	}
	// RuleWaited says that a rule waits.
	RuleWaited struct {
		Version Seq      `json:"version"`
		Kind    WaitKind `json:"kind"`
		Trigger int      `json:"trigger,omitempty"`
		Action  int      `json:"action,omitempty"` // to go on with
		DueMS   int64    `json:"due_ms,omitempty"` // Unix milliseconds; 0: not a matter of time
		Fired   Seq      `json:"fired,omitempty"`
		Depth   int      `json:"depth,omitempty"`
	}
	// RuleWaitEnded says how a wait ended. That of a schedule goes on when it has a
	// next time.
	RuleWaitEnded struct {
		Wait    Seq         `json:"wait"`
		Outcome WaitOutcome `json:"outcome"`
		NextMS  int64       `json:"next_ms,omitempty"` // Unix milliseconds
	}
	// RuleFailed says that a part of a rule could not be done.
	RuleFailed struct {
		Fired  Seq  `json:"fired,omitempty"`
		Action int  `json:"action"`
		Code   Code `json:"code"`
	}
	// RuleCut says that a rule was held back because rules went round in a circle.
	RuleCut struct {
		Version Seq       `json:"version"`
		Reason  CutReason `json:"reason"`
		Depth   int       `json:"depth,omitempty"`
		Other   RuleID    `json:"other,omitzero"`
		Device  DeviceID  `json:"device,omitzero"`
	}
	// NoticeRaised says that members are to be told something about its entity.
	NoticeRaised struct {
		About  NoticeKind `json:"about"`
		Person PersonID   `json:"person,omitzero"` // zero: every owner
		Action int        `json:"action,omitempty"`
	}
)

// Facts about where rules run. The entity is the gateway.
type (
	// GatewayRulesOffered asks a gateway to run these rules, and no others.
	GatewayRulesOffered struct {
		Rules []PlacedRule `json:"rules"`
	}
	// GatewayRulesTaken is the gateway's word on a bundle: from its place in the
	// outbox on these rules run there, and no others.
	GatewayRulesTaken struct {
		Bundle  Seq          `json:"bundle"`
		Rules   []PlacedRule `json:"rules"`
		Anew    bool         `json:"anew,omitempty"`    // what they waited for is lost
		Refused string       `json:"refused,omitempty"` // why the bundle was not taken
	}
)

// NoticeKind is what members are told.
type NoticeKind string

// The kinds.
const (
	NoticeOfRule    NoticeKind = "rule"            // a rule's own action
	NoticeOfCut     NoticeKind = "cut"             // a rule was cut
	NoticeOfDoubt   NoticeKind = "not_confirmed"   // a command that secures did not succeed; about the device
	NoticeOfGateway NoticeKind = "gateway_lost"    // a gateway has been away for a while; about the gateway
	NoticeOfKey     NoticeKind = "key_ending"      // a gateway's key ends soon; about the gateway
	NoticeOfWebhook NoticeKind = "webhook_stopped" // a webhook is called no more; about the webhook, or the person whose own it is
)

// NoticeKinds returns all of them.
func NoticeKinds() []NoticeKind {
	return []NoticeKind{NoticeOfRule, NoticeOfCut, NoticeOfDoubt, NoticeOfGateway, NoticeOfKey, NoticeOfWebhook}
}

// Checked is one part of a condition and what came of it.
type Checked struct {
	Path string      `json:"path" doc:"Which part." example:"condition.all[1]"` // "condition.all[1]"
	Is   Truth       `json:"is" enum:"true,false,unknown" doc:"What it must be." example:"false"`
	Seen thing.Value `json:"seen,omitempty" doc:"What it was compared with; none: nothing was known."` // what it was compared with
}

// Truth is what a test comes to.
type Truth string

// The truths.
const (
	True   Truth = "true"
	False  Truth = "false"
	Unsure Truth = "unknown" // what it needs was never told
)

// Facts about scenes. A scene's entity is the scene; its name stands beside the log.
type (
	// SceneEdited brings a new version of a scene, or a new scene, whole.
	SceneEdited struct {
		Settings []SceneSetting `json:"settings"`
		// TransitionMS is over how many milliseconds what can fade does; 0: at once.
		TransitionMS int64 `json:"transition_ms,omitempty"`
		Reverts      Seq   `json:"reverts,omitempty"`
	}
	// SceneRenamed says that a scene has another name.
	SceneRenamed struct{}
	// SceneRemoved says that a scene is gone.
	SceneRemoved struct{}
	// SceneActivated says that the values of a scene are wanted, or, when it is
	// undone, those from before.
	SceneActivated struct {
		Version Seq            `json:"version"`
		Undoes  Seq            `json:"undoes,omitempty"` // the activation
		Before  []SceneSetting `json:"before,omitempty"` // what the devices reported
		Depth   int            `json:"depth,omitempty"`  // of the rule that did it
	}
)

// Facts about tests. A test's entity is the test; its name stands beside the log.
type (
	// TestEdited brings a new test, or an old one anew.
	TestEdited struct {
		Rule     RuleID     `json:"rule"`
		After    Seq        `json:"after"`
		To       Seq        `json:"to"`
		Expected []Expected `json:"expected,omitempty"`
	}
	// TestRemoved says that a test is gone.
	TestRemoved struct{}
)

func (HomeLocated) EventType() string           { return "home.located" }
func (HomeModeChanged) EventType() string       { return "home.mode_changed" }
func (ModeAdded) EventType() string             { return "mode.added" }
func (ModeRenamed) EventType() string           { return "mode.renamed" }
func (ModeRemoved) EventType() string           { return "mode.removed" }
func (MemberPresenceChanged) EventType() string { return "member.presence_changed" }
func (PolicyEdited) EventType() string          { return "policy.edited" }
func (RuleEdited) EventType() string            { return "rule.edited" }
func (RuleRenamed) EventType() string           { return "rule.renamed" }
func (RuleEnabled) EventType() string           { return "rule.enabled" }
func (RuleDisabled) EventType() string          { return "rule.disabled" }
func (RuleRemoved) EventType() string           { return "rule.removed" }
func (RulePlaced) EventType() string            { return "rule.placed" }
func (RuleGranted) EventType() string           { return "rule.granted" }
func (RuleFired) EventType() string             { return "rule.fired" }
func (RuleWaited) EventType() string            { return "rule.waited" }
func (RuleWaitEnded) EventType() string         { return "rule.wait_ended" }
func (RuleFailed) EventType() string            { return "rule.failed" }
func (RuleCut) EventType() string               { return "rule.cut" }
func (NoticeRaised) EventType() string          { return "notice.raised" }
func (SceneEdited) EventType() string           { return "scene.edited" }
func (SceneRenamed) EventType() string          { return "scene.renamed" }
func (SceneRemoved) EventType() string          { return "scene.removed" }
func (SceneActivated) EventType() string        { return "scene.activated" }
func (TestEdited) EventType() string            { return "test.edited" }
func (TestRemoved) EventType() string           { return "test.removed" }
func (GatewayRulesOffered) EventType() string   { return "gateway.rules_offered" }
func (GatewayRulesTaken) EventType() string     { return "gateway.rules_taken" }
