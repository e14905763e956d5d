// Package export takes the log of a home out of a database, as lines of JSON that
// anybody can read. docs/export.md describes the format, package evidence reads it.
package export

import (
	"context"
	"io"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
	"logis/history/evidence"
)

// Write writes the log of a home as it is now, event by event: what it costs in
// memory does not grow with the log. tx must show one view of the database.
// progress, if not nil, is told the events that are written. It refuses with
// NotFound.
func Write(ctx context.Context, tx pgx.Tx, home domain.HomeID, out io.Writer, progress func(seq, head domain.Seq)) error {
	head, err := eventstore.HeadOf(ctx, tx, home)
	if err != nil {
		return err
	}
	base, err := baseOf(ctx, tx, home)
	if err != nil {
		return err
	}
	b := evidence.Beginning{Home: home, Last: head, Base: base}
	if err := evidence.WriteHeader(out, b); err != nil {
		return err
	}
	words, err := eventstore.WordsOf(ctx, tx, home)
	if err != nil {
		return err
	}
	return eventstore.ScanRows(ctx, tx, home, b.First()-1, 0, func(row *eventstore.Row) error {
		row.Words = words[row.Seq]
		if progress != nil && row.Seq%eventstore.ScanPage == 0 {
			progress(row.Seq, head.Seq)
		}
		return evidence.WriteEvent(out, row)
	})
}

// baseOf returns what a file begins with in the place of events that were sealed and
// went; nil: the log has its first event.
func baseOf(ctx context.Context, q eventstore.Querier, home domain.HomeID) (*evidence.Base, error) {
	base, doc, err := eventstore.BaseDoc(ctx, q, home)
	if err != nil || base.Seq == 0 {
		return nil, err
	}
	words, err := eventstore.WordsUpTo(ctx, q, home, base.Seq)
	if err != nil {
		return nil, err
	}
	b := &evidence.Base{Root: base.Root, State: doc}
	for _, w := range words {
		b.Words = append(b.Words, evidence.Word{Seq: w.Seq, Entity: w.Entity, Text: w.Text})
	}
	return b, nil
}
