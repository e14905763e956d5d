// Package domain says what it means: events, twins, commands and who belongs to
// a home, as pure functions without I/O and without a clock.
//
// A home is the fold of its log: [Home.Apply] is the only place where an event
// changes state. It runs inside every append, in a rebuild and in a look at the
// past. Methods of Home that begin with a verb other than Apply decide: they read
// the state and return the events to record, or an [Error].
//
// A command lives like this:
//
//	requested ─▶ sent ─▶ delivered ─▶ succeeded | failed | rejected
//	    │          │         │
//	    │          └────┬────┴──▶ unknown      no answer by the deadline
//	    ├──▶ expired    │                      too late to be sent, or refused as late by the edge
//	    ├──▶ superseded ┘                      a newer one wants the same property
//	    └──▶ cancelled                         withdrawn by a person
//
// Everything to the right of requested, sent and delivered is final, and every
// command reaches exactly one final event. A result that still comes is kept
// beside it as command.answered_late.
//
// A command whose class allows it is sent once more on each new session of its
// gateway until the deadline, whether it was delivered or not. And the edge is
// believed whatever stands here: a log restored from a backup may have forgotten
// that a command was sent.
package domain
