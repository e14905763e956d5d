// Package webhook keeps where a home's webhooks are and tells them what happens.
//
// A webhook reads its home's log like every other reader: from a checkpoint on, in
// order, and what it was told of moves the checkpoint. So it is told everything it
// asked for at least once, in the order of the log. DESIGN.md says what holds when
// the other side is slow, away or hostile, and why nothing goes round.
package webhook
