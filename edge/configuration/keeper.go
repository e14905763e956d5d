// Package configuration keeps what the cloud wants the agent to work with: on
// disk, on trial before it counts, and given up when the agent is not well with it.
//
//	offered ─▶ on disk as trial ─▶ applied ─▶ Trial passes and the agent is well ─▶ good
//	                                  └─▶ refused, unwell, or the agent ended ─▶ the last good one again
//
// Whatever moment the agent is killed at, it starts with the last good one: a
// trial that is found on disk at the start is one that did not end well. What a
// version came to is on disk before it is told, and is told again when the version
// is offered again.
package configuration

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"

	"logis/domain"
	"logis/edge/identity"
)

// DefaultTrial is how long the agent must be well with a configuration before it
// counts: some attempts of a radio that does not find its broker.
const DefaultTrial = 30 * time.Second

// checkPeriod lies between two looks at the agent's health during a trial.
const checkPeriod = time.Second

// maxFile bounds the file, in bytes: two configurations and a sentence.
const maxFile = 64 << 10

// Options say what a configuration acts on.
type Options struct {
	Path string // of the file
	// Apply makes the agent work with a configuration. An error says why it cannot,
	// and then nothing has changed. well tells later why the agent is not well with it.
	Apply func(context.Context, domain.Configuration) (well func() error, err error)
	// Tell writes down for the cloud what a version came to. An error is one of the disk.
	Tell  func(ctx context.Context, version domain.Seq, state domain.ConfigurationState, reason string) error
	Trial time.Duration // 0: DefaultTrial
	Log   *slog.Logger
}

// version is a configuration and where it comes from; version 0 is the gateway's
// own settings.
type version struct {
	Version       domain.Seq           `json:"version"`
	Configuration domain.Configuration `json:"configuration"`
	told          bool                 // the cloud knows what it came to
}

// settled is what the newest version came to.
type settled struct {
	Version domain.Seq                `json:"version"`
	State   domain.ConfigurationState `json:"state"`
	Reason  string                    `json:"reason,omitempty"`
}

// kept is the file.
type kept struct {
	Good    version  `json:"good"`
	Trial   *version `json:"trial,omitempty"`
	Settled settled  `json:"settled"`
}

// Keeper keeps the configuration of one agent.
type Keeper struct {
	options Options
	kept    kept // owned by Run once it runs

	mu      sync.Mutex
	offered *version
	news    chan struct{}
	state   Status
}

// Status is how the configuration stands.
type Status struct {
	Version domain.Seq                `json:"version"`         // the agent works with; 0: its own settings
	Trial   domain.Seq                `json:"trial,omitempty"` // version on trial, 0: none
	Settled domain.Seq                `json:"settled"`         // the newest version that is not on trial …
	State   domain.ConfigurationState `json:"state,omitempty"` // … and what it came to
	Reason  string                    `json:"reason,omitempty"`
}

// Open reads the file. A trial in it did not end well: it is over. A file that is
// damaged counts as none.
func Open(o Options) (*Keeper, error) {
	if o.Trial == 0 {
		o.Trial = DefaultTrial
	}
	k := &Keeper{options: o, news: make(chan struct{}, 1)}
	text, err := os.ReadFile(o.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("configuration: %w", err)
	case len(text) > maxFile || json.Unmarshal(text, &k.kept) != nil || k.kept.Good.Configuration.Check() != nil:
		o.Log.Warn("the configuration from the cloud is damaged; the gateway's own settings count", "file", o.Path)
		k.kept = kept{}
	}
	if trial := k.kept.Trial; trial != nil {
		if err := k.giveUp(trial.Version, "the agent ended while it was tried"); err != nil {
			return nil, err
		}
	}
	k.show()
	return k, nil
}

// Good returns the configuration that counts.
func (k *Keeper) Good() domain.Configuration { return k.kept.Good.Configuration }

// Status returns how the configuration stands.
func (k *Keeper) Status() Status {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.state
}

// show makes what is kept visible to Status.
func (k *Keeper) show() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.state = Status{
		Version: k.kept.Good.Version, Settled: k.kept.Settled.Version, State: k.kept.Settled.State, Reason: k.kept.Settled.Reason,
	}
	if trial := k.kept.Trial; trial != nil {
		k.state.Version, k.state.Trial = trial.Version, trial.Version
	}
}

// Offer takes what the cloud wants, and whether it knows what that came to. It
// returns at once; of several, the newest counts.
func (k *Keeper) Offer(v domain.Seq, wanted domain.Configuration, told bool) {
	k.mu.Lock()
	if k.offered == nil || v >= k.offered.Version {
		k.offered = &version{v, wanted, told}
	}
	k.mu.Unlock()
	select {
	case k.news <- struct{}{}:
	default:
	}
}

