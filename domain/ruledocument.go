package domain

import "logis/domain/thing"

// RuleDocument is what people write down as a rule: when one of the triggers
// happens and the condition is met, the actions follow in their order. Whether it
// makes sense for a home is decided by package rule.
type RuleDocument struct {
	Triggers    []Trigger   `json:"triggers"`
	Condition   *Condition  `json:"condition,omitempty"` // none: always met
	Actions     []Action    `json:"actions"`
	Concurrency Concurrency `json:"concurrency,omitempty"` // empty: Single
	Limit       int         `json:"limit,omitempty"`       // runs at once or waiting, for Queued and Parallel
}

// Concurrency is what becomes of a rule that is triggered while it waits in the
// middle of its actions.
type Concurrency string

// The ways.
const (
	Single   Concurrency = "single"   // what comes meanwhile is left alone
	Restart  Concurrency = "restart"  // the waiting run ends, a new one begins
	Queued   Concurrency = "queued"   // the new run waits for its turn
	Parallel Concurrency = "parallel" // both go on
)

// Trigger is something that happens. Exactly one member is set.
type Trigger struct {
	Property *PropertyTrigger `json:"property,omitempty"`
	Signal   *SignalTrigger   `json:"signal,omitempty"`
	Time     *TimeTrigger     `json:"time,omitempty"`
	Cron     *CronTrigger     `json:"cron,omitempty"`
	Sun      *SunTrigger      `json:"sun,omitempty"`
	Presence *PresenceTrigger `json:"presence,omitempty"`
	Gateway  *GatewayTrigger  `json:"gateway,omitempty"`
	Device   *DeviceTrigger   `json:"device,omitempty"`
	Mode     *ModeTrigger     `json:"mode,omitempty"`
	Rule     *RuleTrigger     `json:"rule,omitempty"`
}

// PropertyTrigger happens when a reported value begins to match, or, with nothing
// to match, when it changes.
type PropertyTrigger struct {
	Device      DeviceID    `json:"device"`
	Property    string      `json:"property"`
	From        thing.Value `json:"from,omitempty"`         // the value before
	To          thing.Value `json:"to,omitempty"`           // the value now
	Above       *float64    `json:"above,omitempty"`        // crossed upwards …
	Below       *float64    `json:"below,omitempty"`        // … or downwards
	Hysteresis  float64     `json:"hysteresis,omitempty"`   // how far it must go back before it may cross again
	ForMS       int64       `json:"for_ms,omitempty"`       // how long it must go on matching
	FromUnknown bool        `json:"from_unknown,omitempty"` // the first value ever known counts as well
}

// SignalTrigger happens when a device tells an event, such as the press of a button.
type SignalTrigger struct {
	Device DeviceID    `json:"device"`
	Event  string      `json:"event"`
	Data   thing.Value `json:"data,omitempty"` // empty: whatever it carries
}

// TimeTrigger happens at a time of day in the home's time zone.
type TimeTrigger struct {
	At   string   `json:"at"`             // "07:30"
	Days []string `json:"days,omitempty"` // "mon" … "sun"; none: every day
}

// CronTrigger happens at the minutes a cron line names, in the home's time zone.
type CronTrigger struct {
	Line string `json:"line"` // minute hour day month weekday
}

// SunTrigger happens at sunrise or sunset where the home is.
type SunTrigger struct {
	Event         string `json:"event"`                    // "sunrise" or "sunset"
	OffsetMinutes int    `json:"offset_minutes,omitempty"` // before it when negative
}

// PresenceTrigger happens when members come and go.
type PresenceTrigger struct {
	Change string   `json:"change"`          // "arrives", "leaves", "first_arrives" or "last_leaves"
	Person PersonID `json:"person,omitzero"` // zero: anybody
}

// GatewayTrigger happens when a gateway is lost or back.
type GatewayTrigger struct {
	Gateway GatewayID `json:"gateway"`
	Change  string    `json:"change"` // "lost" or "back"
}

