// Package privatepg is a real PostgreSQL of one's own: it starts with the
// program that needs it and ends with it, however that ends.
//
// The program starts itself a second time as a supervisor, and that one starts
// PostgreSQL. Three links keep them together:
//
//	program ──pipe──▶ supervisor ──death signal──▶ postgres
//	   └─ owner ─┘         └────────── lock ──────────┘
//
// The program holds the writing end of a pipe. When it closes, by Stop or because
// the program is gone, even by kill -9, the supervisor shuts PostgreSQL down with
// a checkpoint.
//
// On Linux the kernel signals PostgreSQL when the supervisor dies, so nothing
// outlives a kill of both. Elsewhere PostgreSQL would live on, and the next start
// waits for it to be ended by hand.
//
// Two locked files stand in the directory. The program holds "owner": a second
// program is refused. Supervisor and PostgreSQL hold "lock": the next
// start waits until both are gone.
//
// A postgres that dies alone is started again on the same data after a wait that
// grows; [Cluster.Gone] tells when that was given up.
//
// It listens on a Unix socket in a directory only its account can enter, never
// on the network. Started as root it gives up root for SUDO_USER, postgres or
// nobody, since PostgreSQL refuses root.
package privatepg
