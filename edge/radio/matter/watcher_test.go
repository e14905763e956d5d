package matter_test

import (
	"context"
	"encoding/binary"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/matter"
	"logis/edge/radio/radiotest"
)

// patience bounds every wait for a real program.
const patience = radiotest.Patience

// home is a radio that runs, again and again as the agent has it.
type home struct {
	*radiotest.Watcher
	t     *testing.T
	radio *matter.Radio
	ended chan error // what Run returned, each time
	stop  context.CancelFunc
	next  *atomic.Uint32 // numbers commands
}

// openHome runs a radio against a server until the test ends.
func openHome(t *testing.T, options matter.Options) *home {
	t.Helper()
	r, err := matter.New(options)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	h := &home{Watcher: radiotest.NewWatcher(), t: t, radio: r, ended: make(chan error, 1000), stop: cancel, next: &atomic.Uint32{}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			h.ended <- r.Run(ctx, h.Watcher)
			select {
			case <-time.After(50 * time.Millisecond):
			case <-ctx.Done():
			}
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-done
		if transport, ok := options.HTTP.Transport.(*http.Transport); ok {
			transport.CloseIdleConnections()
		}
	})
	return h
}

// order gives an order within the time given and returns its id and what Act said.
func (h *home) order(within time.Duration, o radio.Order) (domain.CommandID, error) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), within)
	defer cancel()
	binary.BigEndian.PutUint32(o.Command[12:], h.next.Add(1))
	return o.Command, h.radio.Act(ctx, o)
}

// set orders values and wants success.
func (h *home) set(address string, values map[string]thing.Value) {
	h.t.Helper()
	id, err := h.order(patience, radio.Order{Address: address, Set: values})
	if err != nil {
		h.t.Fatalf("set %v: %v", values, err)
	}
	h.WantConfirmed(h.t, id, values)
}

// do orders an action within the test's patience and returns what Act said.
func (h *home) do(address, action string) (domain.CommandID, error) {
	h.t.Helper()
	return h.order(patience, radio.Order{Address: address, Action: action})
}

// wantUnconfirmed checks what became of an order that did not succeed.
func (h *home) wantUnconfirmed(id domain.CommandID, err, want error) {
	h.t.Helper()
	switch {
	case want != nil && !errors.Is(err, want):
		h.t.Errorf("the outcome is %v, want %v", err, want)
	case want == nil && (err == nil || errors.Is(err, radio.ErrRefused) || errors.Is(err, radio.ErrFailed)):
		h.t.Errorf("the outcome is %v, want one that nobody knows", err)
	}
	if reports := h.CausedBy(id); len(reports) > 0 {
		h.t.Errorf("reports confirm an order that did not succeed: %v", reports)
	}
}

// in returns the home with another test as the one to complain to.
func (h *home) in(t *testing.T) *home {
	t.Helper()
	there := *h
	there.t = t
	return &there
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
