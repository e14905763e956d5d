package rollup_test

import (
	"math"
	"testing"
	"time"

	"logis/domain/rollup"
	"logis/domain/thing"
)

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

// Every bucket lies in one day, days touch, and a day begins with the first instant
// that its date has, whatever clocks do there.
func TestDaysBeginWithTheirDateWhateverClocksDo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, inside, start, end string }{
		{"Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"},       // 23 hours
		{"Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"},       // 25 hours
		{"Asia/Kathmandu", "2026-05-03T00:00:00Z", "2026-05-02T18:15:00Z", "2026-05-03T18:15:00Z"},      // quarters
		{"Africa/Cairo", "2026-04-24T12:00:00Z", "2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"},        // no midnight
		{"America/Havana", "2026-11-01T12:00:00Z", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"},      // two midnights
		{"Australia/Lord_Howe", "2026-04-05T00:00:00Z", "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z"}, // half an hour
		{"nowhere", "2026-05-03T01:00:00Z", "2026-05-03T00:00:00Z", "2026-05-04T00:00:00Z"},
	} {
		cal := rollup.NewCalendar(c.zone)
		start, end := cal.Bucket(rollup.Day, at(c.inside))
		if !start.Equal(at(c.start)) || !end.Equal(at(c.end)) {
			t.Errorf("%s: the day of %s is %s to %s", c.zone, c.inside, start, end)
		}
		for _, size := range []rollup.Size{rollup.Fine, rollup.Hour} {
			next := start
			for next.Before(end) {
				first, after := cal.Bucket(size, next)
				if !first.Equal(next) || !after.After(next) || after.After(end) {
					t.Fatalf("%s: the bucket of %s is %s to %s", c.zone, next, first, after)
				}
				next = after
			}
			if !next.Equal(end) {
				t.Errorf("%s: the last bucket ends at %s", c.zone, next)
			}
		}
	}
}

func TestAMeterThatFallsBeganAnewAndOneThatJumpsWasReplaced(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		before, after float64
		between       time.Duration
		want          float64
	}{
		{"it counts", 10, 10.5, time.Hour, 0.5},
		{"it stands", 10, 10, time.Hour, 0},
		{"it began anew", 4321, 0.2, time.Hour, 0.2},
		{"it corrects itself", 12.34, 12.33, time.Minute, 0},
		{"another meter, that had counted more", 10, 5000, time.Hour, 0},
		{"another meter, that had counted less", 5000, 800, time.Hour, 0},
		{"a year without a word", 10, 3000, 365 * 24 * time.Hour, 2990},
	} {
		if got := rollup.Counted(c.before, c.after, c.between); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: %v kWh, want %v", c.name, got, c.want)
		}
	}
}

// bucket adds values, one a minute.
func bucket(start time.Time, meter bool, values ...thing.Value) (b rollup.Bucket) {
	for i, v := range values {
		b.Add(start.Add(time.Duration(i)*time.Minute), v, meter)
	}
	return b
}

func TestTheMeanCountsEachValueForAsLongAsItHeld(t *testing.T) {
	t.Parallel()
	start := at("2026-05-03T10:00:00Z")
	// 10 held before; 20 from 10:01, 40 from 10:02 to the end of five minutes.
	rows := []rollup.Row{{Start: start, Bucket: bucket(start.Add(time.Minute), false, "20", "40")}}
	series := rollup.NewSeries(&rollup.Row{Bucket: rollup.Bucket{Last: "10"}}, rows)
	p := series.Next(start, start.Add(5*time.Minute), start.Add(time.Hour))
	if want := (10*1 + 20*1 + 40*3) / 5.0; p.Mean != want || p.Min != 10 || p.Max != 40 || p.Last != "40" || p.Count != 2 {
		t.Errorf("got %+v, want a mean of %v", p, want)
	}
	silent := series.Next(start.Add(5*time.Minute), start.Add(10*time.Minute), start.Add(7*time.Minute))
	if silent.Mean != 40 || silent.Count != 0 || silent.Held != 2*time.Minute {
		t.Errorf("nothing was told, so it is as it was, until now: %+v", silent)
	}
	if future := series.Next(start.Add(time.Hour), start.Add(2*time.Hour), start.Add(7*time.Minute)); future.Known() {
		t.Errorf("something is known of what is to come: %+v", future)
	}
	if before := rollup.NewSeries(nil, rows).Next(start.Add(-time.Hour), start, start.Add(time.Hour)); before.Known() {
		t.Errorf("something is known before the first word: %+v", before)
	}
}

func TestTimeInStateIsCountedAcrossBuckets(t *testing.T) {
	t.Parallel()
	start := at("2026-05-03T10:00:00Z")
	rows := []rollup.Row{
		{Start: start, Bucket: bucket(start.Add(2*time.Minute), false, "true")},
		{Start: start.Add(10 * time.Minute), Bucket: bucket(start.Add(11*time.Minute), false, "false")},
	}
	series := rollup.NewSeries(nil, rows)
	points := make([]rollup.Point, 3)
	for i := range points {
		from := start.Add(time.Duration(i) * 5 * time.Minute)
		points[i] = series.Next(from, from.Add(5*time.Minute), start.Add(time.Hour))
	}
	sum := rollup.Sum(points)
	if sum.States["true"] != 9*time.Minute || sum.States["false"] != 4*time.Minute || sum.Held != 13*time.Minute {
		t.Errorf("the states held %v", sum.States)
	}
}

func TestWhatAMeterCountsBetweenBucketsBelongsToTheLater(t *testing.T) {
	t.Parallel()
	start := at("2026-05-03T10:00:00Z")
	rows := []rollup.Row{
		{Start: start, Bucket: bucket(start, true, "1", "1.5")},
		{Start: start.Add(time.Hour), Bucket: bucket(start.Add(time.Hour), true, "2", "2.25")},
	}
	rollup.Lead(rows, true)
	series := rollup.NewSeries(nil, rows)
	first := series.Next(start, start.Add(time.Hour), start.Add(5*time.Hour))
	second := series.Next(start.Add(time.Hour), start.Add(2*time.Hour), start.Add(5*time.Hour))
	if first.Rise != 0.5 || second.Rise != 0.75 {
		t.Errorf("%v and %v kWh", first.Rise, second.Rise)
	}
}
