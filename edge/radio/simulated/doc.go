// Package simulated is a home without hardware: a radio whose devices behave
// like real ones, and misbehave when told to.
//
// Everything it does follows from [Options]: two homes made with the same seed
// tell the same values in the same order. Sensors drift, lamps react and
// fade, a thermostat warms its room. For tests and chaos a device can be made slow, made
// to lie, to jam or to vanish, and every actuation is kept with the true time,
// so that an oracle outside the agent knows what really happened.
package simulated
