// Package storetest is a made-up past: a writer of random histories that are
// valid, because the domain itself decides on every event. The same seed tells
// the same story. Tests and measurements of the rooms above the log start from it.
package storetest

import (
	"bytes"
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
)

// Limits of a made-up home, so that its parts meet each other often.
const (
	maxDevices  = 12
	maxRooms    = 4
	maxGateways = 2
	maxMembers  = 3
)

// Replica is the server that holds the sessions of made-up gateways.
const Replica = "made-up"

// Writer lets one home live. It is not safe for concurrent use.
type Writer struct {
	Home  domain.HomeID
	Owner domain.PersonID

	random *rand.Rand
	kinds  []*thing.Model
}

// NewWriter returns a writer whose home, and all that happens in it, follow from
// the seed.
func NewWriter(seed uint64, catalog *thing.Catalog) *Writer {
	w := &Writer{random: rand.New(rand.NewPCG(seed, 1)), kinds: catalog.Kinds()} //nolint:gosec // a story, not a secret
	w.Home, w.Owner = newID[domain.HomeKind](w.random), newID[domain.PersonKind](w.random)
	return w
}

// Found begins the home's log with its first two events.
func (w *Writer) Found(ctx context.Context, store *eventstore.Store) error {
	return store.Found(ctx, w.Home, func(ctx context.Context, tx *eventstore.Tx) error {
		created, joined := domain.FoundHome(w.Home, w.Owner, "Europe/Paris")
		if _, err := tx.RecordNamed(ctx, w.Home, created, "Logis"); err != nil {
			return err
		}
		_, err := tx.Record(ctx, w.Home, joined)
		return err
	})
}

// Write lets things happen, in one append, until at least n events are recorded.
func (w *Writer) Write(ctx context.Context, store *eventstore.Store, n int) error {
	return store.Append(ctx, []domain.HomeID{w.Home}, func(ctx context.Context, tx *eventstore.Tx) error {
		end := tx.Home(w.Home).Seq + domain.Seq(n)
		for tx.Home(w.Home).Seq < end {
			if err := w.Step(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// Step lets one random thing happen in an append that has locked the home: it
// records a few events, or none when the home does not allow it.
func (w *Writer) Step(ctx context.Context, tx *eventstore.Tx) error {
	all := steps()
	total := 0
	for _, s := range all {
		total += s.weight
	}
	n := w.random.IntN(total)
	for _, s := range all {
		if n -= s.weight; n < 0 {
			t := turn{Writer: w, tx: tx, home: tx.Home(w.Home), now: tx.Now()}
			return s.happen(ctx, &t)
		}
	}
	return nil
}

// turn is one step under way.
type turn struct {
	*Writer
	tx   *eventstore.Tx
	home *domain.Home
	now  time.Time
}

// record records what was decided; a refusal is a step that leads nowhere.
func (t *turn) record(ctx context.Context, refusal error, events ...domain.Event) error {
	if refusal != nil {
		return nil
	}
	for _, ev := range events {
		if _, err := t.tx.Record(ctx, t.Home, ev); err != nil {
			return err
		}
	}
	return nil
}

// tell records what a gateway says, as the next entry of its outbox.
func (t *turn) tell(ctx context.Context, g *domain.Gateway, flags domain.Flags, refusal error, ev domain.Event) error {
	if refusal != nil {
		return nil
	}
	ev.Edge = domain.EdgeRef{Gateway: g.ID, Epoch: g.Epoch, Seq: g.Cursor + 1}
	ev.Flags |= flags
	ev.OccurredAt = t.when()
	return t.record(ctx, nil, ev)
}

// when is when something happened: mostly just now, and sometimes what a clock
// that is wrong says.
func (t *turn) when() time.Time {
	switch t.random.IntN(30) {
	case 0:
		return time.Time{}
	case 1:
		return t.now.Add(time.Hour)
	case 2:
		return time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return t.now.Add(-time.Duration(t.random.Int64N(int64(5 * time.Second))))
}

// pick returns one of the things, nil when there is none.
func pick[K any, V any](t *turn, things map[domain.ID[K]]*V) *V {
	if len(things) == 0 {
		return nil
	}
	ids := slices.SortedFunc(maps.Keys(things), func(a, b domain.ID[K]) int { return bytes.Compare(a[:], b[:]) })
	return things[ids[t.random.IntN(len(ids))]]
}

// newID returns an id in the form of version 7.
func newID[K any](random *rand.Rand) domain.ID[K] {
	var id domain.ID[K]
	for i := range id {
		id[i] = byte(random.Uint32()) //nolint:gosec // the lowest eight bits are meant
	}
	id[6], id[8] = id[6]&0x0f|0x70, id[8]&0x3f|0x80
	return id
}
