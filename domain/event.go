package domain

import (
	"encoding/hex"
	"strings"
	"time"
)

// Seq is a place in a home's log: 1, 2, 3, … without gaps. Zero means none.
type Seq int64

// Hash is a link of a home's hash chain.
type Hash [32]byte

// String returns the hash as lower-case hexadecimal digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// ParseHash reads a hash as String writes it: 64 lower-case hexadecimal digits.
func ParseHash(text string) (Hash, error) {
	var h Hash
	n, err := hex.Decode(h[:], []byte(text[:min(len(text), 2*len(h))]))
	if err != nil || n != len(h) || h.String() != text {
		return Hash{}, Errorf(Invalid, "a hash has 64 lower-case hexadecimal digits")
	}
	return h, nil
}

// Fact is the typed content of an event. Its EventType is stored, so it is an
// explicit string that never changes, `noun.past_participle`.
type Fact interface {
	EventType() string
}

// Event is something to be appended to a home's log.
type Event struct {
	ID          EventID
	Entity      EntityID  // what it is about; the home itself if nothing smaller
	OccurredAt  time.Time // when it happened; zero: when it is recorded
	Actor       Actor     // who did it
	Causation   Seq       // the event it follows from; zero: none
	Correlation Seq       // the first cause; zero: this event is its own
	Model       string    // model id, where a device is concerned
	Edge        EdgeRef   // where it came from, if from a gateway
	Flags       Flags
	Fact        Fact
}

// RecordedEvent is an event with its place in the log. Data holds the exact
// bytes that are stored and hashed.
type RecordedEvent struct {
	Event
	HomeID     HomeID
	Seq        Seq
	Schema     int // version of the fact's JSON
	RecordedAt time.Time
	Data       []byte
	Hash       Hash
}

// EdgeRef is a report's place in its gateway's outbox. (Gateway, Epoch, Seq) is
// recorded exactly once, in order. A zero Gateway means the event did not come
// from one.
type EdgeRef struct {
	Gateway GatewayID
	Epoch   int   // generation of the outbox: rises when it is lost or restored
	Seq     int64 // 1, 2, 3, … within the epoch
}

// Newer reports whether r lies after o in what a gateway said.
func (r EdgeRef) Newer(o EdgeRef) bool {
	return r.Epoch > o.Epoch || (r.Epoch == o.Epoch && r.Seq > o.Seq)
}

// Flags mark an event.
type Flags uint16

// The flags.
const (
	Historic Flags = 1 << iota // told late, after a gap: never actuates, never overwrites newer state
	Inferred                   // the cause was concluded, not proven
	Snapshot                   // present state told on connecting; Edge.Seq repeats the last report's
)

// Has reports whether all flags of f are set.
func (flags Flags) Has(f Flags) bool { return flags&f == f }

// Actor is who did something: "person:<id>", "rule:<id>", "local:<client>" (at the
// gateway), "gateway" (the one of the event's EdgeRef) or "system".
type Actor string

// The actors without an id.
const (
	GatewayActor Actor = "gateway"
	SystemActor  Actor = "system"
)

// PersonActor returns the actor for a person.
func PersonActor(id PersonID) Actor { return Actor("person:" + id.String()) }

// LocalActor returns the actor for a client that is paired with a gateway.
func LocalActor(client string) Actor { return Actor("local:" + client) }

// Person returns the person behind the actor, if it is one.
func (a Actor) Person() (PersonID, bool) {
	text, ok := strings.CutPrefix(string(a), "person:")
	if !ok {
		return PersonID{}, false
	}
	id, err := ParseID[PersonKind](text)
	return id, err == nil
}

// RuleActor returns the actor for a rule.
func RuleActor(id RuleID) Actor { return Actor("rule:" + id.String()) }

// Rule returns the rule behind the actor, if it is one.
func (a Actor) Rule() (RuleID, bool) {
	text, ok := strings.CutPrefix(string(a), "rule:")
	if !ok {
		return RuleID{}, false
	}
	id, err := ParseID[RuleKind](text)
	return id, err == nil
}
