package projections_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// P-1: rows at any cut are the fold of the log up to there, whoever wrote them
// and from whatever state.
func TestTheRowsAreTheFoldOfTheLogAtEveryCut(t *testing.T) {
	t.Parallel()
	const homes, cuts, longest = 8, 25, 60
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
			got, want := b.rows(t, w.Home), b.wanted(t, w.Home)
			for key := range want {
				if got[key] != want[key] {
					t.Fatalf("seed %d: %s\ngot  %s\nwant %s", seed, key, got[key], want[key])
				}
			}
			if len(got) != len(want) {
				t.Fatalf("seed %d: %d rows, want %d", seed, len(got), len(want))
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

// rows are the documents of a home with their revisions, by table and id.
func (b *bundle) rows(t testing.TB, home domain.HomeID) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, table := range []string{
		"homes", "members", "rooms", "gateways", "devices", "twins", "commands", "rules", "rule_runs", "scenes", "paces", "home_tests", "corrections", "webhooks",
	} {
		id, further := "id", "''"
		if table == "homes" {
			id = "home_id"
		}
		if table == "rule_runs" {
			further = `coalesce(extract(epoch FROM due_at)::text, '-')`
		}
		if table == "commands" {
			further = `device_id || ' ' || requested || ' ' || open || ' ' || coalesce(extract(epoch FROM due_at)::text, '-')`
		}
		rows, err := b.pool.Query(t.Context(), `SELECT `+id+`, revision, doc, `+further+` FROM `+table+` WHERE home_id = $1`, [16]byte(home))
		if err != nil {
			t.Fatal(err)
		}
		var key [16]byte
		var revision int64
		var doc []byte
		var rest string
		if _, err := pgx.ForEachRow(rows, []any{&key, &revision, &doc, &rest}, func() error {
			all[table+" "+domain.EntityID(key).String()] = fmt.Sprintf("%d %s %s", revision, doc, rest)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// column is how rows writes a time that may be none.
func column(at time.Time) string {
	if at.IsZero() {
		return "-"
	}
	return fmt.Sprintf("%d.%06d", at.Unix(), at.Nanosecond()/1000)
}

// wanted are the rows that a fold from nothing asks for.
func (b *bundle) wanted(t testing.TB, home domain.HomeID) map[string]string {
	t.Helper()
	h := domain.NewHome(home, b.tables.Catalog)
	if err := eventstore.Scan(t.Context(), b.pool, home, 0, 0, h.Apply); err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	add := func(table string, id domain.EntityID, revision domain.Seq, doc any, rest string) {
		all[table+" "+id.String()] = fmt.Sprintf("%d %s %s", revision, text(t, doc), rest)
	}
	add("homes", home.Entity(), h.Profile.Revision, h.Profile, "")
	for id, m := range h.Members {
		add("members", id.Entity(), m.Revision, m, "")
	}
	for id, r := range h.Rooms {
		add("rooms", id.Entity(), r.Revision, r, "")
	}
	for id, g := range h.Gateways {
		add("gateways", id.Entity(), g.Revision, g, "")
	}
	for id, d := range h.Devices {
		add("devices", id.Entity(), d.Revision, d, "")
	}
	for id, w := range h.Twins {
		add("twins", id.Entity(), w.Revision, w, "")
	}
	for id, r := range h.Rules {
		add("rules", id.Entity(), r.Revision, r, "")
	}
	for id, r := range h.Runs {
		var due time.Time
		for _, w := range r.Waits {
			if w.Edge.Gateway.IsZero() && !w.Due.IsZero() && (due.IsZero() || w.Due.Before(due)) {
				due = w.Due
			}
		}
		add("rule_runs", id.Entity(), r.Revision, r, column(due))
	}
	for id, s := range h.Scenes {
		add("scenes", id.Entity(), s.Revision, s, "")
	}
	for id, c := range h.Tests {
		add("home_tests", id.Entity(), c.Revision, c, "")
	}
	for id, c := range h.Corrections {
		add("corrections", id.Entity(), c.Revision, c, "")
	}
	for id, w := range h.Webhooks {
		add("webhooks", id.Entity(), w.Revision, w, "")
	}
	for id, p := range h.Paces {
		add("paces", id.Entity(), p.Revision, p, "")
	}
	for id, c := range h.TakeChanges().Commands { // all there ever were
		at, _ := c.DueAt()
		due := column(at)
		add("commands", id.Entity(), c.Revision(), c, fmt.Sprintf("%s %d %t %s", c.Device, c.Requested.Seq, c.Open(), due))
	}
	return all
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
