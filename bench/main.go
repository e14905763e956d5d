// Command bench measures how fast Logis is, with what kills it at random and what
// clicks through it in the folders below. It prints one JSON object per
// figure; a speed is a ratio to, or stands beside, a floor taken in the same run
// on the same machine. With arguments it takes only the figures whose names
// begin with one of them.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"

	"logis/bench/rig"
	"logis/migrations/privatepg"
)

// figure is one measured number and what it should be.
type figure struct {
	Name   string         `json:"name"`
	Value  float64        `json:"value"`
	Unit   string         `json:"unit"`
	Goal   string         `json:"goal"`
	OK     bool           `json:"ok"`
	Detail map[string]any `json:"detail,omitempty"`
}

// stand is what every benchmark runs on.
type stand struct {
	dir      string
	dsn      string
	binaries rig.Binaries
	out      io.Writer
	log      io.Writer
}

// report prints a figure.
func (s *stand) report(f figure) error { return json.NewEncoder(s.out).Encode(f) }

// benchmark measures one or several figures.
type benchmark struct {
	name     string
	run      func(ctx context.Context, s *stand) error
	database bool // it needs a PostgreSQL
}

func benchmarks() []benchmark {
	return []benchmark{
		{"ingest", benchIngest, true},
		{"command", benchCommand, true},
		{"tap", benchTap, true},
		{"gateway_idle", benchIdle, true},
		{"requests", benchRequests, true},
		{"fanout", benchFanout, true},
		{"revocation", benchRevocation, true},
		{"rebuild", benchRebuild, true},
		{"wire", benchWire, true},
		{"backlog_drain", benchBacklog, true},
		{"home_at", benchHomeAt, true},
		{"chart", benchChart, true},
		{"replay", benchReplay, true},
		{"backtest", benchBacktest, true},
		{"edge_local", benchEdgeLocal, false},
		{"rule", benchRules, true},
		{"motion", benchMotion, true},
		{"motion_local", benchMotionLocal, false},
	}
}

func main() {
	if exit, supervised := privatepg.Supervise(); supervised {
		os.Exit(exit)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, names []string) error {
	dir, err := os.MkdirTemp("", "logis-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	s := &stand{dir: dir, out: os.Stdout, log: os.Stderr}
	fmt.Fprintln(s.log, "· building")
	if s.binaries, err = rig.Build(ctx, dir); err != nil {
		return err
	}
	for _, b := range benchmarks() {
		if !wanted(b.name, names) {
			continue
		}
		fmt.Fprintln(s.log, "·", b.name)
		measure := b.run
		if b.database {
			measure = func(ctx context.Context, s *stand) error { return s.onFreshDatabase(ctx, b) }
		}
		if err := measure(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
	}
	return nil
}

func wanted(name string, names []string) bool {
	for _, n := range names {
		if strings.HasPrefix(name, n) {
			return true
		}
	}
	return len(names) == 0
}

// onFreshDatabase gives each benchmark a durable PostgreSQL of its own, so that
// none measures what another left behind.
func (s *stand) onFreshDatabase(ctx context.Context, b benchmark) error {
	dir := filepath.Join(s.dir, b.name)
	cluster, err := privatepg.Start(ctx, privatepg.Options{Dir: dir, Ephemeral: true, Log: s.log})
	if err != nil {
		return err
	}
	defer func() {
		_ = cluster.Stop(context.WithoutCancel(ctx))
		_ = os.RemoveAll(dir)
	}()
	s.dsn = cluster.DSN()
	if err := ripen(ctx, s.dsn); err != nil {
		return err
	}
	return b.run(ctx, s)
}

// ripen brings a new database to where one is that has been used: with segments of
// its write-ahead log to write over. Until then every further 16 MiB stop all
// commits for as long as it takes to fill a file with zeros.
func ripen(ctx context.Context, dsn string) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, `
		CREATE TABLE ripen (text text);
		INSERT INTO ripen SELECT repeat('x', 1900) FROM generate_series(1, 550000);
		DROP TABLE ripen`)
	for range 2 { // what the first one leaves behind, the second one may reuse
		if err == nil {
			_, err = conn.Exec(ctx, `SELECT pg_switch_wal(); CHECKPOINT`)
		}
	}
	return errors.Join(err, conn.Close(ctx))
}

// server starts the server under test in a folder of its own.
func (s *stand) server(ctx context.Context, args ...string) (*rig.Rig, string, error) {
	dir, err := os.MkdirTemp(s.dir, "server-")
	if err != nil {
		return nil, "", err
	}
	return rig.Start(ctx, rig.Options{Dir: dir, Binaries: s.binaries, Database: s.dsn, ServerArgs: args})
}

// migrate makes the tables, as a server does that starts.
func (s *stand) migrate(ctx context.Context) error {
	r, _, err := s.server(ctx)
	if err != nil {
		return err
	}
	return r.Stop()
}
