package rule

import (
	"cmp"
	"encoding/binary"
	"slices"
	"time"

	"logis/domain"
)

// Run holds a home in memory and lets its rules react as the server's append does.
// It is for what must not touch the world: a backtest, an edge's rules, tests. It
// is not safe for concurrent use.
type Run struct {
	Home *domain.Home
	// At is where it runs: rules placed elsewhere stay silent. Zero: the cloud.
	At domain.GatewayID
	// Seen is told every event that is recorded, in order; may be nil.
	Seen func(*domain.RecordedEvent)
	// Aside, unless zero, gives what is recorded seqs of its own, from here on, so that
	// what Follow takes from a log keeps those it has there.
	Aside domain.Seq

	depth int
}

// maxCascade bounds how deep rules answer each other; MaxDepth cuts them earlier.
const maxCascade = 4 * MaxDepth

// Record adds an event at a time and everything that rules make of it.
func (r *Run) Record(ev domain.Event, at time.Time) (*domain.RecordedEvent, error) {
	data, err := domain.EncodeFact(ev.Fact)
	if err != nil {
		return nil, err
	}
	if r.Aside != 0 {
		r.Home.Seq = r.Aside
		r.Aside++
	}
	rec := &domain.RecordedEvent{
		Event: ev, HomeID: r.Home.ID, Seq: r.Home.Seq + 1, Schema: domain.FactSchema, RecordedAt: at, Data: data,
	}
	binary.BigEndian.PutUint64(rec.ID[8:], uint64(rec.Seq)) //nolint:gosec // seqs are positive
	if rec.OccurredAt.IsZero() {
		rec.OccurredAt = at
	}
	if rec.Correlation == 0 {
		rec.Correlation = rec.Causation
	}
	if err := r.Home.Apply(rec); err != nil {
		return nil, err
	}
	if r.Seen != nil {
		r.Seen(rec)
	}
	return rec, r.react(rec)
}

// Follow folds an event of a log, which was recorded elsewhere, and adds everything
// that rules make of it. Events may be left out.
func (r *Run) Follow(rec *domain.RecordedEvent) error {
	r.Home.Seq = rec.Seq - 1
	if err := r.Home.Apply(rec); err != nil {
		return err
	}
	return r.react(rec)
}

func (r *Run) react(rec *domain.RecordedEvent) error {
	if r.depth == maxCascade {
		return domain.Errorf(domain.Internal, "rules answer each other without end")
	}
	r.depth++
	defer func() { r.depth-- }()
	for _, d := range React(r.Home, rec, r.At) {
		err := Carry(r.Home, d, rec, func(ev domain.Event) (*domain.RecordedEvent, error) { return r.follow(ev, rec.RecordedAt) })
		if err != nil {
			return err
		}
	}
	return nil
}

// follow records what rules do, in the name of the place where they run.
func (r *Run) follow(ev domain.Event, at time.Time) (*domain.RecordedEvent, error) {
	if g, ok := r.Home.Gateways[r.At]; ok {
		ev.Edge = domain.EdgeRef{Gateway: r.At, Epoch: g.Epoch, Seq: g.Cursor + 1}
	}
	return r.Record(ev, at)
}

// Advance ends the waits whose time comes until now, each at its time.
func (r *Run) Advance(now time.Time) error {
	for {
		waits := Waits(r.Home, r.At)
		if len(waits) == 0 || waits[0].Wait.Due.After(now) {
			return nil
		}
		at := waits[0].Wait.Due
		if err := EndWaits(r.Home, r.At, at, func(ev domain.Event) (*domain.RecordedEvent, error) { return r.follow(ev, at) }); err != nil {
			return err
		}
	}
}

// Waiting is a wait of one of a home's rules that ends by the clock.
type Waiting struct {
	Rule domain.RuleID
	Wait domain.Wait
}

// Waits returns the waits of rules at a place that end by the clock, in the order of
// their times.
func Waits(home *domain.Home, at domain.GatewayID) []Waiting {
	var all []Waiting
	for id := range home.Runs {
		if home.Rules[id] == nil {
			continue
		}
		for _, w := range WaitsOf(home, id) {
			if w.Edge.Gateway != at {
				continue
			}
			all = append(all, Waiting{Rule: id, Wait: w})
		}
	}
	slices.SortFunc(all, func(a, b Waiting) int { return byTime(a.Wait, b.Wait) })
	return all
}

// WaitsOf returns the waits of one rule that end by the clock, in the order of their
// times.
func WaitsOf(home *domain.Home, id domain.RuleID) []domain.Wait {
	run, ok := home.Runs[id]
	if !ok {
		return nil
	}
	waits := slices.DeleteFunc(slices.Clone(run.Waits), func(w domain.Wait) bool { return w.Due.IsZero() })
	slices.SortFunc(waits, byTime)
	return waits
}

func byTime(a, b domain.Wait) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Seq, b.Seq)) }
