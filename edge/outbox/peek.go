package outbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Peek returns how many entries wait in the outbox at a path, and their bytes. No
// agent may have it open. The error says that there is none, or why it cannot be
// read; a damaged file is one.
func Peek(path string) (rows, bytes int64, err error) {
	if path, err = filepath.Abs(path); err != nil {
		return 0, 0, fmt.Errorf("outbox: %w", err)
	}
	if _, err := os.Stat(path); err != nil { // opening would make it
		return 0, 0, fmt.Errorf("outbox: %w", err)
	}
	db, err := open(Options{Path: path})
	if err != nil {
		return 0, 0, fmt.Errorf("outbox: %w", err)
	}
	state, _, err := db.readState()
	if err := errors.Join(err, db.close()); err != nil {
		return 0, 0, fmt.Errorf("outbox: %w", err)
	}
	return state.rows, state.bytes, nil
}
