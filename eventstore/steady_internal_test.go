package eventstore

import (
	"testing"
	"time"
)

func TestTheLogsTimeFollowsTheDatabasesClockForwardAndNotBack(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC)
	var s steady
	for _, step := range []struct {
		what   string
		passed time.Duration // here, since the start
		ahead  time.Duration // of the database's clock
		want   time.Duration
	}{
		{"the first look", 0, 0, 0},
		{"nothing happened", time.Minute, 0, time.Minute},
		{"set right by a little", 2 * time.Minute, -maxBack, 2*time.Minute - maxBack},
		{"set forward", 3 * time.Minute, 2 * time.Hour, 3*time.Minute + 2*time.Hour},
		{"set back by two weeks", 4 * time.Minute, -14 * 24 * time.Hour, 4*time.Minute + 2*time.Hour},
		{"still", 34 * time.Minute, -14 * 24 * time.Hour, 34*time.Minute + 2*time.Hour},
		{"caught up", 35 * time.Minute, 3 * time.Hour, 35*time.Minute + 3*time.Hour},
	} {
		here := start.Add(step.passed)
		if got := s.see(here.Add(step.ahead), here).Sub(start); got != step.want {
			t.Errorf("%s: %v, want %v", step.what, got, step.want)
		}
	}
}
