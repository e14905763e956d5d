// Package matter is the Matter radio: it speaks to the Open Home Foundation's
// Matter Server of a home over its WebSocket, version 11 of that interface, which
// python-matter-server and matterjs-server both offer.
//
// The server owns the fabric and subscribes to everything its nodes say; this
// package turns endpoints into kinds and capabilities of Logis, attributes into
// reports, events of switches into signals, and orders into commands and writes.
//
// # What counts as confirmed
//
// That a command was accepted proves nothing: a lock accepts and then jams. Act
// succeeds on what the device says after the order was sent: an attribute_updated
// the server's subscription brings, or, since nothing is reported that does not
// change, the answer to a read_attribute, which the server passes on to the
// device. What the server remembers (the description of a node) confirms nothing.
//
// # What may happen late
//
// A server may wait for a node that is away and deliver a command once it is
// back. An order that must not happen late or twice (classes A and E) is
// therefore sent only to a device that has just answered a read, and so is every
// order to a device that is told to be out of reach. Nothing is sent twice.
//
// # Addresses
//
// A device is known by the unique id its hardware carries and the number of its
// endpoint, "serial-or-unique-id/1", whatever node id the server gave it. Hardware
// without one is known by fabric and node id.
//
// # One connection, one Run
//
// Run ends with an error when the server goes away, and the agent runs it again.
// What is under way then has an unknown outcome; nothing is kept for the next
// connection.
package matter
