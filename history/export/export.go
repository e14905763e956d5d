package export

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
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
	if err := writeLine(out, header{Format: Format, Home: home, Seq: head.Seq, Hash: head.Hash.String()}); err != nil {
		return err
	}
	words, err := eventstore.WordsOf(ctx, tx, home)
	if err != nil {
		return err
	}
	return eventstore.ScanRows(ctx, tx, home, 0, 0, func(row *eventstore.Row) error {
		row.Words = words[row.Seq]
		l, err := lineOf(row)
		if err != nil {
			return err
		}
		if progress != nil && row.Seq%eventstore.ScanPage == 0 {
			progress(row.Seq, head.Seq)
		}
		return writeLine(out, l)
	})
}

func writeLine(out io.Writer, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode a line: %w", err)
	}
	if _, err := out.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("write the export: %w", err)
	}
	return nil
}

// maxLine bounds a line that is read, in bytes: about ten times the longest that is
// written.
const maxLine = 1 << 20

// Read calls begin with what the first line of an export says of the home, of the event
// before the first one in it (a zero Seq: there is none) and of the last one, and visit
// for every event, as it was stored. An error of one of them ends it. It returns
// ErrBroken for a line that is none; the events before it were visited.
func Read(in io.Reader, begin func(home domain.HomeID, after, last eventstore.Head) error, visit func(*eventstore.Row) error) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, bufio.MaxScanTokenSize), maxLine)
	lines.Split(wholeLines)
	var h header
	for first := true; lines.Scan(); first = false {
		if first {
			after, last, err := h.read(lines.Bytes())
			if err != nil {
				return err
			}
			if err := begin(h.Home, after, last); err != nil {
				return err
			}
			continue
		}
		var l line
		if err := json.Unmarshal(lines.Bytes(), &l, json.RejectUnknownMembers(true)); err != nil {
			return fmt.Errorf("%w: %w", ErrBroken, err)
		}
		row, err := l.row(h.Home)
		if err != nil {
			return fmt.Errorf("%w: a line %w", ErrBroken, err)
		}
		if err := visit(row); err != nil {
			return err
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf("%w: a line is too long", ErrBroken)
	case err != nil:
		return fmt.Errorf("read the export: %w", err)
	case h.Format == "":
		return fmt.Errorf("%w: it is empty", ErrBroken)
	}
	return nil
}

// ErrBroken is wrapped when a line of a file is not as it was written.
var ErrBroken = errors.New("this is not an export as it was written")

func (h *header) read(text []byte) (after, last eventstore.Head, err error) {
	if err := json.Unmarshal(text, h, json.RejectUnknownMembers(true)); err != nil || h.Format != Format {
		return after, last, fmt.Errorf("%w: the first line is not that of a %s", ErrBroken, Format)
	}
	after.Seq, last.Seq = h.After, h.Seq
	if last.Hash, err = ParseHash(h.Hash); err == nil && h.After != 0 {
		after.Hash, err = ParseHash(h.AfterHash)
	}
	if err != nil {
		err = fmt.Errorf("%w: a hash of the first line %w", ErrBroken, err)
	}
	return after, last, err
}

// wholeLines splits at line feeds only, and refuses an end without one: the file
// was cut.
func wholeLines(data []byte, atEOF bool) (int, []byte, error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF && len(data) > 0 {
		return 0, nil, fmt.Errorf("%w: it ends within a line", ErrBroken)
	}
	return 0, nil, nil
}

// Verify follows the chain of an export. remembered returns the heads that
// somebody remembers of the home, such as signed ones; nil: nobody does. Without
// them a log that was written anew as a whole is sound.
func Verify(in io.Reader, remembered func(domain.HomeID) []eventstore.Head) (eventstore.Verdict, error) {
	var chain *eventstore.Chain
	var end domain.Seq
	errStop := errors.New("the rest does not matter")
	err := Read(in, func(home domain.HomeID, after, head eventstore.Head) error {
		var heads []eventstore.Head
		if remembered != nil {
			heads = remembered(home)
		}
		end = head.Seq
		chain = eventstore.NewChain(home, append(heads, head)...)
		if after.Seq != 0 {
			chain.BeginAfter(after)
		}
		return nil
	}, func(row *eventstore.Row) error {
		if !chain.Step(row) {
			return errStop
		}
		return nil
	})
	switch {
	case chain == nil:
		return eventstore.Verdict{}, err
	case errors.Is(err, ErrBroken):
		chain.Fail(err.Error())
	case err != nil && !errors.Is(err, errStop):
		return chain.End(end), err
	}
	return chain.End(end), nil
}
