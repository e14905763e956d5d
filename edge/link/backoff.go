package link

import (
	"errors"
	"time"

	"github.com/coder/websocket"

	"logis/wire"
)

// How long to wait before the next attempt.
const (
	waitMax       = 60 * time.Second // of the growing wait after failures
	waitRestart   = 30 * time.Second // a server that restarts has all its gateways coming back
	waitOverload  = 10 * time.Second // at least, when the server asks for it and says no more
	waitAsked     = 5 * time.Minute  // at most, however long the server asks for
	waitReplaced  = 60 * time.Second // two machines with one key must not push each other out all the time
	waitRefused   = 10 * time.Minute // a person has to do something first
	stableSession = 30 * time.Second // after which a session counts as a success
	maxDoublings  = 6                // 2^6 s is beyond waitMax
)

// ending is how a session, or the attempt at one, ended.
type ending struct {
	code wire.CloseCode // 0: without a word
	wait time.Duration  // the server asked for
}

// needsPerson reports whether trying again will not help by itself.
func (e ending) needsPerson() bool {
	switch e.code {
	case wire.CloseUnauthorized, wire.CloseForbidden, wire.CloseVersion, wire.CloseReplaced, wire.CloseKeyEnded:
		return true
	}
	return false
}

// busyError is an answer that asks to come back later.
type busyError struct {
	wait time.Duration
	err  error
}

func (e *busyError) Error() string { return e.err.Error() }
func (e *busyError) Unwrap() error { return e.err }

func endingOf(err error) ending {
	var busy *busyError
	if errors.As(err, &busy) {
		return ending{code: wire.CloseOverloaded, wait: busy.wait}
	}
	if code := websocket.CloseStatus(err); code > 0 {
		return ending{code: wire.CloseCode(code)}
	}
	return ending{}
}

// backoff chooses waits at random, so that gateways cut off together do not come
// back together.
type backoff struct {
	limit    time.Duration // caps every wait; 0: none
	random   func() float64
	failures int
}

// next returns the wait after a session that lasted so long.
func (b *backoff) next(e ending, lasted time.Duration) time.Duration {
	if lasted >= stableSession {
		b.failures = 0
	}
	wait := b.choose(e)
	b.failures++
	if b.limit > 0 {
		wait = min(wait, b.limit)
	}
	return wait
}

func (b *backoff) choose(e ending) time.Duration {
	switch e.code {
	case wire.CloseRestart:
		b.failures = 0
		return b.between(0, waitRestart)
	case wire.CloseOverloaded:
		least := max(min(e.wait, waitAsked), waitOverload)
		return least + b.between(0, b.grown())
	case wire.CloseReplaced:
		return b.between(waitReplaced/2, waitReplaced)
	case wire.CloseUnauthorized, wire.CloseForbidden, wire.CloseVersion:
		return b.between(waitRefused/2, waitRefused)
	}
	return b.between(0, b.grown())
}

// grown doubles with every failure.
func (b *backoff) grown() time.Duration {
	return min(waitMax, time.Second<<min(b.failures, maxDoublings))
}

func (b *backoff) between(least, most time.Duration) time.Duration {
	return least + time.Duration(b.random()*float64(most-least))
}
