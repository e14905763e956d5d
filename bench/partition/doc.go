// Package partition parts homes from their cloud and checks what comes of it.
//
// Both sides are the real ones: eventstore on a real PostgreSQL, hub and dispatch
// there; the edge agent with its outbox, executor and door here, and a simulated
// radio that knows what was really done. Between them is a line that can be cut.
// Time is moved by hand, for both sides at once, so that an outage of 72 hours
// takes no longer than one of a second and every deadline is met to the
// millisecond.
//
// What must come of a history is said by a small model of docs/invariants.md C-1,
// C-3 and C-8, written from the rules and not from the code: which commands are
// carried out and when, how each of them ends, what the devices are in the end,
// what their twins say, and what the log tells of both sides.
package partition
