package fence

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/gate"
)

// Fence stands around one radio, which must be used through it alone.
type Fence struct {
	inner   radio.Radio
	name    string
	catalog *thing.Catalog
	rate    *rate.Limiter
	telling chan struct{} // a token for each call of the sink
	running chan struct{} // a token while the radio's Run has not come back

	mu       sync.Mutex
	breaches map[string]uint64
	hanging  int           // calls given up that have not come back
	full     chan struct{} // closed when too many hang; made by Run
	devices  map[string]device
	serials  map[serial]string // base address by what the hardware carries
}

var (
	_ radio.Radio  = (*Fence)(nil)
	_ radio.Reader = (*Fence)(nil)
	_ radio.Fader  = (*Fence)(nil)
)

// Errors of a radio that hangs.
var (
	errHangs = errors.New("its calls do not come back")
	errStuck = errors.New("it does not stop; only a new start of the agent helps if this lasts")
)

// New puts a fence around a radio whose devices the catalog describes.
func New(inner radio.Radio, catalog *thing.Catalog) *Fence {
	return &Fence{
		inner: inner, name: inner.Name(), catalog: catalog,
		rate:    rate.NewLimiter(rateLimit, maxBurst),
		telling: make(chan struct{}, maxTelling), running: make(chan struct{}, 1),
		breaches: map[string]uint64{}, devices: map[string]device{}, serials: map[serial]string{},
	}
}

// Name returns the name of the radio.
func (f *Fence) Name() string { return f.name }

// Inner returns the radio itself, to ask what else it can do.
func (f *Fence) Inner() radio.Radio { return f.inner }

// Breaches returns what the radio did that a radio must not, by name, since the
// start of the program.
func (f *Fence) Breaches() map[string]uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.breaches)
}

func (f *Fence) breach(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.breaches[name]++
}

// Run runs the radio until ctx ends, as [radio.Radio] says. It returns within
// stopGrace whatever the radio does; what that tells afterwards goes nowhere.
func (f *Fence) Run(ctx context.Context, sink radio.Sink) error {
	select {
	case f.running <- struct{}{}:
	default:
		return errStuck
	}
	full, err := f.open()
	if err != nil {
		<-f.running
		return err
	}
	life, end := context.WithCancel(ctx)
	defer end()
	told := gate.New(life, sink)
	ended := make(chan error, 1)
	go func() {
		err := f.Call(func() error { return f.inner.Run(life, &guard{f, told}) })
		<-f.running
		ended <- err
	}()
	select {
	case err := <-ended:
		end()
		told.Close()
		return err
	case <-ctx.Done():
	case <-full:
		err = errHangs
	}
	end()
	told.Close()
	return errors.Join(err, f.stopped(ended))
}

// stopped waits for the end of a Run that was told to end.
func (f *Fence) stopped(ended <-chan error) error {
	patience := time.NewTimer(stopGrace)
	defer patience.Stop()
	select {
	case err := <-ended:
		return err
	case <-patience.C:
		f.breach("did_not_stop")
		return errStuck
	}
}

// open returns what is closed when too many calls hang, or an error if they do.
func (f *Fence) open() (<-chan struct{}, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.hanging >= maxHanging {
		return nil, errHangs
	}
	f.full = make(chan struct{})
	return f.full, nil
}

// Act gives the radio an order. It comes back within actGrace of the end of ctx,
// with or without the radio: then nobody knows what the order came to.
func (f *Fence) Act(ctx context.Context, order radio.Order) error {
	return f.bounded(ctx, "hung_orders", func() error { return f.inner.Act(ctx, order) })
}

// Fade has a device fade, where the radio can; else it is done at once. Both it and
// the wait for the end come back as Act does.
func (f *Fence) Fade(ctx context.Context, order radio.Order) (arrived func(context.Context) error, err error) {
	fader, ok := f.inner.(radio.Fader)
	if !ok {
		return nil, f.Act(ctx, order)
	}
	begun := make(chan func(context.Context) error, 1)
	err = f.bounded(ctx, "hung_orders", func() error {
		wait, err := fader.Fade(ctx, order)
		begun <- wait
		return err
	})
	if err != nil {
		go f.giveUp(begun) //nolint:gosec // it outlives the order on purpose
		return nil, err
	}
	wait := <-begun
	if wait == nil {
		return nil, nil //nolint:nilnil // there is nothing to wait for: it is done
	}
	return func(ctx context.Context) error {
		return f.bounded(ctx, "hung_orders", func() error { return wait(ctx) })
	}, nil
}

// giveUp ends a fade that a radio began after nobody waited for it any more.
func (f *Fence) giveUp(begun <-chan func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if wait := <-begun; wait != nil {
		_ = f.Call(func() error { return wait(ctx) })
	}
}

// Read asks a device, where the radio can; else its error wraps
// [radio.ErrRefused]. It comes back as Act does.
func (f *Fence) Read(ctx context.Context, address string) (map[string]thing.Value, error) {
	reader, ok := f.inner.(radio.Reader)
	if !ok {
		return nil, fmt.Errorf("%w: this radio cannot ask its devices", radio.ErrRefused)
	}
	values := make(chan map[string]thing.Value, 1)
	err := f.bounded(ctx, "hung_reads", func() error {
		got, err := reader.Read(ctx, address)
		values <- got
		return err
	})
	if err != nil {
		return nil, err
	}
	return f.fitting(address, <-values), nil
}

// bounded does a call and gives it up when it outlives its context by actGrace.
func (f *Fence) bounded(ctx context.Context, breach string, do func() error) error {
	f.mu.Lock()
	refuse := f.hanging >= maxHanging
	f.mu.Unlock()
	if refuse {
		return fmt.Errorf("%w: %w", radio.ErrRefused, errHangs)
	}
	back := make(chan error, 1)
	go func() { back <- f.Call(do) }()
	select {
	case err := <-back:
		return err
	case <-ctx.Done():
	}
	patience := time.NewTimer(actGrace)
	defer patience.Stop()
	select {
	case err := <-back:
		return err
	case <-patience.C:
	}
	f.hangs(breach, back)
	return fmt.Errorf("the radio does not come back: %w", ctx.Err())
}

// hangs counts a call as hanging until it comes back.
func (f *Fence) hangs(breach string, back <-chan error) {
	f.mu.Lock()
	f.breaches[breach]++
	f.hanging++
	if f.hanging == maxHanging && f.full != nil {
		close(f.full)
		f.full = nil
	}
	f.mu.Unlock()
	go func() { f.cameBack(<-back) }()
}

// cameBack takes a call off those that hang. Nobody waits for its outcome any more.
func (f *Fence) cameBack(error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hanging--
}

// Call does a call; its panic is an error like any other.
func (f *Fence) Call(do func() error) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			f.breach("panics")
			err = fmt.Errorf("panic: %v", fault)
		}
	}()
	return do()
}
