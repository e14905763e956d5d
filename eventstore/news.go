package eventstore

import (
	"strings"
	"sync"
	"time"

	"logis/domain"
)

// newsChannel is where servers tell each other which homes grew. NOTIFY inside
// an append would cost it half its throughput, so one relay sends what many
// commits brought.
const newsChannel = "logis_news"

// Limits of the relay.
const (
	newsPause   = 20 * time.Millisecond // between two notes
	newsPerNote = 200                   // homes; a payload must stay below 8000 bytes
	newsBacklog = 10_000                // homes waiting; beyond it readers poll
	newsSilence = 10 * time.Second      // then the connection must prove that it hears
	newsRepair  = time.Second           // before the relay connects again
)

// news wakes those who read a home's log.
type news struct {
	mu       sync.Mutex
	watchers map[domain.HomeID]map[*Watch]struct{}
	unsent   map[domain.HomeID]struct{}
	wake     chan struct{}
	silence  time.Duration // newsSilence, but in tests of it
}

func newNews() *news {
	return &news{
		watchers: map[domain.HomeID]map[*Watch]struct{}{},
		unsent:   map[domain.HomeID]struct{}{},
		wake:     make(chan struct{}, 1),
		silence:  newsSilence,
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
func (n *news) tell(homes ...domain.HomeID) {
	n.mu.Lock()
	for _, home := range homes {
		n.ring(home)
	}
	n.mu.Unlock()
	n.leave(homes)
}

// leave puts homes among those the other servers have to hear of.
func (n *news) leave(homes []domain.HomeID) {
	n.mu.Lock()
	for _, home := range homes {
		if len(n.unsent) < newsBacklog {
			n.unsent[home] = struct{}{}
		}
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

// ringAll wakes every watcher: news may have been lost.
func (n *news) ringAll() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for home := range n.watchers {
		n.ring(home)
	}
}

// takeNote removes up to newsPerNote homes and returns them.
func (n *news) takeNote() []domain.HomeID {
	n.mu.Lock()
	defer n.mu.Unlock()
	var note []domain.HomeID
	for home := range n.unsent {
		if len(note) == newsPerNote {
			break
		}
		delete(n.unsent, home)
		note = append(note, home)
	}
	return note
}

func writeNote(homes []domain.HomeID) string {
	var payload strings.Builder
	for _, home := range homes {
		payload.WriteString(home.String())
	}
	return payload.String()
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
