package export

import (
	"bytes"
	"context"
	"errors"
	"io"

	"logis/domain"
	"logis/eventstore"
	"logis/history/evidence"
)

// Bounds of one part, which is made in memory before it is sent.
const (
	maxPartEvents = 5000    // one page of the log
	maxPartBytes  = 4 << 20 // the part ends with the event that goes beyond: twice such a page as homes are
)

// Span is the events of a home after one up to another, which must be in the log.
type Span struct {
	Home      domain.HomeID
	After, To domain.Seq
}

var errFull = errors.New("the part is full")

// Part returns what a file holds of a span, as far as one part goes, and the last event
// in it. Parts that follow each other make the file; the first of them begins with its
// first line.
func Part(ctx context.Context, store *eventstore.Store, s Span, first bool) (text []byte, last domain.Seq, err error) {
	var out bytes.Buffer
	if first {
		begins, err := writeHeader(ctx, store, &out, s)
		if err != nil {
			return nil, 0, err
		}
		s.After = begins - 1
	}
	words, err := eventstore.WordsOf(ctx, store.Pool(), s.Home)
	if err != nil {
		return nil, 0, err
	}
	last = s.After
	if s.To == s.After {
		return out.Bytes(), last, nil
	}
	err = eventstore.ScanRows(ctx, store.Pool(), s.Home, s.After, min(s.To, s.After+maxPartEvents), func(row *eventstore.Row) error {
		if out.Len() > maxPartBytes {
			return errFull
		}
		row.Words = words[row.Seq]
		last = row.Seq
		return evidence.WriteEvent(&out, row)
	})
	if errors.Is(err, errFull) {
		err = nil
	}
	return out.Bytes(), last, err
}

// writeHeader writes what the file of a span begins with, and returns its first event.
func writeHeader(ctx context.Context, store *eventstore.Store, out io.Writer, s Span) (first domain.Seq, err error) {
	b := evidence.Beginning{Home: s.Home, After: eventstore.Head{Seq: s.After}, Last: eventstore.Head{Seq: s.To}}
	if s.After == 0 {
		if b.Base, err = baseOf(ctx, store.Pool(), s.Home); err != nil {
			return 0, err
		}
	}
	if b.Last.Hash, err = eventstore.HashAt(ctx, store.Pool(), s.Home, s.To); err != nil {
		return 0, err
	}
	if s.After != 0 {
		if b.After.Hash, err = eventstore.HashAt(ctx, store.Pool(), s.Home, s.After); err != nil {
			return 0, err
		}
	}
	return b.First(), evidence.WriteHeader(out, b)
}
