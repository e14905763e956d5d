package outbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"logis/domain/thing"
	"logis/edge/clock"
	"logis/edge/radio"
	"logis/wire"
)

func TestEntriesAreNumberedFromOneAndSurviveARestart(t *testing.T) {
	t.Parallel()
	r := fresh(t)
	id := r.device("lamp", "light")
	r.machine.boot.Store(int64(90 * time.Second))
	r.report("lamp", "onOff", "true")
	r.must(r.Sink("sim").Signal(t.Context(), radio.Signal{Address: "lamp", Event: "press"}))
	r.must(r.Sink("sim").Reach(t.Context(), "lamp", false))
	before, err := r.Standing(t.Context())
	r.must(err)
	r.stop()

	r = start(t, r.options.Path)
	after, err := r.Standing(t.Context())
	r.must(err)
	if before.Outbox != after.Outbox || before.Outbox == "" {
		t.Errorf("the outbox was %q and is %q", before.Outbox, after.Outbox)
	}
	r.report("lamp", "onOff", "false")
	r.begin(0)
	all := r.all(1)
	var kinds []string
	for i, e := range all {
		if e.from != int64(i+1) || e.Device != id {
			t.Errorf("entry %d: %+v", i+1, e)
		}
		kinds = append(kinds, string(e.Kind))
	}
	if got := strings.Join(kinds, " "); got != "device report signal reach report" {
		t.Errorf("entries: %s", got)
	}
	if want := epoch.Add(90 * time.Second).UnixMilli(); all[1].AtMS != want {
		t.Errorf("the report is dated %d, want %d", all[1].AtMS, want)
	}
}

func TestADeviceIsToldAgainOnlyWhenItChanged(t *testing.T) {
	t.Parallel()
	r := fresh(t)
	sink := r.Sink("sim")
	d := radio.Device{Address: "1", Kind: "light", Capabilities: []string{"power", "battery"}, Name: "Lamp"}
	for _, name := range []string{"Lamp", "Lamp", "Reading lamp"} {
		d.Name = name
		r.must(sink.Device(t.Context(), d))
	}
	r.must(sink.Reach(t.Context(), "1", true))
	r.must(sink.Reach(t.Context(), "1", true))
	r.must(sink.Removed(t.Context(), "1"))
	r.must(sink.Removed(t.Context(), "1"))
	r.must(sink.Device(t.Context(), d))
	r.begin(0)
	var told []string
	for _, e := range r.all(1) {
		told = append(told, string(e.Kind)+" "+e.Name)
	}
	if got := strings.Join(told, ", "); got != "device Lamp, device Reading lamp, reach , removed , device Reading lamp" {
		t.Errorf("told: %s", got)
	}
}

func TestALostRadioTakesItsDevicesAlong(t *testing.T) {
	t.Parallel()
	r := fresh(t)
	for _, address := range []string{"a", "b", "c"} {
		r.device(address, "light")
	}
	r.must(r.Sink("sim").Reach(t.Context(), "a", true))
	r.must(r.Sink("sim").Reach(t.Context(), "b", false))
	r.must(r.Sink("simple").Device(t.Context(), radio.Device{Address: "other", Kind: "light"}))
	r.must(r.Unreachable(t.Context(), "sim"))
	r.begin(0)
	all := r.all(7)
	if len(all) != 2 || all[0].Device != DeviceID(gateway, "sim/a") || all[1].Device != DeviceID(gateway, "sim/c") || all[0].Available {
		t.Errorf("a and c are lost, told was %+v", all)
	}
}

func TestTheSnapshotHoldsWhatTheCloudCanUnderstand(t *testing.T) {
	t.Parallel()
	r := fresh(t)
	known, news := r.device("known", "dimmable-light"), r.device("new", "light")
	r.report("known", "onOff", "true")
	r.machine.boot.Store(int64(time.Minute))
	r.report("known", "currentLevel", "40")
	r.report("new", "onOff", "true")
	r.must(r.Sink("sim").Reach(t.Context(), "known", true))

	r.begin(0)
	s := r.begin(1)
	if s.AsOf != 6 || s.Next != 2 {
		t.Errorf("as of %d, next %d", s.AsOf, s.Next)
	}
	if len(s.Snapshot) != 1 || s.Snapshot[0].Device != known {
		t.Fatalf("the cloud knows one device, the snapshot holds %+v", s.Snapshot)
	}
	got := s.Snapshot[0]
	if !got.Available || got.Values["onOff"] != "true" || got.Values["currentLevel"] != "40" ||
		got.AtMS != epoch.Add(time.Minute).UnixMilli() {
		t.Errorf("snapshot %+v", got)
	}
	if s := r.begin(6); len(s.Snapshot) != 2 || s.Snapshot[1].Device != news {
		t.Errorf("after everything is recorded the snapshot holds %+v", s.Snapshot)
	}
}

