// Package local is the gateway's own door: what people in the home can see and do
// without the cloud, over HTTP and a WebSocket on the local network.
//
// It shows what [logis/edge/outbox] holds of the devices and gives commands to
// [logis/edge/executor], which treats them like the cloud's: intent before radio,
// once at most where that matters, a result in the end. Only paired clients are
// let in; docs/local.md tells people how to pair and what to compare.
package local
