package rules

import (
	"context"
	"crypto/ed25519"
	"log/slog"
	"sync"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/clock"
	"logis/edge/outbox"
	"logis/wire"
)

// Options say what an Engine works with.
type Options struct {
	Dir     string // where bundles are kept
	Home    domain.HomeID
	Gateway domain.GatewayID
	Outbox  *outbox.Outbox
	Time    *clock.Server
	// Act gives a command to the executor: due is the time since boot after which it
	// must not be begun, 0 if there is none.
	Act func(ctx context.Context, c wire.Command, due time.Duration) error
	Log *slog.Logger
}

// Engine runs rules. Its methods may be called concurrently.
type Engine struct {
	options Options
	catalog *thing.Catalog
	wake    chan struct{} // something is to be done: a time has changed, a command waits

	join wire.Joiner // only the link uses it

	mu      sync.Mutex
	key     ed25519.PublicKey // that signs bundles; nil until the first one
	version domain.Seq        // of the bundle
	refused string            // why a newer one was not taken
	home    *domain.Home      // as this gateway knows it; nil: no rules run here
	kept    map[domain.RuleID]domain.Seq
	// released are rules that ran here, and since when they do not.
	released map[domain.RuleID]time.Time
	rebased  bool // what was dated before the server was heard has its true time
	depth    int  // how deep rules are answering each other
	acts     []outbox.Act
}

// New returns the engine of an outbox, which it follows from now on. Start it before
// anything is written there. The error is one of the catalog of devices.
func New(o Options) (*Engine, error) {
	catalog, err := thing.Standard()
	if err != nil {
		return nil, err
	}
	e := &Engine{options: o, catalog: catalog, wake: make(chan struct{}, 1), kept: map[domain.RuleID]domain.Seq{}, released: map[domain.RuleID]time.Time{}}
	o.Outbox.Follow(e)
	return e, nil
}

// Lookout is how often the engine looks at the time while rules wait for it. Package
// time knows nothing of a machine that was asleep, or of a server's clock that was
// set.
const lookout = 500 * time.Millisecond

// Run takes up the rules of the last bundle, ends what they wait for when its time
// comes and gives their commands to the executor, until ctx ends. An error is one
// of the disk.
func (e *Engine) Run(ctx context.Context) error {
	if err := e.resume(ctx); err != nil {
		return ignoreEnd(ctx, err)
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-e.wake:
		case <-timer.C:
		}
		if err := e.giveActs(ctx); err != nil {
			return ignoreEnd(ctx, err)
		}
		if err := e.endWaits(ctx); err != nil {
			return ignoreEnd(ctx, err)
		}
		if wait, waits := e.untilDue(); waits {
			timer.Reset(wait)
		}
	}
}

func ignoreEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// Give implements outbox.Follower.
func (e *Engine) Give(acts []outbox.Act) {
	e.mu.Lock()
	e.acts = append(e.acts, acts...) // no more than rules may do in the time of a look
	e.mu.Unlock()
	e.nudge()
}

func (e *Engine) nudge() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// giveActs gives the commands of rules to the executor, in their order.
func (e *Engine) giveActs(ctx context.Context) error {
	e.mu.Lock()
	acts := e.acts
	e.acts = nil
	e.mu.Unlock()
	for _, a := range acts {
		var due time.Duration
		if a.TTL > 0 {
			due = a.At + a.TTL
		}
		err := e.options.Act(ctx, wire.Command{
			ID: a.Command, Device: a.Device, Class: a.Class, Set: a.Set, Action: a.Action, Input: a.Input,
			TransitionMS: a.Transition.Milliseconds(),
		}, due)
		if err != nil {
			return err
		}
	}
	return nil
}

// untilDue returns how long nothing needs to be looked at; false: until something
// comes.
func (e *Engine) untilDue() (time.Duration, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	first := e.firstDue()
	if first.IsZero() {
		return lookout, e.home != nil && !e.rebased // until it is known what time it is
	}
	now := time.Unix(0, int64(e.options.Time.Boot()))
	if reading, known := e.options.Time.Now(); known {
		now = reading.At
	}
	return min(max(first.Sub(now), 0), lookout), true
}

// mayRebase reports whether the time has become known.
func (e *Engine) mayRebase() bool {
	_, known := e.options.Time.Now()
	return e.home != nil && !e.rebased && known
}

func (e *Engine) firstDue() (first time.Time) {
	if e.home == nil {
		return first
	}
	for _, run := range e.home.Runs {
		if due := run.Due(); !due.IsZero() && (first.IsZero() || due.Before(first)) {
			first = due
		}
	}
	return first
}
