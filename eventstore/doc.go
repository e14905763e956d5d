// Package eventstore is what happened, forever: the one append, reading and
// verifying.
//
// DESIGN.md holds the guarantees. In short: [Store.Append] locks the head rows
// of the homes concerned, hands the caller their folded state to decide on,
// writes the events with their hash chain, saves the projections, inserts the
// jobs, and commits, all in one transaction. [Batcher] puts the reports of many
// gateways into one such commit. [Store.Watch] tells readers that a log grew;
// it is a hint, and every reader polls as well.
package eventstore
