// Package rule decides what rules do. It is pure: the same code runs inside the
// server's append, at a gateway, and over a home's history.
//
//	event ──▶ React ──▶ decisions ──▶ Carry ──▶ events (which are reacted to in turn)
//	  ▲                                 │
//	  └──── Due ◀── time ◀── waits ◀────┘
//
// Whoever holds a home folds an event and asks React at once, before the next
// event: the state is then exactly that at the event, and what it replaced is at
// hand. React decides for all rules before the first of them acts. Carry records
// what was decided, and every event it records is reacted to before the next, so
// that the order is the same everywhere.
//
// Time is an event too. A rule that waits, for a value to be held, between two
// actions or for a time of day, has a rule.waited in the log; Due returns the
// rule.wait_ended that ends it, and React does the rest. What was due for longer
// than Freshness is missed and does not trigger: no rule fires because a server
// began to run. Only the actions of a rule that fired already go on late, without
// what must be done at once or not at all.
//
// A rule fires at most once for one event, whatever number of its triggers match.
// An event that is historic, told as present state, or older than Freshness
// triggers nothing.
package rule
