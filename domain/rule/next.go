package rule

import (
	"time"

	"logis/domain"
)

// Next returns when the trigger happens next by the clock, after the given time; ok
// is false for a trigger that is no matter of time, or never happens.
func Next(home *domain.Home, t domain.Trigger, after time.Time) (at time.Time, ok bool) {
	loc := zone(home.Profile.TimeZone)
	switch {
	case t.Time != nil:
		clock, err := parseClock(t.Time.At)
		if err != nil {
			return time.Time{}, false
		}
		at, ok = nextClock(loc, clock, t.Time.Days, after)
	case t.Cron != nil:
		line, err := parseCron(t.Cron.Line)
		if err != nil {
			return time.Time{}, false
		}
		at, ok = line.next(loc, after)
	case t.Sun != nil && home.Profile.Place != nil:
		offset := time.Duration(t.Sun.OffsetMinutes) * time.Minute
		at, ok = nextSun(*home.Profile.Place, t.Sun.Event == "sunrise", offset, after)
	}
	return at.UTC(), ok
}

// NextOf returns when the rule's first trigger happens by the clock.
func NextOf(home *domain.Home, r *domain.Rule, after time.Time) (first time.Time, ok bool) {
	for _, t := range r.Document.Triggers {
		if at, timed := Next(home, t, after); timed && (!ok || at.Before(first)) {
			first, ok = at, true
		}
	}
	return first, ok
}

func timed(t domain.Trigger) bool { return t.Time != nil || t.Cron != nil || t.Sun != nil }
