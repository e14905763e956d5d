package eventstore

import (
	"context"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"logis/domain"
)

// translate turns a database error into one of domain's, by its SQLSTATE and
// never by its text. Errors of domain pass unchanged, those of contexts too
// unless they are the limit of connecting, which is the database's fault.
func translate(err error) error {
	if err == nil {
		return nil
	}
	var own *domain.Error
	if errors.As(err, &own) {
		return err
	}
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		return domain.Wrap(domain.Storage, "the database does not answer", err)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return domain.Wrap(domain.NotFound, "there is no such thing", err)
	}
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		if unreachable(err) {
			return domain.Wrap(domain.Storage, "the database does not answer", err)
		}
		return err
	}
	return translateCode(pg.Code, err)
}

// translateCode knows the SQLSTATEs and their classes
// (https://www.postgresql.org/docs/current/errcodes-appendix.html).
func translateCode(code string, err error) error {
	switch code {
	case "53100":
		return domain.Wrap(domain.Storage, "the database's disk is full", err)
	case "55P03", "57014", "40001", "40P01": // waited too long, ran too long, lost against others
		return domain.Wrap(domain.Overloaded, "the home is busy", err)
	case "25006", "25P03", "25P04": // a standby; the transaction stood too long, as when this server was paused
		return domain.Wrap(domain.Storage, "the database cannot write now", err)
	}
	switch code[:min(2, len(code))] {
	case "08", "53", "57", "58": // connection, resources, operator, system
		return domain.Wrap(domain.Storage, "the database cannot write now", err)
	}
	return domain.Wrap(domain.Internal, "the database refused", err)
}

// unreachable reports whether err says that the connection failed, not the
// statement.
func unreachable(err error) bool {
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || pgconn.SafeToRetry(err)
}

// Translate is for rooms that query the pool themselves.
func Translate(err error) error { return translate(err) }

// again reports whether the transaction may be tried again from the start:
// PostgreSQL undid it because of others, or another one kept an answer under the
// same key meanwhile, which the next attempt will find.
func again(err error) bool {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return false
	}
	return pg.Code == "40001" || pg.Code == "40P01" || (pg.Code == "23505" && pg.ConstraintName == keyConstraint)
}