func TestAnAckedEntryIsForgottenAndAnUnackedOneIsSentAgain(t *testing.T) {
	t.Parallel()
	r := fresh(t)
	r.device("lamp", "light")
	for range 9 {
		r.report("lamp", "onOff", "true")
	}
	r.begin(0)
	r.all(1)
	r.Ack(4, wire.Head{Seq: 77, Hash: []byte("h")})
	r.must(r.End(t.Context()))
	r.stop()

	r = start(t, r.options.Path)
	s, err := r.Standing(t.Context())
	r.must(err)
	if s.Acked != 4 || s.Head.Seq != 77 || string(s.Head.Hash) != "h" {
		t.Errorf("standing %+v", s)
	}
	d, err := r.Depth(t.Context())
	rows, bytes := d.Rows, d.Bytes
	r.must(err)
	if rows != 6 || bytes < 6*rowOverhead {
		t.Errorf("%d rows of %d bytes wait, want 6", rows, bytes)
	}
	if _, err := r.Begin(t.Context(), 7, wire.Head{Seq: 78}); err != nil { // the ack of 5 to 7 was lost
		t.Fatal(err)
	}
	if all := r.all(8); len(all) != 3 {
		t.Errorf("%d entries left, want 3", len(all))
	}
}

func TestAnAckReachesTheDiskWithoutFurtherNews(t *testing.T) {
	t.Parallel()
	r := fresh(t)
	r.device("lamp", "light")
	r.begin(0)
	r.all(1)
	r.Ack(1, wire.Head{Seq: 2})
	deadline := time.Now().Add(10 * time.Second)
	for {
		r.mu.Lock()
		taken := r.acked == nil
		r.mu.Unlock()
		if taken {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the ack was not taken")
		}
		<-time.After(time.Millisecond)
	}
	if d, err := r.Depth(t.Context()); d.Rows != 0 || err != nil {
		t.Errorf("%d entries are still there, %v", d.Rows, err)
	}
}

func TestWhatHappenedBeforeTheServerWasHeardIsDatedLater(t *testing.T) {
	t.Parallel()
	unheard := func(id string) func(*Options) {
		return func(o *Options) { o.Time = clock.NewServer(&machine{id: id}) }
	}
	r := fresh(t, unheard("boot 1"))
	r.device("lamp", "light")
	r.report("lamp", "onOff", "false")
	r.stop()

	// The machine starts again. What was written before is never dated by the
	// clock of this boot.
	r = start(t, r.options.Path, unheard("boot 2"))
	m := r.time.Clock.(*machine)
	m.boot.Store(int64(time.Minute))
	r.report("lamp", "onOff", "true")
	m.boot.Store(int64(3 * time.Hour))
	r.time.Hear(3*time.Hour, epoch.UnixMilli())
	r.must(r.Date(t.Context()))
	r.begin(0)
	s := r.begin(1)
	if want := epoch.Add(time.Minute - 3*time.Hour).UnixMilli(); s.Snapshot[0].AtMS != want {
		t.Errorf("the snapshot is dated %d, want %d", s.Snapshot[0].AtMS, want)
	}
	all := r.all(2)
	if all[0].AtMS != 0 || all[1].AtMS != epoch.Add(time.Minute-3*time.Hour).UnixMilli() {
		t.Errorf("dated %d and %d", all[0].AtMS, all[1].AtMS)
	}
}

