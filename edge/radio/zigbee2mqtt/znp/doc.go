// Package znp is a Zigbee network without hardware: a virtual Texas Instruments
// coordinator speaking the ZNP serial protocol over TCP, and the lamps, locks
// and sensors in its air. Real Zigbee2MQTT takes it for a network coordinator.
//
// It exists for tests, benchmarks and demonstrations. Every device is driven
// from Go and knows its own true state and history, so that a test can compare
// what was said about a device with what happened to it. Faults are part of the
// device: out of reach, slow, deaf, jammed.
//
// The frames are those of "Z-Stack Monitor and Test API" (TI SWRA198) and of the
// Zigbee Cluster Library, revision 8; only what Zigbee2MQTT asks for is answered.
package znp
