package projections_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
	"logis/projections"
)

// P-1: rows at any cut are the fold of the log up to there, whoever wrote them
// and from whatever state.
func TestTheRowsAreTheFoldOfTheLogAtEveryCut(t *testing.T) {
	t.Parallel()
	const homes, cuts, longest = 4, 25, 60
	b := setup(t)
	replicas := []*eventstore.Store{b.store, b.replica(t), b.replica(t)}
	seen := map[string]bool{}
	for seed := range uint64(homes) {
		random := rand.New(rand.NewPCG(seed, 9))
		w := b.lived(t, 100+seed, 1)
		for range cuts {
			if err := w.Write(t.Context(), replicas[random.IntN(len(replicas))], 1+random.IntN(longest)); err != nil {
				t.Fatal(err)
			}
			want := b.saved(t, b.fold(t, w.Home, 0))
			if got := b.hash(t, w.Home); got != want {
				t.Fatalf("seed %d: rows %s, fold %s", seed, got, want)
			}
		}
		if err := eventstore.Scan(t.Context(), b.pool, w.Home, 0, 0, func(ev *domain.RecordedEvent) error {
			seen[ev.Fact.EventType()] = true
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	for _, eventType := range domain.EventTypes() {
		if !seen[eventType] {
			t.Errorf("no made-up home ever saw %s", eventType)
		}
	}
}

// saved returns the hash of the rows that a home folded from nothing makes, by a
// fresh copy of the tables.
func (b *bundle) saved(t testing.TB, h *domain.Home) (sum string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), b.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	for _, table := range []string{"homes", "members", "rooms", "gateways", "devices", "twins", "commands"} {
		if _, err := conn.Exec(t.Context(), `CREATE TEMPORARY TABLE `+table+` (LIKE public.`+table+` INCLUDING INDEXES)`); err != nil {
			t.Fatal(err)
		}
	}
	again := domain.NewHome(h.ID, b.tables.Catalog) // with all of its changes
	if err := eventstore.Scan(t.Context(), b.pool, h.ID, 0, h.Seq, again.Apply); err != nil {
		t.Fatal(err)
	}
	err = pgx.BeginFunc(t.Context(), conn, func(tx pgx.Tx) error {
		if err := b.tables.Save(t.Context(), tx, []*domain.Home{again}); err != nil {
			return err
		}
		sum, err = projections.Hash(t.Context(), tx, h.ID, "pg_temp")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

func TestALoadedHomeIsTheSavedOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for seed := range uint64(6) {
		w := b.lived(t, 200+seed, 400)
		want := b.fold(t, w.Home, 0)
		got, err := b.tables.Picture(t.Context(), b.pool, w.Home)
		if err != nil {
			t.Fatal(err)
		}
		got.TakeChanges()
		checkSame(t, got, want)
		if !reflect.DeepEqual(got.Hash, want.Hash) || got.Seq != want.Seq {
			t.Errorf("head %d %s, want %d %s", got.Seq, got.Hash, want.Seq, want.Hash)
		}
	}
}

// checkSame compares every part of two homes by value. What JSON leaves out reads
// back as nothing, so nothing and empty are the same.
func checkSame(t testing.TB, got, want *domain.Home) {
	t.Helper()
	parts := func(h *domain.Home) []any {
		return []any{h.Profile, h.Members, h.Rooms, h.Gateways, h.Devices, h.Twins, h.Commands}
	}
	for i, part := range parts(got) {
		if !reflect.DeepEqual(plain(t, part), plain(t, parts(want)[i])) {
			t.Errorf("home %s at event %d: %T\ngot  %s\nwant %s", want.ID, want.Seq, part, text(t, part), text(t, parts(want)[i]))
		}
	}
}

func text(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func plain(t testing.TB, v any) (out any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text(t, v)), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// A decision must not depend on whether the state was folded in memory or read
// from rows: the made-up past goes on in the same way from both.
func TestDecisionsAreTheSameFromMemoryAndFromRows(t *testing.T) {
	t.Parallel()
	memory, rows := setup(t), setup(t)
	type told struct {
		entity domain.EntityID
		kind   string
	}
	tell := func(b *bundle, fresh bool) (all []told) {
		now := b.clock()
		b.now = now
		w := b.lived(t, 300, 50)
		for range 40 {
			if fresh {
				b.store = b.replica(t)
			}
			b.write(t, w, 10)
		}
		if err := eventstore.Scan(t.Context(), b.pool, w.Home, 0, 0, func(ev *domain.RecordedEvent) error {
			all = append(all, told{ev.Entity, ev.Fact.EventType()})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return all
	}
	if one, two := tell(memory, false), tell(rows, true); !slices.Equal(one, two) {
		t.Errorf("%d events from memory, %d from rows, and they differ", len(one), len(two))
	}
}

func TestLoadingAHomeWithoutRowsGivesAnEmptyOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := eventstore.NewID[domain.HomeKind](b.clock())
	err := pgx.BeginFunc(t.Context(), b.pool, func(tx pgx.Tx) error {
		homes, err := b.tables.Load(t.Context(), tx, []domain.HomeID{id})
		if err == nil && (homes[id] == nil || len(homes[id].Devices) != 0) {
			t.Errorf("got %+v", homes[id])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
