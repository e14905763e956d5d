package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
	"logis/eventstore/storetest"
	"logis/migrations"
	"logis/migrations/pgtest"
	"logis/projections"
)

// storeOn is the log of a database, as the server opens it.
func storeOn(t *testing.T, dsn string) *eventstore.Store {
	t.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	return eventstore.New(pgtest.Pool(t, dsn), eventstore.Options{Catalog: catalog, Projection: projections.Tables{Catalog: catalog}})
}

// one returns what a query of one value says.
func one[V any](t *testing.T, dsn, sql string, args ...any) V {
	t.Helper()
	pool := pgtest.Superuser(t, dsn)
	defer pool.Close()
	rows, err := pool.Query(t.Context(), sql, args...)
	if err != nil {
		t.Fatal(err)
	}
	value, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[V])
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// hash finds the hash of the projections in what a command says.
var hash = regexp.MustCompile(`projections ([0-9a-f]{64})`)

func TestAHomeMovesToAnotherLogisToTheSameHashes(t *testing.T) {
	t.Parallel()
	here := pgtest.Durable(t).DSN()
	if _, err := pgtest.Superuser(t, here).Exec(t.Context(), `CREATE DATABASE elsewhere`); err != nil {
		t.Fatal(err)
	}
	there := strings.Replace(here, "dbname=postgres", "dbname=elsewhere", 1)
	if err := migrations.Up(t.Context(), there); err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	store := storeOn(t, here)
	w := storetest.NewWriter(7, store.Catalog())
	if err := w.Found(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	if err := w.Write(t.Context(), store, eventstore.ScanPage+500); err != nil { // several pages
		t.Fatal(err)
	}
	enrolGateway(t, store, w.Home)
	file := filepath.Join(data, "home.jsonl")
	if code, out := ask(t, data, here, "export", "--out", file, w.Home.String()); code != exitOK {
		t.Fatalf("%d %s", code, out)
	}
	_, before := ask(t, data, here, "rebuild", w.Home.String())
	refusesAllButTheWholeFile(t, data, there, file)

	code, after := ask(t, data, there, "import", file)
	if code != exitOK || !strings.Contains(after, "/enter#") {
		t.Fatalf("%d %s", code, after)
	}
	want, got := hash.FindStringSubmatch(before), hash.FindStringSubmatch(after)
	if want == nil || got == nil || want[1] != got[1] {
		t.Errorf("projections: before\n%s\nafter\n%s", before, after)
	}
	again := filepath.Join(data, "again.jsonl")
	if code, out := ask(t, data, there, "export", "--out", again, w.Home.String()); code != exitOK {
		t.Fatalf("%d %s", code, out)
	}
	sameFiles(t, file, again)
	if code, out := ask(t, data, there, "import", file); code != exitFailed || !strings.Contains(out, "the home exists") {
		t.Errorf("a home that is here was taken over: %d %s", code, out)
	}
	livesOn(t, there, w)
}

// enrolGateway lets a gateway in: in a long story all others were turned out.
func enrolGateway(t *testing.T, store *eventstore.Store, home domain.HomeID) {
	t.Helper()
	err := store.Append(t.Context(), []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
		_, err := tx.RecordNamed(ctx, home, domain.Event{
			Entity: domain.EntityID{7}, Actor: domain.SystemActor, Fact: domain.GatewayEnrolled{KeyFingerprint: "0011"},
		}, "Gateway")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// refusesAllButTheWholeFile tries files that were changed at some event: nothing of
// them stays.
func refusesAllButTheWholeFile(t *testing.T, data, dsn, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	for name, c := range map[string]struct {
		text []byte
		code int
	}{
		"another actor": {bytes.Replace(text, []byte(`"actor":"`), []byte(`"actor":"x`), 1), exitBad},
		"cut off":       {bytes.Join(lines[:len(lines)-3], nil), exitBad},
		"no event":      {lines[0], exitBad},
		"empty":         {nil, exitFailed},
	} {
		changed := filepath.Join(data, "changed.jsonl")
		if err := os.WriteFile(changed, c.text, 0o600); err != nil {
			t.Fatal(err)
		}
		if code, out := ask(t, data, dsn, "import", changed); code != c.code {
			t.Errorf("%s: %d %s", name, code, out)
		}
	}
	if n := one[int64](t, dsn, `SELECT (SELECT count(*) FROM home_heads) + (SELECT count(*) FROM events)`); n != 0 {
		t.Errorf("%d rows stayed", n)
	}
}

func sameFiles(t *testing.T, a, b string) {
	t.Helper()
	left, err := os.ReadFile(a)
	if err != nil {
		t.Fatal(err)
	}
	right, err := os.ReadFile(b)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(left, right) {
		t.Errorf("the exports differ: %d and %d bytes", len(left), len(right))
	}
}

// livesOn checks that the home goes on where it is now: its members are persons, its
// gateways are known and wait for a new key, and more happens.
func livesOn(t *testing.T, dsn string, w *storetest.Writer) {
	t.Helper()
	members := one[int64](t, dsn, `SELECT count(*) FROM members`)
	if n := one[int64](t, dsn, `SELECT count(*) FROM members JOIN persons ON person_id = id`); members == 0 || n != members {
		t.Errorf("%d of %d members are persons", n, members)
	}
	gateways := one[int64](t, dsn, `SELECT count(*) FROM gateways WHERE NOT coalesce((convert_from(doc, 'UTF8')::json ->> 'revoked')::boolean, false)`)
	if n := one[int64](t, dsn, `SELECT count(*) FROM gateway_keys WHERE suspended_at IS NOT NULL`); gateways == 0 || n != gateways {
		t.Errorf("%d of %d gateways wait for a new key", n, gateways)
	}
	store := storeOn(t, dsn)
	before, err := eventstore.HeadOf(t.Context(), store.Pool(), w.Home)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(t.Context(), store, 20); err != nil {
		t.Fatal(err)
	}
	v, err := eventstore.Verify(t.Context(), store.Pool(), w.Home, before)
	if err != nil || v.Bad != 0 || v.Events < before.Seq+20 {
		t.Errorf("%+v %v", v, err)
	}
	if _, err := eventstore.HashAt(t.Context(), store.Pool(), w.Home, 1); domain.CodeOf(err) == domain.NotFound {
		t.Error("the first event is not there")
	}
}
