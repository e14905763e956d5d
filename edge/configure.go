package edge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"

	"logis/domain"
	"logis/edge/configuration"
	"logis/edge/outbox"
	"logis/edge/radio/fence"
)

// openKeeper opens what keeps the configuration from the cloud. What it applies
// and tells goes to the outbox, which runs before it does.
func (a *Agent) openKeeper() (*configuration.Keeper, error) {
	return configuration.Open(configuration.Options{
		Path: filepath.Join(a.options.Dir, keeperFile), Trial: a.options.Trial, Log: a.options.Log, Apply: a.apply,
		Tell: func(ctx context.Context, version domain.Seq, state domain.ConfigurationState, reason string) error {
			return a.box().Configured(ctx, version, state, reason)
		},
	})
}

func (a *Agent) box() *outbox.Outbox {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.outbox
}

// quota returns how many bytes may wait for the cloud.
func (a *Agent) quota(c domain.Configuration) int64 {
	const mib = 1 << 20
	return cmp.Or(int64(c.OutboxMiB)*mib, a.options.MaxOutboxBytes, outbox.DefaultMaxBytes)
}

// apply makes the agent work with a configuration. It implements Apply of
// configuration.Options.
func (a *Agent) apply(ctx context.Context, c domain.Configuration) (well func() error, err error) {
	for _, name := range c.RadiosOff {
		if _, ok := a.radios.find(name); !ok {
			return nil, fmt.Errorf("this gateway has no radio %q", name)
		}
	}
	if err := a.box().SetMaxBytes(ctx, a.quota(c)); err != nil {
		return nil, err
	}
	if a.options.LogLevel != nil {
		a.options.LogLevel.Set(slogLevel(c.LogLevel))
	}
	// A radio that was on before is not this configuration's fault.
	roused := a.radios.switchOff(c.RadiosOff)
	before := map[string]int{}
	for _, name := range roused {
		before[name] = a.radios.standOf(name).restarts
	}
	return func() error {
		for _, name := range roused {
			if now := a.radios.standOf(name); now.restarts > before[name] {
				return fmt.Errorf("the radio %s does not run: %s", name, now.last)
			}
		}
		return a.roomLeft(ctx)
	}, nil
}

// nearFull is the share of its quota, in percent, from which on an outbox is
// about to drop reports.
const nearFull = 95

// roomLeft returns why the outbox is too small, if it is.
func (a *Agent) roomLeft(ctx context.Context) error {
	d, err := a.box().Depth(ctx)
	switch {
	case errors.Is(err, outbox.ErrStopped), err != nil && ctx.Err() != nil:
		return nil // the agent stops or starts anew, which ends the trial by itself
	case err != nil:
		return err
	case d.Bytes*100 >= d.MaxBytes*nearFull:
		return fmt.Errorf("%d of %d bytes wait for the cloud already", d.Bytes, d.MaxBytes)
	}
	return nil
}

// slogLevel returns what a level of the configuration is called in slog.
func slogLevel(level domain.LogLevel) slog.Level {
	switch level {
	case domain.LogDebug:
		return slog.LevelDebug
	case domain.LogWarn:
		return slog.LevelWarn
	case domain.LogError:
		return slog.LevelError
	case domain.LogInfo:
	}
	return slog.LevelInfo
}

// levelOf is slogLevel the other way round.
func levelOf(level slog.Level) domain.LogLevel {
	switch {
	case level < slog.LevelInfo:
		return domain.LogDebug
	case level < slog.LevelWarn:
		return domain.LogInfo
	case level < slog.LevelError:
		return domain.LogWarn
	}
	return domain.LogError
}

// find returns the radio of the name; ok is false when there is none.
func (s *supervisor) find(name string) (r *fence.Fence, ok bool) {
	i := slices.IndexFunc(s.radios, func(r *fence.Fence) bool { return r.Name() == name })
	if i < 0 {
		return nil, false
	}
	return s.radios[i], true
}
