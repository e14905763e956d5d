package evidence

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
	"logis/domain/chain"
)

// logFile is the second place: blocks of "head" lines, each followed by the signed
// checkpoint over them and all before, and an empty line.
const logFile = "checkpoints.log"

// HeadLine begins a line with a leaf.
const HeadLine = "head "

// maxFileLine bounds a line of the file, in bytes: about four times the longest.
const maxFileLine = 1024

// Witness is what a file of checkpoints proves: every signature and every root in
// it was checked.
type Witness struct {
	Checkpoint // the newest
	heads      map[domain.HomeID][]chain.Head
	End        int64 // bytes up to the end of the newest
}

// maxHeads bounds the heads of one home that are held against its log. The newest
// stands for all before it; the others help to name the place. Beyond it every
// second one is left out.
const maxHeads = 64

// remember adds a signed head of a home.
func (w *Witness) remember(l Leaf) {
	held := w.heads[l.Home]
	held = append(held, chain.Head{Seq: l.Seq, Hash: l.Hash})
	if len(held) > maxHeads {
		fewer := held[:0]
		for i := (len(held) - 1) % 2; i < len(held); i += 2 { // the newest stays
			fewer = append(fewer, held[i])
		}
		held = fewer
	}
	w.heads[l.Home] = held
}

// Heads returns heads of a home that were signed, the oldest first and the newest
// among them.
func (w *Witness) Heads(home domain.HomeID) []chain.Head { return w.heads[home] }

// ErrCut is wrapped when a file ends within a block.
var ErrCut = errors.New("it ends within a checkpoint")

// ErrBroken is wrapped when a file of checkpoints is not as it was written.
var ErrBroken = errors.New("the checkpoints are not as they were written")

// ReadFile reads a file of checkpoints and checks all of it. The error wraps
// ErrBroken when something does not fit.
func ReadFile(path string, known note.Verifiers) (*Witness, error) {
	return readFile(path, known, map[domain.HomeID][]chain.Head{})
}

// ReadEnd is ReadFile for whoever writes on: no heads are kept. With an error that
// wraps ErrCut comes what the whole checkpoints before prove.
func ReadEnd(path string, known note.Verifiers) (*Witness, error) { return readFile(path, known, nil) }

func readFile(path string, known note.Verifiers, heads map[domain.HomeID][]chain.Head) (*Witness, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("checkpoints: %w", err)
	}
	defer func() { _ = file.Close() }()
	w, err := read(file, known, heads)
	if err != nil {
		return w, fmt.Errorf("%w: %s: %w", ErrBroken, path, err)
	}
	return w, nil
}

// read checks blocks one after the other. What it returns beside an error is what
// the blocks before prove.
func read(in io.Reader, known note.Verifiers, heads map[domain.HomeID][]chain.Head) (*Witness, error) {
	r := reader{known: known, witness: &Witness{heads: heads}}
	lines := bufio.NewReaderSize(in, maxFileLine)
	for n := 1; ; n++ {
		raw, err := lines.ReadSlice('\n')
		switch {
		case errors.Is(err, io.EOF) && len(raw) == 0 && !r.inside:
			return r.witness, nil
		case errors.Is(err, io.EOF):
			return r.witness, ErrCut
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
	fresh   []Leaf // of the block
	note    strings.Builder
	signed  bool // the block's signature was there
	inside  bool // a block
	offset  int64
}

func (r *reader) line(line string) error {
	r.offset += int64(len(line))
	r.inside = true
	text, isHead := strings.CutPrefix(line, HeadLine)
	switch {
	case isHead && r.note.Len() == 0:
		l, err := parseLeaf(strings.TrimSuffix(text, "\n"))
		if err != nil || l.Place != r.tree.size {
			return errBroken
		}
		r.tree.add(l.Sum())
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
	c, err := OpenNote(r.note.String(), r.known)
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
	w.Checkpoint, w.End = c, r.offset
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

// LogPath returns the file of checkpoints in a folder.
func LogPath(dir string) string { return filepath.Join(dir, logFile) }
