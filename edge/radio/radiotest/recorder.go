package radiotest

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/radio"
)

// recorder is a sink that keeps what it is told and complains of what no cloud
// would take.
type recorder struct {
	b *bench

	mu      sync.Mutex
	changed chan struct{}
	closed  bool
	blocks  bool // every call waits for its context
	waiting int  // calls that wait

	devices map[string]int          // how often each was described
	known   map[string]radio.Device // the last description
	values  map[string]map[string]thing.Value
	reach   map[string]bool
	reports []radio.Report
}

var _ radio.Sink = (*recorder)(nil)

func newRecorder(b *bench) *recorder {
	return &recorder{
		b: b, changed: make(chan struct{}),
		devices: map[string]int{}, known: map[string]radio.Device{},
		values: map[string]map[string]thing.Value{}, reach: map[string]bool{},
	}
}

// news is closed at the next change.
func (r *recorder) news() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changed
}

// close makes every further call a fault: Run has returned.
func (r *recorder) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
}

// take runs keep under the lock, or waits for ctx when the sink is to block.
func (r *recorder) take(ctx context.Context, what string, keep func()) error {
	r.mu.Lock()
	if r.closed {
		r.b.t.Errorf("%s was told after Run had returned", what)
	}
	blocks := r.blocks
	if blocks {
		r.waiting++
	} else {
		keep()
	}
	close(r.changed)
	r.changed = make(chan struct{})
	r.mu.Unlock()
	if blocks {
		<-ctx.Done()
	}
	return ctx.Err()
}

// Device implements radio.Sink.
func (r *recorder) Device(ctx context.Context, d radio.Device) error {
	return r.take(ctx, "a device", func() {
		if d.Address == "" || len(d.Address) > 128 || strings.ContainsAny(d.Address, " \n\t") {
			r.b.t.Errorf("device address %q: want 1 to 128 characters without white space", d.Address)
		}
		if _, err := r.b.catalog.Describe(d.Kind, d.Capabilities); err != nil {
			r.b.t.Errorf("device %s: %v", d.Address, err)
		}
		r.devices[d.Address]++
		r.known[d.Address] = d
	})
}

// Removed implements radio.Sink.
func (r *recorder) Removed(ctx context.Context, address string) error {
	return r.take(ctx, "a removal", func() { delete(r.known, address) })
}

// Report implements radio.Sink.
func (r *recorder) Report(ctx context.Context, report radio.Report) error {
	return r.take(ctx, "a report", func() {
		r.checkReport(report)
		if r.values[report.Address] == nil {
			r.values[report.Address] = map[string]thing.Value{}
		}
		maps.Copy(r.values[report.Address], report.Values)
		r.reports = append(r.reports, report)
	})
}

func (r *recorder) checkReport(report radio.Report) {
	d, ok := r.known[report.Address]
	if !ok {
		r.b.t.Errorf("a report of %s, which was never described", report.Address)
		return
	}
	if len(report.Values) == 0 {
		r.b.t.Errorf("%s: a report without values", report.Address)
	}
	model, err := r.b.catalog.Describe(d.Kind, d.Capabilities)
	if err != nil {
		return // told with the device
	}
	for name, value := range report.Values {
		if p, ok := model.Properties[name]; !ok {
			r.b.t.Errorf("%s (%s) reports %s, which its model does not have", d.Address, d.Kind, name)
		} else if why := p.Check(value); why != "" {
			r.b.t.Errorf("%s reports %s = %s: %s", d.Address, name, value, why)
		}
	}
}

// Signal implements radio.Sink.
func (r *recorder) Signal(ctx context.Context, s radio.Signal) error {
	return r.take(ctx, "a signal", func() {
		d := r.known[s.Address]
		model, err := r.b.catalog.Describe(d.Kind, d.Capabilities)
		if err != nil {
			r.b.t.Errorf("a signal of %s, which was never described", s.Address)
			return
		}
		event, ok := model.Events[s.Event]
		switch {
		case !ok:
			r.b.t.Errorf("%s signals %s, which its model does not have", s.Address, s.Event)
		case event.Data == nil && s.Data != "":
			r.b.t.Errorf("%s signals %s with data, which it has not", s.Address, s.Event)
		case event.Data != nil && event.Data.Check(s.Data) != "":
			r.b.t.Errorf("%s signals %s with %s: %s", s.Address, s.Event, s.Data, event.Data.Check(s.Data))
		}
	})
}

// Reach implements radio.Sink.
func (r *recorder) Reach(ctx context.Context, address string, available bool) error {
	return r.take(ctx, "a reach", func() {
		if _, ok := r.known[address]; !ok {
			r.b.t.Errorf("reach of %s, which was never described", address)
		}
		r.reach[address] = available
	})
}

// causedBy returns the reports that name the command.
func (r *recorder) causedBy(id domain.CommandID) []radio.Report {
	r.mu.Lock()
	defer r.mu.Unlock()
	reports := slices.Clone(r.reports)
	return slices.DeleteFunc(reports, func(report radio.Report) bool { return report.Cause != id })
}

// present returns the values a device last told.
func (r *recorder) present(address string) map[string]thing.Value {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.values[address])
}
