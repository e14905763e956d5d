package matter

import (
	"slices"
	"sync"
	"time"
)

// inbox says what is to be told next. It stands between the connection, which
// must not wait, and the radio, which waits for the agent's disk. It holds no
// values, only whose turn it is: there is one place for each attribute that means
// something, so what comes too fast is told as it is when its turn comes.
type inbox struct {
	mu    sync.Mutex
	slots map[topic]*slot
	order []topic       // with something to tell, the longest waiting first
	wake  chan struct{} // holds one token while there may be something to take
	stats *Stats
}

// topic is what there may be something new about: an attribute of a node, its
// switch at an endpoint, or, without a path, the node itself; without a unit, the
// end of the first list of nodes.
type topic struct {
	unit *unit
	path path
}

// slot is the place of a topic.
type slot struct {
	queued   bool
	events   []nodeEvent // of a switch, in order
	tokens   float64     // how often it may be told now
	refilled time.Time
}

func newInbox(stats *Stats) *inbox {
	return &inbox{slots: map[topic]*slot{}, wake: make(chan struct{}, 1), stats: stats}
}

// put says that there is something new about a topic. It never blocks.
func (in *inbox) put(t topic, now time.Time, events ...nodeEvent) {
	in.mu.Lock()
	defer in.mu.Unlock()
	s := in.slots[t]
	if s == nil {
		s = &slot{tokens: tellBurst, refilled: now}
		in.slots[t] = s
	}
	for _, e := range events {
		if len(s.events) == maxPresses {
			in.stats.Dropped.Add(1)
			break
		}
		s.events = append(s.events, e)
	}
	if s.queued {
		if len(events) == 0 {
			in.stats.Coalesced.Add(1)
		}
		return
	}
	s.queued = true
	in.order = append(in.order, t)
	select {
	case in.wake <- struct{}{}:
	default:
	}
}

// take returns the next topic. If there is none it says how long until the first
// of those held back may be told; 0 means that none waits.
func (in *inbox) take(now time.Time) (t topic, events []nodeEvent, ok bool, wait time.Duration) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for i, t := range in.order {
		s := in.slots[t]
		s.tokens = min(tellBurst, s.tokens+tellRate*now.Sub(s.refilled).Seconds())
		s.refilled = now
		if s.tokens < 1 {
			until := time.Duration((1 - s.tokens) / tellRate * float64(time.Second))
			if until = max(until, time.Millisecond); wait == 0 || until < wait {
				wait = until
			}
			continue
		}
		s.tokens--
		s.queued = false
		events, s.events = s.events, nil
		in.order = slices.Delete(in.order, i, i+1)
		return t, events, true, 0
	}
	return topic{}, nil, false, wait
}

// forget drops the topics of a unit that is gone.
func (in *inbox) forget(u *unit) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for t := range in.slots {
		if t.unit == u {
			delete(in.slots, t)
		}
	}
	in.order = slices.DeleteFunc(in.order, func(t topic) bool { return t.unit == u })
}
