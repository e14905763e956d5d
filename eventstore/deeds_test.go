package eventstore_test

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// A long log in which somebody did something once in a thousand events.
func TestDeedsAreFoundWithoutReadingTheReports(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := newID[domain.HomeKind]()
	b.superuser(t, `INSERT INTO events (home_id, seq, recorded_at, occurred_at, event_id, entity, schema, flags, type, actor, data, hash)
		SELECT home_id, n, t.at, at, gen_random_uuid(), home_id, 1, 0,
			CASE WHEN n % 1000 = 0 THEN 'room.renamed' ELSE 'device.reported' END, 'gateway', '{}', sha256(n::text::bytea)
		FROM generate_series(1, 30000) n, LATERAL (SELECT now() AS at, uuid '`+home.String()+`' AS home_id) t`)
	b.superuser(t, `ANALYZE events`)
	ask := eventstore.Filter{Home: home, Deeds: true, Newest: true, AtLimit: 10}
	list, err := b.store.List(t.Context(), ask)
	if err != nil || len(list) != 10 || list[0].Seq != 30000 || list[9].Seq != 21000 {
		t.Fatalf("%d deeds, %v", len(list), err)
	}
	sql, args := ask.Query()
	rows, err := b.pool.Query(t.Context(), `EXPLAIN `+sql, args[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if text := strings.Join(plan, "\n"); err != nil || !strings.Contains(text, "events_deeds") {
		t.Errorf("%v\n%s", err, text)
	}
}

// Where something came from stands beside what a person did, and beside nothing else.
func TestAnOriginIsKeptOfWhatPeopleDo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := b.found(t)
	ctx := eventstore.WithOrigin(t.Context(), "192.0.2.7")
	var did, told domain.Seq
	err := b.store.Append(ctx, []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
		rec, err := tx.Record(ctx, home, domain.Event{Entity: home.Entity(), Actor: domain.PersonActor(domain.PersonID{1}), Fact: domain.HomeRenamed{}})
		if err != nil {
			return err
		}
		did = rec.Seq
		rec, err = tx.Record(ctx, home, domain.Event{Entity: home.Entity(), Actor: domain.SystemActor, Fact: domain.HomeRenamed{}})
		told = rec.Seq
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	places, err := eventstore.Origins(t.Context(), b.pool, home, []domain.Seq{did, told})
	if err != nil || len(places) != 1 || places[did] != "192.0.2.7" {
		t.Errorf("%v, %v", places, err)
	}
}
