package fence_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/fence"
	"logis/edge/radio/radiotest"
	"logis/edge/radio/simulated"
)

func standard(t *testing.T) *thing.Catalog {
	t.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	return catalog
}

// A fence changes nothing for a radio that behaves.
func TestAFencedRadioKeepsTheContract(t *testing.T) {
	t.Parallel()
	radiotest.Run(t, func(t *testing.T) radiotest.Rig {
		t.Helper()
		home, err := simulated.New(simulated.Options{})
		if err != nil {
			t.Fatal(err)
		}
		devices := map[string]string{}
		for _, model := range standard(t).Kinds() {
			devices[model.Kind] = home.Address(model.Kind)
		}
		fenced := fence.New(home, standard(t))
		t.Cleanup(func() {
			if b := fenced.Breaches(); len(b) > 0 {
				t.Errorf("a radio that behaves broke %v", b)
			}
		})
		away := func(absent bool) func(string) {
			return func(address string) {
				if err := home.Vanish(address, absent); err != nil {
					t.Error(err)
				}
			}
		}
		return radiotest.Rig{Radio: fenced, Devices: devices, Break: away(true), Repair: away(false)}
	})
}

// wild is a radio that does what a test tells it to.
type wild struct {
	run func(ctx context.Context, sink radio.Sink) error
	act func(ctx context.Context, o radio.Order) error
}

func (w *wild) Name() string                                     { return "wild" }
func (w *wild) Run(ctx context.Context, sink radio.Sink) error   { return w.run(ctx, sink) }
func (w *wild) Act(ctx context.Context, order radio.Order) error { return w.act(ctx, order) }

func idle(ctx context.Context, _ radio.Sink) error {
	<-ctx.Done()
	return nil
}

func wantBreaches(t *testing.T, f *fence.Fence, want map[string]uint64) {
	t.Helper()
	if got := f.Breaches(); !maps.Equal(got, want) {
		t.Errorf("counted %v, want %v", got, want)
	}
}

func TestOnlyWhatADeviceOfItsModelCanSayIsTold(t *testing.T) {
	t.Parallel()
	lamp := radio.Device{Address: "a/1", Kind: "dimmable-light", Attributes: map[string]string{"serial": "7"}}
	moved, plug := lamp, lamp
	moved.Address, plug.Kind = "b/1", "plug"
	w := &wild{run: func(ctx context.Context, sink radio.Sink) error {
		report := func(address string, values map[string]thing.Value) error {
			return sink.Report(ctx, radio.Report{Address: address, Values: values})
		}
		return errors.Join(
			sink.Device(ctx, lamp),
			report("a/1", map[string]thing.Value{"onOff": "true", "currentLevel": "101", "temperature": "20"}),
			report("a/1", map[string]thing.Value{"currentLevel": "NaN"}),
			report("a/1", map[string]thing.Value{"currentLevel": thing.Number(math.Inf(1))}),
			report("a/9", map[string]thing.Value{"onOff": "true"}),
			sink.Reach(ctx, "", true),
			sink.Signal(ctx, radio.Signal{Address: "a/1", Event: "multiPressComplete"}),
			sink.Device(ctx, radio.Device{Address: "c", Kind: "teapot"}),
			sink.Device(ctx, radio.Device{Address: "c d", Kind: "light"}),
			sink.Device(ctx, radio.Device{Address: strings.Repeat("c", 129), Kind: "light"}),
			sink.Device(ctx, moved),
			sink.Device(ctx, plug),
			report("a/1", map[string]thing.Value{"onOff": "false"}),
		)
	}}
	f, told := fence.New(w, standard(t)), radiotest.NewWatcher()
	if err := f.Run(t.Context(), told); err != nil {
		t.Fatal(err)
	}
	wantBreaches(t, f, map[string]uint64{
		"unfit_values": 4, "unknown_devices": 2, "unfit_signals": 1, "unknown_kind": 1, "bad_address": 2,
		"address_changed": 2, "kind_changed": 1, // the plug is where the lamp was before it moved
	})
	if got := fmt.Sprint(told.ToldOf("a/1", "onOff")); got != "[true false]" || len(told.Reports) != 2 {
		t.Errorf("onOff was told as %s, in %d reports", got, len(told.Reports))
	}
	if len(told.Devices) != 2 || told.Devices["a/1"].Kind != "plug" || len(told.Signals)+len(told.Reachable) > 0 {
		t.Errorf("told %v, %v, %v", told.Devices, told.Signals, told.Reachable)
	}
}

func TestAHomeHasOnlySoManyDevices(t *testing.T) {
	t.Parallel()
	w := &wild{run: func(ctx context.Context, sink radio.Sink) error {
		for i := range domain.MaxDevices + 5 {
			if err := sink.Device(ctx, radio.Device{Address: fmt.Sprint(i), Kind: "light"}); err != nil {
				return err
			}
		}
		return nil
	}}
	f, told := fence.New(w, standard(t)), radiotest.NewWatcher()
	if err := f.Run(t.Context(), told); err != nil {
		t.Fatal(err)
	}
	wantBreaches(t, f, map[string]uint64{"too_many_devices": 5})
}

