package migrations_test

import (
	"context"
	"errors"
	"io/fs"
	"strconv"
	"testing"
	"testing/fstest"

	"github.com/golang-migrate/migrate/v4"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"logis/migrations"
	"logis/migrations/pgtest"
)

func TestEveryFileCanBeUndoneAndDoneAgain(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Empty(t)
	move(t, dsn, 1)
	move(t, dsn, -1) // leaves golang-migrate's own table
	before := shape(t, dsn)
	for version(t, dsn) < migrations.Version() {
		move(t, dsn, 1)
		at, after := version(t, dsn), shape(t, dsn)
		move(t, dsn, -1)
		// River's ways back are rougher than ours: they leave defaults behind.
		if diff := cmp.Diff(before, shape(t, dsn)); diff != "" && !isRivers(at) {
			t.Fatalf("the way back from %d leaves something:\n%s", at, diff)
		}
		move(t, dsn, 1)
		if diff := cmp.Diff(after, shape(t, dsn)); diff != "" {
			t.Fatalf("%d differs the second time:\n%s", at, diff)
		}
		before = after
	}
	err := migrations.RunFiles(t.Context(), dsn, migrations.Files(), (*migrate.Migrate).Down)
	if err != nil {
		t.Fatal(err)
	}
	if err := migrations.Up(t.Context(), dsn); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, shape(t, dsn)); diff != "" {
		t.Errorf("after all the way down and up:\n%s", diff)
	}
}

func TestManyRunnersAtOnceMakeOneDatabase(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Empty(t)
	var runners errgroup.Group
	for range 4 {
		runners.Go(func() error { return migrations.Up(t.Context(), dsn) })
	}
	if err := runners.Wait(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(shape(t, pgtest.DSN(t)), shape(t, dsn)); diff != "" {
		t.Errorf("it differs from what one runner makes:\n%s", diff)
	}
}

func TestAFileThatEndsEarlyLeavesNothingAndCanBeTriedAgain(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Empty(t)
	first := file("CREATE TABLE a ();")
	ended := file("CREATE TABLE b (); SELECT pg_terminate_backend(pg_backend_pid()); -- as a crash would")
	err := migrations.RunFiles(t.Context(), dsn, fstest.MapFS{"1_a.up.sql": first, "2_b.up.sql": ended}, (*migrate.Migrate).Up)
	if err == nil {
		t.Fatal("the file whose connection was cut counts as done")
	}
	if got := version(t, dsn); got != 1 {
		t.Errorf("the database stands at %d, want 1", got)
	}
	if tables := lines(t, dsn, "SELECT relname::text FROM pg_class WHERE relname = 'b'"); len(tables) > 0 {
		t.Error("half of the file is there")
	}
	mended := fstest.MapFS{"1_a.up.sql": first, "2_b.up.sql": file("CREATE TABLE b ()  -- no semicolon")}
	if err := migrations.RunFiles(t.Context(), dsn, mended, (*migrate.Migrate).Up); err != nil {
		t.Fatal(err)
	}
	if got := version(t, dsn); got != 2 {
		t.Errorf("the database stands at %d, want 2", got)
	}
}

func TestADatabaseOfANewerProgramIsRefused(t *testing.T) {
	t.Parallel()
	dsn := pgtest.DSN(t)
	newer := fstest.MapFS{"999_newer.up.sql": file("SELECT 1;")}
	for _, name := range []string{"up", "down"} {
		embedded, err := fs.Glob(migrations.Files(), "*."+name+".sql")
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range embedded {
			text, err := fs.ReadFile(migrations.Files(), path)
			if err != nil {
				t.Fatal(err)
			}
			newer[path] = file(string(text))
		}
	}
	if err := migrations.RunFiles(t.Context(), dsn, newer, (*migrate.Migrate).Up); err != nil {
		t.Fatal(err)
	}
	if err := migrations.Up(t.Context(), dsn); !errors.Is(err, migrations.ErrNewer) {
		t.Errorf("got %v", err)
	}
}

func TestAnEndedContextStopsBeforeTheFirstFile(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Empty(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := migrations.Up(ctx, dsn); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if made := shape(t, dsn); len(made) > 0 {
		t.Errorf("it made %d things", len(made))
	}
}

func file(sql string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(sql)} }

// move applies the next file, or takes the last back.
func move(t *testing.T, dsn string, n int) {
	t.Helper()
	step := func(m *migrate.Migrate) error { return m.Steps(n) }
	if err := migrations.RunFiles(t.Context(), dsn, migrations.Files(), step); err != nil {
		t.Fatalf("from %d by %d: %v", version(t, dsn), n, err)
	}
}

// version returns the number the database stands at; 0 before the first.
func version(t *testing.T, dsn string) int {
	t.Helper()
	numbers := lines(t, dsn, "SELECT version::text FROM schema_migrations")
	if len(numbers) == 0 {
		return 0
	}
	n, err := strconv.Atoi(numbers[0])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func isRivers(version int) bool {
	return version >= riverFirst+riverOffset && version <= riverLast+riverOffset
}
