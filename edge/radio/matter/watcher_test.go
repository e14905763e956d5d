package matter_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/matter"
)

// patience bounds every wait of a test for another program.
const patience = 30 * time.Second

// watcher is a sink that keeps everything it is told, in order.
type watcher struct {
	mu      sync.Mutex
	changed chan struct{}
	devices map[string]radio.Device
	values  map[string]map[string]thing.Value
	reach   map[string]bool
	reports []radio.Report
	signals []radio.Signal
	removed []string
}

func newWatcher() *watcher {
	return &watcher{
		changed: make(chan struct{}), devices: map[string]radio.Device{},
		values: map[string]map[string]thing.Value{}, reach: map[string]bool{},
	}
}

func (w *watcher) note(keep func()) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	keep()
	close(w.changed)
	w.changed = make(chan struct{})
	return nil
}

func (w *watcher) Device(_ context.Context, d radio.Device) error {
	return w.note(func() { w.devices[d.Address] = d })
}

func (w *watcher) Removed(_ context.Context, address string) error {
	return w.note(func() {
		delete(w.devices, address)
		w.removed = append(w.removed, address)
	})
}

func (w *watcher) Report(_ context.Context, r radio.Report) error {
	return w.note(func() {
		if w.values[r.Address] == nil {
			w.values[r.Address] = map[string]thing.Value{}
		}
		maps.Copy(w.values[r.Address], r.Values)
		w.reports = append(w.reports, r)
	})
}

func (w *watcher) Signal(_ context.Context, s radio.Signal) error {
	return w.note(func() { w.signals = append(w.signals, s) })
}

func (w *watcher) Reach(_ context.Context, address string, available bool) error {
	return w.note(func() { w.reach[address] = available })
}

// until waits until the condition, read under the lock, holds.
func (w *watcher) until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for {
		w.mu.Lock()
		changed, ok := w.changed, holds()
		w.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-deadline.C:
			w.mu.Lock()
			defer w.mu.Unlock()
			t.Fatalf("after %v still waiting until %s\nvalues %v\nreach %v\nsignals %v\nremoved %v", patience, what, w.values, w.reach, w.signals, w.removed)
		}
	}
}

// untilValue waits until a device has told a value.
func (w *watcher) untilValue(t *testing.T, address, property string, want thing.Value) {
	t.Helper()
	w.until(t, fmt.Sprintf("%s tells %s = %s", address, property, want), func() bool { return w.values[address][property] == want })
}

// untilReach waits until devices are told to be in or out of reach.
func (w *watcher) untilReach(t *testing.T, reachable bool, addresses ...string) {
	t.Helper()
	w.until(t, fmt.Sprintf("%v can be reached: %v", addresses, reachable), func() bool {
		for _, address := range addresses {
			if was, told := w.reach[address]; !told || was != reachable {
				return false
			}
		}
		return true
	})
}

// causedBy returns the reports that confirm an order.
func (w *watcher) causedBy(id domain.CommandID) []radio.Report {
	w.mu.Lock()
	defer w.mu.Unlock()
	var reports []radio.Report
	for _, r := range w.reports {
		if r.Cause == id {
			reports = append(reports, r)
		}
	}
	return reports
}

// toldOf returns every value of a property a device told, oldest first.
func (w *watcher) toldOf(address, property string) []thing.Value {
	w.mu.Lock()
	defer w.mu.Unlock()
	var values []thing.Value
	for _, r := range w.reports {
		if v, ok := r.Values[property]; ok && r.Address == address {
			values = append(values, v)
		}
	}
	return values
}

// home is a radio that runs, again and again as the agent has it.
type home struct {
	*watcher
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
	h := &home{watcher: newWatcher(), t: t, radio: r, ended: make(chan error, 1000), stop: cancel, next: &atomic.Uint32{}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			h.ended <- r.Run(ctx, h.watcher)
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
	h.wantConfirmed(id, values)
}

// do orders an action within the test's patience and returns what Act said.
func (h *home) do(address, action string) (domain.CommandID, error) {
	h.t.Helper()
	return h.order(patience, radio.Order{Address: address, Action: action})
}

func (h *home) wantConfirmed(id domain.CommandID, values map[string]thing.Value) {
	h.t.Helper()
	reports := h.causedBy(id)
	if len(reports) != 1 {
		h.t.Fatalf("%d reports confirm the order, want 1: %v", len(reports), reports)
	}
	for property, want := range values {
		if got := reports[0].Values[property]; got != want {
			h.t.Errorf("the confirmation tells %s = %s, want %s", property, got, want)
		}
	}
	if !reports[0].Inferred {
		h.t.Error("the confirmation says that the device named the order itself")
	}
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
	if reports := h.causedBy(id); len(reports) > 0 {
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

// forget makes the watcher remember no values and no reach.
func (w *watcher) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.values)
	clear(w.reach)
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
