// Package edge is what runs in the home: the agent that owns the radios, keeps
// what the cloud must know on disk and carries out what it asks for.
//
// The agent wires the parts: [logis/edge/radio] tells facts to
// [logis/edge/outbox], [logis/edge/link] takes them from there to the cloud and
// hands commands to [logis/edge/executor], which writes down what it does;
// [logis/edge/local] is where people in the home come in. The home goes on without the cloud. DESIGN.md has the guarantees.
package edge
