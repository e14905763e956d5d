package update

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
)

// stopGrace is for a word of goodbye of a version on trial; systemd gives 20 s.
const stopGrace = 15 * time.Second

// exitFailed tells the supervisor to start the launcher again. A version on trial
// that ends otherwise is told so, too: its word that only a person can help is not
// believed yet.
const exitFailed = 1

// Launch is how a chosen program is started.
type Launch struct {
	Dir   string
	Args  []string      // of the program, its name first
	Env   []string      // its environment
	Limit time.Duration // of a trial; zero: TrialLimit
}

// Start runs a choice in the place of this program. A version that proved itself
// takes over the process, and Start returns only when that could not be done. One
// on trial is a child; Start returns its exit code when it has ended, for the
// caller to end with: the supervisor starts the launcher again, and that chooses
// anew.
func (l Launch) Start(ctx context.Context, c Choice) (code int, err error) {
	if !c.Trial {
		err := syscall.Exec(c.Path, l.Args, l.Env)
		return exitFailed, fmt.Errorf("start version %s: %w", c.Version, err)
	}
	return l.try(ctx, c)
}

// try runs a version on trial and ends it when it does not prove itself in time.
func (l Launch) try(ctx context.Context, c Choice) (int, error) {
	if l.Limit == 0 {
		l.Limit = TrialLimit
	}
	own, stop := context.WithCancel(ctx)
	defer stop()
	child := exec.CommandContext(own, c.Path, l.Args[1:]...)
	child.Env, child.Stdin, child.Stdout, child.Stderr = l.Env, os.Stdin, os.Stdout, os.Stderr
	child.Cancel = func() error { return child.Process.Signal(syscall.SIGTERM) }
	child.WaitDelay = stopGrace
	dieWithUs(child)

	// The system ends the child with the thread that began it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := child.Start(); err != nil {
		return exitFailed, fmt.Errorf("start version %s: %w", c.Version, err)
	}
	var late atomic.Bool
	patience := time.AfterFunc(l.Limit, func() {
		if onTrial, err := l.onTrial(c); err == nil && onTrial {
			late.Store(true)
			stop()
		}
	})
	ended := child.Wait()
	patience.Stop()
	return l.judge(ctx, c, child.ProcessState.ExitCode(), late.Load(), ended)
}

// judge tells what the end of a version that was on trial means.
func (l Launch) judge(ctx context.Context, c Choice, code int, late bool, ended error) (int, error) {
	onTrial, err := l.onTrial(c)
	switch {
	case err != nil:
		return exitFailed, err
	case !onTrial:
		return max(code, 0), nil // it proved itself, or installed its successor
	case late:
		why, err := l.giveUp(c)
		return exitFailed, errors.Join(fmt.Errorf("version %s is rolled back: %s", c.Version, why), err)
	case ctx.Err() != nil:
		// Whoever stopped us says nothing about the version.
		return 0, change(l.Dir, func(s *State) error {
			if s.Trial != nil && s.Current == c.Version {
				s.Trial.Starts--
			}
			return nil
		})
	}
	return exitFailed, fmt.Errorf("version %s ended before it had proved itself: %w", c.Version, errors.Join(ended, errEnded))
}

var errEnded = errors.New("the next start decides")

func (l Launch) onTrial(c Choice) (bool, error) {
	s, err := Read(l.Dir)
	return s.Trial != nil && s.Current == c.Version, err
}

// giveUp rolls a version back that ran and did not prove itself in time.
func (l Launch) giveUp(c Choice) (why string, err error) {
	err = change(l.Dir, func(s *State) error {
		if s.Trial == nil || s.Current != c.Version {
			return nil
		}
		why = fmt.Sprintf("it did not prove itself within %v", l.Limit)
		if s.Trial.Lacks != "" {
			why += ": " + s.Trial.Lacks
		}
		s.rollBack(why, true)
		return nil
	})
	return why, err
}
