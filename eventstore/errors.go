package eventstore

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"logis/domain"
)

// translate turns a database error into one of domain's, by its SQLSTATE and
// never by its text. Errors of domain and of contexts pass unchanged.
func translate(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var own *domain.Error
	if errors.As(err, &own) {
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
	switch {
	case pg.Code == "53100":
		return domain.Wrap(domain.Storage, "the database's disk is full", err)
	case pg.Code == "55P03", pg.Code == "57014":
		return domain.Wrap(domain.Overloaded, "the home is busy", err)
	case strings.HasPrefix(pg.Code, "08"), strings.HasPrefix(pg.Code, "53"), strings.HasPrefix(pg.Code, "57"),
		strings.HasPrefix(pg.Code, "58"), strings.HasPrefix(pg.Code, "25006"):
		return domain.Wrap(domain.Storage, "the database cannot write now", err)
	}
	return domain.Wrap(domain.Internal, "the database refused", err)
}

// unreachable reports whether err says that the connection failed, not the
// statement.
func unreachable(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || pgconn.SafeToRetry(err)
}

// Translate is for rooms that query the pool themselves.
func Translate(err error) error { return translate(err) }

// again reports whether the transaction may be tried again from the start:
// PostgreSQL undid it because of others.
func again(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}
