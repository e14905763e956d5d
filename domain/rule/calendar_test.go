package rule_test

import (
	"testing"
	"time"

	"logis/domain"
	"logis/domain/rule"
	"logis/domain/thing"
)

// homeIn returns an empty home in a time zone, at a place.
func homeIn(t *testing.T, zone string, place *domain.Place) *domain.Home {
	t.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	home := domain.NewHome(homeID, catalog)
	home.Profile.TimeZone, home.Profile.Place = zone, place
	return home
}

func at(clock string) domain.Trigger { return domain.Trigger{Time: &domain.TimeTrigger{At: clock}} }

func line(text string) domain.Trigger { return domain.Trigger{Cron: &domain.CronTrigger{Line: text}} }

// Clocks that are set: a time that is left out comes at the first minute after it,
// one that comes twice is taken the first time.
func TestTimesOfDayWhenClocksAreSet(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone, after string
		trigger     domain.Trigger
		want        []string
	}{
		{"Europe/Berlin", "2026-03-28T12:00:00Z", at("02:30"), []string{"2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"}},
		{"Europe/Berlin", "2026-10-24T12:00:00Z", at("02:30"), []string{"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}},
		{"Europe/Berlin", "2026-10-25T00:30:00Z", at("02:30"), []string{"2026-10-26T01:30:00Z"}},
		{"America/New_York", "2026-03-07T12:00:00Z", at("02:15"), []string{"2026-03-08T07:00:00Z", "2026-03-09T06:15:00Z"}},
		{"America/New_York", "2026-10-31T12:00:00Z", at("01:15"), []string{"2026-11-01T05:15:00Z", "2026-11-02T06:15:00Z"}},
		// Lord Howe moves by half an hour: 02:00 becomes 02:30, and 02:00 becomes 01:30.
		{"Australia/Lord_Howe", "2026-10-03T00:00:00Z", at("02:10"), []string{"2026-10-03T15:30:00Z", "2026-10-04T15:10:00Z"}},
		{"Australia/Lord_Howe", "2026-04-04T00:00:00Z", at("01:45"), []string{"2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z"}},
		// Samoa left out a whole day.
		{"Pacific/Apia", "2011-12-29T20:00:00Z", at("08:00"), []string{"2011-12-30T10:00:00Z", "2011-12-30T18:00:00Z"}},
		{"Europe/Berlin", "2026-03-28T12:00:00Z", line("30 2 * * *"), []string{"2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"}},
		{"Europe/Berlin", "2026-10-24T12:00:00Z", line("30 2 * * *"), []string{"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}},
		// A line for every hour goes on through both.
		{"Europe/Berlin", "2026-10-24T23:30:00Z", line("0,30 * * * *"), []string{
			"2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z",
		}},
		{"Europe/Berlin", "2026-03-29T00:30:00Z", line("15 * * * *"), []string{"2026-03-29T01:15:00Z"}},
		{"Australia/Lord_Howe", "2026-04-04T14:30:00Z", line("40 * * * *"), []string{"2026-04-04T14:40:00Z", "2026-04-04T15:10:00Z", "2026-04-04T16:10:00Z"}},
		{"UTC", "2026-02-27T00:00:00Z", line("0 12 29 2 *"), []string{"2028-02-29T12:00:00Z"}},
		{"UTC", "2026-03-02T00:00:00Z", line("0 0 13 * fri"), nil},
		{"UTC", "2026-03-02T00:00:00Z", line("0 0 13 * 5"), []string{"2026-03-06T00:00:00Z", "2026-03-13T00:00:00Z"}},
		{"UTC", "2026-03-02T00:00:00Z", line("0 9 * * 7"), []string{"2026-03-08T09:00:00Z"}},
		{"UTC", "2026-03-02T00:00:00Z", line("0 0 31 2 *"), nil},
		{"UTC", "2026-03-02T00:00:00Z", line("10-20/5,50 8 * * *"), []string{
			"2026-03-02T08:10:00Z", "2026-03-02T08:15:00Z", "2026-03-02T08:20:00Z", "2026-03-02T08:50:00Z", "2026-03-03T08:10:00Z",
		}},
	} {
		home := homeIn(t, c.zone, nil)
		now, err := time.Parse(time.RFC3339, c.after)
		if err != nil {
			t.Fatal(err)
		}
		if len(c.want) == 0 {
			if got, ok := rule.Next(home, c.trigger, now); ok {
				t.Errorf("%s %+v: happens at %s", c.zone, c.trigger, got)
			}
		}
		for _, want := range c.want {
			var ok bool
			if now, ok = rule.Next(home, c.trigger, now); !ok || now.Format(time.RFC3339) != want {
				t.Errorf("%s %v %v: happens at %s, want %s", c.zone, c.trigger.Time, c.trigger.Cron, now.Format(time.RFC3339), want)
			}
		}
	}
}

// Every day of ten years and three zones has each of its times once.
func TestATimeOfDayComesOnceADay(t *testing.T) {
	t.Parallel()
	const days = 3653
	for _, zone := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe"} {
		for _, clock := range []string{"00:00", "01:45", "02:10", "02:30", "03:00"} {
			home := homeIn(t, zone, nil)
			now := time.Date(2020, 1, 1, 12, 0, 0, 0, time.UTC)
			end, n := now.AddDate(0, 0, days), 0
			for ; now.Before(end); n++ {
				next, ok := rule.Next(home, at(clock), now)
				if !ok || next.Sub(now) > 26*time.Hour {
					t.Fatalf("%s %s: %s after %s", zone, clock, next, now)
				}
				now = next
			}
			if n < days || n > days+1 {
				t.Errorf("%s %s came %d times in %d days", zone, clock, n, days)
			}
		}
	}
}

// The times are those of the almanac of the U.S. Naval Observatory, to the minute;
// a place is known to a tenth of a degree.
func TestTheSunKeepsToItsAlmanac(t *testing.T) {
	t.Parallel()
	const tolerance = 2 * time.Minute
	for _, c := range []struct {
		name          string
		place         domain.Place
		date          string
		sunrise, sets string // UTC
	}{
		{"Greenwich in spring", domain.Place{Latitude: 515, Longitude: 0}, "2024-03-20", "06:03", "18:14"},
		{"Greenwich in summer", domain.Place{Latitude: 515, Longitude: 0}, "2024-06-20", "03:43", "20:21"},
		{"New York in winter", domain.Place{Latitude: 407, Longitude: -740}, "2024-12-21", "12:17", "21:32"},
		{"Sydney in its summer", domain.Place{Latitude: -339, Longitude: 1512}, "2024-12-20", "18:41", "09:05"},
		{"Singapore", domain.Place{Latitude: 13, Longitude: 1038}, "2024-09-22", "22:54", "11:01"},
	} {
		home := homeIn(t, "UTC", &c.place)
		for event, want := range map[string]string{"sunrise": c.sunrise, "sunset": c.sets} {
			published, err := time.Parse("2006-01-02 15:04", c.date+" "+want)
			if err != nil {
				t.Fatal(err)
			}
			got, ok := rule.Next(home, domain.Trigger{Sun: &domain.SunTrigger{Event: event}}, published.Add(-time.Hour))
			if off := got.Sub(published); !ok || off.Abs() > tolerance {
				t.Errorf("%s: %s at %s, published is %s", c.name, event, got, published)
			}
		}
	}
}

func TestFarNorthTheSunStaysAway(t *testing.T) {
	t.Parallel()
	tromso := domain.Place{Latitude: 696, Longitude: 190}
	home := homeIn(t, "Europe/Oslo", &tromso)
	rises := domain.Trigger{Sun: &domain.SunTrigger{Event: "sunrise"}}
	got, ok := rule.Next(home, rises, time.Date(2025, 12, 1, 0, 0, 0, 0, time.UTC))
	if early, late := time.Date(2026, 1, 13, 0, 0, 0, 0, time.UTC), time.Date(2026, 1, 18, 0, 0, 0, 0, time.UTC); !ok || got.Before(early) || got.After(late) {
		t.Errorf("after the polar night the sun rises at %s", got)
	}
	pole := domain.Place{Latitude: 900}
	home = homeIn(t, "UTC", &pole)
	if got, ok := rule.Next(home, rises, began); ok {
		t.Errorf("at the pole the sun rises on %s", got)
	}
}
