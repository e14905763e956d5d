package update

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"logis/edge/release"
)

// TrialLimit is how long a new version may take to prove itself: the link waits
// up to a minute between two attempts, and after a refusal longer.
const TrialLimit = 5 * time.Minute

// Shares of a trial.
const (
	looks = 150 // at itself, in the whole trial
	holds = 10  // it must be well for a tenth of the trial without a break
)

// Trials is what a version on trial is asked for.
type Trials struct {
	Dir, Version string
	Limit        time.Duration // zero: TrialLimit
	// Lacks returns why the agent is not well, "" if it is. connected says that the
	// cloud must be there, too.
	Lacks func(ctx context.Context, connected bool) string
	Log   *slog.Logger
}

// Prove lets the running version, if it is on trial, prove itself. It returns when
// it has, or when ctx ends; without an end of its own it is the launcher who loses
// patience.
func Prove(ctx context.Context, t Trials) error {
	s, err := Read(t.Dir)
	if err != nil || s.Trial == nil || s.Current != t.Version {
		return err
	}
	if t.Limit == 0 {
		t.Limit = TrialLimit
	}
	connected := s.needsCloud()
	look := time.NewTicker(t.Limit / looks)
	defer look.Stop()
	since, said := time.Now(), s.Trial.Lacks
	for {
		select {
		case <-look.C:
		case <-ctx.Done():
			return nil
		}
		lacks := t.Lacks(ctx, connected)
		if ctx.Err() != nil {
			return nil
		}
		if lacks != "" {
			since = time.Now()
		}
		if lacks != "" && lacks != said {
			said = lacks
			if err := t.note(lacks); err != nil {
				return err
			}
		}
		if time.Since(since) >= t.Limit/holds {
			t.Log.Info("the new version has proved itself", "version", t.Version)
			return t.proved()
		}
	}
}

// needsCloud reports whether the cloud must come back. It need not when the way
// back leads below the floor: who can cut a line must not reopen a known hole.
func (s *State) needsCloud() bool {
	return s.Trial.Connected && !release.Newer(s.Floor, s.Trial.Before)
}

// note remembers what is missing, for the launcher to tell.
func (t Trials) note(lacks string) error {
	return t.edit(func(s *State) { s.Trial.Lacks = clip(lacks) })
}

func (t Trials) proved() error {
	return t.edit(func(s *State) { s.Trial, s.RolledBack = nil, nil })
}

// edit changes the state while this version is on trial.
func (t Trials) edit(edit func(*State)) error {
	return change(t.Dir, func(s *State) error {
		if s.Trial == nil || s.Current != t.Version {
			return fmt.Errorf("version %s is not on trial any more", t.Version)
		}
		edit(s)
		return nil
	})
}
