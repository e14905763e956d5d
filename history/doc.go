// Package history is what can be asked of the past: the home as it was after any
// event, as the cloud knew it or as it truly was, how it went on from there, what
// differs between two instants, and how much happened when.
//
// Every home it shows is a fold of the log by [domain.Home.Apply], so the past is
// shown by the same rules that made the present. DESIGN.md says how it is quick.
package history
