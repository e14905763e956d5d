package eventstore

import (
	"container/list"
	"sync"

	"logis/domain"
)

// states keeps folded homes between appends. A state is usable exactly when its
// hash is the hash of the locked head: the chain makes equal hashes mean equal
// histories, whichever server wrote them, so nothing has to be invalidated.
type states struct {
	mu     sync.Mutex
	limit  int // in devices
	weight int
	byHome map[domain.HomeID]*list.Element
	recent *list.List // of *domain.Home, newest in front
}

func newStates(limit int) *states {
	return &states{limit: limit, byHome: map[domain.HomeID]*list.Element{}, recent: list.New()}
}

// take removes and returns the home's state if it is as of hash.
func (s *states) take(id domain.HomeID, hash domain.Hash) (*domain.Home, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	element, ok := s.byHome[id]
	if !ok {
		return nil, false
	}
	home := s.remove(element)
	return home, home.Hash == hash
}

// put keeps a state whose events were written. Whether they commit shows at the
// next take.
func (s *states) put(home *domain.Home) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if element, ok := s.byHome[home.ID]; ok {
		s.remove(element)
	}
	s.byHome[home.ID] = s.recent.PushFront(home)
	s.weight += weigh(home)
	for s.weight > s.limit && s.recent.Len() > 1 {
		s.remove(s.recent.Back())
	}
}

func (s *states) remove(element *list.Element) *domain.Home {
	home := s.recent.Remove(element).(*domain.Home) //nolint:forcetypeassert // only homes are pushed
	delete(s.byHome, home.ID)
	s.weight -= weigh(home)
	return home
}

// weigh must not change while the home is in the list: nobody folds it there.
func weigh(home *domain.Home) int { return 1 + len(home.Devices) + len(home.Commands) }
