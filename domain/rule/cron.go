package rule

import (
	"errors"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// cron is a parsed line: a set of bits for each field.
type cron struct {
	minutes, hours, days, months, weekdays uint64
	anyHour, anyDay, anyWeekday            bool
}

// maxCronLine bounds a line, in bytes: lists of all minutes are not rules.
const maxCronLine = 100

// parseCron reads the five fields "minute hour day month weekday": numbers, lists,
// ranges and steps, Sunday being 0 or 7.
func parseCron(line string) (cron, error) {
	fields := strings.Fields(line)
	if len(line) > maxCronLine || len(fields) != 5 {
		return cron{}, errors.New("must have five fields: minute, hour, day, month and weekday")
	}
	var c cron
	for i, f := range []struct {
		name      string
		low, high int
		into      *uint64
	}{
		{"minute", 0, 59, &c.minutes}, {"hour", 0, 23, &c.hours}, {"day", 1, 31, &c.days},
		{"month", 1, 12, &c.months}, {"weekday", 0, 7, &c.weekdays},
	} {
		set, ok := parseField(fields[i], f.low, f.high)
		if !ok {
			return cron{}, errors.New("has a " + f.name + " that is not from " + strconv.Itoa(f.low) + " to " + strconv.Itoa(f.high))
		}
		*f.into = set
	}
	c.anyHour, c.anyDay, c.anyWeekday = fields[1][0] == '*', fields[2][0] == '*', fields[4][0] == '*'
	c.weekdays |= c.weekdays >> 7 & 1
	return c, nil
}

func parseField(text string, low, high int) (set uint64, ok bool) {
	for part := range strings.SplitSeq(text, ",") {
		span, stepText, stepped := strings.Cut(part, "/")
		step := 1
		if stepped {
			if step, ok = number(stepText, 1, high); !ok {
				return 0, false
			}
		}
		from, to := low, high
		if span != "*" {
			first, last, ranged := strings.Cut(span, "-")
			if from, ok = number(first, low, high); !ok {
				return 0, false
			}
			if ranged {
				if to, ok = number(last, from, high); !ok {
					return 0, false
				}
			} else if !stepped {
				to = from
			}
		}
		for i := from; i <= to; i += step {
			set |= 1 << i
		}
	}
	return set, true
}

func number(text string, low, high int) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= low && n <= high && text[0] != '+'
}

// on reports whether the line names the date. A day and a weekday that both are
// given mean either, as every cron has it.
func (c cron) on(month time.Month, day int, weekday time.Weekday) bool {
	if c.months>>month&1 == 0 {
		return false
	}
	byDay, byWeekday := c.days>>day&1 == 1, c.weekdays>>weekday&1 == 1
	if c.anyDay || c.anyWeekday {
		return byDay && byWeekday
	}
	return byDay || byWeekday
}

// next returns the first instant after the given one that the line names. A line
// for certain hours has each of them once a day: an hour left out in spring comes
// at the first minute after it, one that comes twice in autumn is taken once. A
// line for every hour goes on through both.
func (c cron) next(loc *time.Location, after time.Time) (time.Time, bool) {
	year, month, day := after.In(loc).Date()
	for i := -1; i <= maxAheadDays; i++ {
		date := time.Date(year, month, day+i, 0, 0, 0, 0, time.UTC)
		if !c.on(date.Month(), date.Day(), date.Weekday()) {
			continue
		}
		if t, ok := c.nextOn(loc, date, after); ok {
			return t, true
		}
	}
	return time.Time{}, false
}

func (c cron) nextOn(loc *time.Location, date, after time.Time) (first time.Time, ok bool) {
	year, month, day := date.Date()
	take := func(t time.Time) {
		if t.After(after) && (!ok || t.Before(first)) {
			first, ok = t, true
		}
	}
	for hours := c.hours; hours != 0; hours &= hours - 1 {
		for minutes := c.minutes; minutes != 0; minutes &= minutes - 1 {
			at := clockTime(bits.TrailingZeros64(hours)*60 + bits.TrailingZeros64(minutes))
			shown, gap := moments(loc, year, month, day, at)
			switch {
			case len(shown) == 0 && !c.anyHour:
				take(gap)
			case len(shown) > 0:
				take(shown[0])
			}
			if len(shown) == 2 && c.anyHour {
				take(shown[1])
			}
		}
		if ok && !c.anyHour {
			break // the hours of a day come in their order
		}
	}
	return first, ok
}
