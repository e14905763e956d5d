package simulated

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
)

// Name is the name of this radio: it begins the address of every device.
const Name = "simulated"

// MaxDevices bounds the devices of one simulated home.
const MaxDevices = 2000

// Options say what the home is like. The zero value is the pleasant home, silent.
type Options struct {
	Seed    uint64
	Devices int            // how many; 0: every kind once
	Rate    float64        // reports per second of the whole home; 0: only when asked
	Slow    time.Duration  // how long every device takes to act
	Past    time.Duration  // how long a past is made up for a home nobody heard of; 0: none
	Catalog *thing.Catalog // describes the devices; nil: the standard one
	More    []string       // kinds of further devices
	Oracle  io.Writer      // gets one JSON line before each actuation; nil: none
	Now     func() time.Time
}

// Home is the simulated radio.
type Home struct {
	options Options

	mu      sync.Mutex
	devices []*device
	byName  map[string]*device // by address
	air     *air               // nil while Run does not run
	// closeDoor closes the home to new devices; nil: it was never open.
	closeDoor context.CancelFunc
	acted     []Actuation
}

// air is what carries reports while Run runs.
type air struct {
	ctx  context.Context //nolint:containedctx // orders end when Run ends
	sink radio.Sink
	busy sync.WaitGroup // orders and happenings under way
}

var (
	_ radio.Radio      = (*Home)(nil)
	_ radio.Reader     = (*Home)(nil)
	_ radio.Rememberer = (*Home)(nil)
	_ radio.Fader      = (*Home)(nil)
)

// New returns a home at rest.
func New(o Options) (*Home, error) {
	if o.Devices < 0 || o.Devices > MaxDevices {
		return nil, fmt.Errorf("%d simulated devices: want from 1 to %d", o.Devices, MaxDevices)
	}
	if o.Rate < 0 || o.Rate > maxRate {
		return nil, fmt.Errorf("%v simulated reports per second: want from 0 to %d", o.Rate, maxRate)
	}
	if o.Past < 0 || o.Past > MaxPast {
		return nil, fmt.Errorf("a simulated past of %v: want at most %v", o.Past, MaxPast)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Catalog == nil {
		var err error
		if o.Catalog, err = thing.Standard(); err != nil {
			return nil, err
		}
	}
	h := &Home{options: o, byName: map[string]*device{}}
	all := plans(o.Devices)
	for _, kind := range o.More {
		all = append(all, plan{kind: kind, name: kind})
	}
	for i, p := range all {
		d, err := newDevice(i+1, p, o.Seed, o.Catalog)
		if err != nil {
			return nil, err
		}
		d.faults.slow = o.Slow
		if o.Past > 0 {
			d.Attributes["past"] = fmt.Sprintf("%d days, made up", o.Past/day)
		}
		h.devices = append(h.devices, d)
		h.byName[d.Address] = d
	}
	return h, nil
}

// Name returns the name of the radio.
func (h *Home) Name() string { return Name }

// Address returns the address of the first device of a kind, "" if there is none.
func (h *Home) Address(kind string) string {
	for _, d := range h.all() {
		if d.Kind == kind {
			return d.Address
		}
	}
	return ""
}

// Value returns what is really the case at a device, whatever it tells.
func (h *Home) Value(address, property string) thing.Value {
	h.mu.Lock()
	defer h.mu.Unlock()
	if d, ok := h.byName[address]; ok {
		return d.values[property]
	}
	return ""
}

// Run tells sink every device and its present state, then what the sensors
// measure, until ctx ends.
func (h *Home) Run(ctx context.Context, sink radio.Sink) error {
	running := &air{ctx: ctx, sink: sink}
	h.mu.Lock()
	if h.air != nil {
		h.mu.Unlock()
		return fmt.Errorf("the simulated home runs already")
	}
	h.air = running
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		h.air = nil
		h.mu.Unlock()
		running.busy.Wait()
	}()
	err := h.introduce(ctx, sink)
	if err == nil {
		err = h.live(ctx, sink)
	}
	if ctx.Err() != nil {
		return nil //nolint:nilerr // being stopped is the regular end
	}
	return err
}

// introduce tells every device, whether it can be reached and what it says.
func (h *Home) introduce(ctx context.Context, sink radio.Sink) error {
	for _, d := range h.all() {
		if err := d.take(ctx); err != nil {
			return err
		}
		err := h.introduceOne(ctx, sink, d)
		d.release()
		if err != nil {
			return err
		}
	}
	return nil
}

func (h *Home) introduceOne(ctx context.Context, sink radio.Sink, d *device) error {
	h.mu.Lock()
	absent, values := d.faults.absent, d.present(d.values)
	h.mu.Unlock()
	if err := sink.Device(ctx, d.Device); err != nil {
		return err
	}
	if err := sink.Reach(ctx, d.Address, !absent); err != nil {
		return err
	}
	if absent || len(values) == 0 {
		return nil
	}
	return sink.Report(ctx, radio.Report{Address: d.Address, Values: values})
}
