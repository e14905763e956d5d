// Package history is what can be asked of the past: the home at T, why, why not,
// backtest, export, verify.
//
// Every answer is a fold of the log by [domain.Home.Apply], so the past is shown
// by the same rules that made the present.
package history
