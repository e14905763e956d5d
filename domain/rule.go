package domain

import (
	"slices"
	"time"

	"logis/domain/thing"
)

// Bounds of what people may automate in one home. All of it is in the home's
// state, and a rule is looked at with every event it waits for.
const (
	MaxRules  = 500 // ten times what a well kept home has
	MaxScenes = 200
	MaxModes  = 20 // own ones
)

// Rule is what the home knows of a rule.
type Rule struct {
	ID       RuleID       `json:"id"`
	Revision Seq          `json:"revision"`
	Version  Seq          `json:"version"` // the rule.edited event that brought the document
	Document RuleDocument `json:"document"`
	Enabled  bool         `json:"enabled"`
	Stopped  bool         `json:"stopped,omitempty"` // cut out of a loop, until a person enables or edits it
	Resumed  Seq          `json:"resumed,omitempty"` // the rule.enabled that last ended Stopped
	Gateway  GatewayID    `json:"gateway,omitzero"`  // it runs on; zero: in the cloud
	Placed   Seq          `json:"placed,omitempty"`  // the version that runs there
	Offered  Offered      `json:"offered,omitzero"`  // a gateway is asked to run it, and has not answered
	Grants   []Grant      `json:"grants,omitempty"`  // for this version
}

// Grant is an owner's leave for a rule to open something: a command of class A.
type Grant struct {
	Device DeviceID `json:"device"`
	By     Actor    `json:"by"`
	Seq    Seq      `json:"seq"`
}

// Active reports whether the rule may fire at all.
func (r *Rule) Active() bool { return r.Enabled && !r.Stopped }

// Granted reports whether an owner lets the present version open the device.
func (r *Rule) Granted(device DeviceID) bool {
	return slices.ContainsFunc(r.Grants, func(g Grant) bool { return g.Device == device })
}

// RuleRun is how far a rule has come: when it fired, and what it waits for.
type RuleRun struct {
	Rule     RuleID `json:"rule"`
	Revision Seq    `json:"revision"`
	Fired    Firing `json:"fired,omitzero"`
	Failed   Step   `json:"failed,omitzero"` // the last time an action failed
	Cut      Cut    `json:"cut,omitzero"`    // the last time
	Waits    []Wait `json:"waits,omitempty"`
	High     []int  `json:"high,omitempty"` // triggers with hysteresis that are beyond their threshold
	// HighTests are the tests of the condition that are, by their place among those
	// with hysteresis.
	HighTests []int `json:"high_tests,omitempty"`
}

// Firing is the last time a rule fired.
type Firing struct {
	Seq    Seq       `json:"seq"`
	At     time.Time `json:"at"`
	Cause  Seq       `json:"cause"` // the event that triggered it
	Count  int64     `json:"count"` // since it was made
	Minute time.Time `json:"minute"`
	Recent int       `json:"recent"` // in the minute that began at Minute
}

// Cut is a loop or a flood that was cut.
type Cut struct {
	Seq    Seq       `json:"seq"`
	At     time.Time `json:"at"`
	Reason CutReason `json:"reason"`
	Other  RuleID    `json:"other,omitzero"`  // the rule it fights with
	Device DeviceID  `json:"device,omitzero"` // that had been moved too often
	Over   bool      `json:"over,omitempty"`  // a person let the rule go on
}

// CutReason is why a rule was cut.
type CutReason string

// The reasons.
const (
	CutDepth CutReason = "depth" // rules triggered each other too often in a row
	CutRate  CutReason = "rate"  // a device was moved, or the rule fired, too often in a minute
)

// Wait is something a rule waits for. Its Seq, of the rule.waited event, names it.
type Wait struct {
	Seq         Seq       `json:"seq"`
	Kind        WaitKind  `json:"kind"`
	Trigger     int       `json:"trigger"`
	Action      int       `json:"action"`          // to go on with
	Due         time.Time `json:"due,omitzero"`    // zero: not a matter of time
	Fired       Seq       `json:"fired,omitempty"` // the run it belongs to
	Depth       int       `json:"depth,omitempty"`
	Correlation Seq       `json:"correlation"`
	Edge        EdgeRef   `json:"edge,omitzero"` // who waits: a gateway, and how it names it; zero: the cloud
}

