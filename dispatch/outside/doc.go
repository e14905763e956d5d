// Package outside calls addresses that people gave, and nothing that is inside.
//
// Whoever may name an address makes the server call it. So the address is checked
// where it cannot change any more: at the socket, when the name has been resolved.
// No redirect is followed, no proxy is asked, what is sent and read is bounded, and
// a call takes [CallTimeout] at most. Calls to people's programs are signed as the
// Standard Webhooks specification says (https://www.standardwebhooks.com).
package outside
