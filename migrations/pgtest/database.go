package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"

	"logis/migrations"
)

// templateLock is the key of the advisory lock under which the template is made:
// several test processes may share a server.
const templateLock = 0x6c6f676973 // "logis"

// template returns the name of the template, which changes with the migrations.
func template() string { return "logis_template_" + migrations.Hash() }

// makeTemplate makes the migrated database that all others are copied from,
// unless the server has it. It gets its name last, so that one cut short is
// never taken for it.
func (s *server) makeTemplate(ctx context.Context) error {
	return s.admin(ctx, func(conn *pgx.Conn) error {
		if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(templateLock)); err != nil {
			return err
		}
		var there bool
		err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", template()).Scan(&there)
		if err != nil || there {
			return err
		}
		fresh := template() + "_new"
		for _, statement := range []string{
			"DROP DATABASE IF EXISTS " + identifier(fresh) + " WITH (FORCE)",
			"CREATE DATABASE " + identifier(fresh),
		} {
			if _, err := conn.Exec(ctx, statement); err != nil {
				return err
			}
		}
		if err := migrations.Up(ctx, s.dsn(fresh)); err != nil {
			return err
		}
		_, err = conn.Exec(ctx, "ALTER DATABASE "+identifier(fresh)+" RENAME TO "+identifier(template()))
		return err
	})
}

// create copies a database and returns the name of the copy.
func (s *server) create(ctx context.Context, from string) (string, error) {
	name := fmt.Sprintf("logis_test_%d_%d", os.Getpid(), s.made.Add(1))
	return name, s.admin(ctx, func(conn *pgx.Conn) error {
		// Copying files is quicker than writing every page to the WAL as well.
		_, err := conn.Exec(ctx, "CREATE DATABASE "+identifier(name)+" TEMPLATE "+identifier(from)+" STRATEGY file_copy")
		return err
	})
}

func (s *server) drop(ctx context.Context, name string) error {
	return s.admin(ctx, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+identifier(name)+" WITH (FORCE)")
		return err
	})
}

// admin runs do on a connection to the server's own database.
func (s *server) admin(ctx context.Context, do func(*pgx.Conn) error) (err error) {
	conn, err := pgx.Connect(ctx, s.base)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	return do(conn)
}

// dsn returns the address of another database on the server.
func (s *server) dsn(database string) string {
	if !strings.Contains(s.base, "://") {
		return s.base + " dbname=" + database
	}
	address, err := url.Parse(s.base)
	if err != nil {
		return s.base // admin has connected with it, so it does parse
	}
	address.Path = "/" + database
	return address.String()
}

func identifier(name string) string { return pgx.Identifier{name}.Sanitize() }
