package update

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"logis/edge/release"
)

func TestUpdatesAreLookedForNowAndThenAndInstalledInAQuietMoment(t *testing.T) {
	t.Parallel()
	s, dir := newShop(t), t.TempDir()
	s.offer(t, "1.0.0", nil)
	synctest.Test(t, func(t *testing.T) {
		var busy atomic.Bool
		busy.Store(true)
		u := s.updater(t, dir, func(o *Options) {
			o.Random = func() float64 { return 0.5 }
			o.Idle = func() bool { return !busy.Load() }
		})
		came := make(chan string, 1)
		begun := time.Now()
		go func() { came <- u.Run(t.Context()) }()
		<-time.After(firstWait/2 + time.Second)
		synctest.Wait()
		if got := read(t, dir).Checked; got == nil || got.AtMS != now.UnixMilli() || got.Problem != "" || got.Offered != "" {
			t.Errorf("after the first look: %+v", got)
		}
		s.offer(t, "1.1.0", nil)
		<-time.After(checkPeriod)
		synctest.Wait()
		if got := read(t, dir); got.Ready != "1.1.0" || got.Current != "" {
			t.Errorf("while a command is under way: %+v", got)
		}
		// No quiet moment comes, so it is tried again at the next look.
		<-time.After(checkPeriod)
		synctest.Wait()
		if got := read(t, dir); got.Ready != "1.1.0" || got.Current != "" {
			t.Errorf("while a command is still under way: %+v", got)
		}
		busy.Store(false)
		if version := <-came; version != "1.1.0" || read(t, dir).Current != "1.1.0" || read(t, dir).Ready != "" {
			t.Errorf("%q, %+v", version, read(t, dir))
		}
		if took := time.Since(begun); took > 3*checkPeriod+quietLimit {
			t.Errorf("it took %v", took)
		}
	})
}

func TestAVersionIsTrustedOnceItWasWellForAWhile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		connected bool   // before
		floor     string // seen meanwhile
		asked     bool   // for the cloud
	}{
		"the cloud was there":                {true, "1.0.0", true},
		"it was not":                         {false, "1.0.0", false},
		"the way back leads below the floor": {true, "1.1.0", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, dir := newShop(t), t.TempDir()
			s.offer(t, "1.1.0", func(d *release.Document) { d.Floor = c.floor })
			if err := install(t, s.updater(t, dir, func(o *Options) { o.Connected = func() bool { return c.connected } })); err != nil {
				t.Fatal(err)
			}
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				err := Prove(t.Context(), Trials{Dir: dir, Version: "1.1.0", Log: slog.New(slog.DiscardHandler), Lacks: func(_ context.Context, connected bool) string {
					if connected != c.asked {
						t.Errorf("the cloud is asked for: %v", connected)
					}
					switch since := time.Since(begun); {
					case since < time.Minute:
						return "it is early"
					case since > 80*time.Second && since < 90*time.Second:
						return "it flutters"
					}
					return ""
				}})
				if got := read(t, dir); err != nil || got.Trial != nil || got.Current != "1.1.0" {
					t.Errorf("%v, %+v", err, got)
				}
				if took := time.Since(begun); took < 90*time.Second+TrialLimit/holds-2*time.Second || took > 3*time.Minute {
					t.Errorf("it took %v", took)
				}
			})
		})
	}
}

func TestAVersionOnTrialSaysWhatItLacksAndNobodyElseProvesIt(t *testing.T) {
	t.Parallel()
	s, dir := newShop(t), t.TempDir()
	s.offer(t, "1.1.0", nil)
	if err := install(t, s.updater(t, dir, nil)); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), TrialLimit)
		defer cancel()
		lacks := func(context.Context, bool) string { return "the outbox is not open" }
		// The package's program runs as something else than what is on trial.
		if err := Prove(ctx, Trials{Dir: dir, Version: "1.0.0", Lacks: lacks}); err != nil || read(t, dir).Trial.Lacks != "" {
			t.Errorf("%v, %+v", err, read(t, dir))
		}
		if err := Prove(ctx, Trials{Dir: dir, Version: "1.1.0", Lacks: lacks}); err != nil || read(t, dir).Trial.Lacks != "the outbox is not open" {
			t.Errorf("%v, %+v", err, read(t, dir).Trial)
		}
	})
	if err := (Trials{Dir: dir, Version: "1.0.0"}).proved(); err == nil || read(t, dir).Trial == nil {
		t.Error("another version proved it")
	}
}

func TestBuildsForDevelopmentAreNotUpdatedAndLaunchNothing(t *testing.T) {
	t.Parallel()
	s, dir := newShop(t), t.TempDir()
	s.offer(t, "1.1.0", nil)
	if err := install(t, s.updater(t, dir, nil)); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Options{Dir: dir, From: s.dir, Version: "dev", Keys: s.keys, Now: serverTime}); !errors.Is(err, ErrNotReleased) {
		t.Errorf("an updater: %v", err)
	}
	if c, err := Choose(dir, "dev", s.keys); err != nil || c != (Choice{}) {
		t.Errorf("a launcher: %+v, %v", c, err)
	}
}
