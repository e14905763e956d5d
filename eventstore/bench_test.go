package eventstore_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
	"logis/migrations/pgtest"
)

// The measurements run on a durable PostgreSQL of their own, with the settings
// the server starts its private one with.

const (
	benchHomes   = 50
	benchDevices = 20
)

// neighbourhood is homes whose devices report in turn.
type neighbourhood struct {
	*bundle
	homes    []domain.HomeID
	gateways []domain.GatewayID
	devices  [][]domain.DeviceID
	said     int64 // entries every gateway has told
}

func newNeighbourhood(b *testing.B) *neighbourhood {
	b.Helper()
	n := &neighbourhood{bundle: another(b, cluster(b).DSN())}
	for range benchHomes {
		home := n.found(b)
		gateway := n.gatewayOf(b, home)
		var devices []domain.DeviceID
		n.append(b, func(ctx context.Context, tx *eventstore.Tx) error {
			devices = devices[:0]
			for i := range benchDevices {
				id := newID[domain.DeviceKind]()
				devices = append(devices, id)
				ev, err := tx.Home(home).Register(gateway, id, domain.DeviceRegistered{
					Address: fmt.Sprint("bench/", i), Kind: "climate-sensor", Capabilities: []string{"battery", "link-quality"},
				})
				if err != nil {
					return err
				}
				ev.Edge = domain.EdgeRef{Gateway: gateway, Epoch: 1, Seq: int64(i) + 1}
				if _, err := tx.Record(ctx, home, ev); err != nil {
					return err
				}
			}
			return nil
		}, home)
		n.homes, n.gateways, n.devices = append(n.homes, home), append(n.gateways, gateway), append(n.devices, devices)
	}
	n.said = benchDevices
	return n
}

// report records one report of one device, as the hub does.
func (n *neighbourhood) report(ctx context.Context, tx *eventstore.Tx, home, device int, seq int64) error {
	h := tx.Home(n.homes[home])
	if fresh, err := h.Place(n.gateways[home], seq, seq); err != nil || !fresh {
		return fmt.Errorf("entry %d is not the next: %w", seq, err)
	}
	ev, err := h.Report(n.gateways[home], n.devices[home][device], map[string]thing.Value{
		"temperature": thing.Number(20 + float64(seq%100)/10),
	}, domain.CommandID{})
	if err != nil {
		return err
	}
	ev.Edge = domain.EdgeRef{Gateway: n.gateways[home], Epoch: 1, Seq: seq}
	ev.OccurredAt = tx.Now().Add(-50 * time.Millisecond)
	_, err = tx.Record(ctx, n.homes[home], ev)
	return err
}

// round lets every device of every home report once, in one commit.
func (n *neighbourhood) round(b testing.TB) {
	b.Helper()
	n.append(b, func(ctx context.Context, tx *eventstore.Tx) error {
		for home := range n.homes {
			for device := range benchDevices {
				if err := n.report(ctx, tx, home, device, n.said+int64(device)+1); err != nil {
					return err
				}
			}
		}
		return nil
	}, n.homes...)
	n.said += benchDevices
}

func (n *neighbourhood) size(b testing.TB) (stored, wal int64) {
	b.Helper()
	err := n.pool.QueryRow(b.Context(), `SELECT pg_total_relation_size('events'), pg_current_wal_lsn() - '0/0'::pg_lsn`).Scan(&stored, &wal)
	if err != nil {
		b.Fatal(err)
	}
	return stored, wal
}

func BenchmarkAppendOfOneEvent(b *testing.B) {
	n := newNeighbourhood(b)
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		n.said++
		n.append(b, func(ctx context.Context, tx *eventstore.Tx) error { return n.report(ctx, tx, 0, 0, n.said) }, n.homes[0])
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

func BenchmarkAppendOfAThousandReports(b *testing.B) {
	n := newNeighbourhood(b)
	for range 20 {
		n.round(b)
	}
	storedBefore, walBefore := n.size(b)
	rounds := 0
	for b.Loop() {
		n.round(b)
		rounds++
	}
	reports := float64(rounds * benchHomes * benchDevices)
	stored, wal := n.size(b)
	b.ReportMetric(reports/b.Elapsed().Seconds(), "reports/s")
	b.ReportMetric(float64(stored-storedBefore)/reports, "stored-B/report")
	b.ReportMetric(float64(wal-walBefore)/reports, "WAL-B/report")
}

// Gateways submit frames of twenty reports, four on their way at a time.
func BenchmarkBatcher(b *testing.B) {
	n := newNeighbourhood(b)
	batcher := eventstore.NewBatcher(n.store)
	run(b, batcher.Run)
	var failed atomic.Pointer[error]
	rounds := 0
	for b.Loop() {
		var waiting sync.WaitGroup
		for range 4 {
			said := n.said
			for home := range n.homes {
				waiting.Add(1)
				err := batcher.Submit(b.Context(), eventstore.Submission{
					Home: n.homes[home], Weight: benchDevices,
					Decide: func(ctx context.Context, tx *eventstore.Tx) error {
						for device := range benchDevices {
							if err := n.report(ctx, tx, home, device, said+int64(device)+1); err != nil {
								return err
							}
						}
						return nil
					},
					Done: func(err error) {
						if err != nil {
							failed.Store(&err)
						}
						waiting.Done()
					},
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			n.said += benchDevices
		}
		waiting.Wait()
		if err := failed.Load(); err != nil {
			b.Fatal(*err)
		}
		rounds += 4
	}
	b.ReportMetric(float64(rounds*benchHomes*benchDevices)/b.Elapsed().Seconds(), "reports/s")
}

func BenchmarkScanAndFold(b *testing.B) {
	n := newNeighbourhood(b)
	const rounds = 10
	for range rounds {
		n.append(b, func(ctx context.Context, tx *eventstore.Tx) error {
			for i := range int64(5000) {
				if err := n.report(ctx, tx, 0, int(i)%benchDevices, n.said+i+1); err != nil {
					return err
				}
			}
			return nil
		}, n.homes[0])
		n.said += 5000
	}
	events := 0
	for b.Loop() {
		h := domain.NewHome(n.homes[0], n.tables.Catalog)
		if err := eventstore.Scan(b.Context(), n.pool, n.homes[0], 0, 0, h.Apply); err != nil {
			b.Fatal(err)
		}
		events += int(h.Seq)
	}
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
	pool := pgtest.Superuser(b, n.dsn)
	began := time.Now()
	rows, err := pool.Query(b.Context(), `SELECT * FROM events WHERE home_id = $1 ORDER BY seq`, [16]byte(n.homes[0]))
	if err != nil {
		b.Fatal(err)
	}
	count := 0
	for rows.Next() {
		count++
	}
	b.ReportMetric(float64(count)/time.Since(began).Seconds(), "plain-select/s")
}
