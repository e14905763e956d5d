package radiotest

import (
	"context"
	"encoding/binary"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/radio"
)

const (
	again   = 50 * time.Millisecond // from one run of a radio to the next
	endings = 10_000                // ends of runs that a test may leave unread
)

// Home runs a radio against its real program, again and again as the agent does,
// watches what it tells, and gives it orders.
type Home struct {
	*Watcher
	T     testing.TB // whom to complain to
	Ended chan error // what Run returned, each time

	radio radio.Radio
	stop  context.CancelFunc
	next  *atomic.Uint32 // numbers commands
}

// Open runs a radio until the test ends.
func Open(t testing.TB, r radio.Radio) *Home {
	ctx, cancel := context.WithCancel(context.Background())
	h := &Home{Watcher: NewWatcher(), T: t, Ended: make(chan error, endings), radio: r, stop: cancel, next: &atomic.Uint32{}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			h.Ended <- r.Run(ctx, h.Watcher)
			select {
			case <-time.After(again):
			case <-ctx.Done():
			}
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return h
}

// Stop ends the radio's run before the test does.
func (h *Home) Stop() { h.stop() }

// In returns the home with another test as the one to complain to.
func (h *Home) In(t testing.TB) *Home {
	there := *h
	there.T = t
	return &there
}

// Order gives an order and returns its id and what Act said.
func (h *Home) Order(ctx context.Context, o radio.Order) (domain.CommandID, error) {
	binary.BigEndian.PutUint32(o.Command[12:], h.next.Add(1))
	return o.Command, h.radio.Act(ctx, o)
}

// OrderWithin gives an order that has so much time.
func (h *Home) OrderWithin(limit time.Duration, o radio.Order) (domain.CommandID, error) {
	ctx, cancel := context.WithTimeout(h.T.Context(), limit)
	defer cancel()
	return h.Order(ctx, o)
}

// TrySet orders values within the test's patience and returns what Act said.
func (h *Home) TrySet(address string, values map[string]thing.Value) (domain.CommandID, error) {
	return h.OrderWithin(Patience, radio.Order{Address: address, Set: values})
}

// TryDo orders an action within the test's patience and returns what Act said.
func (h *Home) TryDo(address, action string) (domain.CommandID, error) {
	return h.OrderWithin(Patience, radio.Order{Address: address, Action: action})
}

// Set orders values and wants them confirmed.
func (h *Home) Set(address string, values map[string]thing.Value) {
	h.T.Helper()
	id, err := h.TrySet(address, values)
	if err != nil {
		h.T.Fatalf("set %v of %s: %v", values, address, err)
	}
	h.WantConfirmed(h.T, id, values)
}

// Fade has a device begin to go to values and returns how to wait for the end; it must
// not do so at once.
func (h *Home) Fade(ctx context.Context, address string, values map[string]thing.Value, over time.Duration) (domain.CommandID, func() error) {
	h.T.Helper()
	o := radio.Order{Address: address, Set: values, Transition: over}
	binary.BigEndian.PutUint32(o.Command[12:], h.next.Add(1))
	fader, ok := h.radio.(radio.Fader)
	if !ok {
		h.T.Fatal("the radio is no radio.Fader")
	}
	arrived, err := fader.Fade(ctx, o)
	if err != nil || arrived == nil {
		h.T.Fatalf("fading %s to %v gives %v (at once: %v)", address, values, err, arrived == nil)
	}
	return o.Command, func() error { return arrived(ctx) }
}

// Do orders an action and wants it done, and confirmed by the values, if there are any.
func (h *Home) Do(address, action string, values map[string]thing.Value) {
	h.T.Helper()
	id, err := h.TryDo(address, action)
	if err != nil {
		h.T.Fatalf("%s of %s: %v", action, address, err)
	}
	if values != nil {
		h.WantConfirmed(h.T, id, values)
	}
}

// UntilEnded waits until a run of the radio has ended with an error that holds the words.
func (h *Home) UntilEnded(words string) {
	h.T.Helper()
	deadline := time.NewTimer(Patience)
	defer deadline.Stop()
	for {
		select {
		case err := <-h.Ended:
			if err != nil && strings.Contains(err.Error(), words) {
				return
			}
		case <-deadline.C:
			h.T.Fatalf("after %v Run has not ended with %q", Patience, words)
		}
	}
}

// Eventually waits until something that no sink is told of is so.
func Eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	deadline, tick := time.NewTimer(Patience), time.NewTicker(5*time.Millisecond)
	defer deadline.Stop()
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("after %v still waiting until %s", Patience, what)
		}
	}
}
