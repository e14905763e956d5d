// Package chaos kills everything while reports and commands flow, and checks
// afterwards that nothing was lost, doubled, reordered or done late.
//
// The server, its PostgreSQL and the edge agents are real processes and die by
// kill -9 at random moments of a seeded schedule; edge agents are also stopped
// in the middle and continued. What must be true is remembered outside all of
// them: by scripted gateways in this process, which know every entry they sent
// and every ack they got, and by oracle files of the simulated radios, which
// know every actuation and its true time. A run prints its seed; the same seed
// makes the same schedule.
//
// Rules fire meanwhile, in the cloud and at the gateways. Which firings there must be
// follows from the reports in the log and from the moments in which agents were
// started; two pairs of rules fight, and must be cut.
//
// A checker that has never failed is no evidence: the tests run it against
// seeded bugs too, and it must find them.
package chaos
