// Package pgtest gives a test a private, migrated database on a real PostgreSQL.
//
// A test process starts one cluster of its own when the first test asks for a
// database, and every database is a copy of one migrated template. The cluster
// is not durable and is gone with the process, however that ends. With
// LOGIS_TEST_DATABASE_URL set, databases are made on that server instead; the
// login must be a superuser.
//
// A package that uses it says so once:
//
//	func TestMain(m *testing.M) { pgtest.Main(m) }
package pgtest

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"logis/eventstore/wall"
	"logis/migrations"
	"logis/migrations/privatepg"
)

// MaxConns is how many connections the pool of one test opens at most.
const MaxConns = 16

// startLimit bounds the start of the cluster, and each of making, connecting to
// and dropping a database.
const startLimit = time.Minute

// Main runs the tests of a package that uses databases.
func Main(m *testing.M) {
	if code, supervised := privatepg.Supervise(); supervised {
		os.Exit(code)
	}
	code := m.Run()
	if err := shared.stop(); err != nil {
		fmt.Fprintln(os.Stderr, "pgtest:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// New returns a pool on a new database that is dropped when the test ends. Its
// connections work as logis_app, as the server's do, behind the wall between homes.
// Only where a context names no home they see all of them, as tests want to look
// into every one; the server's see none.
func New(t testing.TB) *pgxpool.Pool {
	t.Helper()
	return Pool(t, DSN(t))
}

// Pool returns a further pool on the database at dsn, as logis_app, closed when
// the test ends. So a test plays a second replica of the server.
func Pool(t testing.TB, dsn string) *pgxpool.Pool {
	t.Helper()
	return open(t, dsn, func(config *pgxpool.Config) { wall.Guard(config, wall.Everything()) })
}

// Strict returns a further pool on the database at dsn that is wholly as the server's:
// a context that names no home sees none.
func Strict(t testing.TB, dsn string) *pgxpool.Pool {
	t.Helper()
	return open(t, dsn, func(config *pgxpool.Config) { wall.Guard(config, wall.Nothing()) })
}

// Superuser returns a pool on the database at dsn that may do everything: for a
// test that tampers with what the server cannot reach.
func Superuser(t testing.TB, dsn string) *pgxpool.Pool {
	t.Helper()
	return open(t, dsn, func(*pgxpool.Config) {})
}

// DSN returns the address of a new, migrated database that is dropped when the
// test ends. The login is a superuser.
func DSN(t testing.TB) string {
	t.Helper()
	return database(t, template())
}

// Empty returns the address of a new database without any table of ours, for
// tests of the migrations themselves.
func Empty(t testing.TB) string {
	t.Helper()
	return database(t, "template0")
}

// Durable returns a cluster of the test's own with the durability of a server's,
// migrated, for tests that kill it or measure it. It is gone when the test ends.
func Durable(t testing.TB) *privatepg.Cluster {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	dir, err := os.MkdirTemp("", "logis-pgtest-") // not t.TempDir, which the account of PostgreSQL could not enter
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	cluster, err := privatepg.Start(ctx, privatepg.Options{Dir: dir, Ephemeral: true})
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), startLimit)
		defer cancel()
		if err := cluster.Stop(ctx); err != nil {
			t.Errorf("pgtest: %v", err)
		}
	})
	if err := migrations.Up(ctx, cluster.DSN()); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return cluster
}

func database(t testing.TB, from string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	home, err := shared.started(ctx)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	name, err := home.create(ctx, from)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), startLimit)
		defer cancel()
		if err := home.drop(ctx, name); err != nil {
			t.Errorf("pgtest: %v", err)
		}
	})
	return home.dsn(name)
}

func open(t testing.TB, dsn string, prepare func(*pgxpool.Config)) *pgxpool.Pool {
	t.Helper()
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	config.MaxConns = MaxConns
	prepare(config)
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(pool.Close)
	return pool
}
