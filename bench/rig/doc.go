// Package rig is the whole of Logis on a bench: real binaries on a real, durable
// PostgreSQL, with gateways and apps around them. The benchmarks, the chaos run
// and the browser tests stand on it.
package rig
