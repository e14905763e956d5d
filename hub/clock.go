package hub

import (
	"context"
	"sync"
	"time"

	"logis/eventstore"
)

// logClock tells gateways the time of the log without asking the database for
// every pong: it keeps the offset between the log's clock and this machine's
// monotonic one.
type logClock struct {
	store   *eventstore.Store
	start   time.Time            // monotonic
	elapsed func() time.Duration // since some moment, without jumps
	mu      sync.Mutex
	offset  time.Time // the log's time at that moment
	known   bool
}

// newLogClock returns a clock that runs on elapsed; nil: on this machine's own.
func newLogClock(store *eventstore.Store, elapsed func() time.Duration) *logClock {
	c := &logClock{store: store, start: time.Now(), elapsed: elapsed}
	if elapsed == nil {
		c.elapsed = func() time.Duration { return time.Since(c.start) }
	}
	return c
}

// refresh measures the offset. The answer lies within the round trip; half of it
// is the best guess.
func (c *logClock) refresh(ctx context.Context) {
	before := c.elapsed()
	now, err := c.store.Now(ctx)
	after := c.elapsed()
	if err != nil {
		return // the database is away: the old offset stays good
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset, c.known = now.Add(-(before+after)/2), true
}

// now returns the time of the log, and whether it is known.
func (c *logClock) now() (time.Time, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.offset.Add(c.elapsed()), c.known
}

// nowMS returns the time of the log in Unix milliseconds.
func (c *logClock) nowMS() int64 {
	now, _ := c.now()
	return now.UnixMilli()
}
