package eventstore_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// A log of 100 days with an event every hour.
func TestASizeIsCountedByMonthsAndEstimatedFromASample(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := newID[domain.HomeKind]()
	b.superuser(t, `INSERT INTO events (home_id, seq, recorded_at, occurred_at, event_id, entity, schema, flags, type, actor, data, hash)
		SELECT '`+home.String()+`', n, at, at + interval '0', gen_random_uuid(), '`+home.String()+`', 1, 0, 'device.reported',
			'gateway', '{"values":{}}', sha256(n::text::bytea)
		FROM generate_series(1, 2400) n, LATERAL (SELECT timestamptz '2026-01-15Z' + n * interval '1 hour' AS at) t`)
	b.superuser(t, `INSERT INTO home_heads SELECT home_id, seq, hash, recorded_at FROM events WHERE home_id = '`+home.String()+`' AND seq = 2400`)
	now := time.Date(2026, 4, 25, 12, 0, 0, 0, time.UTC)
	var s eventstore.Size
	err := pgx.BeginFunc(t.Context(), b.pool, func(tx pgx.Tx) (err error) {
		s, err = eventstore.SizeOf(t.Context(), tx, home, now)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	month := func(m time.Month, events domain.Seq) eventstore.Month {
		return eventstore.Month{From: time.Date(2026, m, 1, 0, 0, 0, 0, time.UTC), Events: events}
	}
	// January has 17 days but for the first hour; the first event of each month lies at
	// its first moment.
	want := []eventstore.Month{month(1, 17*24-1), month(2, 28*24), month(3, 31*24), month(4, 24*24+1)}
	if diff := cmp.Diff(want, s.Months); diff != "" {
		t.Errorf("months (-want +got):\n%s", diff)
	}
	if !s.First.Equal(time.Date(2026, 1, 15, 1, 0, 0, 0, time.UTC)) || s.Events != 2400 || s.Recent != 29*24+12 || s.Each < 250 || s.Each > 500 {
		t.Errorf("%+v", s)
	}
	err = pgx.BeginFunc(t.Context(), b.pool, func(tx pgx.Tx) error {
		_, err := eventstore.SizeOf(t.Context(), tx, newID[domain.HomeKind](), now)
		return err
	})
	if domain.CodeOf(err) != domain.NotFound {
		t.Errorf("a home that is not there: %v", err)
	}
}