// DeviceTrigger happens when a gateway cannot reach a device any more, or can again.
type DeviceTrigger struct {
	Device DeviceID `json:"device"`
	Change string   `json:"change"` // "lost" or "back"
}

// ModeTrigger happens when the home's mode changes.
type ModeTrigger struct {
	To Mode `json:"to,omitempty"` // empty: to any
}

// RuleTrigger happens when another rule fires.
type RuleTrigger struct {
	Rule RuleID `json:"rule"`
}

// Condition is a tree of tests. Exactly one member is set.
type Condition struct {
	All        []Condition   `json:"all,omitempty"`
	Any        []Condition   `json:"any,omitempty"`
	Not        *Condition    `json:"not,omitempty"`
	Property   *PropertyTest `json:"property,omitempty"`
	Time       *TimeTest     `json:"time,omitempty"`
	Sun        *SunTest      `json:"sun,omitempty"`
	Mode       *ModeTest     `json:"mode,omitempty"`
	Presence   *PresenceTest `json:"presence,omitempty"`
	Expression string        `json:"expression,omitempty"` // in CEL
}

// PropertyTest compares what a device last reported. It is unknown while the
// device never did.
type PropertyTest struct {
	Device   DeviceID    `json:"device"`
	Property string      `json:"property"`
	Is       thing.Value `json:"is,omitempty"`
	IsNot    thing.Value `json:"is_not,omitempty"`
	Above    *float64    `json:"above,omitempty"`
	Below    *float64    `json:"below,omitempty"`
	ForMS    int64       `json:"for_ms,omitempty"` // it has said the same for at least so long
}

// TimeTest is met from After until before Before, over midnight when After is the
// later one.
type TimeTest struct {
	After  string   `json:"after,omitempty"`  // "22:00"
	Before string   `json:"before,omitempty"` // "06:30"
	Days   []string `json:"days,omitempty"`   // the day on which the window began
}

// SunTest is met while the sun is up or down where the home is.
type SunTest struct {
	Is            string `json:"is"`                       // "up" or "down"
	OffsetMinutes int    `json:"offset_minutes,omitempty"` // moves sunrise and sunset
}

// ModeTest is met in one of the modes.
type ModeTest struct {
	Is []Mode `json:"is"`
}

// PresenceTest is met by who is at home.
type PresenceTest struct {
	Is     string   `json:"is"`              // "present" or "away"
	Person PersonID `json:"person,omitzero"` // zero: anybody is present, or all are away
}

// Action is something to do. Exactly one member is set.
type Action struct {
	Command *CommandAction `json:"command,omitempty"`
	Scene   *SceneAction   `json:"scene,omitempty"`
	Delay   *DelayAction   `json:"delay,omitempty"`
	Notify  *NotifyAction  `json:"notify,omitempty"`
	Mode    *ModeAction    `json:"mode,omitempty"`
	Webhook *WebhookAction `json:"webhook,omitempty"`
}

// CommandAction asks a device to set values or to do one action.
type CommandAction struct {
	Device DeviceID               `json:"device"`
	Set    map[string]thing.Value `json:"set,omitempty"`
	Action string                 `json:"action,omitempty"`
	Input  thing.Value            `json:"input,omitempty"`
	TTLMS  int64                  `json:"ttl_ms,omitempty"` // 0: the default of the command's class
}

// SceneAction activates a scene.
type SceneAction struct {
	Scene SceneID `json:"scene"`
}

// DelayAction waits before the next action.
type DelayAction struct {
	MS int64 `json:"ms"`
}

// NotifyAction tells members that the rule came to this point. What they read is
// the rule's name: the log holds no text.
type NotifyAction struct {
	Person PersonID `json:"person,omitzero"` // zero: every owner
}

// ModeAction changes the home's mode.
type ModeAction struct {
	To Mode `json:"to"`
}

// WebhookAction calls an address outside.
type WebhookAction struct {
	URL string `json:"url"`
}
