package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"logis/domain/thing"
	"logis/eventstore"
	"logis/eventstore/storetest"
	"logis/history/evidence"
	"logis/history/proof"
	"logis/migrations/pgtest"
	"logis/projections"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// ask runs the program as a person would.
func ask(t *testing.T, data, dsn string, args ...string) (code int, out string) {
	t.Helper()
	var text bytes.Buffer
	env := func(name string) (string, bool) {
		value, ok := map[string]string{"LOGIS_DATA": data, "DATABASE_URL": dsn}[name]
		return value, ok
	}
	code = command(t.Context(), args, env, &text, &text)
	return code, text.String()
}

func TestAnExportIsVerifiedWithoutADatabase(t *testing.T) {
	t.Parallel()
	cluster := pgtest.Durable(t)
	data := t.TempDir()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	store := eventstore.New(pgtest.Pool(t, cluster.DSN()), eventstore.Options{
		Catalog: catalog, Projection: projections.Tables{Catalog: catalog},
	})
	w := storetest.NewWriter(1, catalog)
	if err := w.Found(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	if err := w.Write(t.Context(), store, 50); err != nil {
		t.Fatal(err)
	}
	key, err := proof.OpenKey(data)
	if err != nil {
		t.Fatal(err)
	}
	if err := proof.NewSealer(store, key, filepath.Join(data, "checkpoints"), nil).Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	if code, out := ask(t, data, cluster.DSN(), "verify"); code != exitOK || !strings.Contains(out, "events are sound") {
		t.Errorf("%d %s", code, out)
	}
	file := filepath.Join(data, "home.jsonl")
	if code, out := ask(t, data, cluster.DSN(), "export", "--out", file, w.Home.String()); code != exitOK {
		t.Fatalf("%d %s", code, out)
	}
	if code, out := ask(t, data, cluster.DSN(), "export", "--out", file, w.Home.String()); code != exitFailed {
		t.Errorf("a file that is there was written over: %d %s", code, out)
	}
	checked := []string{
		"verify", "--export", file, "--checkpoints", evidence.LogPath(filepath.Join(data, "checkpoints")),
		"--key", filepath.Join(data, proof.PublicFile),
	}
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{checked, exitOK, "as it was signed"},
		{checked[:3], exitOK, "Without --checkpoints"},
		{checked[:5], exitUsage, "belong together"},
		{append(checked, "x"), exitUsage, "says itself"},
	} {
		if code, out := ask(t, "/nowhere", "postgres://nowhere.invalid/x", c.args...); code != c.code || !strings.Contains(out, c.says) {
			t.Errorf("%v: %d %s", c.args, code, out)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, bytes.Replace(text, []byte(`"actor":"`), []byte(`"actor":"x`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out := ask(t, "/nowhere", "", checked...); code != exitBad || !strings.Contains(out, "event 1 does not match its hash") {
		t.Errorf("%d %s", code, out)
	}
}
