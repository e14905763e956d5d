// Package zwavejs is the Z-Wave radio: it speaks to the Z-Wave JS server of a
// home (https://github.com/zwave-js/zwave-js-server) over its WebSocket, the port
// that Z-Wave JS UI opens.
//
// Z-Wave JS owns the stick, the keys and the knowledge of thousands of devices;
// this package turns its nodes and their values into kinds and capabilities of
// Logis, its "value updated" events into reports, scenes into signals, and orders
// into set_value.
//
// # What counts as confirmed
//
// A status of set_value is acceptance: 254 says that a frame was delivered, 255
// that the device will do it or has. And "value updated" is not proof either:
// after each of both Z-Wave JS writes the wanted value into its own table and
// tells it as if the device had (what it calls optimistic), in an event that
// looks like any other. So after every set this package has the device asked
// (poll_value), and Act succeeds on that answer only. While an order runs, events
// about what it sets are held back; at other times an event about something that
// can be set, and that somebody else may have set, has the device asked too.
// Sensors are taken at their word, and so is what sleeps: it cannot be asked.
//
// # What may happen late
//
// Z-Wave JS tries up to a minute to reach a device, cannot be told to stop, and
// keeps what is meant for a sleeping device until it wakes up, hours later. So
// nothing is sent to a device that sleeps, and otherwise only to one that has
// just answered if the order must not happen late (classes A and E), if its
// deadline is nearer than Z-Wave JS gives up, or if the device is not known to
// be there.
//
// # One connection, one Run
//
// Run ends with an error when the server goes away or starts its driver anew,
// and the agent runs it again; what was not answered dies with its connection and
// is never sent again on the next one.
//
// The server must know schema 32 (server 1.33, 2023) or newer.
package zwavejs
