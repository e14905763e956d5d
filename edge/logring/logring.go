// Package logring is what the agent logged last: two files of bounded size in its
// folder, written beside standard error and read by `logis-edge logs`.
//
// Nothing is synced, so that logging wears no flash out: a power cut may take the
// last seconds along or leave rubbish in their place. Neither the writer nor the
// reader is stopped by that, nor by a full disk.
package logring

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// Names of the two files: the one that is written, and the full one before it.
const (
	newFile = "agent.log"
	oldFile = "agent.log.1"
)

// Bounds of the ring.
const (
	maxFile = 4 << 20  // of each of the two files, in bytes: weeks of a quiet gateway
	maxLine = 16 << 10 // of a line, in bytes; what is beyond is cut off
)

// mode keeps the log from every other account.
const mode = 0o600

// Ring is the writing end. It is safe for concurrent use.
type Ring struct {
	dir  string
	full int64 // bytes after which the next file is begun

	mu   sync.Mutex
	file *os.File // nil while it cannot be opened
	size int64
	torn bool // the file ends within a line
	lost uint64
}

// Open opens the ring in a folder, or makes it. A line that a power cut tore is
// ended, so that the next one stands for itself.
func Open(dir string) (*Ring, error) {
	r := &Ring{dir: dir, full: maxFile}
	if err := r.open(); err != nil {
		return nil, fmt.Errorf("log: %w", err)
	}
	return r, nil
}

func (r *Ring) open() error {
	file, err := os.OpenFile(filepath.Join(r.dir, newFile), os.O_RDWR|os.O_CREATE|os.O_APPEND, mode)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		return errors.Join(err, file.Close())
	}
	r.file, r.size, r.torn = file, info.Size(), false
	if r.size > 0 {
		var last [1]byte
		if _, err := file.ReadAt(last[:], r.size-1); err != nil {
			return errors.Join(err, r.close())
		}
		r.torn = last[0] != '\n'
	}
	return nil
}

// Write takes one line with its end, as slog's handlers write them. It never
// fails: what cannot be written is counted, because a log that stops its program
// is worth less than none.
func (r *Ring) Write(line []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.write(bound(line)); err != nil {
		r.lost++
	}
	return len(line), nil
}

// bound cuts a line that is too long.
func bound(line []byte) []byte {
	if len(line) <= maxLine {
		return line
	}
	return append(bytes.Clone(line[:maxLine-1]), '\n')
}

func (r *Ring) write(line []byte) error {
	if r.file == nil {
		if err := r.open(); err != nil {
			return err
		}
	}
	if r.torn {
		line = append([]byte{'\n'}, line...)
	}
	if r.size > 0 && r.size+int64(len(line)) > r.full {
		if err := r.turn(); err != nil {
			return err
		}
		line = bytes.TrimPrefix(line, []byte{'\n'})
	}
	n, err := r.file.Write(line)
	r.size += int64(n)
	r.torn = r.torn && n == 0 || n > 0 && line[n-1] != '\n'
	return err
}

// turn begins the next file; the one before the last is gone.
func (r *Ring) turn() error {
	err := r.close()
	if err := errors.Join(err, os.Rename(filepath.Join(r.dir, newFile), filepath.Join(r.dir, oldFile))); err != nil {
		return err
	}
	return r.open()
}

// Lost returns how many lines could not be written.
func (r *Ring) Lost() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lost
}

// Close closes the file.
func (r *Ring) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.close()
}

func (r *Ring) close() error {
	if r.file == nil {
		return nil
	}
	err := r.file.Close()
	r.file = nil
	return err
}
