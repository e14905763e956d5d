package domain

import (
	"time"

	"logis/domain/thing"
)

// Outcome is how a command ended.
type Outcome string

// The outcomes; each is final.
const (
	Succeeded  Outcome = "succeeded"  // the radio confirmed
	Failed     Outcome = "failed"     // the radio could not
	Rejected   Outcome = "rejected"   // refused before trying
	Expired    Outcome = "expired"    // too late to begin
	Superseded Outcome = "superseded" // a newer command wants the same
	Cancelled  Outcome = "cancelled"  // withdrawn by a person
	Unknown    Outcome = "unknown"    // begun, and nobody knows
)

// Outcomes returns all of them.
func Outcomes() []Outcome {
	return []Outcome{Succeeded, Failed, Rejected, Expired, Superseded, Cancelled, Unknown}
}

// Status is where a command stands: requested, sent, delivered or an Outcome.
type Status string

// The statuses before the final one.
const (
	Requested Status = "requested"
	Sent      Status = "sent"
	Delivered Status = "delivered"
)

// AnswerGrace is how long after a command's deadline the cloud waits for the
// edge's answer before it calls the outcome unknown. Together with the sweep's
// period it stays well inside the promised deadline + 30 s.
const AnswerGrace = 5 * time.Second

// Command is a request to change something, and how far it has come.
type Command struct {
	ID       CommandID              `json:"id"`
	Device   DeviceID               `json:"device"`
	Gateway  GatewayID              `json:"gateway"`
	Class    thing.Class            `json:"class"`
	Set      map[string]thing.Value `json:"set,omitempty"`
	Action   string                 `json:"action,omitempty"`
	Input    thing.Value            `json:"input,omitempty"`
	Desires  map[string]thing.Value `json:"desires,omitempty"` // what it works towards: Set, or what the action implies
	Actor    Actor                  `json:"actor"`
	Status   Status                 `json:"status"`
	Reason   string                 `json:"reason,omitempty"`
	Observed map[string]thing.Value `json:"observed,omitempty"`
	Deadline time.Time              `json:"deadline,omitzero"` // it is not begun at it or later
	// TransitionMS is over how many milliseconds the device goes to Set; 0: at once.
	TransitionMS int64    `json:"transition_ms,omitempty"`
	Requested    Step     `json:"requested"`
	Sent         Step     `json:"sent,omitzero"` // the last time it was sent
	Delivered    Step     `json:"delivered,omitzero"`
	Ended        Step     `json:"ended,omitzero"`
	Session      int64    `json:"session,omitempty"` // it was last sent on
	Sends        int      `json:"sends,omitempty"`
	Local        bool     `json:"local,omitempty"` // given at the gateway
	Correlation  Seq      `json:"correlation"`
	Depth        int      `json:"depth,omitempty"` // of the rule that gave it
	Token        EntityID `json:"token,omitzero"`  // it was asked for with
}

// Step is when the log learnt of one turn in a command's life.
type Step struct {
	Seq Seq       `json:"seq"`
	At  time.Time `json:"at"`
}

// DesiredVersion orders commands for the same property: the edge refuses one
// older than the last it applied.
func (c *Command) DesiredVersion() Seq { return c.Requested.Seq }

// Open reports whether the command has no final event yet.
func (c *Command) Open() bool { return c.Ended.Seq == 0 }

// Transition is how long the device may take once it has begun.
func (c *Command) Transition() time.Duration { return time.Duration(c.TransitionMS) * time.Millisecond }

// DueAt returns when the command must be closed if nothing more is heard of it,
// and whether there is such a time: what was not sent is over at its deadline, what
// may have begun before it has its transition on top.
func (c *Command) DueAt() (time.Time, bool) {
	switch {
	case !c.Open() || c.Deadline.IsZero():
		return time.Time{}, false
	case c.Status == Requested:
		return c.Deadline, true
	}
	return c.Deadline.Add(c.Transition() + AnswerGrace), true
}

// Overdue reports whether the command must be closed at now, and how: expired
// when it never left, unknown when it may have been carried out.
func (c *Command) Overdue(now time.Time) (Outcome, bool) {
	due, ok := c.DueAt()
	switch {
	case !ok || now.Before(due):
		return "", false
	case c.Status == Requested:
		return Expired, true
	}
	return Unknown, true
}

// overlaps reports whether both commands want the same property.
func (c *Command) overlaps(device DeviceID, desires map[string]thing.Value) bool {
	if c.Device != device {
		return false
	}
	for name := range desires {
		if _, ok := c.Desires[name]; ok {
			return true
		}
	}
	return false
}

// Revision is the newest event of the command's life.
func (c *Command) Revision() Seq { return max(c.last(), c.Ended.Seq) }
