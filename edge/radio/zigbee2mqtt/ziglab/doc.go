// Package ziglab is a Zigbee home on a bench: a real mosquitto broker, a real
// Zigbee2MQTT and the virtual network of package znp in the place of hardware,
// all on free loopback ports, with devices joined and interviewed.
//
// Only tests, benchmarks and demonstrations use it. Zigbee2MQTT is licensed
// under GPL-3.0 and runs as a process of its own; see README.md for what must be
// installed. A test calls [Start], anything else [Run]; both take some six
// seconds. Everything stops with the test, with Close, or with the process.
package ziglab
