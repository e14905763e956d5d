package proof

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"logis/domain"
	"logis/eventstore"
)

// logFile is the second place: blocks of "head" lines, each followed by the signed
// checkpoint over them and all before, and an empty line.
const logFile = "checkpoints.log"

// headLine begins a line with a leaf.
const headLine = "head "

// maxFileLine bounds a line of the file, in bytes: about four times the longest.
const maxFileLine = 1024

// Witness is what a file of checkpoints proves: every signature and every root in
// it was checked.
type Witness struct {
	Checkpoint // the newest
	heads      map[domain.HomeID][]eventstore.Head
	end        int64 // bytes up to the end of the newest
}

// maxHeads bounds the heads of one home that are held against its log. The newest
// stands for all before it; the others help to name the place. Beyond it every
// second one is left out.
const maxHeads = 64

// remember adds a signed head of a home.
func (w *Witness) remember(l leaf) {
	held := w.heads[l.home]
	held = append(held, eventstore.Head{Seq: l.seq, Hash: l.hash})
	if len(held) > maxHeads {
		fewer := held[:0]
		for i := (len(held) - 1) % 2; i < len(held); i += 2 { // the newest stays
			fewer = append(fewer, held[i])
		}
		held = fewer
	}
	w.heads[l.home] = held
}

// Heads returns heads of a home that were signed, the oldest first and the newest
// among them.
func (w *Witness) Heads(home domain.HomeID) []eventstore.Head { return w.heads[home] }

// errCut says that a file ends within a block.
var errCut = errors.New("it ends within a checkpoint")

// ErrBroken is wrapped when a file of checkpoints is not as it was written.
var ErrBroken = errors.New("the checkpoints are not as they were written")

// ReadFile reads a file of checkpoints and checks all of it. The error wraps
// ErrBroken when something does not fit.
func ReadFile(path string, known note.Verifiers) (*Witness, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("checkpoints: %w", err)
	}
	defer func() { _ = file.Close() }()
	return checkFile(file, known, map[domain.HomeID][]eventstore.Head{})
}

// checkFile reads an open file. Without a map for them no heads are kept.
func checkFile(file *os.File, known note.Verifiers, heads map[domain.HomeID][]eventstore.Head) (*Witness, error) {
	w, err := read(file, known, heads)
	if err != nil {
		return w, fmt.Errorf("%w: %s: %w", ErrBroken, file.Name(), err)
	}
	return w, nil
}

// read checks blocks one after the other. What it returns beside an error is what
// the blocks before prove.
func read(in io.Reader, known note.Verifiers, heads map[domain.HomeID][]eventstore.Head) (*Witness, error) {
	r := reader{known: known, witness: &Witness{heads: heads}}
	lines := bufio.NewReaderSize(in, maxFileLine)
	for n := 1; ; n++ {
		raw, err := lines.ReadSlice('\n')
		switch {
		case errors.Is(err, io.EOF) && len(raw) == 0 && !r.inside:
			return r.witness, nil
		case errors.Is(err, io.EOF):
			return r.witness, errCut
		case err != nil:
			return r.witness, fmt.Errorf("line %d: %w", n, err)
		}
		if err := r.line(string(raw)); err != nil {
			return r.witness, fmt.Errorf("line %d: %w", n, err)
		}
	}
}

// reader is a check under way.
type reader struct {
	known   note.Verifiers
	witness *Witness
	tree    frontier
	fresh   []leaf // of the block
	note    strings.Builder
	signed  bool // the block's signature was there
	inside  bool // a block
	offset  int64
}

func (r *reader) line(line string) error {
	r.offset += int64(len(line))
	r.inside = true
	text, isHead := strings.CutPrefix(line, headLine)
	switch {
	case isHead && r.note.Len() == 0:
		l, err := parseLeaf(strings.TrimSuffix(text, "\n"))
		if err != nil || l.place != r.tree.size {
			return errBroken
		}
		r.tree.add(l.sum())
		if r.witness.heads != nil {
			r.fresh = append(r.fresh, l)
		}
	case line == "\n" && r.signed:
		return r.close()
	default:
		r.signed = r.signed || strings.HasPrefix(line, "— ")
		r.note.WriteString(line)
	}
	return nil
}

// close checks the checkpoint at the end of a block.
func (r *reader) close() error {
	c, err := openNote(r.note.String(), r.known)
	if err != nil {
		return err
	}
	w := r.witness
	if c.Size != r.tree.size || c.Root != r.tree.root() {
		return errors.New("the heads are not those that were signed")
	}
	if c.At.Before(w.At) {
		return errors.New("the checkpoint is older than the one before it")
	}
	for _, l := range r.fresh {
		w.remember(l)
	}
	w.Checkpoint, w.end = c, r.offset
	r.fresh, r.signed, r.inside = r.fresh[:0], false, false
	r.note.Reset()
	return nil
}

// frontier is a Merkle tree of which only the right edge is kept: whole subtrees,
// the largest first.
type frontier struct {
	size  int64
	edges []tlog.Hash
}

func (f *frontier) add(h tlog.Hash) {
	for n := f.size; n&1 == 1; n >>= 1 { // a whole subtree of the same size stands left of it
		last := len(f.edges) - 1
		h = tlog.NodeHash(f.edges[last], h)
		f.edges = f.edges[:last]
	}
	f.edges = append(f.edges, h)
	f.size++
}

func (f *frontier) root() tlog.Hash {
	if len(f.edges) == 0 {
		return tlog.Hash{}
	}
	root := f.edges[len(f.edges)-1]
	for i := len(f.edges) - 2; i >= 0; i-- {
		root = tlog.NodeHash(f.edges[i], root)
	}
	return root
}

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
	s := &second{path: LogPath(dir)}
	file, err := os.Open(s.path)
	if errors.Is(err, os.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, fmt.Errorf("checkpoints: %w", err)
	}
	defer func() { _ = file.Close() }()
	w, err := checkFile(file, known, nil)
	switch {
	case errors.Is(err, errCut):
		if err := os.Truncate(s.path, w.end); err != nil {
			return nil, fmt.Errorf("checkpoints: %w", err)
		}
	case err != nil:
		return nil, err
	}
	s.size, s.root = w.Size, w.Root
	return s, nil
}

// add writes a block and waits for the disk.
func (s *second) add(leaves []leaf, c Checkpoint, signed string) error {
	file, err := os.OpenFile(s.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("checkpoints: %w", err)
	}
	var b strings.Builder
	for _, l := range leaves {
		b.WriteString(headLine + l.text() + "\n")
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

// LogPath returns the file of checkpoints in a folder.
func LogPath(dir string) string { return filepath.Join(dir, logFile) }
