package eventstore

import (
	"sync"
	"time"
)

// maxBack is how far the log's time follows the database's clock back: further
// than clocks are set right by in daily use, less than a deadline notices.
const maxBack = time.Second

// steady is the log's time as this server sees it: the database's clock, which may
// be set forward, but not back. A clock that is set back while commands wait would
// give them all that time once more, and the door would open two weeks late. So
// time goes on by this machine's monotonic clock until the database's has caught
// up or the server is started again.
type steady struct {
	mu   sync.Mutex
	at   time.Time // what the time was …
	seen time.Time // … when this machine's clock, the monotonic one, was here
}

// see takes what the database's clock showed a moment ago and returns the time.
func (s *steady) see(shown, here time.Time) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if due := s.at.Add(here.Sub(s.seen)); !s.at.IsZero() && shown.Before(due.Add(-maxBack)) {
		return due
	}
	s.at, s.seen = shown, here
	return shown
}
