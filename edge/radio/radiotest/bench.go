package radiotest

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"runtime/pprof"
	"slices"
	"strings"
	"testing"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
)

// bench runs the radio of a rig and watches what it does.
type bench struct {
	Rig
	t       *testing.T
	catalog *thing.Catalog
	label   string // marks the goroutines of the radio
}

func newBench(t *testing.T, rig Rig) *bench {
	t.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	if rig.Patience == 0 {
		rig.Patience = DefaultPatience
	}
	b := &bench{Rig: rig, t: t, catalog: catalog, label: fmt.Sprintf("%s %p", t.Name(), &rig)}
	if b.light() == "" {
		t.Fatal("the rig offers no device with a writable onOff")
	}
	return b
}

// light returns the address of a device that can be switched, always the same.
func (b *bench) light() string {
	for _, kind := range slices.Sorted(maps.Keys(b.Devices)) {
		if p, ok := b.model(kind, nil).Properties["onOff"]; ok && !p.ReadOnly {
			return b.Devices[kind]
		}
	}
	return ""
}

func (b *bench) model(kind string, capabilities []string) *thing.Model {
	b.t.Helper()
	m, err := b.catalog.Describe(kind, capabilities)
	if err != nil {
		b.t.Fatal(err)
	}
	return m
}

// running is one run of the radio.
type running struct {
	*recorder
	cancel context.CancelFunc
	ended  chan error
}

// start runs the radio until stop, or until the test ends, and waits until it
// has told every device of the rig.
func (b *bench) start() *running {
	b.t.Helper()
	r := b.launch(newRecorder(b))
	for kind, address := range b.Devices {
		b.wait(r.recorder, "the radio tells device "+address+" ("+kind+") and whether it can be reached", func() bool {
			_, reached := r.reach[address]
			return r.devices[address] > 0 && reached
		})
	}
	return r
}

// launch runs the radio with the recorder as its sink.
func (b *bench) launch(recorder *recorder) *running {
	ctx, cancel := context.WithCancel(b.t.Context())
	r := &running{recorder: recorder, cancel: cancel, ended: make(chan error, 1)}
	go pprof.Do(ctx, pprof.Labels("radiotest", b.label), func(ctx context.Context) {
		r.ended <- b.Radio.Run(ctx, recorder)
	})
	b.t.Cleanup(cancel)
	return r
}

// stop ends the run and checks that nothing of it is left.
func (b *bench) stop(r *running) {
	b.t.Helper()
	r.cancel()
	select {
	case err := <-r.ended:
		if err != nil {
			b.t.Errorf("Run returned %v after its context ended, want nil", err)
		}
	case <-time.After(b.Patience):
		b.t.Fatalf("Run did not return within %v after its context ended", b.Patience)
	}
	r.close()
	b.noGoroutines()
}

// noGoroutines waits until the goroutines the radio started are gone. They carry
// the label Run was started with.
func (b *bench) noGoroutines() {
	b.t.Helper()
	deadline := time.Now().Add(b.Patience)
	for {
		var profile bytes.Buffer
		if err := pprof.Lookup("goroutine").WriteTo(&profile, 1); err != nil {
			b.t.Fatal(err)
		}
		left := stacksWith(profile.String(), b.label)
		if left == "" {
			return
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("goroutines of the radio are left after Run returned:\n%s", left)
		}
		<-time.After(time.Millisecond)
	}
}

// stacksWith returns the stacks of a goroutine profile that carry the label.
func stacksWith(profile, label string) string {
	quoted := fmt.Sprintf("%q", label)
	stacks := strings.Split(profile, "\n\n")
	stacks = slices.DeleteFunc(stacks, func(stack string) bool { return !strings.Contains(stack, quoted) })
	return strings.Join(stacks, "\n\n")
}

// wait returns once the condition, read under the recorder's lock, holds.
func (b *bench) wait(r *recorder, what string, condition func() bool) {
	b.t.Helper()
	deadline := time.NewTimer(b.Patience)
	defer deadline.Stop()
	for {
		news := r.news()
		r.mu.Lock()
		holds := condition()
		r.mu.Unlock()
		if holds {
			return
		}
		select {
		case <-news:
		case <-deadline.C:
			b.t.Fatalf("after %v still waiting until %s", b.Patience, what)
		}
	}
}

// act gives an order within the rig's patience.
func (b *bench) act(order radio.Order) error {
	ctx, cancel := context.WithTimeout(b.t.Context(), b.Patience)
	defer cancel()
	return b.Radio.Act(ctx, order)
}
