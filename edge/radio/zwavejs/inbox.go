package zwavejs

import (
	"sync"
	"time"
)

// inbox holds events between the connection, which must not wait, and the radio,
// which waits for the agent's disk. It is bounded in every direction: bytes in
// all, events of one value, and how often a value gets its turn. Of a value that
// tells too much the first events and the newest one survive.
type inbox struct {
	mu    sync.Mutex
	keys  map[any]*backlog
	order []any // keys with events, the longest waiting first
	bytes int
	wake  chan struct{} // holds one token while there may be something to take
	stats *Stats
}

// letter is an event in the inbox. Its key says what it is about: a newer one
// with the same key may replace it.
type letter struct {
	key  any
	size int
	event
	id valueID // of the value it is about
	valueArgs
}

// backlog is what one key has to say.
type backlog struct {
	letters  []letter
	tokens   float64 // letters it may still have looked at now
	refilled time.Time
}

func newInbox(stats *Stats) *inbox {
	return &inbox{keys: map[any]*backlog{}, wake: make(chan struct{}, 1), stats: stats}
}

// put takes a letter in. It never blocks.
func (in *inbox) put(l letter, now time.Time) {
	in.mu.Lock()
	defer in.mu.Unlock()
	b := in.keys[l.key]
	if b == nil && len(in.keys) >= maxKeys {
		in.stats.Dropped.Add(1)
		return
	}
	if b == nil {
		b = &backlog{tokens: keyBurst, refilled: now}
		in.keys[l.key] = b
	}
	if n := len(b.letters); n == maxPerKey {
		in.bytes -= b.letters[n-1].size
		b.letters = b.letters[:n-1]
		in.stats.Coalesced.Add(1)
	}
	if in.bytes+l.size > maxInboxBytes {
		in.stats.Dropped.Add(1)
		return
	}
	in.bytes += l.size
	if len(b.letters) == 0 {
		in.order = append(in.order, l.key)
	}
	b.letters = append(b.letters, l)
	select {
	case in.wake <- struct{}{}:
	default:
	}
}

// take returns the next letter. If there is none it says how long until the
// first of those held back may be looked at; 0 means that none waits.
func (in *inbox) take(now time.Time) (l letter, ok bool, wait time.Duration) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for i, key := range in.order {
		b := in.keys[key]
		b.tokens = min(keyBurst, b.tokens+keyRate*now.Sub(b.refilled).Seconds())
		b.refilled = now
		if b.tokens < 1 {
			until := time.Duration((1 - b.tokens) / keyRate * float64(time.Second))
			if until = max(until, time.Millisecond); wait == 0 || until < wait {
				wait = until
			}
			continue
		}
		b.tokens--
		l, b.letters = b.letters[0], b.letters[1:]
		in.bytes -= l.size
		in.order = append(in.order[:i], in.order[i+1:]...)
		if len(b.letters) > 0 {
			in.order = append(in.order, key)
		}
		return l, true, 0
	}
	return letter{}, false, wait
}