func (k *Keeper) take() *version {
	k.mu.Lock()
	defer k.mu.Unlock()
	v := k.offered
	k.offered = nil
	return v
}

// Run applies the configuration that counts and then what is offered, until ctx
// ends; then it returns nil. Any other return is an error of the disk.
func (k *Keeper) Run(ctx context.Context) error {
	k.begin(ctx)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-k.news:
		}
		for v := k.take(); v != nil && ctx.Err() == nil; v = k.take() {
			if err := k.consider(ctx, *v); err != nil {
				return ignoreEnd(ctx, err)
			}
		}
	}
}

// begin applies what counts.
func (k *Keeper) begin(ctx context.Context) {
	if k.kept.Good.Version == 0 {
		return
	}
	if _, err := k.options.Apply(ctx, k.Good()); err != nil {
		k.options.Log.Error("the configuration from the cloud cannot be applied any more", "version", k.kept.Good.Version, "why", err)
	}
}

// consider tries a version, unless it is settled already.
func (k *Keeper) consider(ctx context.Context, v version) error {
	switch done := k.kept.Settled; {
	case v.Version < done.Version, v.Version == done.Version && v.told:
		return nil
	case v.Version == done.Version:
		return k.tell(ctx)
	}
	return k.try(ctx, v)
}

// try works with a version for a while and keeps it, or goes back.
func (k *Keeper) try(ctx context.Context, v version) error {
	if err := v.Configuration.Check(); err != nil {
		if err := k.giveUp(v.Version, err.Error()); err != nil {
			return err
		}
		return k.tell(ctx)
	}
	k.kept.Trial = &v
	if err := k.save(); err != nil {
		return err
	}
	k.options.Log.Info("a configuration from the cloud is tried", "version", v.Version)
	well, err := k.options.Apply(ctx, v.Configuration)
	if err == nil {
		err = k.watch(ctx, well)
	}
	if ctx.Err() != nil {
		return ctx.Err() // the next start finds the trial and goes back
	}
	if err != nil {
		return k.goBack(ctx, v, err)
	}
	k.kept.Good, k.kept.Trial = v, nil
	k.kept.Settled = settled{Version: v.Version, State: domain.ConfigurationApplied}
	if err := k.save(); err != nil {
		return err
	}
	return k.tell(ctx)
}

// errNewer ends a trial for a newer one.
var errNewer = errors.New("a newer configuration came while it was tried")

// watch returns nil when the trial has passed and the agent is well, or why not.
func (k *Keeper) watch(ctx context.Context, well func() error) error {
	passed := time.NewTimer(k.options.Trial)
	defer passed.Stop()
	look := time.NewTicker(checkPeriod)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-passed.C:
			return well()
		case <-look.C:
			if err := well(); err != nil {
				return err
			}
		case <-k.news:
			k.mu.Lock()
			newer := k.offered != nil && k.offered.Version > k.kept.Trial.Version
			if !newer {
				k.offered = nil // the one on trial, once more
			}
			k.mu.Unlock()
			if newer {
				return errNewer
			}
		}
	}
}

// goBack works with the last good one again.
func (k *Keeper) goBack(ctx context.Context, v version, why error) error {
	if _, err := k.options.Apply(ctx, k.Good()); err != nil {
		why = fmt.Errorf("%w; and the one before cannot be applied: %w", why, err)
	}
	if err := k.giveUp(v.Version, why.Error()); err != nil {
		return err
	}
	return k.tell(ctx)
}

// giveUp keeps on disk that a version does not count.
func (k *Keeper) giveUp(v domain.Seq, why string) error {
	k.kept.Trial = nil
	k.kept.Settled = settled{Version: v, State: domain.ConfigurationRolledBack, Reason: why}
	return k.save()
}

// tell tells what the newest version came to.
func (k *Keeper) tell(ctx context.Context) error {
	s := k.kept.Settled
	if s.State == domain.ConfigurationApplied {
		k.options.Log.Info("the agent works with a configuration from the cloud", "version", s.Version)
	} else {
		k.options.Log.Warn("a configuration from the cloud is rolled back", "version", s.Version, "why", s.Reason)
	}
	return k.options.Tell(ctx, s.Version, s.State, s.Reason)
}

func (k *Keeper) save() error {
	text, err := json.Marshal(k.kept)
	if err == nil {
		err = identity.Keep(k.options.Path, text)
	}
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	k.show()
	return nil
}

func ignoreEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}
