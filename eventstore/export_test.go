package eventstore

import (
	"time"

	"logis/domain"
	"logis/domain/chain"
)

// SetNewsSilence shortens how long the relay trusts a silent connection.
func (s *Store) SetNewsSilence(d time.Duration) { s.news.silence = d }

// Link makes the hash of an event as the log does, for tests that forge one.
func Link(previous domain.Hash, ev *domain.RecordedEvent, eventType string) domain.Hash {
	hash, _ := chain.Link(nil, previous, ev, eventType)
	return hash
}

// The limits that tests go up to.
const (
	BatchLanes  = batchLanes
	BatchEvents = batchEvents
	BatchQueue  = batchQueue
	NewsPerNote = newsPerNote
)

// Query is the statement of List, for a test of its plan.
func (f Filter) Query() (sql string, args []any) { return f.query() }

// Query is the statement of Late, for a test of its plan.
func (l Latecomers) Query() (sql string, args []any) { return l.query() }
