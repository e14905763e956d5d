package edge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"logis/domain/thing"
	"logis/edge/outbox"
	"logis/edge/radio"
	"logis/edge/radio/fence"
)

// Waits before a radio that ended is run again: doubled each time, up to the
// longest, and from the beginning once it has run that long.
const (
	radioWait    = time.Second
	maxRadioWait = time.Minute
)

// supervisor keeps the radios running. Each stands behind a fence: what one does
// cannot stop another.
type supervisor struct {
	radios []*fence.Fence
	log    *slog.Logger

	mu       sync.Mutex
	stand    map[string]standing // by radio
	off      []string            // radios that are switched off
	switched chan struct{}       // closed at the next change of off
}

// standing is how one radio stands.
type standing struct {
	off      bool   // it is switched off
	problem  string // why it does not run, "" if it does
	restarts int    // since the agent began
	last     string // why it ended the last time
}

func newSupervisor(radios []radio.Radio, catalog *thing.Catalog, log *slog.Logger) *supervisor {
	s := &supervisor{log: log, stand: map[string]standing{}, switched: make(chan struct{})}
	for _, r := range radios {
		s.radios = append(s.radios, fence.New(r, catalog))
	}
	return s
}

// byName returns the radios that orders are given to.
func (s *supervisor) byName() map[string]radio.Radio {
	radios := map[string]radio.Radio{}
	for _, r := range s.radios {
		radios[r.Name()] = r
	}
	return radios
}

// checkNames refuses radios that could not be told apart by their addresses.
func checkNames(radios []radio.Radio) error {
	seen := map[string]bool{}
	for _, r := range radios {
		name := r.Name()
		if name == "" || strings.Contains(name, "/") || seen[name] {
			return fmt.Errorf("radio %q: the names of radios must differ and hold no slash", name)
		}
		seen[name] = true
	}
	return nil
}

// remember lets an outbox that was never told anything begin with what the devices
// remember.
func (s *supervisor) remember(box *outbox.Outbox) error {
	if !box.Fresh() {
		return nil
	}
	for _, r := range s.radios {
		rememberer, ok := r.Inner().(radio.Rememberer)
		if !ok {
			continue
		}
		devices, told := rememberer.Past()
		if err := box.Remember(r.Name(), devices, told); err != nil {
			return err
		}
	}
	return nil
}

// run keeps all radios running until ctx ends. An error is one of the disk.
func (s *supervisor) run(ctx context.Context, box *outbox.Outbox) error {
	if err := s.loseUnknown(ctx, box); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, r := range s.radios {
		group.Go(func() error { return s.keep(ctx, r, box) })
	}
	group.Go(func() error { // so that an agent without radios runs, too
		<-ctx.Done()
		return nil
	})
	return group.Wait()
}

// loseUnknown tells that devices of radios this agent no longer has cannot be
// reached.
func (s *supervisor) loseUnknown(ctx context.Context, box *outbox.Outbox) error {
	names, err := box.Radios(ctx)
	if err != nil {
		return ignoreEnd(ctx, err)
	}
	for _, name := range names {
		if _, ok := s.find(name); !ok {
			if err := box.Unreachable(ctx, name); err != nil {
				return ignoreEnd(ctx, err)
			}
		}
	}
	return nil
}

// keep runs one radio again and again. While it does not run, none of its devices
// can be reached, and the cloud is told so.
func (s *supervisor) keep(ctx context.Context, r *fence.Fence, box *outbox.Outbox) error {
	wait := radioWait
	for {
		if err := s.rest(ctx, r, box); err != nil || ctx.Err() != nil {
			return ignoreEnd(ctx, err)
		}
		s.begins(r)
		begun := time.Now()
		err := s.runWhileOn(ctx, r, box.Sink(r.Name()))
		if ctx.Err() != nil {
			return nil
		}
		if errors.Is(err, errOff) {
			wait = radioWait
			continue
		}
		s.ended(r, err)
		if err := box.Unreachable(ctx, r.Name()); err != nil {
			return ignoreEnd(ctx, err)
		}
		if time.Since(begun) >= maxRadioWait {
			wait = radioWait
		}
		s.log.Warn("a radio ended", "radio", r.Name(), "why", err, "again_in", wait)
		s.pause(ctx, r, wait/2+rand.N(wait/2)) //nolint:gosec // spreads attempts, guards nothing
		wait = min(2*wait, maxRadioWait)
	}
}

// errEnded is why a radio does not run that gave no reason.
var errEnded = errors.New("it ended without being asked")

// begins notes that a radio runs, or is about to.
func (s *supervisor) begins(r *fence.Fence) {
	s.change(r, func(now *standing) { now.problem = "" })
}

// ended notes why a radio does not run any more.
func (s *supervisor) ended(r *fence.Fence, err error) {
	s.change(r, func(now *standing) {
		now.problem, now.last = err.Error(), err.Error()
		now.restarts++
	})
}

func ignoreEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// sleep waits for d; false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
