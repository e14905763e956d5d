package whatif_test

import (
	"context"
	"testing"
	"time"

	"logis/dispatch"
	"logis/domain"
	"logis/domain/rule"
	"logis/domain/rule/ruletest"
	"logis/domain/thing"
	"logis/eventstore"
	"logis/history"
	"logis/history/whatif"
	"logis/migrations/pgtest"
	"logis/projections"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// house is a home in a real store whose rules run in its appends, at a time of the
// test's choice.
type house struct {
	*testing.T
	home  domain.HomeID
	store *eventstore.Store
	log   *history.Past
	now   time.Time
}

func newHouse(t *testing.T, life *ruletest.Life) *house {
	t.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{T: t, home: life.Home, now: time.Date(2026, 10, 24, 12, 0, 0, 0, time.UTC)}
	h.store = eventstore.New(pgtest.New(t), eventstore.Options{
		Catalog: catalog, Projection: projections.Tables{Catalog: catalog}, Reactors: []eventstore.Reactor{dispatch.Rules{}},
		Now: func() time.Time { return h.now },
	})
	h.log = history.New(h.store, nil)
	err = h.store.Found(t.Context(), h.home, func(ctx context.Context, tx *eventstore.Tx) error {
		for _, ev := range life.Found() {
			if _, err := tx.Record(ctx, h.home, ev); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// change lets something happen in the home now.
func (h *house) change(do func(home *domain.Home, record rule.Record) error) {
	h.Helper()
	err := h.store.Append(h.Context(), []domain.HomeID{h.home}, func(ctx context.Context, tx *eventstore.Tx) error {
		return do(tx.Home(h.home), func(ev domain.Event) (*domain.RecordedEvent, error) { return tx.Record(ctx, h.home, ev) })
	})
	if err != nil {
		h.Fatal(err)
	}
}

// pass lets time pass, and what comes due in it happen at its time.
func (h *house) pass(d time.Duration) {
	h.Helper()
	end := h.now.Add(d)
	for {
		var waits []rule.Waiting
		h.change(func(home *domain.Home, _ rule.Record) error {
			waits = rule.Waits(home, domain.GatewayID{})
			return nil
		})
		if len(waits) == 0 || waits[0].Wait.Due.After(end) {
			h.now = end
			return
		}
		h.now = waits[0].Wait.Due
		h.change(func(home *domain.Home, record rule.Record) error {
			return rule.EndWaits(home, domain.GatewayID{}, h.now, record)
		})
	}
}

// happen records an event as it is, and returns its seq.
func (h *house) happen(ev domain.Event) (seq domain.Seq) {
	h.Helper()
	h.change(func(_ *domain.Home, record rule.Record) error {
		rec, err := record(ev)
		if err == nil {
			seq = rec.Seq
		}
		return err
	})
	return seq
}

// present returns the home as it is.
func (h *house) present() *domain.Home {
	h.Helper()
	head, err := eventstore.HeadOf(h.Context(), h.store.Pool(), h.home)
	if err != nil {
		h.Fatal(err)
	}
	home, err := h.log.At(h.Context(), h.home, head.Seq)
	if err != nil {
		h.Fatal(err)
	}
	return home
}

func (h *house) run(window whatif.Window, versions ...[]whatif.Tested) *whatif.Result {
	h.Helper()
	result, err := whatif.Run(h.Context(), h.log, window, versions...)
	if err != nil {
		h.Fatal(err)
	}
	return result
}

// standing returns the active rules of the home as they are.
func standing(home *domain.Home) (all []whatif.Tested) {
	for _, r := range home.SortedRules() {
		if r.Active() {
			all = append(all, whatif.Tested{Rule: r.ID, Version: r.Version, Document: r.Document})
		}
	}
	return all
}
