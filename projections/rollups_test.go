package projections_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"logis/domain"
	"logis/domain/rollup"
	"logis/domain/thing"
	"logis/eventstore"
	"logis/projections"
)

// metered is a home in Berlin whose devices tell what a test wants, when it wants.
type metered struct {
	*bundle
	t       testing.TB
	home    domain.HomeID
	rollups *projections.Rollups
	told    []told
}

// told is a value that a device told.
type told struct {
	seq      domain.Seq
	device   domain.DeviceID
	property string
	at       time.Time
	value    thing.Value
	rejected bool
}

const meter = rollup.Energy

var plug, otherPlug = domain.DeviceID{1}, domain.DeviceID{2}

func newMetered(t testing.TB) *metered {
	b := setup(t)
	// Two days before clocks go forward in Berlin.
	b.now = time.Date(2026, 3, 27, 11, 0, 0, 0, time.UTC)
	m := &metered{bundle: b, t: t, home: eventstore.NewID[domain.HomeKind](b.now), rollups: projections.NewRollups(b.pool, nil)}
	err := b.store.Found(t.Context(), m.home, func(ctx context.Context, tx *eventstore.Tx) error {
		created, joined := domain.FoundHome(m.home, domain.PersonID{1}, "Europe/Berlin")
		for _, ev := range []domain.Event{created, joined} {
			if _, err := tx.Record(ctx, m.home, ev); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, id := range []domain.DeviceID{plug, otherPlug} {
		m.record(domain.Event{Entity: id.Entity(), Fact: domain.DeviceRegistered{Address: fmt.Sprint("test/", i), Kind: "plug"}})
	}
	return m
}

func (m *metered) record(ev domain.Event) (rec *domain.RecordedEvent) {
	m.t.Helper()
	err := m.store.Append(m.t.Context(), []domain.HomeID{m.home}, func(ctx context.Context, tx *eventstore.Tx) (err error) {
		rec, err = tx.Record(ctx, m.home, ev)
		return err
	})
	if err != nil {
		m.t.Fatal(err)
	}
	return rec
}

// tell records what a device told of a time.
func (m *metered) tell(device domain.DeviceID, at time.Time, property string, value thing.Value) {
	m.t.Helper()
	rec := m.record(domain.Event{
		Entity: device.Entity(), OccurredAt: at, Fact: domain.DeviceReported{Values: map[string]thing.Value{property: value}},
	})
	m.told = append(m.told, told{rec.Seq, device, property, eventstore.HappenedAt(rec), value, false})
}

func (m *metered) follow(pages int) {
	m.t.Helper()
	if _, err := m.rollups.Follow(m.t.Context(), m.home, pages); err != nil {
		m.t.Fatal(err)
	}
}

// sound fails the test when summing up anew comes to something else.
func (m *metered) sound() {
	m.t.Helper()
	result, err := m.rollups.Rebuild(m.t.Context(), m.home, nil)
	if err != nil {
		m.t.Fatal(err)
	}
	if !result.Same() || result.Events == 0 {
		m.t.Errorf("summed up anew to %d it comes to something else", result.Events)
	}
}

// points returns the buckets of a device itself.
func (m *metered) points(device domain.DeviceID, property string, size rollup.Size, from, to time.Time) []rollup.Point {
	m.t.Helper()
	points, err := m.rollups.Points(m.t.Context(), projections.Chart{
		Home: m.home, Cast: []domain.Played{{Device: device}}, Property: property, Size: size, From: from, To: to,
	}, rollup.NewCalendar("Europe/Berlin"), m.now)
	if err != nil {
		m.t.Fatal(err)
	}
	return points
}

// expected makes a bucket from all that was told, the slow way.
func (m *metered) expected(device domain.DeviceID, property string, start, end time.Time) (count int64, least, most, area, rise float64) {
	all := slices.DeleteFunc(slices.Clone(m.told), func(s told) bool {
		return s.device != device || s.property != property || s.rejected || !s.at.Before(end)
	})
	slices.SortStableFunc(all, func(a, b told) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.seq, b.seq)) })
	known := false
	for i, s := range all {
		f, _ := s.value.Float()
		until := minTime(end, m.now)
		if i+1 < len(all) {
			until = minTime(until, all[i+1].at)
		}
		held := until.Sub(maxTime(s.at, start)).Seconds()
		if s.at.Before(start) && held <= 0 {
			continue
		}
		if !known {
			least, most, known = f, f, true
		}
		least, most, area = min(least, f), max(most, f), area+f*max(held, 0)
		if s.at.Before(start) {
			continue
		}
		count++
		if i > 0 {
			before, _ := all[i-1].value.Float()
			rise += rollup.Counted(before, f, s.at.Sub(all[i-1].at))
		}
	}
	return count, least, most, area, rise
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func near(a, b float64) bool { return a-b < 1e-6 && b-a < 1e-6 }

// Whatever comes late, in whatever pieces the log is followed, and whatever is
// rejected, the buckets are those of what happened, and the same as summed up anew.
func TestBucketsAreThoseOfWhatHappenedHoweverLateItIsTold(t *testing.T) {
	t.Parallel()
	m := newMetered(t)
	random := rand.New(rand.NewPCG(7, 7))
	from := m.now
	count := 1.0
	for range 400 {
		m.now = m.now.Add(time.Duration(random.IntN(1200)) * time.Second)
		at := m.now
		if random.IntN(4) == 0 {
			at = maxTime(from, at.Add(-time.Duration(random.IntN(30*3600))*time.Second))
		}
		if random.IntN(2) == 0 {
			m.tell(plug, at, "activePower", thing.Number(1+float64(random.IntN(500))))
		} else {
			count += float64(random.IntN(100)) / 100
			m.tell(plug, at, meter, thing.Number(count))
		}
		if random.IntN(9) == 0 {
			m.follow(1)
		}
		if random.IntN(25) == 0 {
			m.reject(random.IntN(len(m.told)), domain.CorrectionID{byte(m.head()), byte(m.head() >> 8)})
		}
	}
	m.follow(0)
	m.sound()
	for _, property := range []string{"activePower", meter} {
		for _, size := range rollup.Sizes() {
			for _, p := range m.points(plug, property, size, m.now.Add(-60*time.Hour), m.now) {
				n, least, most, area, rise := m.expected(plug, property, p.Start, p.End)
				if !p.Known() {
					continue
				}
				if n != p.Count || !near(least, p.Min) || !near(most, p.Max) || !near(area, p.Mean*p.Held.Seconds()) ||
					(property == meter && !near(rise, p.Rise)) {
					t.Fatalf("%s in size %d from %s: %+v, want %d from %v to %v, area %v, rise %v", property, size, p.Start, p, n, least, most, area, rise)
				}
			}
		}
	}
}

func maxTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

func (m *metered) head() domain.Seq {
	head, err := eventstore.HeadOf(m.t.Context(), m.pool, m.home)
	if err != nil {
		m.t.Fatal(err)
	}
	return head.Seq
}

func (m *metered) reject(i int, id domain.CorrectionID) {
	m.t.Helper()
	s := &m.told[i]
	if s.rejected {
		return
	}
	s.rejected = true
	m.record(domain.Event{Entity: id.Entity(), Fact: domain.ReadingRejected{Device: s.device, Reading: s.seq, Property: s.property}})
}

func TestARejectedReadingCountsAgainWhenThatIsWithdrawn(t *testing.T) {
	t.Parallel()
	m := newMetered(t)
	day := m.now
	for i, value := range []thing.Value{"10", "900", "12"} {
		m.now = day.Add(time.Duration(i) * time.Minute)
		m.tell(plug, m.now, "activePower", value)
	}
	top := func() float64 {
		m.follow(0)
		m.sound()
		return m.points(plug, "activePower", rollup.Day, day, m.now)[0].Max
	}
	if got := top(); got != 900 {
		t.Errorf("the highest is %v", got)
	}
	m.reject(1, domain.CorrectionID{5})
	if got := top(); got != 12 {
		t.Errorf("without the wrong reading the highest is %v", got)
	}
	m.record(domain.Event{Entity: domain.CorrectionID{5}.Entity(), Fact: domain.CorrectionWithdrawn{}})
	if got := top(); got != 900 {
		t.Errorf("with it again the highest is %v", got)
	}
}

func TestManyWhoFollowAddNothingTwice(t *testing.T) {
	t.Parallel()
	m := newMetered(t)
	start := m.now
	for range 200 {
		m.now = m.now.Add(time.Minute)
		m.tell(plug, m.now, "onOff", thing.Bool(m.now.Minute()%2 == 0))
	}
	var group errgroup.Group
	for range 4 {
		group.Go(func() error {
			_, err := m.rollups.Follow(t.Context(), m.home, 0)
			return err
		})
		group.Go(func() error { return m.rollups.FollowAll(t.Context()) })
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	p := m.points(plug, "onOff", rollup.Day, start, m.now)[0]
	if p.Count != 200 || p.States["true"]+p.States["false"] != 199*time.Minute {
		t.Errorf("%d samples, %v", p.Count, p.States)
	}
	m.sound()
}

func TestARandomLifeSumsUpTheSameInPiecesAndAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rollups := projections.NewRollups(b.pool, nil)
	w := b.lived(t, 77, 50)
	for range 8 {
		b.write(t, w, 60)
		if _, err := rollups.Follow(t.Context(), w.Home, 1); err != nil {
			t.Fatal(err)
		}
	}
	result, err := rollups.Rebuild(t.Context(), w.Home, nil)
	if err != nil || !result.Same() {
		t.Errorf("%+v (%v)", result, err)
	}
}

func TestAWrongBucketIsFoundAndPutRight(t *testing.T) {
	t.Parallel()
	m := newMetered(t)
	m.now = m.now.Add(time.Hour)
	m.tell(plug, m.now, "activePower", "5")
	m.follow(0)
	if n := m.superuser(t, `UPDATE rollups SET max = 6 WHERE size = 1`); n != 1 {
		t.Fatalf("%d buckets", n)
	}
	result, err := m.rollups.Rebuild(t.Context(), m.home, nil)
	if err != nil || result.Same() {
		t.Fatalf("the wrong bucket is not found: %+v (%v)", result, err)
	}
	m.sound()
}

func TestFiveMinutesAreForgottenAndDaysAreNot(t *testing.T) {
	t.Parallel()
	m := newMetered(t)
	first := m.now
	m.tell(plug, m.now, "activePower", "5")
	m.follow(0)
	m.now = m.now.AddDate(0, 0, projections.FineDays+2)
	m.tell(plug, m.now, "activePower", "7")
	m.follow(0)
	if got := m.points(plug, "activePower", rollup.Fine, first, first.Add(time.Hour))[0]; got.Known() {
		t.Errorf("five minutes of two months ago are kept: %+v", got)
	}
	if got := m.points(plug, "activePower", rollup.Day, first, first.Add(time.Hour))[0]; got.Count != 1 {
		t.Errorf("the day is gone: %+v", got)
	}
	m.sound()
}

func TestAReportThatComesAMonthLateCountsNowhere(t *testing.T) {
	t.Parallel()
	m := newMetered(t)
	day := m.now
	m.now = m.now.AddDate(0, 0, 32)
	m.tell(plug, day, "activePower", "5")
	m.follow(0)
	for _, p := range m.points(plug, "activePower", rollup.Day, day, m.now) {
		if p.Known() {
			t.Errorf("%s is known: %+v", p.Start, p)
		}
	}
}

func TestAChartThatIsTooLongIsRefused(t *testing.T) {
	t.Parallel()
	m := newMetered(t)
	chart := projections.Chart{Home: m.home, Cast: []domain.Played{{Device: plug}}, Size: rollup.Fine, From: m.now}
	for points, want := range map[int]domain.Code{projections.MaxPoints: "", projections.MaxPoints + 1: domain.Invalid, 0: domain.Invalid} {
		chart.To = chart.From.Add(time.Duration(points) * 5 * time.Minute)
		_, err := m.rollups.Points(t.Context(), chart, rollup.NewCalendar("UTC"), m.now)
		if (err != nil) != (want != "") || err != nil && domain.CodeOf(err) != want {
			t.Errorf("%d points: %v", points, err)
		}
	}
}

func TestTheChartOfARoleGoesOnAcrossHardware(t *testing.T) {
	t.Parallel()
	m := newMetered(t)
	start := m.now
	say := func(device domain.DeviceID, after time.Duration, count thing.Value) {
		m.now = start.Add(after)
		m.tell(device, m.now, meter, count)
	}
	say(otherPlug, 0, "500") // it counted elsewhere before
	say(plug, time.Hour, "10")
	say(plug, 2*time.Hour, "11")
	swap := start.Add(3 * time.Hour)
	say(otherPlug, 4*time.Hour, "500.25")
	say(plug, 5*time.Hour, "19") // the old plug hangs somewhere else now
	say(otherPlug, 6*time.Hour, "501.25")
	m.follow(0)
	chart := projections.Chart{
		Home: m.home, Property: meter, Size: rollup.Hour, From: start, To: start.Add(7 * time.Hour),
		Cast: []domain.Played{{Device: plug, To: swap}, {Device: otherPlug, From: swap}},
	}
	points, err := m.rollups.Points(t.Context(), chart, rollup.NewCalendar("Europe/Berlin"), m.now)
	if err != nil {
		t.Fatal(err)
	}
	if sum := rollup.Sum(points); !near(sum.Rise, 1+0.25+1) {
		t.Errorf("the role used %v kWh", sum.Rise)
	}
	hardware := rollup.Sum(m.points(plug, meter, rollup.Hour, start, start.Add(7*time.Hour)))
	if !near(hardware.Rise, 9) {
		t.Errorf("the first plug itself counted %v kWh", hardware.Rise)
	}
}

func TestAHomeThatAnotherServerSumsUpIsLeftToIt(t *testing.T) {
	t.Parallel()
	m := newMetered(t)
	m.tell(plug, m.now, "activePower", "5")
	m.follow(0)
	m.tell(plug, m.now, "activePower", "6")
	tx, err := m.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `SELECT FROM rollup_cursors FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	// Whoever does not look at the lock waits for it here, until this is over.
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := m.rollups.FollowAll(ctx); err != nil {
		t.Error(err)
	}
	count := func() int64 { return m.points(plug, "activePower", rollup.Day, m.now, m.now.Add(time.Hour))[0].Count }
	if n := count(); n != 1 {
		t.Errorf("%d samples while another server has the home", n)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := m.rollups.FollowAll(ctx); err != nil || count() != 2 {
		t.Errorf("%d samples afterwards (%v)", count(), err)
	}
}

func TestTheBackgroundRestsAfterEachTransaction(t *testing.T) {
	t.Parallel()
	m := newMetered(t)
	m.lived(t, 7, 4500) // three pages
	var rests []time.Duration
	rest := func(_ context.Context, work time.Duration) { rests = append(rests, work) }
	if err := m.rollups.FollowAllResting(t.Context(), rest); err != nil {
		t.Fatal(err)
	}
	if len(rests) < 2 || slices.Min(rests) <= 0 {
		t.Errorf("it rested after %v; pages of two thousand ask for two rests at least", rests)
	}
}