// WaitKind is what a wait is for.
type WaitKind string

// The kinds.
const (
	WaitHeld     WaitKind = "held"     // a value must go on matching
	WaitDelay    WaitKind = "delay"    // between two actions
	WaitSchedule WaitKind = "schedule" // for the next time of a trigger
	WaitQueued   WaitKind = "queued"   // for the run before it
)

// WaitOutcome is how a wait ended.
type WaitOutcome string

// The outcomes.
const (
	WaitDue       WaitOutcome = "due"       // its time, or its turn, came
	WaitMissed    WaitOutcome = "missed"    // its time was over before anybody could look
	WaitLeft      WaitOutcome = "left"      // the value does not match any more
	WaitCancelled WaitOutcome = "cancelled" // a newer run took its place
)

// Due returns the earliest time the rule waits for anywhere, zero when there is none.
func (r *RuleRun) Due() time.Time { return r.due(func(Wait) bool { return true }) }

// DueAt returns the earliest time the rule waits for at a place; zero: the cloud.
func (r *RuleRun) DueAt(place GatewayID) time.Time {
	return r.due(func(w Wait) bool { return w.Edge.Gateway == place })
}

func (r *RuleRun) due(those func(Wait) bool) time.Time {
	var first time.Time
	for _, w := range r.Waits {
		if those(w) && !w.Due.IsZero() && (first.IsZero() || w.Due.Before(first)) {
			first = w.Due
		}
	}
	return first
}

// Wait returns the named wait.
func (r *RuleRun) Wait(seq Seq) (Wait, bool) {
	i := slices.IndexFunc(r.Waits, func(w Wait) bool { return w.Seq == seq })
	if i < 0 {
		return Wait{}, false
	}
	return r.Waits[i], true
}

// Scene is a named set of desired values.
type Scene struct {
	ID        SceneID        `json:"id"`
	Revision  Seq            `json:"revision"`
	Version   Seq            `json:"version"` // the scene.edited event
	Settings  []SceneSetting `json:"settings"`
	Activated Activation     `json:"activated,omitzero"` // the last time
	// TransitionMS is over how many milliseconds what can fade does; 0: at once.
	TransitionMS int64 `json:"transition_ms,omitempty"`
}

// SceneSetting is what a scene wants of one device.
type SceneSetting struct {
	Device DeviceID               `json:"device"`
	Set    map[string]thing.Value `json:"set"`
}

// Activation is the last time a scene was activated.
type Activation struct {
	Seq    Seq            `json:"seq"`
	At     time.Time      `json:"at"`
	Before []SceneSetting `json:"before,omitempty"` // what the devices reported then
}

// Pace is how often rules moved a device in the last minute.
type Pace struct {
	Device   DeviceID `json:"device"`
	Revision Seq      `json:"revision"`
	Moves    []Move   `json:"moves"`
}

// Move is one command of a rule.
type Move struct {
	At    time.Time   `json:"at"`
	Rule  RuleID      `json:"rule"`
	Class thing.Class `json:"class"`
}

// Limits of what rules may do to one device, in moves a minute: safety.md C-9.
const (
	MaxLockMoves  = 6  // of class A or B: a lock's motor and its people
	MaxRelayMoves = 30 // of every other class: a relay's contacts
)

// Moving returns the moves of a device by rules within a minute before now whose
// class counts together with class, and how many there may be.
func (h *Home) Moving(device DeviceID, class thing.Class, now time.Time) (moves []Move, limit int) {
	limit = MaxRelayMoves
	if guarded(class) {
		limit = MaxLockMoves
	}
	p, ok := h.Paces[device]
	if !ok {
		return nil, limit
	}
	for _, m := range p.Moves {
		if now.Sub(m.At) < time.Minute && guarded(m.Class) == guarded(class) {
			moves = append(moves, m)
		}
	}
	return moves, limit
}

func guarded(class thing.Class) bool { return class == thing.Opening || class == thing.Securing }
