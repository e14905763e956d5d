package radiotest

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/radio"
)

// Patience bounds every wait for a real program.
const Patience = 60 * time.Second

// Watcher is a sink for a radio's own tests that keeps everything it is told, in
// order. Its fields are read under Mu, which the conditions of [Watcher.Until] hold.
type Watcher struct {
	Mu      sync.Mutex
	Changed chan struct{} // closed and replaced at every change

	Devices   map[string]radio.Device
	Values    map[string]map[string]thing.Value // the last ones, by device
	Reachable map[string]bool
	Reports   []radio.Report
	Signals   []radio.Signal
	Gone      []string // what was removed
}

var _ radio.Sink = (*Watcher)(nil)

// NewWatcher returns one that was told nothing.
func NewWatcher() *Watcher {
	return &Watcher{
		Changed: make(chan struct{}), Devices: map[string]radio.Device{},
		Values: map[string]map[string]thing.Value{}, Reachable: map[string]bool{},
	}
}

func (w *Watcher) note(keep func()) error {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	keep()
	close(w.Changed)
	w.Changed = make(chan struct{})
	return nil
}

// Device implements radio.Sink.
func (w *Watcher) Device(_ context.Context, d radio.Device) error {
	return w.note(func() { w.Devices[d.Address] = d })
}

// Removed implements radio.Sink.
func (w *Watcher) Removed(_ context.Context, address string) error {
	return w.note(func() {
		delete(w.Devices, address)
		delete(w.Reachable, address)
		w.Gone = append(w.Gone, address)
	})
}

// Report implements radio.Sink.
func (w *Watcher) Report(_ context.Context, r radio.Report) error {
	return w.note(func() {
		if w.Values[r.Address] == nil {
			w.Values[r.Address] = map[string]thing.Value{}
		}
		maps.Copy(w.Values[r.Address], r.Values)
		w.Reports = append(w.Reports, r)
	})
}

// Signal implements radio.Sink.
func (w *Watcher) Signal(_ context.Context, s radio.Signal) error {
	return w.note(func() { w.Signals = append(w.Signals, s) })
}

// Reach implements radio.Sink.
func (w *Watcher) Reach(_ context.Context, address string, available bool) error {
	return w.note(func() { w.Reachable[address] = available })
}

// Until waits until the condition, read under the lock, holds.
func (w *Watcher) Until(t testing.TB, what string, condition func() bool) {
	t.Helper()
	deadline := time.NewTimer(Patience)
	defer deadline.Stop()
	for {
		w.Mu.Lock()
		holds, changed := condition(), w.Changed
		w.Mu.Unlock()
		if holds {
			return
		}
		select {
		case <-changed:
		case <-deadline.C:
			t.Fatalf("after %v still waiting until %s\n%s", Patience, what, w.heard())
		}
	}
}

// heard says all that was told, for a test that waited in vain.
func (w *Watcher) heard() string {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	return fmt.Sprintf("values %v\nreach %v\nsignals %v\nremoved %v", w.Values, w.Reachable, w.Signals, w.Gone)
}

// UntilValue waits until a device has told a value.
func (w *Watcher) UntilValue(t testing.TB, address, property string, want thing.Value) {
	t.Helper()
	w.Until(t, fmt.Sprintf("%s tells %s = %s", address, property, want), func() bool { return w.Values[address][property] == want })
}

// UntilReach waits until devices are told to be in reach, or out of it.
func (w *Watcher) UntilReach(t testing.TB, want bool, addresses ...string) {
	t.Helper()
	w.Until(t, fmt.Sprintf("%v are told to be in reach: %v", addresses, want), func() bool {
		for _, address := range addresses {
			if reach, told := w.Reachable[address]; !told || reach != want {
				return false
			}
		}
		return true
	})
}

// CausedBy returns the reports that confirm an order.
func (w *Watcher) CausedBy(id domain.CommandID) []radio.Report {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	var reports []radio.Report
	for _, r := range w.Reports {
		if r.Cause == id {
			reports = append(reports, r)
		}
	}
	return reports
}

// Told returns the values a device told last.
func (w *Watcher) Told(address string) map[string]thing.Value {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	return maps.Clone(w.Values[address])
}

// Described returns what a device was last told to be.
func (w *Watcher) Described(address string) (d radio.Device, told bool) {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	d, told = w.Devices[address]
	return d, told
}

// ToldOf returns every value of a property a device told, oldest first.
func (w *Watcher) ToldOf(address, property string) []thing.Value {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	var values []thing.Value
	for _, r := range w.Reports {
		if v, ok := r.Values[property]; ok && r.Address == address {
			values = append(values, v)
		}
	}
	return values
}

// Forget makes the watcher remember no values, reports, signals and reach.
func (w *Watcher) Forget() {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	clear(w.Values)
	clear(w.Reachable)
	w.Reports, w.Signals = nil, nil
}
