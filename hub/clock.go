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
	store  *eventstore.Store
	start  time.Time // monotonic
	mu     sync.Mutex
	offset time.Time // the log's time at start
	known  bool
}

func newLogClock(store *eventstore.Store) *logClock {
	return &logClock{store: store, start: time.Now()}
}

// refresh measures the offset. The answer lies within the round trip; half of it
// is the best guess.
func (c *logClock) refresh(ctx context.Context) {
	before := time.Since(c.start)
	now, err := c.store.Now(ctx)
	after := time.Since(c.start)
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
	return c.offset.Add(time.Since(c.start)), c.known
}

// nowMS returns the time of the log in Unix milliseconds.
func (c *logClock) nowMS() int64 {
	now, _ := c.now()
	return now.UnixMilli()
}
