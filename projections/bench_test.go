package projections_test

import (
	"context"
	"os"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
	"logis/migrations"
	"logis/migrations/pgtest"
	"logis/migrations/privatepg"
	"logis/projections"
)

// BenchmarkRebuild measures how fast a home's rows are made again from a long log
// of reports, against a plain SELECT of the same events over the same driver.
func BenchmarkRebuild(b *testing.B) {
	const events, lights, page = 100_000, 50, 5000
	s := durable(b)
	home, devices := s.lights(b, lights)
	gateway := domain.GatewayID{}
	for id := range s.fold(b, home, 0).Gateways {
		gateway = id
	}
	for range events / page {
		s.append(b, home, func(h *domain.Home, _ time.Time) (all []domain.Event) {
			for i := range int64(page) {
				ev, err := h.Report(gateway, devices[i%lights], map[string]thing.Value{"onOff": thing.Bool(i/lights%2 == 0)}, domain.CommandID{})
				if err != nil {
					b.Fatal(err)
				}
				ev.Edge = domain.EdgeRef{Gateway: gateway, Epoch: 1, Seq: h.Gateways[gateway].Cursor + i + 1}
				all = append(all, ev)
			}
			return all
		})
	}
	folded := domain.Seq(0)
	for b.Loop() {
		result := s.rebuild(b, home)
		if !result.Same() {
			b.Fatal("the rows are not the fold")
		}
		folded += result.Events
	}
	rebuilt := float64(folded) / b.Elapsed().Seconds()
	b.ReportMetric(rebuilt, "events/s")
	b.ReportMetric(rebuilt/s.plainSelect(b, home), "of-plain-select")
}

// plainSelect returns how many events a second a SELECT of everything brings.
func (b *bundle) plainSelect(t testing.TB, home domain.HomeID) float64 {
	t.Helper()
	const times = 5
	count := 0
	began := time.Now()
	for range times {
		rows, err := b.pool.Query(t.Context(), `SELECT * FROM events WHERE home_id = $1 ORDER BY seq`, [16]byte(home))
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			values := rows.RawValues()
			count += min(1, len(values))
		}
		if rows.Err() != nil {
			t.Fatal(rows.Err())
		}
	}
	return float64(count) / time.Since(began).Seconds()
}

// durable is setup on a PostgreSQL with the settings of a server.
func durable(b *testing.B) *bundle {
	b.Helper()
	dir, err := os.MkdirTemp("", "logis-bench-") // not b.TempDir, which the account of PostgreSQL could not enter
	if err != nil {
		b.Fatal(err)
	}
	cluster, err := privatepg.Start(b.Context(), privatepg.Options{Dir: dir})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := cluster.Stop(ctx); err != nil {
			b.Error(err)
		}
		_ = os.RemoveAll(dir)
	})
	if err := migrations.Up(b.Context(), cluster.DSN()); err != nil {
		b.Fatal(err)
	}
	catalog, err := thing.Standard()
	if err != nil {
		b.Fatal(err)
	}
	s := &bundle{dsn: cluster.DSN(), tables: projections.Tables{Catalog: catalog}}
	s.pool = pgtest.Pool(b, s.dsn)
	s.store = eventstore.New(s.pool, eventstore.Options{Catalog: catalog, Projection: s.tables})
	return s
}
