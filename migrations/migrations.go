// Package migrations says what the database looks like, and makes one look so:
// numbered SQL files, applied in order, each in a transaction of its own.
//
// 000010 to 000016 are River's own files, one per River version, because two of
// them in one transaction fail (a new enum value must be committed before use).
// They leave out River's version 1, which only makes the table of River's own
// migrator; its client never reads that table. How to bring in the files of a
// newer River is told beside TestRiversFilesAreThoseOfTheModule.
package migrations

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/golang-migrate/migrate/v4"
	"github.com/golang-migrate/migrate/v4/source/iofs"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

//go:embed *.sql
var files embed.FS

// LockLimit is how long one statement of a migration waits for a lock: for
// another runner to finish, or for a table that a query is using.
const LockLimit = time.Minute

// ErrNewer is wrapped when a newer program has changed the database.
var ErrNewer = errors.New("the database is newer than this program")

// Up brings the database at dsn to Version. Several programs may call it at
// once: one works, the others wait and find it done. When it ends early, by ctx
// or by a crash, the database stands at a version in between, never inside one.
func Up(ctx context.Context, dsn string) error {
	return run(ctx, dsn, files, (*migrate.Migrate).Up)
}

// Version returns the version the database has after Up: the highest number of
// a file.
func Version() int {
	newest := 0
	for _, name := range names(files) {
		newest = max(newest, number(name))
	}
	return newest
}

// Hash returns a short name for the exact contents of all files.
func Hash() string {
	sum := sha256.New()
	for _, name := range names(files) {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			panic(err) // embedded: it was there when the program was built
		}
		fmt.Fprintf(sum, "%s %d\n%s", name, len(text), text)
	}
	return hex.EncodeToString(sum.Sum(nil))[:12]
}

// run applies step to the database at dsn with the files of source.
func run(ctx context.Context, dsn string, source fs.FS, step func(*migrate.Migrate) error) (err error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return fmt.Errorf("address of the database: %w", err)
	}
	config.RuntimeParams["lock_timeout"] = strconv.FormatInt(LockLimit.Milliseconds(), 10)
	config.RuntimeParams["app.home"] = "*" // the wall holds the owner of the tables too
	db := stdlib.OpenDB(*config)
	if err := db.PingContext(ctx); err != nil {
		return errors.Join(fmt.Errorf("connect to the database: %w", err), db.Close())
	}
	target, err := newLedger(db)
	if err != nil {
		return errors.Join(fmt.Errorf("table of the migrations: %w", err), db.Close())
	}
	steps, err := iofs.New(source, ".")
	if err != nil {
		return errors.Join(fmt.Errorf("files of the migrations: %w", err), target.Close())
	}
	m, err := migrate.NewWithInstance("iofs", steps, "pgx5", target)
	if err != nil {
		return errors.Join(fmt.Errorf("migrations: %w", err), target.Close())
	}
	defer func() {
		sourceErr, targetErr := m.Close()
		err = errors.Join(err, sourceErr, targetErr)
	}()
	m.LockTimeout = LockLimit
	return guarded(ctx, m, source, step)
}

// guarded applies step, stops between two files when ctx ends, and makes what
// step returns plain.
func guarded(ctx context.Context, m *migrate.Migrate, source fs.FS, step func(*migrate.Migrate) error) error {
	defer context.AfterFunc(ctx, func() { m.GracefulStop <- true })()
	err := step(m)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("migrate: %w", ctx.Err())
	case err == nil, errors.Is(err, migrate.ErrNoChange):
		return nil
	}
	if at, _, versionErr := m.Version(); versionErr == nil && !knows(source, int(at)) {
		return fmt.Errorf("%w: it is at version %d", ErrNewer, at)
	}
	return fmt.Errorf("migrate: %w", err)
}

func knows(source fs.FS, version int) bool {
	for _, name := range names(source) {
		if number(name) == version {
			return true
		}
	}
	return false
}

func names(source fs.FS) []string {
	found, err := fs.Glob(source, "*.sql")
	if err != nil {
		panic(err) // only a malformed pattern; ours is a constant
	}
	return found
}

// number returns 12 for 000012_river_004.up.sql.
func number(name string) int {
	digits, _, _ := strings.Cut(name, "_")
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}
