package eventstore

import (
	"context"
	"strings"
	"sync"
	"time"

	"logis/domain"
)

// newsChannel is where servers tell each other which homes grew. NOTIFY inside
// an append would cost it half its throughput, so one relay sends what many
// commits brought.
const (
	newsChannel = "logis_news"
	newsPause   = 20 * time.Millisecond // between two notifications
	newsPerNote = 200                   // homes; a payload must stay below 8000 bytes
	newsBacklog = 10_000                // homes waiting; beyond it readers poll
)

// news wakes those who read a home's log.
type news struct {
	mu       sync.Mutex
	watchers map[domain.HomeID]map[*Watch]struct{}
	unsent   map[domain.HomeID]struct{}
	wake     chan struct{}
}

func newNews() *news {
	return &news{
		watchers: map[domain.HomeID]map[*Watch]struct{}{},
		unsent:   map[domain.HomeID]struct{}{},
		wake:     make(chan struct{}, 1),
	}
}

// Watch is one reader's interest in a home.
type Watch struct {
	// C gets a value after the home's log grew. Several growths may be one value,
	// and one may be lost: poll as well.
	C    chan struct{}
	home domain.HomeID
	news *news
}

// Watch begins to listen for news of a home. Close must be called.
func (s *Store) Watch(home domain.HomeID) *Watch {
	w := &Watch{C: make(chan struct{}, 1), home: home, news: s.news}
	s.news.mu.Lock()
	defer s.news.mu.Unlock()
	if s.news.watchers[home] == nil {
		s.news.watchers[home] = map[*Watch]struct{}{}
	}
	s.news.watchers[home][w] = struct{}{}
	return w
}

// Close ends the watch.
func (w *Watch) Close() {
	w.news.mu.Lock()
	defer w.news.mu.Unlock()
	delete(w.news.watchers[w.home], w)
	if len(w.news.watchers[w.home]) == 0 {
		delete(w.news.watchers, w.home)
	}
}

// tell wakes the readers of this server and leaves a note for the others.
func (n *news) tell(home domain.HomeID) {
	n.mu.Lock()
	n.ring(home)
	if len(n.unsent) < newsBacklog {
		n.unsent[home] = struct{}{}
	}
	n.mu.Unlock()
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

// ring wakes the watchers of home; n.mu is held.
func (n *news) ring(home domain.HomeID) {
	for w := range n.watchers[home] {
		select {
		case w.C <- struct{}{}:
		default:
		}
	}
}

// takeNote removes up to newsPerNote homes and returns them as a payload.
func (n *news) takeNote() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var note strings.Builder
	count := 0
	for home := range n.unsent {
		delete(n.unsent, home)
		note.WriteString(home.String())
		if count++; count == newsPerNote {
			break
		}
	}
	return note.String()
}

// readNote wakes the watchers of the homes in a payload.
func (n *news) readNote(payload string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	const length = 36
	for ; len(payload) >= length; payload = payload[length:] {
		if id, err := domain.ParseID[domain.HomeKind](payload[:length]); err == nil {
			n.ring(id)
		}
	}
}

// RunNews carries news between the servers of one database until ctx ends. While
// the database is away it tries again; readers poll meanwhile.
func (s *Store) RunNews(ctx context.Context) error {
	var group sync.WaitGroup
	group.Go(func() { s.repeat(ctx, s.sendNews) })
	group.Go(func() { s.repeat(ctx, s.hearNews) })
	group.Wait()
	return nil
}

func (s *Store) repeat(ctx context.Context, do func(context.Context) error) {
	for ctx.Err() == nil {
		if err := do(ctx); err != nil {
			pause(ctx, time.Second)
		}
	}
}

func (s *Store) sendNews(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.news.wake:
		}
		for note := s.news.takeNote(); note != ""; note = s.news.takeNote() {
			if _, err := s.pool.Exec(ctx, `SELECT pg_notify($1, $2)`, newsChannel, note); err != nil {
				return err
			}
		}
		pause(ctx, newsPause)
	}
}

func (s *Store) hearNews(ctx context.Context) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	own := conn.Hijack() // LISTEN must not leak into the pool
	defer func() { _ = own.Close(context.WithoutCancel(ctx)) }()
	if _, err := own.Exec(ctx, `LISTEN `+newsChannel); err != nil {
		return err
	}
	for {
		note, err := own.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		s.news.readNote(note.Payload)
	}
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
