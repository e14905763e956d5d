// Package api is what an app may call: REST, live WebSocket, OpenAPI.
//
// Every operation is added in one way ([add]), with the action it needs; the
// guard in front of it asks access about that once, before anything of the
// request but its address is looked at. So a handler cannot forget to ask, and
// a test walks all routes as nobody and as a stranger.
//
// A request passes, in this order:
//
//	headers ─▶ room for one more? ─▶ same origin? ─▶ who? ─▶ too fast? ─▶ may they?
//	       ─▶ strict JSON ─▶ schema and our own rules, all faults at once ─▶ handler
//
// Reads answer from one picture of the home. Changes go through one append,
// name the revision they were based on (If-Match), and a POST is done once per
// Idempotency-Key, its answer kept in the same transaction.
//
// A live socket gets every event once, in order, with the present state of what
// the events touched. The sockets of one home share a feed, which folds the log
// as it grows; see feed.go. What a socket writes to is a WebSocket of its own, a
// stream of events (stream.go), or a connection of several homes over which the app
// asks as well (trunk.go). The frames are described once, for AsyncAPI, beside the
// OpenAPI document; each operation shows an exchange that really happened.
package api
