package export

import (
	"bytes"
	"context"
	"errors"

	"logis/domain"
	"logis/eventstore"
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
		h, err := headerOf(ctx, store, s)
		if err != nil {
			return nil, 0, err
		}
		if err := writeLine(&out, h); err != nil {
			return nil, 0, err
		}
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
		l, err := lineOf(row)
		if err == nil {
			err, last = writeLine(&out, l), row.Seq
		}
		return err
	})
	if errors.Is(err, errFull) {
		err = nil
	}
	return out.Bytes(), last, err
}

// headerOf returns the first line of the file of a span.
func headerOf(ctx context.Context, store *eventstore.Store, s Span) (header, error) {
	h := header{Format: Format, Home: s.Home, After: s.After, Seq: s.To}
	hash, err := eventstore.HashAt(ctx, store.Pool(), s.Home, s.To)
	if err != nil {
		return h, err
	}
	h.Hash = hash.String()
	if s.After == 0 {
		return h, nil
	}
	hash, err = eventstore.HashAt(ctx, store.Pool(), s.Home, s.After)
	h.AfterHash = hash.String()
	return h, err
}
