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

// Read calls begin with what an export says before its first event, and visit for every
// event, as it was stored. An error of one of them ends it. It returns ErrNotExport for a
// line that is none; the events before it were visited.
func Read(in io.Reader, begin func(Beginning) error, visit func(*chain.Row) error) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, bufio.MaxScanTokenSize), maxLine)
	lines.Split(wholeLines)
	b, err := readBeginning(lines)
	if err != nil {
		return errors.Join(notRead(lines), err)
	}
	if err := begin(b); err != nil {
		return err
	}
	for lines.Scan() {
		var l line
		if err := json.Unmarshal(lines.Bytes(), &l, json.RejectUnknownMembers(true)); err != nil {
			return fmt.Errorf("%w: %w", ErrNotExport, err)
		}
		row, err := l.row(b.Home)
		if err != nil {
			return fmt.Errorf("%w: a line %w", ErrNotExport, err)
		}
		if err := visit(row); err != nil {
			return err
		}
	}
	return notRead(lines)
}

// notRead says why there is no further line, nil at the end.
func notRead(lines *bufio.Scanner) error {
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf("%w: a line is too long", ErrNotExport)
	case err != nil:
		return fmt.Errorf("read the export: %w", err)
	}
	return nil
}

// readBeginning reads the first line and, with it, the base that it announces.
func readBeginning(lines *bufio.Scanner) (b Beginning, err error) {
	if !lines.Scan() {
		return b, fmt.Errorf("%w: it is empty", ErrNotExport)
	}
	var h Header
	if b, err = h.read(lines.Bytes()); err != nil || h.Base == nil {
		return b, err
	}
	if b.Base, err = h.Base.base(); err != nil {
		return b, err
	}
	for n := range h.Base.Chunks + h.Base.Words {
		if !lines.Scan() {
			return b, fmt.Errorf("%w: it ends before its first event", ErrNotExport)
		}
		if err := b.Base.take(h.Base, n, lines.Bytes()); err != nil {
			return b, err
		}
	}
	return b, nil
}

// ErrNotExport is wrapped when a line of a file is not as it was written.
var ErrNotExport = errors.New("this is not an export as it was written")

func (h *Header) read(text []byte) (b Beginning, err error) {
	err = json.Unmarshal(text, h, json.RejectUnknownMembers(true))
	based := h.Format == BaseFormat
	if err != nil || h.Format != Format && !based || based != (h.Base != nil) || based && h.After != 0 {
		return b, fmt.Errorf("%w: the first line is not that of a %s or %s", ErrNotExport, Format, BaseFormat)
	}
	b.Home, b.After.Seq, b.Last.Seq = h.Home, h.After, h.Seq
	if b.Last.Hash, err = domain.ParseHash(h.Hash); err == nil && h.After != 0 {
		b.After.Hash, err = domain.ParseHash(h.AfterHash)
	}
	if err != nil {
		err = fmt.Errorf("%w: a hash of the first line %w", ErrNotExport, err)
	}
	return b, err
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
