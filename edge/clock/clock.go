// Package clock is what time it is at the server, known without a wall clock: a
// gateway may have no battery behind its clock, and a wrong one must never make
// a late command look timely.
//
// The server's time comes with the frames of the socket and is tied to the
// machine's boot clock, which counts suspended time and never jumps. Waiting is
// done with package time: its timers are monotonic, and tests run them in a
// testing/synctest bubble.
package clock

import "time"

// Clock is the machine's own time.
type Clock interface {
	// Boot returns the time since the machine started.
	Boot() time.Duration
	// BootID names this start of the machine: times since boot can be compared
	// while it is the same.
	BootID() string
}
