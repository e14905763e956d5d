package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"logis/eventstore/wall"
	"logis/migrations"
	"logis/migrations/privatepg"
)

// database is the PostgreSQL the server works on: its own or a given one.
type database struct {
	dsn     string
	private *privatepg.Cluster // nil when given
}

// startTimeout bounds how long a private PostgreSQL may take to answer, crash
// recovery included.
const startTimeout = 2 * time.Minute

// openDatabase starts or finds PostgreSQL, checks that what it promises to keep
// it keeps, and brings the tables up to date.
func openDatabase(ctx context.Context, c config, log io.Writer, progress func(string)) (*database, error) {
	db := &database{dsn: c.database}
	start, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if db.dsn == "" {
		cluster, err := privatepg.Start(start, privatepg.Options{
			Dir: filepath.Join(c.data, "postgres"), Log: log, Progress: progress,
		})
		if err != nil {
			return nil, err
		}
		db.private, db.dsn = cluster, cluster.DSN()
	} else if err := waitForDatabase(start, db.dsn, progress); err != nil {
		return nil, err
	}
	if err := db.check(start); err != nil {
		_ = db.close(ctx)
		return nil, err
	}
	if err := migrations.Up(start, db.dsn); err != nil {
		_ = db.close(ctx)
		return nil, err
	}
	return db, nil
}

// databaseWait is how long to wait before a database that is away is tried again.
const databaseWait = 250 * time.Millisecond

// waitForDatabase returns once a given database answers. One that is starting, or
// recovers from a crash, is waited for; a wrong address or password is not.
func waitForDatabase(ctx context.Context, dsn string, progress func(string)) error {
	for told := false; ; told = true {
		conn, err := pgx.Connect(ctx, dsn)
		if err == nil {
			return conn.Close(ctx)
		}
		if hopeless(err) {
			return fmt.Errorf("connect to the database: %w", err)
		}
		if !told && progress != nil {
			progress("waiting for the database")
		}
		timer := time.NewTimer(databaseWait)
		select {
		case <-ctx.Done():
			return fmt.Errorf("the database does not answer: %w", err)
		case <-timer.C:
		}
	}
}

// hopeless reports whether waiting cannot help: the address cannot be read, the
// login is refused, or there is no such database.
func hopeless(err error) bool {
	var address *pgconn.ParseConfigError
	var refused *pgconn.PgError
	return errors.As(err, &address) || errors.As(err, &refused) &&
		(strings.HasPrefix(refused.Code, "28") || strings.HasPrefix(refused.Code, "3D"))
}

func (db *database) close(ctx context.Context) error {
	if db.private == nil {
		return nil
	}
	return db.private.Stop(context.WithoutCancel(ctx))
}

// check refuses a database that may forget what it acknowledged: locks hang on
// this log.
func (db *database) check(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, db.dsn)
	if err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, setting := range []string{"fsync", "full_page_writes", "synchronous_commit"} {
		var value string
		if err := conn.QueryRow(ctx, `SELECT current_setting($1)`, setting).Scan(&value); err != nil {
			return fmt.Errorf("read %s: %w", setting, err)
		}
		if value != "on" {
			return fmt.Errorf("the database has %s=%s: it would forget events it promised to keep; set %s=on", setting, value, setting)
		}
	}
	return nil
}

// Connections: requests, the batching front and River share a PostgreSQL of 100.
const (
	appConns   = 24
	riverConns = 12
)

// appPool returns connections that may add to the log and never change it, with
// limits that keep one bad query from holding up a home.
func (db *database) appPool(ctx context.Context) (*pgxpool.Pool, error) {
	return db.pool(ctx, appConns, map[string]string{
		"application_name":                    "logis",
		"statement_timeout":                   "10s",
		"lock_timeout":                        "3s",
		"idle_in_transaction_session_timeout": "10s",
		"synchronous_commit":                  "on",
	})
}

// riverPool returns connections for River's own bookkeeping. Losing its last
// commits in a crash only makes a job run again, which every worker bears, so
// they need not wait for the disk.
func (db *database) riverPool(ctx context.Context) (*pgxpool.Pool, error) {
	return db.pool(ctx, riverConns, map[string]string{
		"application_name":                    "logis-jobs",
		"idle_in_transaction_session_timeout": "30s",
		"synchronous_commit":                  "off",
	})
}

func (db *database) pool(ctx context.Context, conns int32, params map[string]string) (*pgxpool.Pool, error) {
	c, err := pgxpool.ParseConfig(db.dsn)
	if err != nil {
		return nil, fmt.Errorf("database URL: %w", err)
	}
	c.MaxConns = conns
	for name, value := range params {
		c.ConnConfig.RuntimeParams[name] = value
	}
	wall.Guard(c, wall.Nothing())
	return pgxpool.NewWithConfig(ctx, c)
}
