package outbox

import (
	"context"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/clock"
	"logis/edge/radio"
	"logis/wire"
)

var (
	gateway = domain.GatewayID{1, 2, 3}
	epoch   = time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC)
)

// machine is a boot clock moved by hand.
type machine struct {
	boot atomic.Int64
	id   string
}

func (m *machine) Boot() time.Duration { return time.Duration(m.boot.Load()) }
func (m *machine) BootID() string      { return m.id }

// rig is an outbox that runs.
type rig struct {
	*Outbox
	t       *testing.T
	machine *machine
	time    *clock.Server
	cancel  context.CancelFunc
	ended   chan error
}

// fresh starts a new outbox in a file of its own.
func fresh(t *testing.T, change ...func(*Options)) *rig {
	t.Helper()
	return start(t, filepath.Join(t.TempDir(), "outbox.db"), change...)
}

// start opens the outbox at path on a machine that has just started and has heard
// the server.
func start(t *testing.T, path string, change ...func(*Options)) *rig {
	t.Helper()
	r := &rig{t: t, machine: &machine{id: "boot 1"}, ended: make(chan error, 1)}
	r.time = clock.NewServer(r.machine)
	r.time.Hear(0, epoch.UnixMilli())
	o := Options{Path: path, Gateway: gateway, Time: r.time}
	for _, f := range change {
		f(&o)
	}
	r.time = o.Time
	box, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	r.Outbox = box
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	done := make(chan struct{})
	go func() {
		r.ended <- box.Run(ctx)
		close(done)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return r
}

// stop ends the outbox as an agent that stops does.
func (r *rig) stop() {
	r.t.Helper()
	r.cancel()
	if err := <-r.ended; err != nil {
		r.t.Fatal(err)
	}
}

// must fails the test on an error.
func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) device(address, kind string) domain.DeviceID {
	r.t.Helper()
	r.must(r.Sink("sim").Device(r.t.Context(), radio.Device{Address: address, Kind: kind}))
	return DeviceID(gateway, "sim/"+address)
}

func (r *rig) report(address, property string, value thing.Value) {
	r.t.Helper()
	r.must(r.Sink("sim").Report(r.t.Context(), radio.Report{
		Address: address, Values: map[string]thing.Value{property: value},
	}))
}

func (r *rig) begin(cursor int64) Session {
	r.t.Helper()
	s, err := r.Begin(r.t.Context(), cursor, wire.Head{Seq: domain.Seq(cursor + 1), Hash: make([]byte, 32)})
	r.must(err)
	return s
}

// all reads every entry from the given number on.
func (r *rig) all(from int64) []numbered {
	r.t.Helper()
	var all []numbered
	for {
		b, err := r.Read(r.t.Context(), from, 1<<62, wire.MaxEntries, wire.MaxEdgeFrame)
		r.must(err)
		if len(b.Entries) == 0 {
			return all
		}
		n := b.First
		for _, e := range b.Entries {
			to := n
			if e.Kind == wire.KindGap {
				to = e.To
			}
			all = append(all, numbered{n, to, e})
			n = to + 1
		}
		if n != b.Next {
			r.t.Fatalf("batch %d..%d counts to %d", b.First, b.Next, n)
		}
		from = b.Next
	}
}

type numbered struct {
	from, to int64
	wire.Entry
}

// runForBenchmark starts an outbox on the disk of the machine.
func runForBenchmark(b *testing.B) *Outbox {
	b.Helper()
	box, err := Open(Options{
		Path: filepath.Join(b.TempDir(), "outbox.db"), Gateway: gateway,
		Time: clock.NewServer(&machine{id: "boot"}),
	})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- box.Run(ctx) }()
	b.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			b.Error(err)
		}
	})
	return box
}
