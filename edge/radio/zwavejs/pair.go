package zwavejs

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"
)

// errInclusion is why no new node can come in.
var errInclusion = errors.New("the controller lets no new devices in now")

// Pair opens the network to new devices, for five minutes at most, or closes it when
// the window is zero. They come in
// with the best security that needs no code to be typed in: one whose code is
// asked for, such as a lock, is better let in with Z-Wave JS UI.
func (r *Radio) Pair(ctx context.Context, window time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	s, err := r.connected()
	if err != nil {
		return err
	}
	if window <= 0 {
		// One that is over by itself cannot be stopped, and needs not be.
		if _, err := s.request(ctx, "controller.stop_inclusion", nil); err != nil && !errors.Is(err, errServer) {
			return err
		}
		return nil
	}
	const byDefault = 0 // the newest security both sides can do
	text, err := s.request(ctx, "controller.begin_inclusion", map[string]any{"options": map[string]any{"strategy": byDefault}})
	if err != nil {
		return err
	}
	var answer struct {
		Success bool `json:"success"`
	}
	if json.Unmarshal(text, &answer) != nil || !answer.Success {
		return errInclusion
	}
	select {
	case s.windows <- max(time.Second, min(window, maxPairing)):
	default: // one is open already; it closes first
	}
	return nil
}

// letIn closes the network when its time is over.
func (s *session) letIn(ctx context.Context) error {
	for {
		var window time.Duration
		select {
		case window = <-s.windows:
		case <-ctx.Done():
			return ctx.Err()
		}
		timer := time.NewTimer(window)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
		// An inclusion that is over by itself cannot be stopped, and needs not be.
		if _, err := s.request(ctx, "controller.stop_inclusion", nil); err != nil && !errors.Is(err, errServer) {
			return err
		}
	}
}

// Security classes that can be granted without a code.
const (
	unauthenticated = 0
	legacySecurity  = 7
)

// answerInclusion answers what the server asks while a device comes in.
func (s *session) answerInclusion(ctx context.Context, e event) error {
	command, fields := "controller.validate_dsk_and_enter_pin", map[string]any{"pin": false}
	if e.Name == "grant security classes" {
		var requested struct {
			Classes []int `json:"securityClasses"`
		}
		if json.Unmarshal(e.Requested, &requested) != nil {
			s.stats.Malformed.Add(1)
		}
		granted := slices.DeleteFunc(requested.Classes, func(class int) bool { return class != unauthenticated && class != legacySecurity })
		command = "controller.grant_security_classes"
		fields = map[string]any{"inclusionGrant": map[string]any{"securityClasses": granted, "clientSideAuth": false}}
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	if _, err := s.request(ctx, command, fields); err != nil && !errors.Is(err, errServer) && !errors.Is(err, errNoReply) {
		return err
	}
	return nil
}
