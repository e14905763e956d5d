// Package radio is what every radio technology offers the edge agent: devices
// found, what they tell, and a way to make them act.
//
// Each technology is a folder beside this file with a type that implements
// [Radio]; radiotest holds the conformance suite all of them run. What not every
// technology can do is an interface of its own with one method, found by type
// assertion: [Reader], [Fader], [Pairer], [Commissioner], [Rememberer].
package radio

import (
	"context"
	"errors"
	"iter"
	"time"

	"logis/domain"
	"logis/domain/thing"
)

// Radio drives one radio technology. Its methods may be called concurrently.
type Radio interface {
	// Name is short and stable: it begins the address of every device.
	Name() string
	// Run connects, finds devices and tells sink what they say until ctx ends;
	// then it returns nil. Any other return is an error: the agent runs it again
	// after a wait. On a new start it tells every device and its present state.
	Run(ctx context.Context, sink Sink) error
	// Act carries out one order and returns once the device itself has confirmed
	// it: before returning nil, sink got the report with the order's Command as
	// Cause. ErrRefused: nothing was tried. ErrFailed: tried, and it certainly
	// did not happen. Any other error, the end of ctx among them: nobody knows.
	Act(ctx context.Context, order Order) error
}

// Reader is a Radio that can ask a device for its present state.
type Reader interface {
	// Read makes the device tell its values now. It returns them and tells sink.
	Read(ctx context.Context, address string) (map[string]thing.Value, error)
}

// Fader is a Radio some of whose devices go to values gradually, by themselves.
type Fader interface {
	// Fade has a device go to the values of an order over its Transition, and returns
	// once the device has begun. Then arrived waits for the end and returns what Act
	// would; what the device says on the way is told with the order's Command as
	// Cause, at most FadeSteps times. Other orders for the device may be given
	// meanwhile; the context of arrived ends when this one does not count any more.
	//
	// A nil arrived: the device has done at once what was ordered, as Act does it. The
	// errors are those of Act, and with one nothing is to be waited for.
	Fade(ctx context.Context, order Order) (arrived func(context.Context) error, err error)
}

// FadeSteps is how often a device may be told to be on its way in one fade: each is an
// event for good, and a moving picture of a lamp needs no more.
const FadeSteps = 20

// Pairer is a Radio that can let new devices in.
type Pairer interface {
	// Pair opens the network for the time given, anew if it is open; new devices
	// reach sink. Zero closes it.
	Pair(ctx context.Context, window time.Duration) error
}

// Commissioner is a Radio that lets new devices in one by one, each by the code
// that is printed on it.
type Commissioner interface {
	// Commission lets in the device with the code; it reaches sink. It returns when
	// the device has joined, or with the reason why not.
	Commission(ctx context.Context, code string) error
}

// Rememberer is a Radio whose devices remember what they told before the agent first
// ran.
type Rememberer interface {
	// Past returns the devices and what they told, in order; nothing if there is
	// nothing. It is asked before Run, and only by an agent that was never told
	// anything.
	Past() ([]Device, iter.Seq[Memory])
}

// Memory is values a device said of itself at a time before the agent first ran.
type Memory struct {
	At      time.Time
	Address string
	Values  map[string]thing.Value
}

// Errors of Act, wrapped with a short reason.
var (
	ErrRefused = errors.New("refused")
	ErrFailed  = errors.New("failed")
)

// Sink takes what a radio has to tell. Every method returns once the agent holds
// the fact in order; it blocks only while the agent's disk is slow, and returns
// an error only when ctx ends or the agent stops.
type Sink interface {
	// Device tells that a device is there, or that its description changed.
	Device(ctx context.Context, d Device) error
	// Removed tells that a device left the network for good.
	Removed(ctx context.Context, address string) error
	// Report tells values a device said of itself.
	Report(ctx context.Context, r Report) error
	// Signal tells something that happened at a device, such as a press.
	Signal(ctx context.Context, s Signal) error
	// Reach tells whether a device can be reached.
	Reach(ctx context.Context, address string, available bool) error
}

// Device is a device as the radio knows it.
type Device struct {
	Address      string            // unique in the radio and stable: the hardware's own id, never a name
	Kind         string            // a kind of thing.Standard
	Capabilities []string          // beyond those of the kind
	Attributes   map[string]string // manufacturer, model, serial, firmware: facts that do not change
	Name         string            // what its software calls it; a first name for people
	Room         string            // where its software says it is, if it does
}

// Report is values a device said of itself, in the terms of its model.
type Report struct {
	Address  string
	Values   map[string]thing.Value
	Cause    domain.CommandID // the order it confirms, or is on the way of; zero if none
	Inferred bool             // Cause was concluded from time and value, not told by the device
}

// Signal is something that happened at a device.
type Signal struct {
	Address string
	Event   string      // an event of its model
	Data    thing.Value // "" if it carries none
}

// Order is a command for one device, checked against its model.
type Order struct {
	Command domain.CommandID
	Address string
	Kind    string
	Set     map[string]thing.Value // values wanted …
	Action  string                 // … or the action
	Input   thing.Value
	// Transition is over which a Fader goes to Set; Act does not look at it.
	Transition time.Duration
}
