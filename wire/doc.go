// Package wire is what both ends of the edge socket agree on: frames, acks,
// limits and close codes, with golden bytes in testdata.
//
// The edge agent opens one WebSocket (subprotocol "logis-edge", no compression)
// and both ends write JSON text frames, one object each, told apart by "type":
//
//	cloud                                edge
//	challenge (nonce, versions)  ─▶
//	                             ◀─      enrol        only with a claim, once
//	pending, or enrolled         ─▶                   pending: ask again on another socket
//	                             ◀─      hello        signed over the nonce
//	welcome (session, cursor)    ─▶
//	                             ◀─      snapshot …   present state, always first
//	                             ◀─      entries …    the outbox in order; those from before are historic
//	ack (cursor, head)           ─▶                   only after commit; cumulative
//	command                      ─▶
//	                             ◀─      ready        only for what opens, with a nonce
//	go, or why not               ─▶
//	                             ◀─      entries …    delivered, report, result
//	call (id, method)            ─▶                   at most MaxCalls at a time
//	                             ◀─      answer       result or error, in any order
//	configure (version)          ─▶                   what the agent should work with
//	                             ◀─      entries …    configured: applied or rolled back
//	bundle … (rules, signed)     ─▶                   from version 2 on
//	                             ◀─      entries …    placed: from here on these rules run at the edge
//	                             ◀─      ping         every PingPeriod
//	pong (server time)           ─▶
//
// A gateway whose key comes to its end, or has ended, says renew instead of hello,
// signed by that key and by a new one, and is answered with a certificate or
// pending. The first hello with the new key makes it the gateway's.
//
// An entry has no number of its own: a frame names the first, the rest follow
// by one. The cloud records every entry exactly once by (gateway, outbox epoch,
// number); the edge keeps it until acked.
//
// Time: pong carries the time of the log in Unix milliseconds beside the echo of
// the edge's boot clock. The edge computes deadlines from these alone.
//
// Versions: each end speaks [Version] and those before it down to [Oldest]; hello picks one
// from the challenge. Unknown members and unknown frame types are errors within
// a version, so a new member means a new version. Version 2 has call, answer and
// configure; in a session of version 1 neither end sends them, and whoever wants
// something of such a gateway is told that its agent is too old. Version 3 has the
// transition of a command; before it, devices go to their values at once.
//
// Errors: a frame that cannot be read ends the socket with a [CloseCode] and a
// sentence. An entry that can be read but not understood is recorded as refused
// and answered with an error frame; the outbox goes on.
package wire
