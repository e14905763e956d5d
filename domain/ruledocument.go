package domain

import "logis/domain/thing"

// RuleDocument is what people write down as a rule: when one of the triggers
// happens and the condition is met, the actions follow in their order. Whether it
// makes sense for a home is decided by package rule.
type RuleDocument struct {
	Triggers    []Trigger   `json:"triggers" nullable:"false" doc:"What makes it happen: any of them."`
	Condition   *Condition  `json:"condition,omitempty" doc:"What must be so at that moment; none: nothing."` // none: always met
	Actions     []Action    `json:"actions" nullable:"false" doc:"What to do, in this order."`
	Concurrency Concurrency `json:"concurrency,omitempty" enum:"single,restart,queued,parallel" doc:"What becomes of a trigger while the rule waits in the middle of its actions." example:"single"` // empty: Single
	Limit       int         `json:"limit,omitempty" doc:"How many runs there may be at once or waiting; 0: ten." example:"3"`                                                                        // runs at once or waiting, for Queued and Parallel
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
	Property *PropertyTrigger `json:"property,omitempty" doc:"The property."`
	Signal   *SignalTrigger   `json:"signal,omitempty" doc:"A device tells something."`
	Time     *TimeTrigger     `json:"time,omitempty" doc:"The time of day."`
	Cron     *CronTrigger     `json:"cron,omitempty" doc:"A cron line."`
	Sun      *SunTrigger      `json:"sun,omitempty" doc:"The sun."`
	Presence *PresenceTrigger `json:"presence,omitempty" doc:"Members come and go."`
	Gateway  *GatewayTrigger  `json:"gateway,omitempty" doc:"The gateway."`
	Device   *DeviceTrigger   `json:"device,omitempty" doc:"The device."`
	Mode     *ModeTrigger     `json:"mode,omitempty" doc:"The home's mode."`
	Rule     *RuleTrigger     `json:"rule,omitempty" doc:"The rule."`
}

// PropertyTrigger happens when a reported value begins to match, or, with nothing
// to match, when it changes.
type PropertyTrigger struct {
	Device      DeviceID    `json:"device" format:"uuid" doc:"The device." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Property    string      `json:"property" doc:"The property." example:"onOff"`
	From        thing.Value `json:"from,omitempty" doc:"The value before; none: any."`                                                  // the value before
	To          thing.Value `json:"to,omitempty" doc:"The value now; none: any."`                                                       // the value now
	Above       *float64    `json:"above,omitempty" doc:"More than this." example:"25"`                                                 // crossed upwards …
	Below       *float64    `json:"below,omitempty" doc:"Less than this." example:"18"`                                                 // … or downwards
	Hysteresis  float64     `json:"hysteresis,omitempty" doc:"How far the value must go back before it may cross again." example:"0.5"` // how far it must go back before it may cross again
	ForMS       int64       `json:"for_ms,omitempty" doc:"For how long it must have been so, in milliseconds." example:"60000"`         // how long it must go on matching
	FromUnknown bool        `json:"from_unknown,omitempty" doc:"Whether the first value ever known counts." example:"false"`            // the first value ever known counts as well
}

// SignalTrigger happens when a device tells an event, such as the press of a button.
type SignalTrigger struct {
	Device DeviceID    `json:"device" format:"uuid" doc:"The device." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Event  string      `json:"event" doc:"What happens." example:"longPress"`
	Data   thing.Value `json:"data,omitempty" doc:"What it carries; none: whatever it does."` // empty: whatever it carries
}

// TimeTrigger happens at a time of day in the home's time zone.
type TimeTrigger struct {
	At   string   `json:"at" doc:"The time of day." example:"07:30"`                                           // "07:30"
	Days []string `json:"days,omitempty" nullable:"false" doc:"On which days; none: every day." example:"mon"` // "mon" … "sun"; none: every day
}

// CronTrigger happens at the minutes a cron line names, in the home's time zone.
type CronTrigger struct {
	Line string `json:"line" doc:"Minute, hour, day, month and weekday, in the home's time zone." example:"*/5 * * * *"` // minute hour day month weekday
}

// SunTrigger happens at sunrise or sunset where the home is.
type SunTrigger struct {
	Event         string `json:"event" enum:"sunrise,sunset" doc:"What happens." example:"sunset"`                        // "sunrise" or "sunset"
	OffsetMinutes int    `json:"offset_minutes,omitempty" doc:"Minutes after it; before it when negative." example:"-30"` // before it when negative
}

// PresenceTrigger happens when members come and go.
type PresenceTrigger struct {
	Change string   `json:"change" enum:"arrives,leaves,first_arrives,last_leaves" doc:"Which way." example:"arrives"`                                                // "arrives", "leaves", "first_arrives" or "last_leaves"
	Person PersonID `json:"person,omitzero" format:"uuid" doc:"The member; none: anybody, or every owner to be told." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"` // zero: anybody
}

// GatewayTrigger happens when a gateway is lost or back.
type GatewayTrigger struct {
	Gateway GatewayID `json:"gateway" format:"uuid" doc:"The gateway." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Change  string    `json:"change" enum:"lost,back" doc:"Which way." example:"lost"` // "lost" or "back"
}

// DeviceTrigger happens when a gateway cannot reach a device any more, or can again.
type DeviceTrigger struct {
	Device DeviceID `json:"device" format:"uuid" doc:"The device." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Change string   `json:"change" enum:"lost,back" doc:"Which way." example:"lost"` // "lost" or "back"
}

// ModeTrigger happens when the home's mode changes.
type ModeTrigger struct {
	To Mode `json:"to,omitempty" doc:"The value now; none: any." example:"away"` // empty: to any
}

