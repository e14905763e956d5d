package pgtest

import "testing"

func TestAnAddressNamesTheDatabaseInBothForms(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"host='/run/x' user=logis dbname=postgres":         "host='/run/x' user=logis dbname=postgres dbname=one",
		"postgres://logis@localhost/postgres?sslmode=off":  "postgres://logis@localhost/one?sslmode=off",
		"postgresql://logis:secret@localhost:5433/another": "postgresql://logis:secret@localhost:5433/one",
	} {
		if got := (&server{base: base}).dsn("one"); got != want {
			t.Errorf("%s: got %s", base, got)
		}
	}
}
