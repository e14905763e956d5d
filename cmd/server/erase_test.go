package main

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
	"logis/eventstore/storetest"
	"logis/migrations/pgtest"
)

// program finds one of PostgreSQL's own programs, which some machines lack.
func program(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not here", name)
	}
	return path
}

// A backup is made, a person is erased, the backup is restored, and Logis starts on it.
func TestAnErasedPersonStaysErasedWhateverIsRestored(t *testing.T) {
	t.Parallel()
	dump, restore := program(t, "pg_dump"), program(t, "pg_restore")
	dsn := pgtest.Durable(t).DSN()
	data := t.TempDir()
	store := storeOn(t, dsn)
	w := storetest.NewWriter(9, store.Catalog())
	if err := w.Found(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	if err := w.Write(t.Context(), store, 200); err != nil {
		t.Fatal(err)
	}
	const name = "Zebediah"
	person := joined(t, store, w.Home, name)
	backup := filepath.Join(data, "backup")
	run(t, dump, "-Fc", "-f", backup, dsn)
	a := access.New(store, nil)
	if _, err := a.KeepErasures(t.Context(), config{data: data}.second()); err != nil {
		t.Fatal(err)
	}
	if err := a.Erase(t.Context(), signIn(t, a, person), name); err != nil {
		t.Fatal(err)
	}

	if _, err := pgtest.Superuser(t, dsn).Exec(t.Context(), `CREATE DATABASE restored`); err != nil {
		t.Fatal(err)
	}
	restored := strings.Replace(dsn, "dbname=postgres", "dbname=restored", 1)
	run(t, restore, "-d", restored, backup)
	count := func() int64 { return one[int64](t, restored, `SELECT count(*) FROM persons WHERE name = $1`, name) }
	if count() != 1 {
		t.Fatal("the backup does not bring the person back: nothing is shown")
	}
	if code, out := ask(t, data, restored, "verify", w.Home.String()); code != exitOK || !strings.Contains(out, "erased again") {
		t.Errorf("%d %s", code, out)
	}
	if count() != 0 {
		t.Error("the person is back")
	}
	if code, out := ask(t, data, restored, "rebuild", w.Home.String()); code != exitOK || !strings.Contains(out, "as before") {
		t.Errorf("%d %s", code, out)
	}
}

// joined is a new person who belongs to a home.
func joined(t *testing.T, store *eventstore.Store, home domain.HomeID, name string) domain.PersonID {
	t.Helper()
	person := eventstore.NewID[domain.PersonKind](time.Now())
	err := store.Append(t.Context(), []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
		ev, err := tx.Home(home).Join(person, domain.Admin, domain.Scope{}, domain.InvitationID{})
		if err != nil {
			return err
		}
		if _, err := tx.PG().Exec(ctx, `INSERT INTO persons (person_id, name) VALUES ($1, $2)`, [16]byte(person), name); err != nil {
			return err
		}
		_, err = tx.Record(ctx, home, ev)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return person
}

// signIn returns a new session of a person.
func signIn(t *testing.T, a *access.Access, person domain.PersonID) access.Principal {
	t.Helper()
	link, err := a.NewLink(t.Context(), person)
	if err != nil {
		t.Fatal(err)
	}
	_, p, err := a.Redeem(t.Context(), link)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}
