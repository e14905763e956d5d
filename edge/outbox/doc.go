// Package outbox is what must reach the cloud and what must not be done twice:
// one SQLite file that survives kill -9 and power loss.
//
// Whatever the cloud must know is an entry with a number: 1, 2, 3, …, never
// reused within the life of the file. An entry is told to the cloud once the
// transaction that holds it is on disk, and forgotten once the cloud has said
// that it recorded it. DESIGN.md in the folder above states the guarantees.
package outbox
