// Package dispatch is what runs later and perhaps again: send a command, close it
// when late, end the waits of rules, tell gateways their settings and rules, tell
// webhooks and people what happens.
//
// A job carries ids only and exists exactly when its event does: [Reactor] asks
// for it inside the append, [Queue] inserts it in the same transaction. A worker
// reads the truth again under the home's lock before it acts, so a job that runs
// twice, late or on the wrong server does nothing. DESIGN.md says what happens
// when a server dies in between.
package dispatch
