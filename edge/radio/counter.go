package radio

// Counter is a Radio that counts what it was sent and could not use, or had to
// leave out: bad input never stops a radio, and is seen here. Found by type
// assertion, like [Reader].
type Counter interface {
	// Counts returns the counters by name, since the start of the program.
	Counts() map[string]uint64
}
