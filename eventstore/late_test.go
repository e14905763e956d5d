package eventstore_test

import (
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// A long log in which one report in a hundred came an hour late.
func TestLatecomersAreFoundByTheirIndex(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := newID[domain.HomeKind]()
	begin := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	b.superuser(t, `INSERT INTO events (home_id, seq, recorded_at, occurred_at, event_id, entity, schema, flags, type, actor, data, hash)
		SELECT home_id, n, at, at - CASE WHEN n % 100 = 0 THEN interval '1 hour' ELSE interval '1 second' END,
			gen_random_uuid(), home_id, 1, 0, 'device.reported', 'gateway', '{"values":{}}', sha256(n::text::bytea)
		FROM generate_series(1, 30000) n, LATERAL (SELECT timestamptz '2026-03-01Z' + n * interval '10 seconds' AS at,
			uuid '`+home.String()+`' AS home_id) t`)
	b.superuser(t, `INSERT INTO home_heads SELECT home_id, seq, hash, recorded_at FROM events WHERE home_id = '`+home.String()+`' AND seq = 30000`)
	b.superuser(t, `ANALYZE events`)
	at := begin.Add(40 * time.Hour)
	ask := eventstore.Latecomers{
		Home: home, At: at, After: 40 * 360, Known: 30000, MaxLate: 72 * time.Hour, Types: domain.ToldTypes(),
	}
	want := 3 // of the hour after
	found := 0
	err := eventstore.Late(t.Context(), b.pool, ask, func(ev *domain.RecordedEvent) error {
		if ev.OccurredAt.After(at) || !ev.RecordedAt.After(at) {
			t.Errorf("event %d happened %v and was recorded %v", ev.Seq, ev.OccurredAt, ev.RecordedAt)
		}
		found++
		return nil
	})
	if err != nil || found != want {
		t.Errorf("%d latecomers (%v), want %d", found, err, want)
	}
	sql, args := ask.Query()
	rows, err := b.pool.Query(t.Context(), `EXPLAIN `+sql, args[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(plan, "\n"); !strings.Contains(text, "events_late") || strings.Contains(text, "Seq Scan") {
		t.Errorf("the index is not used:\n%s", text)
	}
}
