package outbox

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/ncruces/go-sqlite3"

	"logis/domain"
)

// schemaVersion stands in the file's user_version.
const schemaVersion = 3

// schema is the first version of the file. Times are kept as they were read: at_ms is the
// server's time in Unix milliseconds, 0 as long as it is not known; then boot
// and boot_ns say when it was since which start of the machine.
const schema = `
CREATE TABLE outbox (
    only     INTEGER PRIMARY KEY CHECK (only = 1),
    gateway  BLOB    NOT NULL,
    id       TEXT    NOT NULL,
    next     INTEGER NOT NULL,
    acked    INTEGER NOT NULL,
    offered  INTEGER NOT NULL,
    head_seq INTEGER NOT NULL,
    head     BLOB    NOT NULL
) STRICT;

-- What the cloud has not recorded yet. A gap has no entry and stands for all
-- numbers up to upto; rank is the order in which entries are dropped.
CREATE TABLE entries (
    seq     INTEGER PRIMARY KEY,
    upto    INTEGER NOT NULL,
    rank    INTEGER NOT NULL,
    at_ms   INTEGER NOT NULL,
    boot_ns INTEGER NOT NULL,
    boot    TEXT,
    reason  TEXT,
    entry   BLOB
) STRICT;
CREATE INDEX entries_rank ON entries (rank, seq);
CREATE INDEX entries_undated ON entries (boot) WHERE boot IS NOT NULL;

-- The devices of this gateway, and what the cloud was told they are.
CREATE TABLE devices (
    id        BLOB    PRIMARY KEY,
    address   TEXT    NOT NULL UNIQUE,
    told      INTEGER NOT NULL, -- number of the entry that described it
    available INTEGER,          -- NULL: the radio did not say
    entry     BLOB    NOT NULL
) STRICT;

-- What each device last said of itself.
CREATE TABLE present (
    device   BLOB    NOT NULL,
    property TEXT    NOT NULL,
    value    TEXT    NOT NULL,
    at_ms    INTEGER NOT NULL,
    boot_ns  INTEGER NOT NULL,
    boot     TEXT,
    PRIMARY KEY (device, property)
) STRICT, WITHOUT ROWID;
CREATE INDEX present_undated ON present (boot) WHERE boot IS NOT NULL;

-- Commands that were begun. outcome is NULL between intent and result.
CREATE TABLE commands (
    n        INTEGER PRIMARY KEY,
    id       BLOB    NOT NULL UNIQUE,
    device   BLOB    NOT NULL,
    class    INTEGER NOT NULL,
    not_after_ms INTEGER NOT NULL,
    begun_ms INTEGER NOT NULL, -- server's time of the intent
    outcome  TEXT,
    entry    BLOB              -- the result, as told
) STRICT;
CREATE INDEX commands_unfinished ON commands (n) WHERE outcome IS NULL;

-- The newest desired version that was begun, for each property of a device.
CREATE TABLE applied (
    device   BLOB    NOT NULL,
    property TEXT    NOT NULL,
    version  INTEGER NOT NULL,
    PRIMARY KEY (device, property)
) STRICT, WITHOUT ROWID;
`

// since1 is what the second version of the file has beyond the first: who acts in
// the home itself. A file of the first version is brought up to it.
const since1 = `
-- Commands given here by a paired client; at_ms, boot_ns and boot say when it was asked.
CREATE TABLE acts (
    n       INTEGER PRIMARY KEY,
    id      BLOB    NOT NULL UNIQUE,
    client  TEXT    NOT NULL,
    key     TEXT    NOT NULL, -- the client's name for its wish
    request BLOB    NOT NULL, -- SHA-256 of what was asked under the key
    class   INTEGER NOT NULL,
    ttl_ms  INTEGER NOT NULL, -- 0: it has no deadline
    at_ms   INTEGER NOT NULL,
    boot_ns INTEGER NOT NULL,
    boot    TEXT,
    entry   BLOB    NOT NULL, -- the act, as told
    open    INTEGER NOT NULL, -- 1 until it is begun or has ended
    UNIQUE (client, key)
) STRICT;
CREATE INDEX acts_open ON acts (n) WHERE open = 1;
CREATE INDEX acts_undated ON acts (boot) WHERE boot IS NOT NULL;

-- When each property was last acted on here: what the cloud was asked before must
-- not follow it.
CREATE TABLE touched (
    device   BLOB    NOT NULL,
    property TEXT    NOT NULL,
    at_ms    INTEGER NOT NULL,
    boot_ns  INTEGER NOT NULL,
    boot     TEXT,
    PRIMARY KEY (device, property)
) STRICT, WITHOUT ROWID;
CREATE INDEX touched_undated ON touched (boot) WHERE boot IS NOT NULL;

ALTER TABLE commands ADD COLUMN ended_ms INTEGER NOT NULL DEFAULT 0; -- server's time of the result
ALTER TABLE present ADD COLUMN since_boot TEXT; -- the start of the machine that boot_ns counts from
`

// since2 is what the third version of the file has beyond the second: rules.
const since2 = `
-- How far each rule that runs here has come.
CREATE TABLE rule_runs (
    rule BLOB PRIMARY KEY,
    doc  BLOB NOT NULL -- JSON
) STRICT, WITHOUT ROWID;

-- What the cloud was last told to run here.
CREATE TABLE placed (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    doc  BLOB    NOT NULL -- JSON
) STRICT;
`

