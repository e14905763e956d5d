package proof

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"logis/history/evidence"
)

// second is the second place, open to be written on.
type second struct {
	path string
	size int64 // leaves
	root tlog.Hash
}

// openSecond reads the file in a folder, made if there is none. The beginning of a
// checkpoint that a crash cut off is removed: it was never signed here.
func openSecond(dir string, known note.Verifiers) (*second, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("checkpoints: %w", err)
	}
	s := &second{path: evidence.LogPath(dir)}
	w, err := evidence.ReadEnd(s.path, known)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return s, nil
	case errors.Is(err, evidence.ErrCut):
		if err := os.Truncate(s.path, w.End); err != nil {
			return nil, fmt.Errorf("checkpoints: %w", err)
		}
	case err != nil:
		return nil, err
	}
	s.size, s.root = w.Size, w.Root
	return s, nil
}

// add writes a block and waits for the disk.
func (s *second) add(leaves []evidence.Leaf, c evidence.Checkpoint, signed string) error {
	file, err := os.OpenFile(s.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("checkpoints: %w", err)
	}
	var b strings.Builder
	for _, l := range leaves {
		b.WriteString(evidence.HeadLine + l.Text() + "\n")
	}
	b.WriteString(signed + "\n")
	_, err = file.WriteString(b.String())
	err = errors.Join(err, file.Sync(), file.Close())
	if err != nil {
		return fmt.Errorf("checkpoints: %w", err)
	}
	s.size, s.root = c.Size, c.Root
	return nil
}
