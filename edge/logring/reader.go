package logring

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"
)

// Line is one line of the log.
type Line struct {
	At   time.Time // by the machine's clock; of the line before, if this one is torn
	Text string    // without its end, and fit for a terminal
}

// Reader is the reading end, of this process or another.
type Reader struct {
	dir  string
	file *os.File // the newest file, read up to rest
	rest []byte   // begins a line that has not ended
	at   time.Time
}

// NewReader returns a reader of the ring in a folder. Close it.
func NewReader(dir string) *Reader { return &Reader{dir: dir} }

// Next returns the lines written since it was last asked; the first time all
// there are. Without a log there are none.
func (r *Reader) Next() ([]Line, error) {
	if r.file == nil {
		lines, err := r.begin()
		if err != nil || r.file == nil {
			return lines, err
		}
		more, err := r.read()
		return append(lines, more...), err
	}
	lines, err := r.read()
	if err != nil {
		return lines, err
	}
	if r.turned() {
		// What was written to the file before it was put aside.
		more, err := r.read()
		if err != nil {
			return lines, err
		}
		lines = append(append(lines, more...), r.Rest()...)
		if err := r.Close(); err != nil {
			return lines, fmt.Errorf("log: %w", err)
		}
		if r.file, err = open(r.dir, newFile); err != nil || r.file == nil {
			return lines, err
		}
		more, err = r.read()
		return append(lines, more...), err
	}
	return lines, nil
}

// turns bounds how often a ring that turns while it is opened is opened again.
const turns = 3

// begin reads the full file and opens the newest. Both are open before one is
// read, so that a turn in between loses nothing.
func (r *Reader) begin() ([]Line, error) {
	for range turns {
		newest, err := open(r.dir, newFile)
		if err != nil {
			return nil, err
		}
		old, err := open(r.dir, oldFile)
		if err != nil {
			return nil, errors.Join(err, closeAll(newest))
		}
		r.file = newest
		if r.file != nil && r.turned() {
			r.file = nil
			if err := closeAll(newest, old); err != nil {
				return nil, err
			}
			continue
		}
		if old == nil {
			return nil, nil
		}
		r.file = old
		lines, err := r.read()
		lines = append(lines, r.Rest()...)
		r.file = newest
		return lines, errors.Join(err, closeAll(old))
	}
	return nil, errors.New("log: it is written faster than it can be opened")
}

// open opens a file of the ring; nil when there is none.
func open(dir, name string) (*os.File, error) {
	file, err := os.Open(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // no file is no error here, and callers ask
	}
	if err != nil {
		return nil, fmt.Errorf("log: %w", err)
	}
	return file, nil
}

func closeAll(files ...*os.File) error {
	var err error
	for _, file := range files {
		if file != nil {
			err = errors.Join(err, file.Close())
		}
	}
	return err
}

// turned reports whether the file is not the newest any more.
func (r *Reader) turned() bool {
	mine, err := r.file.Stat()
	if err != nil {
		return true
	}
	newest, err := os.Stat(filepath.Join(r.dir, newFile))
	return err == nil && !os.SameFile(mine, newest)
}

// read returns the whole lines from where it stopped.
func (r *Reader) read() ([]Line, error) {
	// The bound holds also for a file that is not ours.
	text, err := io.ReadAll(io.LimitReader(r.file, 2*maxFile))
	if err != nil {
		return nil, fmt.Errorf("log: %w", err)
	}
	text = append(r.rest, text...)
	end := bytes.LastIndexByte(text, '\n') + 1
	r.rest = bytes.Clone(text[end:])
	if len(r.rest) > 2*maxFile {
		r.rest = nil
	}
	return r.lines(text[:end]), nil
}

// Rest returns the line that has not ended, which a power cut may have torn.
func (r *Reader) Rest() []Line {
	lines := r.lines(r.rest)
	r.rest = nil
	return lines
}

// Close closes the file that is read.
func (r *Reader) Close() error {
	err := closeAll(r.file)
	r.file = nil
	return err
}

func (r *Reader) lines(text []byte) []Line {
	var lines []Line
	for line := range bytes.SplitSeq(text, []byte{'\n'}) {
		clean := fit(line)
		if clean == "" {
			continue
		}
		if stamp, rest, ok := strings.Cut(clean, " "); ok && rest != "" {
			if at, err := time.Parse("time=2006-01-02T15:04:05.999999999Z07:00", stamp); err == nil {
				r.at = at
			}
		}
		lines = append(lines, Line{r.at, clean})
	}
	return lines
}

// fit returns a line without what a terminal must not get: a power cut leaves
// zeros, or what another file held.
func fit(line []byte) string {
	line = bytes.Trim(line, "\x00\r")
	if len(line) > maxLine {
		line = line[:maxLine]
	}
	return strings.Map(func(r rune) rune {
		if r == 0 {
			return -1
		}
		if r != '\t' && !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(string(line), string(unicode.ReplacementChar)))
}
