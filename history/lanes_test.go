package history_test

import (
	"context"
	"testing"
	"time"

	"logis/domain"
	"logis/eventstore"
	"logis/history"
)

func TestSharesAreWhatTheLogSays(t *testing.T) {
	t.Parallel()
	b := setup(t)
	from := b.now.Add(-time.Hour)
	w := b.lived(t, 3, 400)
	for _, count := range []int{1, 7, 1000} {
		buckets, err := b.past.Density(t.Context(), w.Home, from, b.now.Add(time.Hour), count)
		if err != nil {
			t.Fatal(err)
		}
		shares, err := b.past.Shares(t.Context(), w.Home, buckets)
		if err != nil {
			t.Fatal(err)
		}
		for i, bucket := range buckets {
			want := map[domain.EntityID]int64{}
			if bucket.Count > 0 {
				err := b.past.Scan(t.Context(), w.Home, bucket.FirstSeq-1, bucket.FirstSeq-1+domain.Seq(bucket.Count), func(ev *domain.RecordedEvent) error {
					want[ev.Entity]++
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			near(t, shares[i], want, bucket, count)
		}
	}
}

// near compares exactly where every event was looked at, and else by the sum and,
// where enough were looked at to conclude from, by what is more than a tenth of all.
func near(t *testing.T, got, want map[domain.EntityID]int64, b history.Bucket, count int) {
	t.Helper()
	var sum int64
	for entity, n := range got {
		if sum += n; want[entity] == 0 {
			t.Errorf("%d buckets: %d events of a thing that has none", count, n)
		}
	}
	looked := int64(6000 / count)
	exact := b.Count <= looked
	for entity, n := range want {
		off := max(got[entity]-n, n-got[entity])
		if exact && off != 0 || looked >= 500 && n > b.Count/10 && off > b.Count/20 {
			t.Errorf("%d buckets: %d events, want %d of %d", count, got[entity], n, b.Count)
		}
	}
	if off := max(sum-b.Count, b.Count-sum); off > int64(len(want)) {
		t.Errorf("%d buckets: %d events in all, want %d", count, sum, b.Count)
	}
}

// A log that repeats itself must not hide one of its things between the events that
// are looked at.
func TestSharesOfALogThatRepeatsItself(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.lived(t, 4, 0)
	from, room := b.now, eventstore.NewID[domain.RoomKind](b.now)
	b.now = b.now.Add(time.Minute)
	err := b.store.Append(t.Context(), []domain.HomeID{w.Home}, func(ctx context.Context, tx *eventstore.Tx) error {
		_, err := tx.Record(ctx, w.Home, domain.Event{Entity: room.Entity(), Fact: domain.RoomAdded{}})
		for range 6000 {
			for _, ev := range []domain.Event{
				{Entity: w.Home.Entity(), Fact: domain.HomeRenamed{}}, {Entity: room.Entity(), Fact: domain.RoomRenamed{}},
			} {
				if err == nil {
					_, err = tx.Record(ctx, w.Home, ev)
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	buckets, err := b.past.Density(t.Context(), w.Home, from, b.now.Add(time.Minute), 1)
	if err != nil {
		t.Fatal(err)
	}
	shares, err := b.past.Shares(t.Context(), w.Home, buckets)
	if err != nil {
		t.Fatal(err)
	}
	if n := shares[0][w.Home.Entity()]; n < 5_700 || n > 6_300 {
		t.Errorf("%d of %d events are of the home, want about half", n, buckets[0].Count)
	}
}
