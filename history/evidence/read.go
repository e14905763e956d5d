package evidence

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"

	"logis/domain"
	"logis/domain/chain"
)

// maxLine bounds a line that is read, in bytes: about ten times the longest that is
// written.
const maxLine = 1 << 20

// Read calls begin with what the first line of an export says of the home, of the event
// before the first one in it (a zero Seq: there is none) and of the last one, and visit
// for every event, as it was stored. An error of one of them ends it. It returns
// ErrNotExport for a line that is none; the events before it were visited.
func Read(in io.Reader, begin func(home domain.HomeID, after, last chain.Head) error, visit func(*chain.Row) error) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, bufio.MaxScanTokenSize), maxLine)
	lines.Split(wholeLines)
	var h Header
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
			return fmt.Errorf("%w: %w", ErrNotExport, err)
		}
		row, err := l.row(h.Home)
		if err != nil {
			return fmt.Errorf("%w: a line %w", ErrNotExport, err)
		}
		if err := visit(row); err != nil {
			return err
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf("%w: a line is too long", ErrNotExport)
	case err != nil:
		return fmt.Errorf("read the export: %w", err)
	case h.Format == "":
		return fmt.Errorf("%w: it is empty", ErrNotExport)
	}
	return nil
}

// ErrNotExport is wrapped when a line of a file is not as it was written.
var ErrNotExport = errors.New("this is not an export as it was written")

func (h *Header) read(text []byte) (after, last chain.Head, err error) {
	if err := json.Unmarshal(text, h, json.RejectUnknownMembers(true)); err != nil || h.Format != Format {
		return after, last, fmt.Errorf("%w: the first line is not that of a %s", ErrNotExport, Format)
	}
	after.Seq, last.Seq = h.After, h.Seq
	if last.Hash, err = domain.ParseHash(h.Hash); err == nil && h.After != 0 {
		after.Hash, err = domain.ParseHash(h.AfterHash)
	}
	if err != nil {
		err = fmt.Errorf("%w: a hash of the first line %w", ErrNotExport, err)
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
		return 0, nil, fmt.Errorf("%w: it ends within a line", ErrNotExport)
	}
	return 0, nil, nil
}
