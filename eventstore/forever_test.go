package eventstore_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"logis/migrations/pgtest"
)

func TestNobodyChangesTheLog(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := b.found(t)
	head := b.head(t, home)
	for _, statement := range []string{
		`UPDATE events SET actor = 'me'`, `DELETE FROM events`, `TRUNCATE events`,
		`UPDATE events SET actor = 'me' WHERE false`,
		`INSERT INTO events SELECT * FROM events ON CONFLICT (home_id, seq) DO UPDATE SET actor = 'me'`,
	} {
		// The role of the server lacks the privilege; a superuser meets the trigger.
		for who, pool := range map[string]interface {
			Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
		}{"logis_app": b.pool, "a superuser": pgtest.Superuser(t, b.dsn)} {
			_, err := pool.Exec(t.Context(), statement)
			var refusal *pgconn.PgError
			if !errors.As(err, &refusal) || refusal.Code != "42501" {
				t.Errorf("%s may %s: %v", who, statement, err)
			}
		}
	}
	for _, statement := range []string{
		`ALTER TABLE events DISABLE TRIGGER events_are_forever`, `DROP TABLE events`, `DELETE FROM home_heads`, `TRUNCATE home_heads`,
		`SET session_replication_role = replica`, `DELETE FROM words`, `UPDATE idempotency_keys SET answer = ''`,
	} {
		if _, err := b.pool.Exec(t.Context(), statement); err == nil {
			t.Errorf("logis_app may %s", statement)
		}
	}
	if after := b.head(t, home); after != head {
		t.Errorf("head %v, was %v", after, head)
	}
	b.checkSound(t, home)
}
