// Package access is who may: people, sessions, passkeys, tokens, the keys of gateways,
// homes' members and what they were given; the only place that answers "allowed?".
//
// Three kinds of secrets let somebody in. A link signs a person in once and
// becomes a session, which a browser keeps. A claim lets one new gateway into
// one home, once, and becomes a key, whose private half never leaves the
// gateway:
//
//	link  ─ Redeem ─▶ session ─ Authenticate ─▶ Principal ─ Allow ─▶ yes or no
//	claim ─ Enrol  ─▶ gateway ─ GatewayKey   ─▶ public key
//
// What a person may in a home follows from the member.* events of its log; the
// table in matrix.go says what each role may. Everything that is not allowed
// there is refused, and a home that a person does not belong to looks in every
// way like one that does not exist.
//
// Sessions, links and claims are kept as hashes or for minutes, beside the log:
// they are nobody's history.
package access
