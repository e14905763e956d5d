// Package update is how a gateway's program becomes a newer one, and becomes the
// older one again when the newer does not work.
//
// The program of the package (/usr/bin/logis-edge) is never written: it is the
// launcher and the last resort. Newer ones stand in the gateway's own folder, each
// with the signed document it came with, and update.json says which of them runs:
//
//	bin/1.3.0/logis-edge     the program
//	bin/1.3.0/release.json   who vouches for it
//	update.json              current, previous, trial, floor, number, bad
//
// Only renames of update.json decide. Whatever is cut off before one leaves the
// program that ran; whatever is left over is deleted by the next attempt.
//
//	          Check               Install
//	running ────────▶ offered ───────────────────────────▶ trial (start 1)
//	   ▲    signatures, expiry,  size, sha256,   rename,    │   │   │
//	   │    number, floor, bad   fsync           exit       │   │   │ ended: start 2, 3
//	   │                                                    │   │   ╰──────────╮
//	   │◀────────── proved itself within TrialLimit ────────╯   │ time is up   │ ended 3 times
//	   │                                                        ▼              ▼
//	   ╰◀───────────────── previous one ◀──────────────── rolled back, remembered as bad
//
// At every start the launcher asks Choose, which verifies the chosen program from
// its signatures to its last byte: a card that loses bits, and an agent that was
// broken into, start nothing that was not released. A version on trial is a child
// of the launcher. It is counted on disk before it starts, and killed when it has
// not proved itself in time, so that it matters neither whether it ever reaches its
// own code nor whether it ends. A version that proved itself takes the launcher's
// place (exec).
//
// What proves a version is its own look at itself, held for a while: the outbox is
// open, the parts run, the status socket answers, and the cloud is back if it was
// there before. The cloud is not asked for when the previous version is below the
// floor: whoever can cut a line must not bring a known hole back.
//
// The floor and the number of documents only rise (as far as the folder is safe: they
// are kept there). A version below the floor is
// never installed. The one that ran before may be rolled back to all the same, and
// the package's program is the last resort whatever it is: a home without a gateway
// is worse, and doctor says it aloud.
package update
