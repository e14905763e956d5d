package rollup

import (
	"time"

	_ "time/tzdata" // time zones are the same on every machine
)

// Size is how long a bucket is.
type Size int16

// The sizes. Their numbers are stored.
const (
	Fine Size = iota // five minutes
	Hour
	Day // of the home: 23 to 25 hours
)

// Sizes returns all of them.
func Sizes() []Size { return []Size{Fine, Hour, Day} }

// length returns how long a bucket within a day is.
func (s Size) length() time.Duration {
	if s == Fine {
		return 5 * time.Minute
	}
	return time.Hour
}

// Longest returns how long a bucket is at most.
func (s Size) Longest() time.Duration {
	if s == Day {
		return 25 * time.Hour
	}
	return s.length()
}

// Calendar knows where buckets begin and end in a time zone. Hours and five minutes
// are counted from the beginning of the day, so that every bucket lies in one day.
// It is not safe for concurrent use.
type Calendar struct {
	zone       *time.Location
	start, end time.Time // of the day that was asked for last
}

// NewCalendar returns the calendar of a zone by its IANA name; UTC where nobody knows
// it.
func NewCalendar(zone string) *Calendar {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		loc = time.UTC
	}
	return &Calendar{zone: loc}
}

// Zone returns the time zone.
func (c *Calendar) Zone() *time.Location { return c.zone }

// Bucket returns the bounds of the bucket in which a time lies; the end lies in the
// next one.
func (c *Calendar) Bucket(s Size, t time.Time) (start, end time.Time) {
	if t.Before(c.start) || !t.Before(c.end) {
		year, month, day := t.In(c.zone).Date()
		c.start, c.end = c.midnight(year, month, day), c.midnight(year, month, day+1)
	}
	if s == Day {
		return c.start, c.end
	}
	length := s.length()
	start = c.start.Add(t.Sub(c.start).Truncate(length))
	if end = start.Add(length); end.After(c.end) {
		end = c.end
	}
	return start, end
}

// midnight returns the first instant of a date. Where clocks are put back at midnight
// there are two midnights, where they are put forward there is none.
func (c *Calendar) midnight(year int, month time.Month, day int) time.Time {
	noon := time.Date(year, month, day, 12, 0, 0, 0, c.zone)
	year, month, day = noon.Date()
	first := time.Date(year, month, day, 0, 0, 0, 0, c.zone)
	if first.Day() != day {
		_, first = first.ZoneBounds() // there is none: the day begins with the change
	}
	if changed, _ := first.ZoneBounds(); !changed.IsZero() {
		_, offset := changed.Add(-time.Nanosecond).In(c.zone).Zone()
		earlier := time.Date(year, month, day, 0, 0, 0, 0, time.FixedZone("", offset))
		if earlier.Before(changed) {
			first = earlier
		}
	}
	return first.UTC()
}

// dateFormat is how days are written.
const dateFormat = time.DateOnly

// Date returns the day on which a time lies, as "2026-05-03".
func (c *Calendar) Date(t time.Time) string { return t.In(c.zone).Format(dateFormat) }

// DayOf returns the bounds of a day that is written as "2026-05-03"; ok is false when
// it is none.
func (c *Calendar) DayOf(date string) (start, end time.Time, ok bool) {
	d, err := time.Parse(dateFormat, date)
	if err != nil {
		return start, end, false
	}
	return c.midnight(d.Date()), c.midnight(d.Year(), d.Month(), d.Day()+1), true
}
