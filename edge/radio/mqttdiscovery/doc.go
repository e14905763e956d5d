// Package mqttdiscovery is the radio for devices that announce themselves on an
// MQTT broker in the format of Home Assistant's discovery: Tasmota, ESPHome,
// OpenMQTTGateway and many more.
//
// An announcement is a retained message on homeassistant/<component>/…/config. It
// describes one entity (a light, a sensor), or a whole device with its entities,
// and says which topics tell its values and take orders. All entities of one
// device become one device of Logis, of the kind that fits best; a second relay
// or a second probe that finds no place in it becomes a device beside it.
//
// # Templates
//
// Announcements say with Jinja templates how a value is found in a message. Only
// the part of Jinja that firmwares use is understood: looking into value_json,
// a few filters, if and else, comparing and calculating. A template that needs
// more is refused when it is announced: what it is for is left out, a complaint
// names it, and the attribute "refused" of the device shows it. Nothing is
// guessed.
//
// # What counts as confirmed
//
// Nothing can be asked of these devices. An order has succeeded when a state
// message that arrived after it says so, and its outcome is unknown when none
// does: it never certainly failed. So the outcome is unknown for what tells no
// state ("optimistic" entities, identifying), and for a device that tells its
// state only when it changes and is told to be what it is already.
//
// Zigbee2MQTT tells that a cover has reached its goal before the motor starts.
// Behind it, the first state message after an order to something that moves is
// not counted and not told. Its own radio, package zigbee2mqtt, asks the devices
// themselves and is the better choice.
//
// # What may happen late
//
// An order is sent once, never retained, whatever the announcement asks for: a
// retained "unlock" would be carried out at each reconnect. It expires at the
// broker when its time is over. It is refused while the device is told to be
// unavailable, and when nobody listens to its topic.
//
// # Removal
//
// A device is removed when its announcement is emptied. One whose announcement is
// merely missing after a start is out of reach: a broker that forgot it is more
// likely than a device that left.
package mqttdiscovery
