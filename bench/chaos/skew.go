package chaos

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// skew moves the clock of a database: a function of the same name stands before
// PostgreSQL's own, for every session that looks names up as the database says.
// Go's clock cannot be moved from outside, and nothing of the server's or the
// agent's depends on their wall clocks: the log's time is the database's.
type skew struct{ conn *pgx.Conn }

func newSkew(ctx context.Context, dsn string) (*skew, error) {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	_, err = conn.Exec(ctx, `
		CREATE SCHEMA skew;
		CREATE TABLE skew.clock (ahead interval NOT NULL);
		INSERT INTO skew.clock VALUES ('0');
		CREATE FUNCTION skew.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE SECURITY DEFINER
			RETURN (SELECT pg_catalog.clock_timestamp() + ahead FROM skew.clock);
		GRANT USAGE ON SCHEMA skew TO PUBLIC;
		DO $$ BEGIN
			EXECUTE format('ALTER DATABASE %I SET search_path = public, skew, pg_catalog', current_database());
		END $$`)
	return &skew{conn: conn}, err
}

// set puts the clock so far ahead of the true one.
func (s *skew) set(ctx context.Context, ahead time.Duration) error {
	_, err := s.conn.Exec(ctx, `UPDATE skew.clock SET ahead = $1`, ahead)
	return err
}

// close puts the clock right.
func (s *skew) close(ctx context.Context) error {
	if s == nil {
		return nil
	}
	return errors.Join(s.set(ctx, 0), s.conn.Close(ctx))
}

// jump moves the server's clock, to where a machine without a battery finds it, or
// where a wrong time zone puts it.
func (s *scene) jump(ctx context.Context) error {
	s.result.ClockJumps++
	jumps := []time.Duration{0, 2 * time.Hour, -2 * time.Hour, -14 * 24 * time.Hour}
	return s.clock.set(ctx, jumps[s.random.IntN(len(jumps))])
}
