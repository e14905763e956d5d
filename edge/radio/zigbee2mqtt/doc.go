// Package zigbee2mqtt is the Zigbee radio: it speaks to the Zigbee2MQTT of a home
// through the home's MQTT broker, MQTT 5.
//
// Zigbee2MQTT owns the stick and knows thousands of devices; this package turns
// what it tells of them (bridge/devices) into kinds and capabilities of Logis,
// its state messages into reports, its actions into signals, and orders into
// set messages.
//
// # What counts as confirmed
//
// A state message of Zigbee2MQTT is not proof. It merges what devices said with
// a cache and with what Zigbee2MQTT hopes ("optimistic"): a curtain is told to
// be at its goal before its motor starts, a lamp that refused a command is told
// to be on, and a group command turns on members that lost power. So after every
// set this package reads the attribute from the device itself, with a raw ZCL
// read that has a transaction id, and Act succeeds on that answer only. While an
// order runs, state messages about the properties it sets are held back. Devices
// that keep their values outside the standard clusters (Tuya data points) cannot
// be read so; for them a state message after the set has to do. For the same
// reason state messages about a device that does not answer are not told: it is
// asked instead.
//
// The raw read needs Zigbee2MQTT 2.7.0 or newer.
//
// # What fades
//
// A transition goes with the set message, and the lamp moves by itself. Zigbee2MQTT
// tells the goal at once, so state messages about what an order sets are held back
// until its end; meanwhile the lamp is asked now and then, and what it answers is
// told. Others have their turn. Groups do it at once.
//
// # What may happen late
//
// Zigbee2MQTT tries for up to 20 s to reach a device that does not answer, cannot
// be told to stop, and keeps some commands to sleeping devices for much longer:
// a lock that comes back into reach would open long after everybody has given up.
// An order is therefore sent only to a device that has just answered a read if it
// must not happen late (classes A and E), if its deadline is nearer than Zigbee2MQTT
// gives up, if the device runs on batteries, or if it did not answer last time. To
// all others it is sent at once, which saves a round trip. Set messages carry an
// expiry, so that a broker never delivers one after its deadline.
//
// # One connection, one Run
//
// Run ends with an error when the broker or Zigbee2MQTT goes away, and the agent
// runs it again; a message that was not acknowledged dies with its connection and
// is never sent again on the next one.
//
// # What to set
//
// Zigbee2MQTT: device_options.retain, so that what sleeping devices said is known
// after a start, and availability.enabled. Mosquitto: set_tcp_nodelay, or every
// confirmation waits 40 ms.
package zigbee2mqtt
