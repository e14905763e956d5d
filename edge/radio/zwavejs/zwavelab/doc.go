// Package zwavelab is a Z-Wave home on a bench: the real Z-Wave JS driver on a
// simulated controller with simulated nodes, and the real Z-Wave JS server in
// front of it, in one Node process on a free loopback port.
//
// Only tests and demonstrations use it; see README.md for what must be installed.
// A test calls [Start], anything else [Run]. Everything stops with the test, with
// Close, or with the process.
package zwavelab
