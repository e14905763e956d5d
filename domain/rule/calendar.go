package rule

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	_ "time/tzdata" // time zones are the same on every machine, with and without a network
)

// zones keeps time zones that were read: a condition asks with every event.
//
//nolint:gochecknoglobals // a cache of what never changes
var zones sync.Map

// zone returns the named time zone, UTC when nobody knows it.
func zone(name string) *time.Location {
	if kept, ok := zones.Load(name); ok {
		if loc, ok := kept.(*time.Location); ok {
			return loc
		}
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		loc = time.UTC
	}
	zones.Store(name, loc)
	return loc
}

// clockTime is a time of day in minutes after midnight.
type clockTime int

// parseClock reads "07:30".
func parseClock(text string) (clockTime, error) {
	var hour, minute int
	if len(text) != len("07:30") || text[2] != ':' {
		return 0, errClock
	}
	if _, err := fmt.Sscanf(text, "%02d:%02d", &hour, &minute); err != nil || hour < 0 || hour > 23 || minute < 0 || minute > 59 {
		return 0, errClock
	}
	return clockTime(hour*60 + minute), nil
}

var errClock = fmt.Errorf("must be a time of day from 00:00 to 23:59")

// weekdays are in the order of time.Weekday.
//
//nolint:gochecknoglobals // never changed
var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func onDay(days []string, day time.Weekday) bool {
	return len(days) == 0 || slices.Contains(days, weekdays[day])
}

// checkDays returns what is wrong with names of days, "" when nothing is.
func checkDays(days []string) string {
	for i, day := range days {
		if !slices.Contains(weekdays, day) {
			return "must be of " + strings.Join(weekdays, ", ")
		}
		if slices.Contains(days[:i], day) {
			return "must name a day once"
		}
	}
	return ""
}

// moments returns the instants at which the clocks of a zone show a time on a
// date: one, two in the hour that comes twice in autumn, or none in the one that
// is left out in spring. gap is the end of that one.
func moments(loc *time.Location, year int, month time.Month, day int, at clockTime) (shown []time.Time, gap time.Time) {
	wall := time.Date(year, month, day, 0, int(at), 0, 0, time.UTC)
	_, before := wall.Add(-24 * time.Hour).In(loc).Zone()
	_, after := wall.Add(24 * time.Hour).In(loc).Zone()
	for _, offset := range slices.Compact([]int{before, after}) {
		u := wall.Add(-time.Duration(offset) * time.Second)
		if _, is := u.In(loc).Zone(); is == offset {
			shown = append(shown, u)
		}
	}
	if len(shown) == 0 {
		gap, _ = wall.Add(-time.Duration(before) * time.Second).In(loc).ZoneBounds()
		gap = gap.UTC()
	}
	slices.SortFunc(shown, time.Time.Compare)
	return shown, gap
}

// moment returns the one instant at which something happens that is set to a time
// of day: the first of two, and for one that is left out the first minute after.
func moment(loc *time.Location, year int, month time.Month, day int, at clockTime) time.Time {
	shown, gap := moments(loc, year, month, day, at)
	if len(shown) == 0 {
		return gap
	}
	return shown[0]
}

// maxAheadDays bounds the search for the next time: the 29th of February is at most eight
// years away.
const maxAheadDays = 8*366 + 1

// nextClock returns the next instant after which it is at on one of the days.
func nextClock(loc *time.Location, at clockTime, days []string, after time.Time) (time.Time, bool) {
	year, month, day := after.In(loc).Date()
	for i := -1; i <= 8; i++ {
		date := time.Date(year, month, day+i, 0, 0, 0, 0, time.UTC)
		if !onDay(days, date.Weekday()) {
			continue
		}
		if t := moment(loc, year, month, day+i, at); t.After(after) {
			return t, true
		}
	}
	return time.Time{}, false
}
