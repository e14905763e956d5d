// Package projections is what can be dropped and rebuilt: the twins, commands and
// everything else a home has folded to, as rows, and the questions to them.
//
// The meaning of events is in [domain.Home.Apply] alone. This room keeps the
// folded parts as rows, one JSON document per thing: [Tables] loads and saves
// them inside every append, [Tables.Rebuild] makes them again from the log and
// proves by a hash that they are the same. DESIGN.md holds the guarantees.
package projections
