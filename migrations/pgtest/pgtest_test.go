package pgtest_test

import (
	"testing"

	"logis/migrations/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestADatabaseIsMigratedAndWorksAsTheServersRole(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	var role string
	if err := pool.QueryRow(t.Context(), "SELECT current_user FROM (SELECT count(*) FROM events) e").Scan(&role); err != nil {
		t.Fatal(err)
	}
	if role != "logis_app" {
		t.Errorf("the pool works as %s", role)
	}
}
