// Package client is how a Go program talks to Logis: homes, devices, commands,
// the log, and a stream of what happens that goes on where it was cut.
//
// It imports nothing of the server. Its shapes have what a program needs most;
// Call reaches every other operation of the OpenAPI document.
package client
