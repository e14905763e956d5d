package migrations_test

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"logis/migrations"
	"logis/migrations/pgtest"
)

// River's version n is our file n+riverOffset, and version 1 is left out.
const (
	riverOffset   = 8
	riverFirst    = 2
	riverLast     = 8
	riverTemplate = "/* TEMPLATE: schema */"
)

var update = flag.Bool("update", false, "write River's files anew from the module")

// After an upgrade of River: raise riverLast, run
//
//	go test ./migrations -run TestRiversFilesAreThoseOfTheModule -update
//
// and, when a released database has a higher number already, give the new files
// numbers of their own above it.
func TestRiversFilesAreThoseOfTheModule(t *testing.T) {
	t.Parallel()
	module := riverpgxv5.New(nil).GetMigrationFS("main")
	sources, err := fs.Glob(module, "migration/main/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, source := range sources {
		var version int
		if _, err := fmt.Sscanf(path.Base(source), "%03d_", &version); err != nil {
			t.Fatal(err)
		}
		if version < riverFirst {
			continue
		}
		if version > riverLast {
			t.Errorf("River has a version %d that is not exported", version)
			continue
		}
		seen++
		want := riverFile(t, module, source)
		name := fmt.Sprintf("%06d_river_%03d%s", version+riverOffset, version, direction(source))
		if *update {
			if err := os.WriteFile(name, []byte(want), 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := fs.ReadFile(migrations.Files(), name)
		if err != nil {
			t.Error(err)
		} else if string(got) != want {
			t.Errorf("%s is not what River's %s is", name, path.Base(source))
		}
	}
	if want := 2 * (riverLast - riverFirst + 1); seen != want {
		t.Errorf("River has %d files for versions %d to %d, want %d", seen, riverFirst, riverLast, want)
	}
}

// riverFile returns a file of River for the schema on the search path.
func riverFile(t *testing.T, module fs.FS, source string) string {
	t.Helper()
	text, err := fs.ReadFile(module, source)
	if err != nil {
		t.Fatal(err)
	}
	header := "-- River's " + path.Base(source) + ", exported by a test (Mozilla Public License 2.0).\n"
	return header + strings.TrimRight(strings.ReplaceAll(string(text), riverTemplate, ""), " \n") + "\n"
}

func direction(name string) string {
	if strings.HasSuffix(name, ".down.sql") {
		return ".down.sql"
	}
	return ".up.sql"
}

type greeting struct {
	Name string `json:"name"`
}

func (greeting) Kind() string { return "greeting" }

func TestRiverWorksOnItsTablesAsTheServersRole(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	pool := pgtest.New(t)
	workers := river.NewWorkers()
	greeted := make(chan string, 1)
	river.AddWorker(workers, river.WorkFunc(func(_ context.Context, job *river.Job[greeting]) error {
		greeted <- job.Args.Name
		return nil
	}))
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{
		Workers: workers,
		Queues:  map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 1}},
	})
	if err != nil {
		t.Fatal(err)
	}
	completed, unsubscribe := client.Subscribe(river.EventKindJobCompleted)
	defer unsubscribe()
	if err := client.Start(ctx); err != nil {
		t.Fatal(err)
	}
	tx, err := pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.InsertManyFastTx(ctx, tx, []river.InsertManyParams{{Args: greeting{Name: "home"}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	select {
	case name := <-greeted:
		if name != "home" {
			t.Errorf("the job greeted %q", name)
		}
	case <-ctx.Done():
		t.Fatal("the job did not run")
	}
	select {
	case <-completed:
	case <-ctx.Done():
		t.Fatal("the job did not complete")
	}
	if err := client.Stop(ctx); err != nil {
		t.Fatal(err)
	}
}
