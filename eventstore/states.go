package eventstore

import (
	"container/list"
	"sync"

	"logis/domain"
)

// states keeps folded homes between appends. A state is usable exactly when its
// hash is the hash of the locked head and its version that of the head row. The
// chain makes equal hashes mean equal histories, whichever server wrote them. The
// version says that nobody touched the row since, as a rebuild does when it finds
// that the rows a state was loaded from were wrong. So nothing has to be told.
type states struct {
	mu     sync.Mutex
	limit  int // in devices
	weight int
	byHome map[domain.HomeID]*list.Element
	recent *list.List // of state, newest in front
}

// state is a home as of one version of its head row.
type state struct {
	home    *domain.Home
	version uint32
	weight  int
}

func newStates(limit int) *states {
	return &states{limit: limit, byHome: map[domain.HomeID]*list.Element{}, recent: list.New()}
}

// take removes the home's state and returns it if it is as of the head.
func (s *states) take(id domain.HomeID, hash domain.Hash, version uint32) (*domain.Home, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	element, ok := s.byHome[id]
	if !ok {
		return nil, false
	}
	held := s.remove(element)
	return held.home, held.home.Hash == hash && held.version == version
}

// put keeps a state whose events were written. Whether they commit shows at the
// next take. Nobody may use the home any more.
func (s *states) put(home *domain.Home, version uint32) {
	held := state{home: home, version: version, weight: weigh(home)}
	s.mu.Lock()
	defer s.mu.Unlock()
	if element, ok := s.byHome[home.ID]; ok {
		s.remove(element)
	}
	s.byHome[home.ID] = s.recent.PushFront(held)
	s.weight += held.weight
	for s.weight > s.limit && s.recent.Len() > 0 {
		s.remove(s.recent.Back())
	}
}

func (s *states) remove(element *list.Element) state {
	held := s.recent.Remove(element).(state) //nolint:forcetypeassert // only states are pushed
	delete(s.byHome, held.home.ID)
	s.weight -= held.weight
	return held
}

// weigh is what a home costs, in devices.
func weigh(home *domain.Home) int { return 1 + len(home.Devices) + len(home.Commands) }