// db is the connection and its prepared statements, used by one goroutine.
type db struct {
	conn       *sqlite3.Conn
	statements map[string]*sqlite3.Stmt // by their SQL
}

// open opens the file, made if it is missing. The connection keeps the lock: a
// second agent on the same file is refused, and no shared memory is needed.
// synchronous=FULL makes every commit wait for the disk.
func open(o Options) (*db, error) {
	query := url.Values{"_pragma": append([]string{
		"locking_mode(exclusive)", "journal_mode(wal)", "synchronous(full)",
		"journal_size_limit(4194304)", "trusted_schema(off)",
	}, o.pragmas...)}
	if o.vfs != "" {
		query.Set("vfs", o.vfs)
	}
	conn, err := sqlite3.Open((&url.URL{Scheme: "file", OmitHost: true, Path: o.Path, RawQuery: query.Encode()}).String())
	if err != nil {
		return nil, err
	}
	d := &db{conn: conn, statements: map[string]*sqlite3.Stmt{}}
	if err := d.prepare(); err != nil {
		return nil, errors.Join(err, d.close())
	}
	return d, nil
}

// errNewer is a file of a later release, which must not be touched.
var errNewer = errors.New("the file was written by a newer version of the agent")

// prepare checks the file, makes the tables of a new one and adds to an old one
// what it lacks.
func (d *db) prepare() error {
	var version int64
	if err := d.queryRow(`PRAGMA user_version`, nil, &version); err != nil {
		return err
	}
	switch {
	case version > schemaVersion:
		return errNewer
	case version == schemaVersion:
		return d.check()
	}
	if version > 0 {
		if err := d.check(); err != nil {
			return err
		}
	}
	return d.transaction(func() error {
		steps := []string{schema, since1, since2}
		return d.conn.Exec(strings.Join(steps[version:], "") + fmt.Sprintf("PRAGMA user_version = %d", schemaVersion))
	})
}

// check reads the whole file once: a damaged page is found now and not when it
// is needed.
func (d *db) check() error {
	var verdict string
	if err := d.queryRow(`PRAGMA quick_check(1)`, nil, &verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return fmt.Errorf("%w: %s", sqlite3.CORRUPT, verdict)
	}
	return nil
}

func (d *db) close() error {
	var err error
	for _, statement := range d.statements {
		err = errors.Join(err, statement.Close())
	}
	return errors.Join(err, d.conn.Close())
}

// transaction runs do within BEGIN and COMMIT; an error undoes everything.
func (d *db) transaction(do func() error) error {
	if err := d.conn.Exec(`BEGIN IMMEDIATE`); err != nil {
		return err
	}
	err := do()
	if err == nil {
		err = d.conn.Exec(`COMMIT`)
	}
	if err != nil && !d.conn.GetAutocommit() {
		return errors.Join(err, d.conn.Exec(`ROLLBACK`))
	}
	return err
}

// exec runs a statement with its parameters.
func (d *db) exec(sql string, args ...any) error {
	return d.query(sql, args, func(*sqlite3.Stmt) error { return nil })
}

// queryRow reads the first row into dest, which stays as it is when there is none.
func (d *db) queryRow(sql string, args []any, dest ...any) error {
	read := false
	return d.query(sql, args, func(row *sqlite3.Stmt) error {
		if read {
			return nil
		}
		read = true
		return scan(row, dest...)
	})
}

// query calls each for every row. The row is only good until each returns.
func (d *db) query(sql string, args []any, each func(row *sqlite3.Stmt) error) error {
	statement, ok := d.statements[sql]
	if !ok {
		var err error
		if statement, _, err = d.conn.PrepareFlags(sql, sqlite3.PREPARE_PERSISTENT); err != nil {
			return err
		}
		d.statements[sql] = statement
	}
	for i, arg := range args {
		if err := bind(statement, i+1, arg); err != nil {
			return err
		}
	}
	for statement.Step() {
		if err := each(statement); err != nil {
			return errors.Join(err, statement.Reset())
		}
	}
	err := statement.Err()
	return errors.Join(err, statement.Reset(), statement.ClearBindings())
}

// scan reads the columns of a row. NULL becomes the zero value.
func scan(row *sqlite3.Stmt, dest ...any) error {
	for i, d := range dest {
		switch v := d.(type) {
		case *int64:
			*v = row.ColumnInt64(i)
		case *bool:
			*v = row.ColumnBool(i)
		case *string:
			*v = row.ColumnText(i)
		case *[]byte:
			*v = row.ColumnBlob(i, nil)
		case *domain.DeviceID:
			copy(v[:], row.ColumnRawBlob(i))
		case *domain.CommandID:
			copy(v[:], row.ColumnRawBlob(i))
		case *domain.GatewayID:
			copy(v[:], row.ColumnRawBlob(i))
		default:
			return fmt.Errorf("cannot scan into a %T", d)
		}
	}
	return nil
}

func bind(statement *sqlite3.Stmt, n int, arg any) error {
	switch v := arg.(type) {
	case nil:
		return statement.BindNull(n)
	case bool:
		return statement.BindBool(n, v)
	case int64:
		return statement.BindInt64(n, v)
	case string:
		return statement.BindText(n, v)
	case []byte:
		return statement.BindBlob(n, v)
	case domain.DeviceID:
		return statement.BindBlob(n, v[:])
	case domain.CommandID:
		return statement.BindBlob(n, v[:])
	case domain.GatewayID:
		return statement.BindBlob(n, v[:])
	}
	return fmt.Errorf("cannot bind a %T", arg)
}
