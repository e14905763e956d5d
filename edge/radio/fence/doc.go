// Package fence stands around one radio, so that whatever it does stays with it.
//
//	agent ── Run, Act, Read ─▶ fence ─▶ radio
//	agent ◀── what it tells ── fence ◀── radio
//
// A radio that
//
//   - panics in a call has failed in that call;
//   - floods waits: what it tells beyond [rateLimit] a second is told later, by its
//     own time;
//   - lies is not repeated: what no device of its model can say is left out;
//   - hangs is left alone: a call that does not come back after its context ended
//     is given up, and one that has too many of these is ended and gets no orders
//     before they have come back.
//
// Each of these is a breach, counted by name and shown to people. What a radio does
// in goroutines of its own cannot be fenced: a panic there ends the agent, which
// its supervisor starts again.
package fence
