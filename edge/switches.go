package edge

import (
	"context"
	"errors"
	"slices"
	"time"

	"logis/edge/outbox"
	"logis/edge/radio"
)

// errOff ends a radio that was switched off.
var errOff = errors.New("it is switched off")

// switchOff lets the named radios rest and all others run, at once. It returns
// those that rested until now.
func (s *supervisor) switchOff(names []string) (roused []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range s.off {
		if !slices.Contains(names, name) {
			roused = append(roused, name)
		}
	}
	s.off = slices.Clone(names)
	close(s.switched)
	s.switched = make(chan struct{})
	return roused
}

// isOff reports whether a radio is switched off; the channel is closed when that
// may have changed.
func (s *supervisor) isOff(r radio.Radio) (off bool, switched <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Contains(s.off, r.Name()), s.switched
}

// rest returns when the radio is switched on. Until then none of its devices can be
// reached.
func (s *supervisor) rest(ctx context.Context, r radio.Radio, box *outbox.Outbox) error {
	off, switched := s.isOff(r)
	if !off {
		return nil
	}
	s.change(r, func(now *standing) { now.off, now.problem = true, "" })
	defer s.change(r, func(now *standing) { now.off = false })
	if err := box.Unreachable(ctx, r.Name()); err != nil {
		return err
	}
	s.log.Info("a radio rests", "radio", r.Name())
	for ; off; off, switched = s.isOff(r) {
		select {
		case <-ctx.Done():
			return nil
		case <-switched:
		}
	}
	return nil
}

// pause waits for d, or until the radio is switched off or ctx ends.
func (s *supervisor) pause(ctx context.Context, r radio.Radio, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for {
		off, switched := s.isOff(r)
		if off {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			return
		case <-switched:
		}
	}
}

// runWhileOn runs a radio until it ends, which is an error, or is switched off,
// which is errOff.
func (s *supervisor) runWhileOn(ctx context.Context, r radio.Radio, sink radio.Sink) error {
	on, end := context.WithCancelCause(ctx)
	defer end(nil)
	go func() {
		for {
			off, switched := s.isOff(r)
			if off {
				end(errOff)
				return
			}
			select {
			case <-on.Done():
				return
			case <-switched:
			}
		}
	}()
	err := r.Run(on, sink)
	switch {
	case errors.Is(context.Cause(on), errOff):
		return errOff
	case err == nil:
		return errEnded
	}
	return err
}

// change changes how a radio stands.
func (s *supervisor) change(r radio.Radio, turn func(*standing)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.stand[r.Name()]
	turn(&now)
	s.stand[r.Name()] = now
}

// standOf returns how a radio stands, by its name.
func (s *supervisor) standOf(name string) standing {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stand[name]
}
