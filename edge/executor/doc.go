// Package executor carries out what the cloud asks for: in time, in order, and
// never twice.
//
// A command goes through these steps; at each it can end, and whatever it comes
// to is written down before it is told:
//
//	weigh ─▶ timely? ─▶ intent on disk ─▶ timely? ─▶ radio ─▶ result on disk
//
// Commands for one device are carried out one after the other, in the order they
// came; devices work side by side. A lamp that fades holds up nothing: once it has
// begun, the next command for it is carried out, and ends the fade if only one of them
// can have its way. After a crash between intent and result
// nobody knows what the device did: see recover.go.
package executor