func TestAFloodIsToldAtTheRadiosOwnExpense(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const facts = 12_000
		begun := time.Now()
		w := &wild{run: func(ctx context.Context, sink radio.Sink) error {
			if err := sink.Device(ctx, radio.Device{Address: "a", Kind: "temperature-sensor"}); err != nil {
				return err
			}
			for i := range facts {
				if err := sink.Report(ctx, radio.Report{Address: "a", Values: map[string]thing.Value{"temperature": thing.Number(float64(i % 80))}}); err != nil {
					return err
				}
			}
			return idle(ctx, sink)
		}}
		f, told := fence.New(w, standard(t)), radiotest.NewWatcher()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- f.Run(ctx, told) }()
		synctest.Wait()
		told.Mu.Lock()
		first := len(told.Reports)
		told.Mu.Unlock()
		if first != 2*domain.MaxDevices {
			t.Errorf("%d reports at once, want %d", first, 2*domain.MaxDevices)
		}
		told.Until(t, "all are told", func() bool { return len(told.Reports) == facts })
		// The bubble's own time: 250 a second after the first 4,000.
		if took := time.Since(begun).Round(time.Second); took != 32*time.Second {
			t.Errorf("the flood was told in %v, want 32 s", took)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		wantBreaches(t, f, map[string]uint64{"throttled": facts - 2*domain.MaxDevices})
	})
}

func TestACallThatPanicsHasFailed(t *testing.T) {
	t.Parallel()
	w := &wild{
		run: func(context.Context, radio.Sink) error { panic("run") },
		act: func(context.Context, radio.Order) error { panic("act") },
	}
	f := fence.New(w, standard(t))
	if err := f.Run(t.Context(), radiotest.NewWatcher()); err == nil || !strings.Contains(err.Error(), "panic: run") {
		t.Errorf("Run gives %v", err)
	}
	err := f.Act(t.Context(), radio.Order{})
	if err == nil || errors.Is(err, radio.ErrFailed) || errors.Is(err, radio.ErrRefused) {
		t.Errorf("Act gives %v, and nobody knows what it did", err)
	}
	wantBreaches(t, f, map[string]uint64{"panics": 2})
}

func TestOrdersThatDoNotComeBackEndTheRadioUntilTheyDo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const hanging = 8
		release := make(chan struct{})
		w := &wild{run: idle, act: func(context.Context, radio.Order) error {
			<-release
			return nil
		}}
		f, ended := fence.New(w, standard(t)), make(chan error, 1)
		go func() { ended <- f.Run(t.Context(), radiotest.NewWatcher()) }()
		ctx, cancel := context.WithCancel(t.Context())
		var orders sync.WaitGroup
		for range hanging {
			orders.Go(func() {
				if err := f.Act(ctx, radio.Order{}); err == nil || errors.Is(err, radio.ErrRefused) {
					t.Errorf("an order that hangs gives %v", err)
				}
			})
		}
		synctest.Wait()
		cancel()
		orders.Wait()
		if err := <-ended; err == nil {
			t.Error("the radio was not ended")
		}
		if err := f.Act(t.Context(), radio.Order{}); !errors.Is(err, radio.ErrRefused) {
			t.Errorf("one more order gives %v", err)
		}
		if err := f.Run(t.Context(), radiotest.NewWatcher()); err == nil {
			t.Error("it was started with all its orders hanging")
		}
		close(release)
		synctest.Wait()
		if err := f.Act(t.Context(), radio.Order{}); err != nil {
			t.Errorf("once they are back: %v", err)
		}
		wantBreaches(t, f, map[string]uint64{"hung_orders": hanging})
	})
}

func TestARunThatDoesNotEndIsLeftAndNotBegunTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release, late := make(chan struct{}), make(chan error, 1)
		w := &wild{run: func(ctx context.Context, sink radio.Sink) error {
			if err := sink.Device(ctx, radio.Device{Address: "a", Kind: "light"}); err != nil {
				return err
			}
			<-release
			late <- sink.Report(context.WithoutCancel(ctx), radio.Report{Address: "a", Values: map[string]thing.Value{"onOff": "true"}})
			return nil
		}}
		f, told := fence.New(w, standard(t)), radiotest.NewWatcher()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- f.Run(ctx, told) }()
		synctest.Wait()
		cancel()
		if err := <-ended; err == nil {
			t.Error("nothing is said of a Run that does not end")
		}
		if err := f.Run(t.Context(), told); err == nil {
			t.Error("it was run twice at once")
		}
		close(release)
		if err := <-late; err == nil || len(told.Reports) > 0 {
			t.Errorf("what it told afterwards gives %v and was told: %v", err, told.Reports)
		}
		wantBreaches(t, f, map[string]uint64{"did_not_stop": 1})
	})
}
