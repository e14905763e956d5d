// Package audit tells who did what in a home, when, from where and with what
// outcome, in sentences that people can read, search and take along.
package audit

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"logis/domain"
)

// Kind groups deeds for whoever looks for some of them.
type Kind string

// The kinds.
const (
	Commands Kind = "command" // something was asked of a device or a scene
	House    Kind = "home"    // the home, its rooms, devices, scenes and modes were changed
	Rules    Kind = "rule"    // what the home does by itself was changed, or failed
	Members  Kind = "member"  // who belongs to it
	Gateways Kind = "gateway" // the boxes that own the radios
	Looks    Kind = "look"    // somebody looked at the past of others, marked or shared it
	Door     Kind = "door"    // somebody signed in, or was refused
)

// Kinds returns all of them.
func Kinds() []Kind { return []Kind{Commands, House, Rules, Members, Gateways, Looks, Door} }

// kindOf returns the kind of an event by the noun of its type.
func kindOf(eventType string) Kind {
	noun, _, _ := strings.Cut(eventType, ".")
	switch {
	case noun == "command", eventType == (domain.SceneActivated{}).EventType():
		return Commands
	case noun == "rule", noun == "policy", noun == "notice", noun == "test":
		return Rules
	case noun == "member":
		return Members
	case noun == "gateway":
		return Gateways
	case noun == "history", noun == "incident":
		return Looks
	}
	return House
}

// typesOf returns the types of events of a kind, nil for every kind.
func typesOf(kind Kind) []string {
	if kind == "" {
		return nil
	}
	types := []string{}
	for _, eventType := range domain.EventTypes() {
		if kindOf(eventType) == kind {
			types = append(types, eventType)
		}
	}
	return types
}

// Outcome is what came of a deed.
type Outcome string

// The outcomes.
const (
	Done      Outcome = "done"
	Open      Outcome = "open" // not decided yet
	Refused   Outcome = "refused"
	Failed    Outcome = "failed"
	Withdrawn Outcome = "withdrawn" // by a person, or by a newer wish
	Unknown   Outcome = "unknown"   // nobody knows if it was done
)

// Outcomes returns all of them.
func Outcomes() []Outcome { return []Outcome{Done, Open, Refused, Failed, Withdrawn, Unknown} }

// outcomeOf returns what had come of a command by an event.
func outcomeOf(c *domain.Command, asOf domain.Seq) Outcome {
	if c.Ended.Seq == 0 || c.Ended.Seq > asOf {
		return Open
	}
	switch domain.Outcome(c.Status) {
	case domain.Succeeded:
		return Done
	case domain.Rejected:
		return Refused
	case domain.Cancelled, domain.Superseded:
		return Withdrawn
	case domain.Failed, domain.Expired:
		return Failed
	case domain.Unknown:
	}
	return Unknown
}

// Entry is something that somebody did, or tried to do.
type Entry struct {
	Place

	At      time.Time
	Kind    Kind
	What    string // the type of the event, or the deed at the door
	Actor   domain.Actor
	Entity  domain.EntityID // what it is about; zero: nothing in the home
	Says    string          // the whole of it, as a sentence
	Outcome Outcome
	From    string // the network address it came from; "": not known, or not known any more
}

// Place is where an entry stands: in the log of the home or in that of the door.
type Place struct {
	Seq  domain.Seq // 0: at the door
	Door int64      // 0: in the log
}

// Query chooses entries. Its text form says everything: whoever asks with the same
// text again gets the same answer, as far as nothing of it was erased meanwhile.
type Query struct {
	AsOf    domain.Seq      // events up to this one, and what things were called then
	Person  domain.PersonID // zero: of everybody; else what they did and what was done to them
	Device  domain.DeviceID // zero: of every device
	Kind    Kind            // "": of every kind
	Outcome Outcome         // "": of every outcome
	From    time.Time       // zero: from the home's beginning
	To      time.Time       // before this time
	Text    string          // every word of it must stand in the sentence

	Language Language // in which it is told and searched
}

// String returns the query in the form in which an app asks it: the parameters of
// its address, in order.
func (q Query) String() string {
	values := url.Values{
		"as_of": {strconv.FormatInt(int64(q.AsOf), 10)}, "to": {q.To.UTC().Format(time.RFC3339Nano)}, "language": {string(q.Language)},
	}
	set := func(name, value string, there bool) {
		if there {
			values.Set(name, value)
		}
	}
	set("person", q.Person.String(), !q.Person.IsZero())
	set("device", q.Device.String(), !q.Device.IsZero())
	set("kind", string(q.Kind), q.Kind != "")
	set("outcome", string(q.Outcome), q.Outcome != "")
	set("from", q.From.UTC().Format(time.RFC3339Nano), !q.From.IsZero())
	set("text", q.Text, q.Text != "")
	return values.Encode()
}

// matches reports whether the query wants the entry, beyond what was asked of the
// database.
func (q Query) matches(e *Entry) bool {
	if q.Outcome != "" && e.Outcome != q.Outcome {
		return false
	}
	if q.Text == "" {
		return true
	}
	says := strings.ToLower(e.Says + " " + e.From + " " + string(e.Outcome))
	for _, word := range strings.Fields(strings.ToLower(q.Text)) {
		if !strings.Contains(says, word) {
			return false
		}
	}
	return true
}
