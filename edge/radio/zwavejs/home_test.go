package zwavejs_test

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
	"logis/edge/radio/radiotest"
	"logis/edge/radio/zwavejs"
)

// patience bounds every wait for a real program.
const patience = radiotest.Patience

// home is a radio that runs.
type home struct {
	*radiotest.Watcher
	t     *testing.T
	radio *zwavejs.Radio
	ended chan error     // what Run returned, each time
	next  *atomic.Uint32 // numbers commands
}

// openHome runs a radio against a server, again and again as the agent does,
// until the test ends.
func openHome(t *testing.T, options zwavejs.Options) *home {
	t.Helper()
	r, err := zwavejs.New(options)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	h := &home{Watcher: radiotest.NewWatcher(), t: t, radio: r, ended: make(chan error, 10_000), next: &atomic.Uint32{}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			h.ended <- r.Run(ctx, h.Watcher)
			select {
			case <-time.After(20 * time.Millisecond):
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

// in returns the home with another test as the one to complain to.
func (h *home) in(t *testing.T) *home {
	t.Helper()
	there := *h
	there.t = t
	return &there
}

// order gives an order within a time and returns its id and what Act said.
func (h *home) order(within time.Duration, o radio.Order) (domain.CommandID, error) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), within)
	defer cancel()
	binary.BigEndian.PutUint32(o.Command[12:], h.next.Add(1))
	return o.Command, h.radio.Act(ctx, o)
}

type values = map[string]thing.Value

// set orders values and wants success.
func (h *home) set(address string, want values) {
	h.t.Helper()
	id, err := h.order(patience, radio.Order{Address: address, Set: want})
	if err != nil {
		h.t.Fatalf("set %v: %v", want, err)
	}
	h.WantConfirmed(h.t, id, want)
}

// do orders an action and wants success.
func (h *home) do(address, action string, want values) {
	h.t.Helper()
	id, err := h.order(patience, radio.Order{Address: address, Action: action})
	if err != nil {
		h.t.Fatalf("%s: %v", action, err)
	}
	if want != nil {
		h.WantConfirmed(h.t, id, want)
	}
}

// untilEnded waits until Run has ended with an error that holds the words.
func (h *home) untilEnded(words string) {
	h.t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for {
		select {
		case err := <-h.ended:
			if err != nil && strings.Contains(err.Error(), words) {
				return
			}
		case <-deadline.C:
			h.t.Fatalf("after %v Run has not ended with %q", patience, words)
		}
	}
}

// eventually waits until something no sink is told of is so.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline, tick := time.NewTimer(patience), time.NewTicker(5*time.Millisecond)
	defer deadline.Stop()
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("after %v still waiting until %s", patience, what)
		}
	}
}
