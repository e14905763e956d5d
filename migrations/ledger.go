package migrations

import (
	"database/sql"
	"fmt"
	"io"
	"strings"

	"github.com/golang-migrate/migrate/v4/database"
	migratepgx "github.com/golang-migrate/migrate/v4/database/pgx/v5"
)

// ledger is golang-migrate's driver with one difference: the number of a file
// is written in the file's own transaction. golang-migrate writes it before, as
// "dirty", and after; a crash in between needs a person to say which it was.
type ledger struct {
	*migratepgx.Postgres
	next int // the version that the file about to run leads to
}

func newLedger(db *sql.DB) (*ledger, error) {
	driver, err := migratepgx.WithInstance(db, &migratepgx.Config{})
	if err != nil {
		return nil, err
	}
	return &ledger{Postgres: driver.(*migratepgx.Postgres)}, nil //nolint:forcetypeassert // it returns nothing else
}

// SetVersion keeps the number for Run, which writes it.
func (l *ledger) SetVersion(version int, _ bool) error {
	l.next = version
	return nil
}

// Run executes a file and writes its number, both or neither: PostgreSQL takes
// several statements sent as one for one transaction.
func (l *ledger) Run(file io.Reader) error {
	entry := "\n;TRUNCATE schema_migrations;"
	if l.next != database.NilVersion {
		entry += fmt.Sprintf("INSERT INTO schema_migrations (version, dirty) VALUES (%d, false);", l.next)
	}
	return l.Postgres.Run(io.MultiReader(file, strings.NewReader(entry)))
}
