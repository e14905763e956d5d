package clock_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"logis/edge/clock"
)

// machine is a boot clock moved by hand.
type machine struct{ boot time.Duration }

func (m *machine) Boot() time.Duration { return m.boot }
func (m *machine) BootID() string      { return "this boot" }

var epoch = time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC)

// ask lets a question and its answer travel, the server reading its clock in between.
func ask(m *machine, s *clock.Server, there, back time.Duration, now func() time.Time) {
	asked := m.boot
	m.boot += there
	answer := now().UnixMilli()
	m.boot += back
	s.Hear(asked, answer)
}

func TestTheErrorAlwaysCoversTheTruth(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		// The boot clock of this machine is up to 100 ppm off.
		m := &machine{boot: time.Duration(rng.Int64N(int64(100 * time.Hour)))}
		start, rate := m.boot, 1+(rng.Float64()-0.5)*200e-6
		truth := func() time.Time { return epoch.Add(time.Duration(float64(m.boot-start) * rate)) }
		s := clock.NewServer(m)
		for range 20 {
			ask(m, s, time.Duration(rng.Int64N(int64(3*time.Second))), time.Duration(rng.Int64N(int64(3*time.Second))), truth)
			m.boot += time.Duration(rng.Int64N(int64(time.Hour)))
			r, ok := s.Now()
			if off := r.At.Sub(truth()).Abs(); !ok || off > r.Err {
				t.Fatalf("%v off, said to be within %v", off, r.Err)
			}
		}
	}
}

func TestNothingIsKnownBeforeTheServerIsHeard(t *testing.T) {
	t.Parallel()
	m := &machine{boot: time.Minute}
	s := clock.NewServer(m)
	s.Hear(2*time.Minute, epoch.UnixMilli()) // an answer to a question of the future
	if _, ok := s.Now(); ok {
		t.Error("a time is known")
	}
	if _, ok := s.At(0); ok {
		t.Error("a past time is known")
	}
}

func TestTheQuickestAnswerIsBelieved(t *testing.T) {
	t.Parallel()
	m := &machine{}
	s := clock.NewServer(m)
	truth := func() time.Time { return epoch.Add(m.boot) }
	ask(m, s, 5*time.Millisecond, 5*time.Millisecond, truth)
	ask(m, s, 0, 3*time.Second, truth)
	r, _ := s.Now()
	if r.Err > 10*time.Millisecond {
		t.Errorf("error %v: the slow answer is believed", r.Err)
	}
	if r.Age != 0 {
		t.Errorf("the server was heard just now, not %v ago", r.Age)
	}
}

func TestASteppedServerClockIsFollowedAtOnce(t *testing.T) {
	t.Parallel()
	for _, step := range []time.Duration{2 * time.Hour, -2 * time.Hour, -14 * 24 * time.Hour, 50 * 365 * 24 * time.Hour} {
		m := &machine{}
		s := clock.NewServer(m)
		for range 5 {
			ask(m, s, time.Millisecond, time.Millisecond, func() time.Time { return epoch.Add(m.boot) })
			m.boot += 15 * time.Second
		}
		stepped := func() time.Time { return epoch.Add(m.boot + step) }
		ask(m, s, 400*time.Millisecond, 400*time.Millisecond, stepped)
		if r, _ := s.Now(); r.At.Sub(stepped()).Abs() > r.Err {
			t.Errorf("after a step of %v the time is %v off, said to be within %v", step, r.At.Sub(stepped()), r.Err)
		}
	}
}

func TestWhatHappenedBeforeTheFirstAnswerIsDated(t *testing.T) {
	t.Parallel()
	m := &machine{boot: 10 * time.Second}
	s := clock.NewServer(m)
	m.boot = 26 * time.Hour
	ask(m, s, 0, 0, func() time.Time { return epoch })
	at, ok := s.At(10 * time.Second)
	if want := epoch.Add(10*time.Second - 26*time.Hour); !ok || !at.Equal(want) {
		t.Errorf("got %v, want %v", at, want)
	}
}

func TestNotAfterCountsTheError(t *testing.T) {
	t.Parallel()
	r := clock.Reading{At: epoch, Err: time.Second}
	if !r.NotAfter(epoch.Add(time.Second)) || r.NotAfter(epoch.Add(time.Second-1)) {
		t.Error("a deadline within the error must count as passed")
	}
}

func TestTheSystemClockRuns(t *testing.T) {
	t.Parallel()
	c := clock.System()
	a := c.Boot()
	b := c.Boot()
	if a <= 0 || b < a || c.BootID() == "" || c.BootID() != clock.System().BootID() {
		t.Errorf("boot %v then %v, id %q", a, b, c.BootID())
	}
}

func TestALargeJumpOfTheServersTimeIsTold(t *testing.T) {
	t.Parallel()
	m := &machine{boot: time.Minute}
	s := clock.NewServer(m)
	var told []time.Duration
	s.Watch(func(by time.Duration) { told = append(told, by) })
	ahead := time.Duration(0)
	for _, step := range []time.Duration{0, time.Second, 2 * time.Hour, 0, -14 * 24 * time.Hour, 0} {
		ahead += step
		ask(m, s, 10*time.Millisecond, 10*time.Millisecond, func() time.Time { return epoch.Add(m.boot + ahead) })
		m.boot += 15 * time.Second
	}
	// An answer that was long on its way proves nothing.
	ask(m, s, 0, time.Hour, func() time.Time { return epoch.Add(m.boot + ahead) })
	if want := []time.Duration{2 * time.Hour, -14 * 24 * time.Hour}; !slices.Equal(told, want) {
		t.Errorf("told of %v, want %v", told, want)
	}
}
