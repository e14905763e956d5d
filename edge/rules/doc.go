// Package rules runs the home's rules at the gateway: those that the cloud placed
// here. They go on while the cloud is away. See DESIGN.md.
//
//	radio ─▶ outbox ─┬─▶ entry n ─▶ the home as this gateway knows it
//	                 │                 └─▶ rule.React ─▶ entries n+1 …, in the same
//	 cloud ─ bundle ─┘                                   transaction ─▶ executor
package rules
