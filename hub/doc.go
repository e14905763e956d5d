// Package hub is what a gateway may call: the server end of the edge socket.
//
// [Hub] accepts sockets, proves who is there, and keeps one [session] per
// gateway, the newest. What a gateway tells is translated into events in
// inbound.go and nowhere else, and handed to the batching front; acks leave only
// after the commit. What the cloud asks of it waits in a bounded queue. DESIGN.md
// has the guarantees.
package hub
