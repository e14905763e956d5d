package zwavejs_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/zwavejs"
)

// patience bounds every wait of a test for a real program.
const patience = 60 * time.Second

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
		delete(w.reach, address)
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
func (w *watcher) until(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for {
		w.mu.Lock()
		holds, changed := condition(), w.changed
		w.mu.Unlock()
		if holds {
			return
		}
		select {
		case <-changed:
		case <-deadline.C:
			w.mu.Lock()
			defer w.mu.Unlock()
			t.Fatalf("after %v still waiting until %s\nvalues %v\nreach %v\nsignals %v", patience, what, w.values, w.reach, w.signals)
		}
	}
}

// untilValue waits until a device has told a value.
func (w *watcher) untilValue(t *testing.T, address, property string, want thing.Value) {
	t.Helper()
	w.until(t, fmt.Sprintf("%s tells %s = %s", address, property, want), func() bool { return w.values[address][property] == want })
}

// untilReach waits until a device is told to be in reach or out of it.
func (w *watcher) untilReach(t *testing.T, address string, want bool) {
	t.Helper()
	w.until(t, fmt.Sprintf("%s is told to be in reach: %v", address, want), func() bool {
		reach, told := w.reach[address]
		return told && reach == want
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

// forget makes the watcher remember no values, reports and reach.
func (w *watcher) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.values)
	clear(w.reach)
	w.reports, w.signals = nil, nil
}

// home is a radio that runs.
type home struct {
	*watcher
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
	h := &home{watcher: newWatcher(), t: t, radio: r, ended: make(chan error, 10_000), next: &atomic.Uint32{}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			h.ended <- r.Run(ctx, h.watcher)
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
	h.wantConfirmed(id, want)
}

// do orders an action and wants success.
func (h *home) do(address, action string, want values) {
	h.t.Helper()
	id, err := h.order(patience, radio.Order{Address: address, Action: action})
	if err != nil {
		h.t.Fatalf("%s: %v", action, err)
	}
	if want != nil {
		h.wantConfirmed(id, want)
	}
}

func (h *home) wantConfirmed(id domain.CommandID, want values) {
	h.t.Helper()
	reports := h.causedBy(id)
	if len(reports) != 1 {
		h.t.Fatalf("%d reports confirm the order, want 1: %v", len(reports), reports)
	}
	for property, value := range want {
		if got := reports[0].Values[property]; got != value {
			h.t.Errorf("the confirmation tells %s = %s, want %s", property, got, value)
		}
	}
	if !reports[0].Inferred {
		h.t.Error("the confirmation says that the device named the order itself")
	}
}

// wantNothingTold checks that no report confirms an order that did not succeed.
func (h *home) wantNothingTold(id domain.CommandID) {
	h.t.Helper()
	if reports := h.causedBy(id); len(reports) > 0 {
		h.t.Errorf("reports confirm an order that did not succeed: %v", reports)
	}
}

func wantRefused(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, radio.ErrRefused) {
		t.Errorf("the outcome is %v, want a refusal", err)
	}
}

func wantUnknown(t *testing.T, err error) {
	t.Helper()
	if err == nil || errors.Is(err, radio.ErrRefused) || errors.Is(err, radio.ErrFailed) {
		t.Errorf("the outcome is %v, want one that nobody knows", err)
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
