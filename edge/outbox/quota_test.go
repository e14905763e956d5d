package outbox

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/radio"
	"logis/wire"
)

// bounded starts an outbox with a small quota, in memory: it is about counting.
func bounded(t *testing.T, rows, bytes int64) *rig {
	t.Helper()
	memory := newDisk(t)
	memory.plain = true
	r := start(t, "/outbox.db", memory.use, func(o *Options) { o.MaxRows, o.MaxBytes = rows, bytes })
	r.device("thermometer", "temperature-sensor")
	r.device("lamp", "light")
	r.device("door", "lock")
	return r
}

// checkAccount fails unless every number from..to is told exactly once, as the
// entry that was written under it or as part of a gap.
func checkAccount(t *testing.T, all []numbered, from, to int64, written map[int64]string) {
	t.Helper()
	next := from
	for _, e := range all {
		if e.from != next {
			t.Fatalf("number %d follows %d", e.from, next-1)
		}
		next = e.to + 1
		if e.Kind == wire.KindGap {
			continue
		}
		if got := fmt.Sprint(e.Kind, e.Values); written[e.from] != "" && got != written[e.from] {
			t.Fatalf("number %d was %s and is %s", e.from, written[e.from], got)
		}
	}
	if next != to+1 {
		t.Fatalf("the account ends at %d, not %d", next-1, to)
	}
}

func TestTheQuotaIsKeptAndEveryNumberAccountedFor(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 5))
		maxRows, maxBytes := rng.Int64N(400)+50, rng.Int64N(60_000)+10_000
		r := bounded(t, maxRows, maxBytes)
		written := map[int64]string{}
		n := int64(3)
		tell := func(address, property string, value thing.Value) {
			n++
			written[n] = fmt.Sprint(wire.KindReport, map[string]thing.Value{property: value})
			r.report(address, property, value)
		}
		for i := range 1200 {
			switch rng.IntN(20) {
			case 0:
				tell("door", "lockState", thing.Text("locked"))
			case 1, 2, 3:
				tell("lamp", "onOff", thing.Bool(i%2 == 0))
			default:
				tell("thermometer", "temperature", thing.Number(float64(i)))
			}
			if d, _ := r.Depth(t.Context()); d.Rows > maxRows || d.Bytes > maxBytes {
				t.Fatalf("seed %d: %d rows, %d bytes; the quota is %d and %d", seed, d.Rows, d.Bytes, maxRows, maxBytes)
			}
		}
		r.begin(0)
		checkAccount(t, r.all(1), 1, n, written)
		r.stop()
		if again := start(t, r.options.Path, func(o *Options) { *o = r.options }); again.state.rows != r.state.rows || again.state.bytes != r.state.bytes {
			t.Errorf("seed %d: counted %d rows %d bytes, found %d and %d", seed,
				r.state.rows, r.state.bytes, again.state.rows, again.state.bytes)
		}
	}
}

func TestWhatMattersLeastGoesFirst(t *testing.T) {
	t.Parallel()
	r := bounded(t, 10_000, 40_000)
	for i := range 40 {
		r.report("door", "lockState", thing.Text("locked"))
		r.report("lamp", "onOff", thing.Bool(i%2 == 0))
		r.report("thermometer", "temperature", thing.Number(float64(i)))
	}
	count := func() (telemetry, lamps, locks int) {
		for _, e := range r.all(1) {
			switch {
			case e.Values["temperature"] != "":
				telemetry++
			case e.Values["onOff"] != "":
				lamps++
			case e.Values["lockState"] != "":
				locks++
			}
		}
		return telemetry, lamps, locks
	}
	_, lamps, locks := count()
	if lamps != 40 || locks != 40 {
		t.Fatalf("with room for all, %d lamps and %d locks are left", lamps, locks)
	}
	r.must(r.End(t.Context()))
	for i := 0; ; i++ {
		r.report("door", "lockState", thing.Text("unlocked"))
		telemetry, lamps, locks := count()
		r.must(r.End(t.Context()))
		if telemetry > 0 && (lamps < 40 || locks < 41+i) {
			t.Fatalf("%d lamps and %d locks are left beside %d of telemetry", lamps, locks, telemetry)
		}
		if lamps > 0 && locks < 41+i {
			t.Fatalf("%d locks are left beside %d lamps", locks, lamps)
		}
		if locks < 41+i {
			if telemetry != 0 || lamps != 0 {
				t.Error("a lock was dropped first")
			}
			return
		}
	}
}

