package pgtest_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"logis/migrations/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestADatabaseIsMigratedAndWorksAsTheServersRole(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	var role string
	query := "SELECT current_user FROM (SELECT count(*) FROM events) e"
	if err := pool.QueryRow(t.Context(), query).Scan(&role); err != nil {
		t.Fatal(err)
	}
	if role != "logis_app" {
		t.Errorf("the pool works as %s", role)
	}
	if _, err := pool.Exec(t.Context(), "CREATE TABLE scratch ()"); err == nil {
		t.Error("the server's role can make tables")
	}
}

func TestEveryDatabaseIsPrivateToItsTest(t *testing.T) {
	t.Parallel()
	one, other := pgtest.DSN(t), pgtest.DSN(t)
	if _, err := pgtest.Superuser(t, one).Exec(t.Context(), "CREATE TABLE scratch ()"); err != nil {
		t.Fatal(err)
	}
	var there bool
	query := "SELECT to_regclass('scratch') IS NOT NULL"
	if err := pgtest.Superuser(t, other).QueryRow(t.Context(), query).Scan(&there); err != nil {
		t.Fatal(err)
	}
	if there {
		t.Error("one test sees the other's table")
	}
}

//nolint:tparallel // the inner test must have ended when the outer one looks
func TestADatabaseIsDroppedWithItsTestEvenWhileInUse(t *testing.T) {
	t.Parallel()
	var dsn string
	t.Run("the test", func(t *testing.T) {
		dsn = pgtest.DSN(t)
		conn, err := pgx.Connect(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.Ping(t.Context()); err != nil { // left open
			t.Fatal(err)
		}
	})
	conn, err := pgx.Connect(t.Context(), dsn)
	if err == nil {
		t.Error("its database is still there")
		_ = conn.Close(context.Background())
	}
}

func TestADurableClusterIsMigratedAndWaitsForTheDisk(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t, pgtest.Durable(t).DSN())
	var fsync string
	query := "SELECT current_setting('fsync') FROM (SELECT count(*) FROM events) e"
	if err := pool.QueryRow(t.Context(), query).Scan(&fsync); err != nil {
		t.Fatal(err)
	}
	if fsync != "on" {
		t.Errorf("fsync is %s", fsync)
	}
}

func BenchmarkDatabase(b *testing.B) {
	pgtest.DSN(b) // starts the cluster
	for b.Loop() {
		pgtest.New(b)
	}
}