// RuleTrigger happens when another rule fires.
type RuleTrigger struct {
	Rule RuleID `json:"rule" format:"uuid" doc:"The rule." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
}

// Condition is a tree of tests. Exactly one member is set.
type Condition struct {
	All        []Condition   `json:"all,omitempty" nullable:"false" doc:"All of these."`
	Any        []Condition   `json:"any,omitempty" nullable:"false" doc:"At least one of these."`
	Not        *Condition    `json:"not,omitempty" doc:"Not this."`
	Property   *PropertyTest `json:"property,omitempty" doc:"The property."`
	Time       *TimeTest     `json:"time,omitempty" doc:"The time of day."`
	Sun        *SunTest      `json:"sun,omitempty" doc:"The sun."`
	Mode       *ModeTest     `json:"mode,omitempty" doc:"The home's mode."`
	Presence   *PresenceTest `json:"presence,omitempty" doc:"Members come and go."`
	Expression string        `json:"expression,omitempty" doc:"In CEL, over devices, mode and attended." example:"mode == 'night'"` // in CEL
}

// PropertyTest compares what a device last reported. It is unknown while the
// device never did.
type PropertyTest struct {
	Device     DeviceID    `json:"device" format:"uuid" doc:"The device." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Property   string      `json:"property" doc:"The property." example:"onOff"`
	Is         thing.Value `json:"is,omitempty" doc:"What it must be."`
	IsNot      thing.Value `json:"is_not,omitempty" doc:"What it must not be."`
	Above      *float64    `json:"above,omitempty" doc:"More than this." example:"25"`
	Below      *float64    `json:"below,omitempty" doc:"Less than this." example:"18"`
	Hysteresis float64     `json:"hysteresis,omitempty" doc:"How far back the value must go until the test is not met any more." example:"0.5"` // how far it must go back until it is not met any more
	ForMS      int64       `json:"for_ms,omitempty" doc:"For how long it must have been so, in milliseconds." example:"60000"`                  // it has said the same for at least so long
}

// TimeTest is met from After until before Before, over midnight when After is the
// later one.
type TimeTest struct {
	After  string   `json:"after,omitempty" doc:"From this time of day." example:"22:00"`                                      // "22:00"
	Before string   `json:"before,omitempty" doc:"Until this time of day; earlier than after: over midnight." example:"06:30"` // "06:30"
	Days   []string `json:"days,omitempty" nullable:"false" doc:"On which days; none: every day." example:"mon"`               // the day on which the window began
}

// SunTest is met while the sun is up or down where the home is.
type SunTest struct {
	Is            string `json:"is" enum:"up,down" doc:"What it must be." example:"up"`                                   // "up" or "down"
	OffsetMinutes int    `json:"offset_minutes,omitempty" doc:"Minutes after it; before it when negative." example:"-30"` // moves sunrise and sunset
}

// ModeTest is met in one of the modes.
type ModeTest struct {
	Is []Mode `json:"is" nullable:"false" doc:"What it must be." example:"away"`
}

// PresenceTest is met by who is at home.
type PresenceTest struct {
	Is     string   `json:"is" enum:"present,away" doc:"What it must be." example:"present"`                                                                          // "present" or "away"
	Person PersonID `json:"person,omitzero" format:"uuid" doc:"The member; none: anybody, or every owner to be told." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"` // zero: anybody is present, or all are away
}

// Action is something to do. Exactly one member is set.
type Action struct {
	Command *CommandAction `json:"command,omitempty" doc:"Ask something of a device."`
	Scene   *SceneAction   `json:"scene,omitempty" doc:"The scene."`
	Delay   *DelayAction   `json:"delay,omitempty" doc:"Wait."`
	Notify  *NotifyAction  `json:"notify,omitempty" doc:"Tell members."`
	Mode    *ModeAction    `json:"mode,omitempty" doc:"The home's mode."`
	Webhook *WebhookAction `json:"webhook,omitempty" doc:"Call a webhook of the home."`
}

// CommandAction asks a device to set values or to do one action.
type CommandAction struct {
	Device DeviceID               `json:"device" format:"uuid" doc:"The device." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Set    map[string]thing.Value `json:"set,omitempty" doc:"The values wanted, by property."`
	Action string                 `json:"action,omitempty" doc:"The action wanted." example:"unlockDoor"`
	Input  thing.Value            `json:"input,omitempty" doc:"What the action takes."`
	// TransitionMS is as of a request.
	TransitionMS int64 `json:"transition_ms,omitempty" doc:"Over how many milliseconds a lamp fades to the values, at most 600000; 0: at once." example:"2000"`
	TTLMS        int64 `json:"ttl_ms,omitempty" doc:"For how long it may wait, in milliseconds; 0: the default of its class." example:"5000"` // 0: the default of the command's class
}

// SceneAction activates a scene.
type SceneAction struct {
	Scene SceneID `json:"scene" format:"uuid" doc:"The scene." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
}

// DelayAction waits before the next action.
type DelayAction struct {
	MS int64 `json:"ms" doc:"For how long, in milliseconds." example:"300000"`
}

// NotifyAction tells members that the rule came to this point. What they read is
// the rule's name: the log holds no text.
type NotifyAction struct {
	Person PersonID `json:"person,omitzero" format:"uuid" doc:"The member; none: anybody, or every owner to be told." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"` // zero: every owner
}

// ModeAction changes the home's mode.
type ModeAction struct {
	To Mode `json:"to" doc:"The value now; none: any." example:"away"`
}

// WebhookAction calls a webhook of the home. A rule never names an address: who may
// write rules would reach whatever the server does.
type WebhookAction struct {
	Webhook WebhookID `json:"webhook,omitzero" format:"uuid" doc:"The webhook." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a0b"`
	URL     string    `json:"url,omitempty" doc:"Refused: register a webhook and name it." example:"https://example.org/hook"`
}
