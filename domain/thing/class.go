package thing

import (
	"fmt"
	"time"
)

// Class says how carefully a command must be treated. It belongs to what is
// asked of a device, never to who asks.
type Class byte

// The six classes; docs/limits.md shows them with their deadlines. The zero Class
// is no class at all.
const (
	Opening   Class = 'A' // unlock, open a garage: live only, at most once
	Securing  Class = 'B' // lock, close a valve: wanted until the deadline, idempotent
	Comfort   Class = 'C' // light, curtain: wanted, the newest wins
	Config    Class = 'D' // set point, mode: wanted until superseded
	Momentary Class = 'E' // pulse, identify: at most once
	Job       Class = 'F' // firmware, backup: a window, resumable
)

// Timing is how long a command of a class may wait before it must not happen.
type Timing struct {
	Default time.Duration // used when the request names no deadline; 0 = none
	Max     time.Duration // the longest a request may ask for; 0 = unbounded
}

// Timing returns the deadlines of the class. Class Config has none: a newer
// version replaces it.
func (c Class) Timing() Timing {
	switch c {
	case Opening:
		return Timing{10 * time.Second, 30 * time.Second}
	case Securing:
		return Timing{60 * time.Second, 10 * time.Minute}
	case Comfort:
		return Timing{30 * time.Second, 15 * time.Minute}
	case Momentary:
		return Timing{5 * time.Second, 15 * time.Second}
	case Job:
		return Timing{time.Hour, 24 * time.Hour}
	default:
		return Timing{}
	}
}

// LiveOnly reports whether a command of the class is refused while its gateway
// is away instead of waiting for it.
func (c Class) LiveOnly() bool { return c == Opening || c == Momentary }

// AtMostOnce reports whether a command of the class may reach the radio only
// once, whatever fails on the way: it is never sent a second time.
func (c Class) AtMostOnce() bool { return c == Opening || c == Momentary }

// Converges reports whether a command of the class leaves a desired value that
// the home works towards.
func (c Class) Converges() bool { return c == Securing || c == Comfort || c == Config }

// Valid reports whether c is one of the six classes.
func (c Class) Valid() bool { return c >= Opening && c <= Job }

// String returns the letter.
func (c Class) String() string {
	if !c.Valid() {
		return ""
	}
	return string(rune(c))
}

// MarshalText returns the letter.
func (c Class) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads the letter; an empty text is the zero Class.
func (c *Class) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*c = 0
		return nil
	}
	if len(text) != 1 || !Class(text[0]).Valid() {
		return fmt.Errorf("command class %q: want one letter from A to F", text)
	}
	*c = Class(text[0])
	return nil
}
