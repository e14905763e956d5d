package domain

import (
	"time"

	"logis/domain/thing"
)

// Twin is what the cloud knows of one device: what it last said of itself, what
// is wanted of it, and how old each of these is.
type Twin struct {
	Device     DeviceID             `json:"device"`
	Revision   Seq                  `json:"revision"` // the last event that touched it
	Available  Availability         `json:"available,omitzero"`
	Properties map[string]*Property `json:"properties,omitempty"`
	Signals    map[string]Signal    `json:"signals,omitempty"` // the last of each event
}

// Property is one value of a twin, from both sides.
type Property struct {
	Reported Reported `json:"reported,omitzero"`
	Desired  Desired  `json:"desired,omitzero"`
}

// Reported is what the device itself said. A zero Seq means it never did: the
// value is unknown.
type Reported struct {
	Value   thing.Value `json:"value"`
	At      time.Time   `json:"at"`    // when the device last said it
	Since   time.Time   `json:"since"` // since when it says the same
	Seq     Seq         `json:"seq"`   // the event that carried it
	Cause   Seq         `json:"cause,omitempty"`
	Epoch   int         `json:"epoch"`
	EdgeSeq int64       `json:"edge_seq"`
}

// Desired is what somebody asked for.
type Desired struct {
	Value   thing.Value `json:"value"`
	Version Seq         `json:"version"` // the command.requested event
	Command CommandID   `json:"command"`
	At      time.Time   `json:"at"`
	Open    bool        `json:"open"` // the command has not ended
}

// Availability is whether the gateway can reach the device. A zero Seq means
// nobody knows.
type Availability struct {
	Is      bool      `json:"is"`
	Since   time.Time `json:"since"`
	Seq     Seq       `json:"seq"`
	Epoch   int       `json:"epoch"`
	EdgeSeq int64     `json:"edge_seq"`
}

// Signal is the last event of one name that the device told.
type Signal struct {
	Data thing.Value `json:"data,omitempty"`
	At   time.Time   `json:"at"`
	Seq  Seq         `json:"seq"`
}

// Delta returns the desired values of open commands that the device has not
// confirmed.
func (t *Twin) Delta() map[string]thing.Value {
	delta := map[string]thing.Value{}
	for name, p := range t.Properties {
		if p.Desired.Open && p.Desired.Value != p.Reported.Value {
			delta[name] = p.Desired.Value
		}
	}
	return delta
}

// property returns the named property, made if it is new.
func (t *Twin) property(name string) *Property {
	if t.Properties == nil {
		t.Properties = map[string]*Property{}
	}
	p, ok := t.Properties[name]
	if !ok {
		p = &Property{}
		t.Properties[name] = p
	}
	return p
}

// supersedes reports whether what ev says is newer than what the gateway said
// at (epoch, seq): later in its outbox, or the present state told on
// connecting, which is never older than the last report before it.
func (ev *RecordedEvent) supersedes(epoch int, seq int64) bool {
	held := EdgeRef{Epoch: epoch, Seq: seq}
	if ev.Flags.Has(Snapshot) {
		return !held.Newer(ev.Edge)
	}
	return ev.Edge.Newer(held)
}

// report folds values told by the device. Reports that were overtaken by newer
// ones stay in the log and change nothing here.
func (t *Twin) report(ev *RecordedEvent, fact DeviceReported) bool {
	changed := false
	for name, value := range fact.Values {
		p := t.property(name)
		if p.Reported.Seq != 0 && !ev.supersedes(p.Reported.Epoch, p.Reported.EdgeSeq) {
			continue
		}
		since := ev.OccurredAt
		if p.Reported.Seq != 0 && p.Reported.Value == value {
			since = p.Reported.Since
		}
		p.Reported = Reported{
			Value: value, At: ev.OccurredAt, Since: since, Seq: ev.Seq,
			Cause: ev.Causation, Epoch: ev.Edge.Epoch, EdgeSeq: ev.Edge.Seq,
		}
		changed = true
	}
	return changed
}

func (t *Twin) reach(ev *RecordedEvent, fact DeviceAvailabilityChanged) bool {
	a := &t.Available
	if a.Seq != 0 && !ev.supersedes(a.Epoch, a.EdgeSeq) {
		return false
	}
	if a.Seq == 0 || a.Is != fact.Available {
		a.Since = ev.OccurredAt
	}
	a.Is, a.Seq, a.Epoch, a.EdgeSeq = fact.Available, ev.Seq, ev.Edge.Epoch, ev.Edge.Seq
	return true
}

func (t *Twin) signal(ev *RecordedEvent, fact DeviceSignalled) bool {
	if last, ok := t.Signals[fact.Event]; ok && last.At.After(ev.OccurredAt) {
		return false
	}
	if t.Signals == nil {
		t.Signals = map[string]Signal{}
	}
	t.Signals[fact.Event] = Signal{Data: fact.Data, At: ev.OccurredAt, Seq: ev.Seq}
	return true
}

// desire folds a command that works towards property values.
func (t *Twin) desire(ev *RecordedEvent, c *Command) {
	at := ev.RecordedAt
	if c.Local {
		at = ev.OccurredAt
	}
	for name, value := range c.Desires {
		p := t.property(name)
		if p.Desired.At.After(at) {
			continue // something else was wanted since; it was only told late
		}
		p.Desired = Desired{Value: value, Version: ev.Seq, Command: c.ID, At: at, Open: true}
	}
}

// settle closes what an ended command wanted, unless a newer one wants it too.
func (t *Twin) settle(c *Command) bool {
	changed := false
	for name := range c.Desires {
		if p, ok := t.Properties[name]; ok && p.Desired.Command == c.ID {
			p.Desired.Open = false
			changed = true
		}
	}
	return changed
}

// forgetOrder makes the next report win whatever its place: the device speaks
// through another gateway now.
func (t *Twin) forgetOrder() {
	for _, p := range t.Properties {
		p.Reported.Epoch, p.Reported.EdgeSeq = 0, 0
	}
	t.Available.Epoch, t.Available.EdgeSeq = 0, 0
}
