package retention_test

import (
	"slices"
	"testing"
	"time"

	"logis/domain"
	"logis/eventstore"
)

func TestNothingGoesBeforeACheckpointCoversTheSeal(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := b.lived(t, 1, 60).Home
	before := b.head(t, home).Seq
	b.sweep(t)
	sealed := b.head(t, home).Seq
	if sealed != before+1 {
		t.Fatalf("%d events after the range was sealed, want one more than %d", sealed, before)
	}
	b.follow(t)
	b.sweep(t)
	if count, first := b.events(t, home); count != sealed || first != 1 || b.base(t, home).Seq != 0 {
		t.Errorf("events went that no checkpoint covers: %d are left, from %d", count, first)
	}
	b.sign(t)
	b.sweep(t)
	base := b.base(t, home)
	if count, first := b.events(t, home); base.Seq == 0 || first != base.Seq+1 || count != sealed-base.Seq || !base.Ended {
		t.Errorf("%d events from %d, base %+v", count, first, base)
	}
	if limit := b.now.AddDate(0, -domain.KeepMonths, 0); base.RecordedAt.After(limit) {
		t.Errorf("an event of %v went, younger than %v", base.RecordedAt, limit)
	}
	if b.head(t, home).Seq != sealed {
		t.Error("the same range was sealed again")
	}
}

func TestNothingGoesBeforeItIsSummedUp(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := b.lived(t, 2, 30).Home
	b.sweep(t)
	b.sign(t)
	b.sweep(t)
	if _, first := b.events(t, home); first != 1 {
		t.Error("events went that no roll-up has seen")
	}
}

func TestAHomeThatKeepsEverythingLosesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := b.lived(t, 3, 30).Home
	b.keep(t, home, 0)
	if base := b.forget(t, home); base.Seq != 0 {
		t.Errorf("%+v", base)
	}
	b.keep(t, home, 24) // it is twenty months old
	if base := b.forget(t, home); base.Seq != 0 {
		t.Errorf("%+v", base)
	}
}

func TestEveryInstantAfterTheBaseIsAsBefore(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.lived(t, 4, 150)
	home := w.Home
	b.sweep(t) // seals, and nothing goes yet
	limit, err := b.past.SeqAt(t.Context(), home, b.now.AddDate(0, -domain.KeepMonths, 0))
	if err != nil {
		t.Fatal(err)
	}
	before := b.looks(t, home, limit, 40)
	base := b.forget(t, home)
	if base.Seq != limit {
		t.Fatalf("the log begins after %d, want %d", base.Seq, limit)
	}
	if !slices.Equal(before, b.looks(t, home, base.Seq, 40)) {
		t.Error("an instant after the base is another one than before")
	}
	b.superuser(t, `DELETE FROM snapshots`)
	if !slices.Equal(before, b.looks(t, home, base.Seq, 40)) {
		t.Error("folded from the base, an instant is another one than before")
	}
	if v := b.verify(t, home, b.witness(t).Heads(home)...); v.Bad != 0 || v.From != base.Seq {
		t.Errorf("%+v", v)
	}
	// It goes on, and the beginning moves on with it.
	for range 3 {
		b.month(t, w, 120)
	}
	b.keep(t, home, domain.KeepMonths) // the owner thinks again now and then
	later := b.forget(t, home)
	if count, first := b.events(t, home); later.Seq <= base.Seq || first != later.Seq+1 || count != b.head(t, home).Seq-later.Seq {
		t.Errorf("%d events from %d, base %+v", count, first, later)
	}
	if v := b.verify(t, home, b.witness(t).Heads(home)...); v.Bad != 0 {
		t.Errorf("%+v", v)
	}
}

func TestWhatIsRebuiltFromABaseIsTheSame(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.lived(t, 5, 300)
	summed := b.summed(t, w.Home)
	b.forget(t, w.Home)
	if b.summed(t, w.Home) != summed {
		t.Error("roll-ups changed when events went")
	}
	b.same(t, w.Home)
	b.late(t, w.Home)
	b.month(t, w, 200)
	b.same(t, w.Home)
	checked, err := b.past.Check(t.Context(), w.Home)
	if err != nil || checked.Wrong != 0 {
		t.Errorf("%+v %v", checked, err)
	}
}

func TestWhatLiesBeforeTheBaseIsRefusedWithTheDate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := b.lived(t, 6, 60).Home
	base := b.forget(t, home)
	ctx, at := t.Context(), base.RecordedAt
	refused := map[string]func() error{
		"at":       func() error { _, err := b.past.At(ctx, home, base.Seq-1); return err },
		"time":     func() error { _, err := b.past.SeqAt(ctx, home, at.Add(-time.Microsecond)); return err },
		"true at":  func() error { _, err := b.past.TrueAt(ctx, home, at.Add(-time.Hour), base.Seq+5); return err },
		"event":    func() error { _, _, err := b.past.AtEvent(ctx, home, base.Seq); return err },
		"film":     func() error { return b.past.Film(ctx, home, base.Seq-1, 10, nil) },
		"why":      func() error { _, err := b.past.Why(ctx, home, base.Seq); return err },
		"followed": func() error { _, _, err := b.past.Following(ctx, home, base.Seq-1); return err },
		"scan": func() error {
			return b.past.Scan(ctx, home, 0, 3, func(*domain.RecordedEvent) error { return nil })
		},
	}
	want := base.Refusal().Error()
	for name, look := range refused {
		if err := look(); domain.CodeOf(err) != domain.Gone || err.Error() != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	if state, err := b.past.At(ctx, home, base.Seq); err != nil || state.Seq != base.Seq {
		t.Errorf("the base itself: %v", err)
	}
	if seq, err := b.past.SeqAt(ctx, home, at); err != nil || seq != base.Seq {
		t.Errorf("the time of the base: %d %v", seq, err)
	}
	if seq, err := b.past.SeqSince(ctx, home, at.Add(-time.Hour)); err != nil || seq != base.Seq {
		t.Errorf("what came since: %d %v", seq, err)
	}
	if hash, err := eventstore.HashAt(ctx, b.store.Pool(), home, base.Seq); err != nil || hash != base.Hash {
		t.Errorf("the root: %s %v", hash, err)
	}
	if _, err := eventstore.RecordedAt(ctx, b.store.Pool(), home, base.Seq-1); domain.CodeOf(err) != domain.Gone {
		t.Error(err)
	}
}