func TestCommandsSurviveAFlood(t *testing.T) {
	t.Parallel()
	r := bounded(t, 100, 1<<20)
	id := domain.CommandID{9}
	_, err := r.Intend(t.Context(), Intent{Command: id})
	r.must(err)
	r.must(r.Finish(t.Context(), Result{Command: id, Outcome: domain.Succeeded}))
	for i := range 2000 {
		r.report("thermometer", "temperature", thing.Number(float64(i)))
	}
	r.begin(0)
	kinds := map[wire.Kind]int{}
	for _, e := range r.all(1) {
		kinds[e.Kind]++
	}
	if kinds[wire.KindDevice] != 3 || kinds[wire.KindDelivered] != 1 || kinds[wire.KindResult] != 1 || kinds[wire.KindGap] != 1 {
		t.Errorf("left: %v", kinds)
	}
}

func TestWhatIsOnItsWayIsNotDropped(t *testing.T) {
	t.Parallel()
	r := bounded(t, 100, 1<<20)
	for i := range 60 {
		r.report("thermometer", "temperature", thing.Number(float64(i)))
	}
	r.begin(0)
	b, err := r.Read(t.Context(), 1, 40, wire.MaxEntries, wire.MaxEdgeFrame)
	r.must(err)
	for i := range 500 {
		r.report("thermometer", "temperature", thing.Number(float64(i)))
	}
	again, err := r.Read(t.Context(), 1, 40, wire.MaxEntries, wire.MaxEdgeFrame)
	r.must(err)
	if len(b.Entries) != 40 || len(again.Entries) != 40 {
		t.Errorf("read %d entries, then %d", len(b.Entries), len(again.Entries))
	}
	// What follows joins on, and a cursor in the middle of the gap leaves its rest.
	all := r.all(41)
	if all[0].from != 41 || all[0].Kind != wire.KindGap {
		t.Fatalf("after 40 comes %+v", all[0])
	}
	r.must(r.End(t.Context()))
	middle := all[0].from + 5
	s := r.begin(middle)
	rest := r.all(s.Next)
	if rest[0].from != middle+1 || rest[0].to != all[0].to || rest[0].Kind != wire.KindGap {
		t.Errorf("of the gap %d..%d after %d is left %d..%d", all[0].from, all[0].to, middle, rest[0].from, rest[0].to)
	}
	checkAccount(t, rest, middle+1, 563, nil)
}

func TestSignalsAreRankedByWhatTheyMean(t *testing.T) {
	t.Parallel()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		kind  string
		entry wire.Entry
		want  rank
	}{
		{"temperature-sensor", wire.Entry{Kind: wire.KindReport, Values: map[string]thing.Value{"temperature": "1"}}, telemetry},
		{"temperature-sensor", wire.Entry{Kind: wire.KindReport, Values: map[string]thing.Value{"tamper": "true"}}, keep},
		{"meter", wire.Entry{Kind: wire.KindReport, Cause: domain.CommandID{1}}, everyday},
		{"light", wire.Entry{Kind: wire.KindReport, Values: map[string]thing.Value{"onOff": "true"}}, everyday},
		{"button", wire.Entry{Kind: wire.KindSignal, Event: "longPress"}, everyday},
		{"camera-hub", wire.Entry{Kind: wire.KindSignal, Event: "motionSeen"}, keep},
		{"smoke-alarm", wire.Entry{Kind: wire.KindReport, Values: map[string]thing.Value{"smokeState": `"critical"`}}, keep},
	} {
		model, err := catalog.Describe(c.kind, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := rankOf(model, c.entry); got != c.want {
			t.Errorf("%s %+v: rank %d, want %d", c.kind, c.entry, got, c.want)
		}
	}
	if rankOf(nil, wire.Entry{}) != everyday {
		t.Error("an unknown device is telemetry")
	}
}

func BenchmarkReport(b *testing.B) {
	for _, callers := range []int{1, 16} {
		b.Run(fmt.Sprint(callers, " callers"), func(b *testing.B) {
			benchmarkReports(b, callers)
		})
	}
}

func benchmarkReports(b *testing.B, callers int) {
	b.Helper()
	box := runForBenchmark(b)
	sink := box.Sink("sim")
	if err := sink.Device(b.Context(), radio.Device{Address: "t", Kind: "temperature-sensor"}); err != nil {
		b.Fatal(err)
	}
	work := make(chan struct{})
	done := make(chan error, callers)
	for range callers {
		go func() {
			for range work {
				report := radio.Report{Address: "t", Values: map[string]thing.Value{"temperature": "20.5"}}
				if err := sink.Report(b.Context(), report); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for b.Loop() {
		work <- struct{}{}
	}
	close(work)
	for range callers {
		if err := <-done; err != nil {
			b.Fatal(err)
		}
	}
}
