// Package projections is what can be dropped and rebuilt: inline twins and
// command rows, async roll-ups; and their queries.
//
// The meaning of events is in [domain.Home.Apply] alone. This room keeps the
// folded parts as rows, one JSON document per thing: [Tables] loads and saves
// them inside every append, [Rebuild] makes them again from the log and proves
// by a hash that they are the same. DESIGN.md holds the guarantees.
package projections
