// Package inbox keeps what a radio's program says between the connection, which
// must not wait, and the radio, which waits for the agent's disk.
package inbox

import (
	"sync"
	"sync/atomic"
	"time"
)

// Bounds of an inbox.
const (
	MaxBytes  = 8 << 20 // of what was received and not looked at yet
	MaxPerKey = 8       // messages about one thing; the newest replaces the last
	// MaxKeys bounds the things remembered: those of a thousand devices many times
	// over, but whoever may publish can make up more.
	MaxKeys = 30_000
	// Burst and Rate bound how many messages about one thing are looked at: at once,
	// and per second after that.
	Burst = 20
	Rate  = 10
)

// Inbox holds messages by what they are about. It is bounded in every direction:
// bytes in all, messages about one thing, and how often a thing gets its turn. Of
// a thing that tells too much the first messages and the newest one survive.
type Inbox[K comparable, M any] struct {
	mu     sync.Mutex
	keys   map[K]*backlog[M]
	order  []K // keys with messages, the longest waiting first
	bytes  int
	wake   chan struct{} // holds one token while there may be something to take
	counts Counts
}

// Counts are where an Inbox counts what it does not hand on.
type Counts struct {
	Coalesced *atomic.Uint64 // messages replaced by a newer one before they were looked at
	Dropped   *atomic.Uint64 // messages there was no room for
}

// backlog is what there is about one thing.
type backlog[M any] struct {
	letters  []letter[M]
	tokens   float64 // letters it may still have looked at now
	refilled time.Time
}

type letter[M any] struct {
	message M
	size    int
}

// New returns an empty inbox.
func New[K comparable, M any](counts Counts) *Inbox[K, M] {
	return &Inbox[K, M]{keys: map[K]*backlog[M]{}, wake: make(chan struct{}, 1), counts: counts}
}

// Put takes in a message of so many bytes about a thing. It never blocks.
func (in *Inbox[K, M]) Put(about K, message M, size int, now time.Time) {
	in.mu.Lock()
	defer in.mu.Unlock()
	b := in.keys[about]
	if b == nil {
		if len(in.keys) >= MaxKeys && !in.sweep(now) {
			in.counts.Dropped.Add(1)
			return
		}
		b = &backlog[M]{tokens: Burst, refilled: now}
		in.keys[about] = b
	}
	if n := len(b.letters); n == MaxPerKey {
		in.bytes -= b.letters[n-1].size
		b.letters = b.letters[:n-1]
		in.counts.Coalesced.Add(1)
	}
	if in.bytes+size > MaxBytes {
		in.counts.Dropped.Add(1)
		return
	}
	in.bytes += size
	if len(b.letters) == 0 {
		in.order = append(in.order, about)
	}
	b.letters = append(b.letters, letter[M]{message, size})
	select {
	case in.wake <- struct{}{}:
	default:
	}
}

// sweep forgets the things about which nothing waits and that may say all they
// want again: a subscription with a wildcard can bring any number. It reports
// whether that made room.
func (in *Inbox[K, M]) sweep(now time.Time) bool {
	for about, b := range in.keys {
		rested := now.Sub(b.refilled).Seconds() * Rate
		if len(b.letters) == 0 && b.tokens+rested >= Burst {
			delete(in.keys, about)
		}
	}
	return len(in.keys) < MaxKeys
}

// Wake holds a token while there may be something to take.
func (in *Inbox[K, M]) Wake() <-chan struct{} { return in.wake }

// Take returns the next message. If there is none it says how long until the
// first of those held back may be looked at; 0 means that none waits.
func (in *Inbox[K, M]) Take(now time.Time) (message M, ok bool, wait time.Duration) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for i, about := range in.order {
		b := in.keys[about]
		b.tokens = min(Burst, b.tokens+Rate*now.Sub(b.refilled).Seconds())
		b.refilled = now
		if b.tokens < 1 {
			until := time.Duration((1 - b.tokens) / Rate * float64(time.Second))
			if until = max(until, time.Millisecond); wait == 0 || until < wait {
				wait = until
			}
			continue
		}
		b.tokens--
		first := b.letters[0]
		b.letters = b.letters[1:]
		in.bytes -= first.size
		in.order = append(in.order[:i], in.order[i+1:]...)
		if len(b.letters) > 0 {
			in.order = append(in.order, about)
		}
		return first.message, true, 0
	}
	return message, false, wait
}

// Forget drops what a thing has said and may say; nobody listens to it any more.
func (in *Inbox[K, M]) Forget(about K) {
	in.mu.Lock()
	defer in.mu.Unlock()
	b := in.keys[about]
	if b == nil {
		return
	}
	for _, l := range b.letters {
		in.bytes -= l.size
	}
	delete(in.keys, about)
	for i, waiting := range in.order {
		if waiting == about {
			in.order = append(in.order[:i], in.order[i+1:]...)
			break
		}
	}
}
