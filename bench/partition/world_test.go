package partition_test

import (
	"fmt"
	"sync"
	"time"
)

// world is the time of both sides. It stands still until it is moved.
type world struct {
	start time.Time

	mu      sync.Mutex
	elapsed time.Duration
	wrong   time.Duration // how far the server's clock is ahead
}

func newWorld() *world { return &world{start: time.Now().UTC().Truncate(time.Millisecond)} }

// Elapsed returns the time since the world began.
func (w *world) Elapsed() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.elapsed
}

// Now returns what the server's clock shows, which is the true time unless it was
// set.
func (w *world) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.start.Add(w.elapsed + w.wrong)
}

// set sets the server's clock.
func (w *world) set(wrong time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wrong = wrong
}

// pass lets time pass.
func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.elapsed += d
}

// machine is a gateway's machine: it knows the time since it was started, and no
// other.
type machine struct {
	world *world

	mu     sync.Mutex
	starts int
	since  time.Duration // the world's, when it was started
}

// Boot implements clock.Clock.
func (m *machine) Boot() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.world.Elapsed() - m.since + bootTakes
}

// bootTakes is how long a machine is up before its agent starts.
const bootTakes = 20 * time.Second

// BootID implements clock.Clock.
func (m *machine) BootID() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return fmt.Sprint("start ", m.starts)
}

// reboot begins to count anew.
func (m *machine) reboot() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.starts++
	m.since = m.world.Elapsed()
}
