// Package mqtt is what the radios that speak through an MQTT 5 broker share: one
// connection that is over when it breaks, and an inbox that is bounded in every
// direction.
package mqtt
