package executor_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/clock"
	"logis/edge/executor"
	"logis/edge/outbox"
	"logis/edge/radio"
	"logis/edge/radio/simulated"
	"logis/wire"
)

var gateway = domain.GatewayID{1}

// sinceStart is a boot clock made of the time package, so that the bubble moves it.
type sinceStart struct{ start time.Time }

func (c sinceStart) Boot() time.Duration { return time.Since(c.start) }
func (c sinceStart) BootID() string      { return "boot" }

// rig is an executor with a simulated home and an outbox on disk, in a synctest
// bubble. The server's clock is ahead of the machine's.
type rig struct {
	*executor.Executor
	t      *testing.T
	home   *simulated.Home
	outbox *outbox.Outbox
	time   *clock.Server
	boot   time.Time
	stop   func() // ends all and waits
	// word is the cloud's last word; nil: it says nothing. Go by default.
	word func(wire.Ready) *wire.Go
}

func granted(f wire.Ready) *wire.Go { return &wire.Go{Command: f.Command, Nonce: f.Nonce} }

// Begin begins a session whose cloud answers what is ready.
func (r *rig) Begin(session int64) {
	r.Executor.Begin(session, func(_ context.Context, f wire.Frame) error {
		ready, ok := f.(wire.Ready)
		if !ok {
			r.t.Errorf("said %s", f.FrameType())
			return nil
		}
		if word := r.word(ready); word != nil {
			r.Go(*word)
		}
		return nil
	})
}

// ahead is how far the server's clock is from that of the bubble.
const ahead = 26 * 365 * 24 * time.Hour

func serverNow() time.Time { return time.Now().Add(ahead) }

// wrap lets a test stand between the executor and what it works with.
type wrap struct {
	journal func(executor.Journal) executor.Journal
	radio   func(radio.Radio) radio.Radio
	beside  radio.Radio // another radio; nil: there is none
}

// in runs a test in a bubble. path is kept between bubbles to play a restart.
func in(t *testing.T, path string, o simulated.Options, w wrap, test func(t *testing.T, r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o.Now = serverNow
		r := build(t, path, o, w)
		r.Begin(1)
		synctest.Wait()
		test(t, r)
		r.stop()
	})
}

func build(t *testing.T, path string, o simulated.Options, w wrap) *rig {
	t.Helper()
	r := &rig{t: t, word: granted, boot: time.Now().Add(-time.Hour)}
	r.time = clock.NewServer(sinceStart{r.boot})
	r.pong(0, 0)
	var err error
	if r.outbox, err = outbox.Open(outbox.Options{Path: path, Gateway: gateway, Time: r.time}); err != nil {
		t.Fatal(err)
	}
	if r.home, err = simulated.New(o); err != nil {
		t.Fatal(err)
	}
	var journal executor.Journal = r.outbox
	if w.journal != nil {
		journal = w.journal(journal)
	}
	var used radio.Radio = r.home
	if w.radio != nil {
		used = w.radio(used)
	}
	radios := map[string]radio.Radio{simulated.Name: used}
	if w.beside != nil {
		radios[w.beside.Name()] = w.beside
	}
	r.Executor = executor.New(journal, radios, r.time)
	r.run()
	return r
}

func (r *rig) run() {
	boxCtx, stopBox := context.WithCancel(context.Background())
	ctx, cancel := context.WithCancel(context.Background())
	radioCtx, stopRadio := context.WithCancel(context.Background())
	box, home, exec := make(chan error, 1), make(chan error, 1), make(chan error, 1)
	go func() { box <- r.outbox.Run(boxCtx) }()
	go func() { home <- r.home.Run(radioCtx, r.outbox.Sink(simulated.Name)) }()
	go func() { exec <- r.Run(ctx) }()
	r.stop = func() {
		r.t.Helper()
		cancel()
		for _, part := range []struct {
			ended chan error
			stop  func()
		}{{exec, stopRadio}, {home, stopBox}, {box, func() {}}} {
			if err := <-part.ended; err != nil {
				r.t.Error(err)
			}
			part.stop()
		}
		r.stop = func() {}
	}
}

// pong lets the server's time be heard: the question takes so long there, the
// answer so long back.
func (r *rig) pong(there, back time.Duration) {
	asked := r.time.Boot()
	<-time.After(there)
	answer := serverNow().UnixMilli()
	<-time.After(back)
	r.time.Hear(asked, answer)
}

// device returns the id of the device of a kind.
func (r *rig) device(kind string) domain.DeviceID {
	return outbox.DeviceID(gateway, simulated.Name+"/"+r.home.Address(kind))
}

// command returns a command of the present session, due in ttl; 0: no deadline.
func (r *rig) command(id byte, kind string, class thing.Class, ttl time.Duration) wire.Command {
	c := wire.Command{
		ID: domain.CommandID{id}, Device: r.device(kind), Class: class, Session: 1, DesiredVersion: domain.Seq(id),
	}
	if ttl != 0 {
		c.NotAfterMS = serverNow().Add(ttl).UnixMilli()
	}
	return c
}

func (r *rig) switchOn(id byte, ttl time.Duration) wire.Command {
	c := r.command(id, "light", thing.Comfort, ttl)
	c.Set = map[string]thing.Value{"onOff": thing.Bool(true)}
	return c
}

func (r *rig) unlock(id byte, ttl time.Duration) wire.Command {
	c := r.command(id, "lock", thing.Opening, ttl)
	c.Action = "unlockDoor"
	return c
}

// give hands a command over and waits until everything has come to rest.
func (r *rig) give(commands ...wire.Command) {
	r.t.Helper()
	for _, c := range commands {
		if err := r.Command(r.t.Context(), c); err != nil {
			r.t.Fatal(err)
		}
	}
	synctest.Wait()
}

// told returns the entries about a command, in order, oldest first.
func (r *rig) told(id byte) []wire.Entry {
	r.t.Helper()
	var about []wire.Entry
	for next := int64(1); ; {
		b, err := r.outbox.Read(r.t.Context(), next, 1<<60, wire.MaxEntries, wire.MaxEdgeFrame)
		if err != nil {
			r.t.Fatal(err)
		}
		if len(b.Entries) == 0 {
			return about
		}
		for _, e := range b.Entries {
			if e.Command == (domain.CommandID{id}) || e.Cause == (domain.CommandID{id}) {
				about = append(about, e)
			}
		}
		next = b.Next
	}
}

// results returns the results told about a command.
func (r *rig) results(id byte) []wire.Entry {
	r.t.Helper()
	return slices.DeleteFunc(r.told(id), func(e wire.Entry) bool { return e.Kind != wire.KindResult })
}

// ended fails unless the command has exactly one result, this one.
func (r *rig) ended(id byte, outcome domain.Outcome, reason string) {
	r.t.Helper()
	results := r.results(id)
	if len(results) != 1 || results[0].Outcome != outcome || (reason != "" && results[0].Reason != reason) {
		r.t.Errorf("command %d ended %+v, want once %s %s", id, results, outcome, reason)
	}
}

// acted returns how often a command was really carried out.
func (r *rig) acted(id byte) int {
	n := 0
	for _, a := range r.home.Actuations() {
		if a.Command == (domain.CommandID{id}) {
			n++
		}
	}
	return n
}

func file(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "outbox.db")
}
