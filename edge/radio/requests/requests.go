// Package requests pairs the answers of a radio's program with who asked.
package requests

import (
	"errors"
	"strconv"
	"sync"
)

// MaxWaiting bounds what a program was asked and has not answered yet.
const MaxWaiting = 128

// ErrBusy says that too much waits for an answer already.
var ErrBusy = errors.New("too much is under way")

// Requests are what a program was asked during one connection and has not answered
// yet. A is an answer.
type Requests[A any] struct {
	mu      sync.Mutex
	prefix  string
	next    uint64
	waiting map[string]chan<- A
}

// New returns none. The prefix makes the ids of this connection unlike those of
// others, where a program's answers go to all.
func New[A any](prefix string) *Requests[A] {
	return &Requests[A]{prefix: prefix, waiting: map[string]chan<- A{}}
}

// Open begins a request: its answer comes under the id. It returns [ErrBusy] when
// there are too many. Whoever opens one closes it.
func (r *Requests[A]) Open() (id string, answer <-chan A, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.waiting) >= MaxWaiting {
		return "", nil, ErrBusy
	}
	r.next++
	id = r.prefix + strconv.FormatUint(r.next, 10)
	c := make(chan A, 1)
	r.waiting[id] = c
	return id, c, nil
}

// Close says that nobody waits for an answer any more.
func (r *Requests[A]) Close(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.waiting, id)
}

// Resolve hands an answer to who asked. One that nobody waits for is late or
// another's, not wrong.
func (r *Requests[A]) Resolve(id string, answer A) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c, ok := r.waiting[id]; ok {
		delete(r.waiting, id)
		c <- answer
	}
}
