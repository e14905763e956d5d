// Package whatif asks what rules would have done: a backtest. It runs them in memory over a
// home's log, beside what they did.
//
// It cannot touch the home: what it is given is a [Log], which only reads, and it
// imports nothing but package domain and what lies in it. DESIGN.md says
// what of the log is left in.
package whatif