func TestAnOldCopyOfTheFileCountsAnew(t *testing.T) {
	t.Parallel()
	r := fresh(t)
	r.device("lamp", "light")
	for range 4 {
		r.report("lamp", "onOff", "true")
	}
	r.begin(0)
	r.all(1)
	r.Ack(2, wire.Head{Seq: 3, Hash: []byte("3")})
	r.stop()
	old := copyFile(t, r.options.Path)

	// The first life goes on: the cloud records up to 9.
	r = start(t, r.options.Path)
	r.begin(5)
	for range 4 {
		r.report("lamp", "onOff", "true")
	}
	r.all(6)
	r.stop()

	// The copy writes more than that before it first says hello.
	r = start(t, old)
	for range 20 {
		r.report("lamp", "onOff", "false")
	}
	before, err := r.Standing(t.Context())
	r.must(err)
	if _, err := r.Begin(t.Context(), 9, wire.Head{Seq: 10}); !errors.Is(err, ErrRestored) {
		t.Fatalf("an old copy gives %v, want ErrRestored", err)
	}
	after, err := r.Standing(t.Context())
	r.must(err)
	if after.Outbox == before.Outbox || after.Acked != 0 || after.Head.Seq != 3 {
		t.Errorf("before %+v, after %+v", before, after)
	}
	s, err := r.Begin(t.Context(), 0, wire.Head{Seq: 11})
	r.must(err)
	all := r.all(1)
	if len(all) != 23 || s.AsOf != 23 || all[22].Values["onOff"] != "false" {
		t.Errorf("%d entries as of %d", len(all), s.AsOf)
	}
}

func TestACloudThatForgotIsToldOfTheHole(t *testing.T) {
	t.Parallel()
	r := fresh(t)
	r.device("lamp", "light")
	for range 4 {
		r.report("lamp", "onOff", "true")
	}
	r.begin(0)
	r.all(1)
	if _, err := r.Begin(t.Context(), 4, wire.Head{Seq: 100, Hash: []byte("a")}); err != nil {
		t.Fatal(err)
	}
	s, err := r.Begin(t.Context(), 2, wire.Head{Seq: 90, Hash: []byte("b")})
	r.must(err)
	all := r.all(s.Next)
	if !s.Regressed || len(all) != 3 {
		t.Fatalf("regressed %t, told %+v", s.Regressed, all)
	}
	if g := all[0]; g.Kind != wire.KindGap || g.from != 3 || g.to != 4 || g.Reason != "history_regressed" {
		t.Errorf("first a gap of 3 and 4, not %+v", g)
	}
	if all[2].Kind != wire.KindDevice {
		t.Errorf("at last the device again, not %+v", all[2])
	}
	same, err := r.Begin(t.Context(), 6, wire.Head{Seq: 90, Hash: []byte("c")})
	r.must(err)
	if !same.Regressed {
		t.Error("another hash at the same place is not noticed")
	}
}

func TestCallersThatComeDuringASyncShareTheNextOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		disk := newDisk(t)
		r := start(t, "/outbox.db", disk.use)
		r.device("lamp", "light")
		before, release := disk.syncs(), disk.hold()
		var all sync.WaitGroup
		for range 64 {
			all.Go(func() { r.report("lamp", "onOff", "true") })
		}
		synctest.Wait() // one is being synced, the others wait their turn
		release()
		all.Wait()
		if n := disk.syncs() - before; n > 2 {
			t.Errorf("64 reports took %d syncs, want 2 at most", n)
		}
	})
}

func TestAfterAFaultOfTheDiskNothingIsTakenAnyMore(t *testing.T) {
	t.Parallel()
	disk := newDisk(t)
	r := start(t, "/outbox.db", disk.use)
	r.device("lamp", "light")
	disk.fail()
	sink := r.Sink("sim")
	report := radio.Report{Address: "lamp", Values: map[string]thing.Value{"onOff": "true"}}
	if err := sink.Report(t.Context(), report); err == nil {
		t.Error("a report is said to be on a disk that fails")
	}
	if err := <-r.ended; err == nil {
		t.Error("Run goes on")
	}
	if err := sink.Report(t.Context(), report); !errors.Is(err, ErrStopped) {
		t.Errorf("afterwards a report gives %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := sink.Report(ctx, report); err == nil {
		t.Error("a report with an ended context is taken")
	}
}

func TestAnEntryTooLargeForAFrameBecomesAGap(t *testing.T) {
	t.Parallel()
	r := fresh(t)
	r.device("lamp", "light")
	values := map[string]thing.Value{}
	for i := range 30 {
		values[fmt.Sprint("p", i)] = thing.Text(strings.Repeat("x", 4000))
	}
	r.must(r.Sink("sim").Report(t.Context(), radio.Report{Address: "lamp", Values: values}))
	r.begin(0)
	if all := r.all(2); len(all) != 1 || all[0].Kind != wire.KindGap || all[0].To != 2 || all[0].Reason != "too_large" {
		t.Errorf("told %+v", all)
	}
}
