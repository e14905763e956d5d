package rule_test

import (
	"math"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/rule"
)

// almanac is sunrise or sunset by the method of the "Almanac for Computers" (Nautical
// Almanac Office, U.S. Naval Observatory, 1990), which shares no equation with ours:
// it goes by the right ascension, from the sun's place at six in the morning or the
// evening. It is good to a minute or two where the sun does not graze the horizon.
func almanac(p domain.Place, date time.Time, rises bool) time.Time {
	const zenith = 90.833
	rad := func(deg float64) float64 { return deg * math.Pi / 180 }
	turn := func(v, whole float64) float64 { return math.Mod(math.Mod(v, whole)+whole, whole) }
	latitude, hours := float64(p.Latitude)/10, float64(p.Longitude)/10/15
	about := 18.0
	if rises {
		about = 6
	}
	t := float64(date.YearDay()) + (about-hours)/24
	anomaly := 0.9856*t - 3.289
	longitude := turn(anomaly+1.916*math.Sin(rad(anomaly))+0.020*math.Sin(rad(2*anomaly))+282.634, 360)
	ascension := turn(math.Atan(0.91764*math.Tan(rad(longitude)))*180/math.Pi, 360)
	ascension = (ascension + math.Floor(longitude/90)*90 - math.Floor(ascension/90)*90) / 15
	sine := 0.39782 * math.Sin(rad(longitude))
	cosine := math.Cos(math.Asin(sine))
	angle := math.Acos((math.Cos(rad(zenith))-sine*math.Sin(rad(latitude)))/(cosine*math.Cos(rad(latitude)))) * 180 / math.Pi
	if rises {
		angle = 360 - angle
	}
	local := angle/15 + ascension - 0.06571*t - 6.622
	return date.Add(time.Duration((turn(local, 24) - hours) * float64(time.Hour)))
}

// Over the year, from the far south to the far north, both methods say the same.
func TestTheSunAgreesWithAnotherMethod(t *testing.T) {
	t.Parallel()
	const tolerance = 3 * time.Minute
	for _, latitude := range []int{-550, -339, -100, 0, 13, 407, 525, 600} {
		for _, longitude := range []int{-1200, -740, 0, 134, 1512} {
			place := domain.Place{Latitude: latitude, Longitude: longitude}
			home := homeIn(t, "UTC", &place)
			for date := time.Date(2025, 1, 3, 0, 0, 0, 0, time.UTC); date.Year() == 2025; date = date.AddDate(0, 0, 11) {
				for event, rises := range map[string]bool{"sunrise": true, "sunset": false} {
					want := almanac(place, date, rises)
					got, ok := rule.Next(home, domain.Trigger{Sun: &domain.SunTrigger{Event: event}}, want.Add(-time.Hour))
					if off := got.Sub(want); !ok || off.Abs() > tolerance {
						t.Errorf("%v: %s at %s, the other method says %s", place, event, got, want)
					}
				}
			}
		}
	}
}

// Where the sun does not set, or does not rise, for months, a rule waits for the day
// on which it does. The days are those that are published for these towns; they hang
// on how the light bends, and so are known to a few days.
func TestARuleWaitsThroughThePolarDayAndNight(t *testing.T) {
	t.Parallel()
	const days = 4
	date := func(text string) time.Time {
		at, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	tromso, longyearbyen := domain.Place{Latitude: 696, Longitude: 190}, domain.Place{Latitude: 782, Longitude: 156}
	mcmurdo := domain.Place{Latitude: -778, Longitude: 1667}
	for _, c := range []struct {
		place       domain.Place
		event       string
		after, want string
	}{
		{tromso, "sunset", "2025-06-01", "2025-07-26"}, {tromso, "sunrise", "2025-12-01", "2026-01-15"},
		{longyearbyen, "sunset", "2025-05-01", "2025-08-24"}, {longyearbyen, "sunrise", "2025-11-15", "2026-02-15"},
		{mcmurdo, "sunset", "2025-11-15", "2026-02-20"}, {mcmurdo, "sunrise", "2025-05-15", "2025-08-19"},
	} {
		home := homeIn(t, "UTC", &c.place)
		got, ok := rule.Next(home, domain.Trigger{Sun: &domain.SunTrigger{Event: c.event}}, date(c.after))
		if off := got.Sub(date(c.want)); !ok || off.Abs() > days*24*time.Hour {
			t.Errorf("%v: after %s the next %s is at %s, published is %s", c.place, c.after, c.event, got, c.want)
		}
	}
}
