package whatif

import (
	"context"
	"errors"
	"time"

	"logis/domain"
)

// Limits of one run.
const (
	// MaxSpan is the longest window: a quarter, of which every season's light has its
	// share.
	MaxSpan = 92 * 24 * time.Hour
	// MaxEvents bounds the events one run reads: some seconds of work.
	MaxEvents = 500_000
	// MaxRows bounds the firings of a result: more than anybody looks through.
	MaxRows = 1000
	// MaxVersions is how many versions are run side by side.
	MaxVersions = 2
)

// Log is a home's past, to be read.
type Log interface {
	// At returns the home after an event, the caller's own. It refuses with NotFound
	// and Invalid.
	At(ctx context.Context, home domain.HomeID, seq domain.Seq) (*domain.Home, error)
	// Scan calls visit for every event after one seq up to another, in order, until
	// visit fails, and returns that error. visit may keep the event.
	Scan(ctx context.Context, home domain.HomeID, after, to domain.Seq, visit func(*domain.RecordedEvent) error) error
}

// Window is a stretch of a home's log: the events after one seq, at least 1, up to
// another.
type Window struct {
	Home      domain.HomeID
	After, To domain.Seq
	Until     time.Time // what is due then still happens; zero: it ends with its last event
}

// Tested is a rule as it is tried.
type Tested struct {
	Rule     domain.RuleID
	Version  domain.Seq // the event that brought the document; 0: a draft
	Document domain.RuleDocument
	Grants   []domain.DeviceID // what an owner lets it open
}

// Firing is a rule that would have fired.
type Firing struct {
	At      time.Time
	Trigger int
	Checked []domain.Checked // every part of its condition
	Asked   []Asked          // in the order of time; what came after a delay too
}

// Asked is something a rule would have done, or could not.
type Asked struct {
	At     time.Time
	Entity domain.EntityID
	Fact   domain.Fact // command.requested, scene.activated, home.mode_changed, notice.raised, rule.failed or rule.cut
}

// Did is a firing of the log.
type Did struct {
	Seq     domain.Seq // of the rule.fired
	At      time.Time
	Version domain.Seq
}

// Row is one occasion: what would have come of it in each version, and what did.
type Row struct {
	Rule  domain.RuleID
	Seq   domain.Seq // of the event that triggered it; 0: the clock did, or what the rule itself would have done
	At    time.Time  // when the first of them fired
	Would []*Firing  // by version; nil: it would have stayed silent
	Did   *Did       // nil: it stayed silent
}

// Differs reports whether the row is not the same for all versions and the log.
func (r *Row) Differs() bool {
	for _, w := range r.Would {
		if (w == nil) != (r.Did == nil) {
			return true
		}
	}
	return false
}

// Result is what came of a run.
type Result struct {
	Rows   []*Row     // in the order in which they happened
	Would  []int      // how many firings, by version
	Did    int        // how many firings of the log
	Differ int        // how many rows differ
	Events int        // of the log that were read
	To     domain.Seq // the last of them
	Full   bool       // whether that is the end of the window
}

var errFull = errors.New("enough")

// Run tries versions over a window, each of them one or several rules that run
// together, and sets what they would have done beside what those rules did. It ends
// early, and says so, when there are too many events or firings. It refuses as Log
// does.
func Run(ctx context.Context, log Log, window Window, versions ...[]Tested) (*Result, error) {
	p := newPairs(len(versions))
	worlds := make([]*world, len(versions))
	for i, rules := range versions {
		w := newWorld(window, i, rules)
		w.fired = func(k key, ev *domain.RecordedEvent, f *Firing) { p.would(i, k, ev, f) }
		w.linked = func(made, told domain.Seq) { p.rename(i, made, told) }
		worlds[i] = w
	}
	full, err := replay(ctx, log, window, worlds, p)
	if err != nil {
		return nil, err
	}
	return p.end(full), nil
}

// replay leads worlds through a window, and shows its events to whoever watches.
func replay(ctx context.Context, log Log, window Window, worlds []*world, watch watcher) (full bool, err error) {
	start, err := startOf(ctx, log, window)
	if err != nil {
		return false, err
	}
	for i, w := range worlds {
		home, err := log.At(ctx, window.Home, window.After)
		if err != nil {
			return false, err
		}
		if i == 0 {
			watch.begin(home, w.rules)
		}
		if err := w.begin(home, start); err != nil {
			return false, err
		}
	}
	events := 0
	err = log.Scan(ctx, window.Home, window.After, window.To, func(ev *domain.RecordedEvent) error {
		if events == MaxEvents || watch.sated() {
			return errFull
		}
		events++
		for _, w := range worlds {
			if err := w.follow(ev); err != nil {
				return err
			}
		}
		watch.did(ev)
		return nil
	})
	if errors.Is(err, errFull) {
		return false, nil
	}
	for _, w := range worlds {
		if err == nil {
			err = w.advance(window.Until)
		}
	}
	return err == nil, err
}

// watcher sees a window beside the worlds that are led through it.
type watcher interface {
	begin(home *domain.Home, rules map[domain.RuleID]bool)
	did(ev *domain.RecordedEvent)
	sated() bool
}

// startOf returns when the window begins: with the event before its first one.
func startOf(ctx context.Context, log Log, window Window) (at time.Time, err error) {
	if window.After < 1 || window.To < window.After {
		return at, domain.InvalidInput(domain.Fault{Field: "from", Message: "must be after the home began, and not after to"})
	}
	err = log.Scan(ctx, window.Home, window.After-1, window.After, func(ev *domain.RecordedEvent) error {
		at = ev.RecordedAt
		return nil
	})
	return at, err
}
