package main

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"logis/bench/rig"
	"logis/domain"
	"logis/domain/thing"
	"logis/wire"
	"logis/wire/wiretest"
)

// What one gateway of the load sends: frames of a few dozen reports, as a home
// does that was away, with a window of unacked ones.
const (
	ingestHomes   = 100
	ingestDevices = 20
	ingestFrame   = 50
	ingestWindow  = 4 // frames
	ingestWarmup  = 3 * time.Second
	ingestTime    = 10 * time.Second
	floorRows     = 200_000
)

// benchIngest measures durable reports per second through the whole path, socket
// to commit to ack, against COPY of the same rows into the same indexed table,
// and what a report costs on disk.
func benchIngest(ctx context.Context, s *stand) error {
	r, _, err := s.server(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = r.Stop() }()
	fleet, err := rig.NewFleet(ctx, s.dsn, ingestHomes, ingestDevices)
	if err != nil {
		return err
	}
	defer fleet.Close()
	load, err := startLoad(ctx, fleet, r.Socket(), ingestFrame, 0)
	if err != nil {
		return err
	}
	wait(ctx, ingestWarmup)
	before, walBefore, err := load.mark(ctx, fleet)
	if err != nil {
		return err
	}
	start := time.Now()
	wait(ctx, ingestTime)
	after, walAfter, err := load.mark(ctx, fleet)
	if err != nil {
		return err
	}
	rate := float64(after-before) / time.Since(start).Seconds()
	if err := load.stop(); err != nil {
		return err
	}
	if err := r.Stop(); err != nil {
		return err
	}
	floor, err := copyFloor(ctx, fleet)
	if err != nil {
		return err
	}
	if err := s.report(figure{
		Name: "ingest_ratio", Value: rate / floor, Unit: "ratio", Goal: ">= 0.30", OK: rate/floor >= 0.30,
		Detail: map[string]any{"reports_per_s": round(rate), "copy_rows_per_s": round(floor), "gateways": ingestHomes, "reports_per_frame": ingestFrame},
	}); err != nil {
		return err
	}
	return reportBytes(ctx, s, fleet, float64(walAfter-walBefore)/float64(after-before))
}

func reportBytes(ctx context.Context, s *stand, fleet *rig.Fleet, wal float64) error {
	var heap, indexes, rows int64
	err := fleet.Pool.QueryRow(ctx, `
		SELECT pg_table_size('events'), pg_indexes_size('events'), (SELECT count(*) FROM events)`).Scan(&heap, &indexes, &rows)
	if err != nil {
		return err
	}
	size := float64(heap+indexes) / float64(rows)
	return s.report(figure{
		Name: "report_bytes", Value: round(size), Unit: "bytes/report", Goal: "<= 600", OK: size <= 600,
		Detail: map[string]any{"heap": heap / rows, "indexes": indexes / rows, "wal": round(wal), "reports": rows},
	})
}

// load is gateways that send reports as fast as they are acked, or at a pace.
type load struct {
	acked  atomic.Int64
	cancel context.CancelFunc
	group  sync.WaitGroup
	mu     sync.Mutex
	err    error
}

// startLoad connects every gateway of the fleet. A perSecond of 0 means as fast
// as acks come.
func startLoad(ctx context.Context, fleet *rig.Fleet, url string, perFrame int, perSecond float64) (*load, error) {
	ctx, cancel := context.WithCancel(ctx)
	l := &load{cancel: cancel}
	for n := range fleet.Gateways {
		socket, next, err := fleet.Register(ctx, url, n)
		if err != nil {
			cancel()
			return nil, err
		}
		l.group.Go(func() {
			if err := l.send(ctx, fleet, n, socket, next, perFrame, perSecond/float64(len(fleet.Gateways))); err != nil && ctx.Err() == nil {
				l.mu.Lock()
				l.err = err
				l.mu.Unlock()
			}
		})
	}
	return l, nil
}

func (l *load) stop() error {
	l.cancel()
	l.group.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

func (l *load) send(ctx context.Context, fleet *rig.Fleet, n int, s *wiretest.Socket, next int64, perFrame int, perSecond float64) error {
	defer s.Cut()
	first := next
	window := make(chan struct{}, ingestWindow)
	failed := make(chan error, 1)
	go func() { failed <- l.readAcks(ctx, s, first, perFrame, window) }()
	var pace <-chan time.Time
	if perSecond > 0 {
		ticker := time.NewTicker(time.Duration(float64(perFrame) / perSecond * float64(time.Second)))
		defer ticker.Stop()
		pace = ticker.C
	}
	for round := 0; ; round++ {
		if pace != nil {
			select {
			case <-pace:
			case <-ctx.Done():
				return nil
			}
		}
		select {
		case window <- struct{}{}:
		case err := <-failed:
			return err
		case <-ctx.Done():
			return nil
		}
		entries := make([]wire.Entry, perFrame)
		now := time.Now()
		for i := range entries {
			device := fleet.Devices[n][(round*perFrame+i)%len(fleet.Devices[n])]
			entries[i] = wiretest.Report(device, now, map[string]thing.Value{
				"onOff": thing.Bool(round%2 == 0), "currentLevel": thing.Number(float64((round + i) % 101)),
			})
		}
		if err := s.Write(ctx, wire.Entries{First: next, Entries: entries}); err != nil {
			return err
		}
		next += int64(perFrame)
	}
}

func (l *load) readAcks(ctx context.Context, s *wiretest.Socket, first int64, perFrame int, window chan struct{}) error {
	done := first - 1
	for {
		ack, err := wiretest.Next[*wire.Ack](ctx, s)
		if err != nil {
			return err
		}
		for ; done+int64(perFrame) <= ack.Cursor; done += int64(perFrame) {
			l.acked.Add(int64(perFrame))
			<-window
		}
	}
}

// mark returns how many reports were acked and the write-ahead log's position.
func (l *load) mark(ctx context.Context, fleet *rig.Fleet) (int64, int64, error) {
	var wal int64
	err := fleet.Pool.QueryRow(ctx, `SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint`).Scan(&wal)
	return l.acked.Load(), wal, err
}

// copyFloor measures what PostgreSQL alone does with the same rows: COPY into an
// empty table with the same columns, keys and indexes.
func copyFloor(ctx context.Context, fleet *rig.Fleet) (float64, error) {
	conn, err := fleet.Pool.Acquire(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, `CREATE TABLE floor (LIKE events INCLUDING ALL); CHECKPOINT`); err != nil {
		return 0, err
	}
	var rows bytes.Buffer
	raw := conn.Conn().PgConn()
	tag, err := raw.CopyTo(ctx, &rows, fmt.Sprintf(
		`COPY (SELECT * FROM events WHERE type = '%s' ORDER BY recorded_at LIMIT %d) TO STDOUT BINARY`,
		domain.DeviceReported{}.EventType(), floorRows))
	if err != nil {
		return 0, err
	}
	start := time.Now()
	if _, err := raw.CopyFrom(ctx, &rows, `COPY floor FROM STDIN BINARY`); err != nil {
		return 0, err
	}
	return float64(tag.RowsAffected()) / time.Since(start).Seconds(), nil
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

func round(f float64) float64 { return float64(int64(f*100+0.5)) / 100 }
