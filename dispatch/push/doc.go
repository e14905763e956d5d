// Package push sends messages to browsers through the push services that browsers
// chose: Web Push (RFC 8030).
//
// A push service sees that a message comes from this server ([RFC 8292]) and how
// urgent it is. What it says only the browser can read ([RFC 8291]), and every message
// has the same length. Endpoints are addresses that people gave, so they are called
// like all of those: through package outside.
//
// [RFC 8291]: https://www.rfc-editor.org/rfc/rfc8291
// [RFC 8292]: https://www.rfc-editor.org/rfc/rfc8292
package push
