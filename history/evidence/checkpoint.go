package evidence

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"logis/domain"
)

// Checkpoint is what is signed: the tree of all heads so far.
type Checkpoint struct {
	Size int64 // leaves
	Root tlog.Hash
	At   time.Time
}

// Leaf is one head in the tree.
type Leaf struct {
	Place int64 // from 0
	Home  domain.HomeID
	Seq   domain.Seq
	Hash  domain.Hash
}

// Text is what is hashed and, after "head ", what stands in the file.
func (l Leaf) Text() string { return fmt.Sprintf("%d %s %d %s", l.Place, l.Home, l.Seq, l.Hash) }

// Sum is the leaf's hash in the tree.
func (l Leaf) Sum() tlog.Hash { return tlog.RecordHash([]byte("logis head v1 " + l.Text())) }

var errBroken = errors.New("it was not written so")

func parseLeaf(text string) (Leaf, error) {
	var l Leaf
	fields := strings.Split(text, " ")
	if len(fields) != 4 {
		return l, errBroken
	}
	place, err1 := strconv.ParseInt(fields[0], 10, 64)
	home, err2 := domain.ParseID[domain.HomeKind](fields[1])
	seq, err3 := strconv.ParseInt(fields[2], 10, 64)
	hash, err4 := domain.ParseHash(fields[3])
	l = Leaf{Place: place, Home: home, Seq: domain.Seq(seq), Hash: hash}
	if errors.Join(err1, err2, err3, err4) != nil || l.Text() != text {
		return l, errBroken
	}
	return l, nil
}

// The text of a checkpoint is that of C2SP's tlog-checkpoint: origin, size, root, and
// a line of ours with the time.
const timeLine = "time "

// Text is what is signed for somebody of that name.
func (c Checkpoint) Text(origin string) string {
	return fmt.Sprintf("%s\n%d\n%s\n%s%s\n", origin, c.Size, c.Root, timeLine, c.At.UTC().Format(time.RFC3339))
}

// OpenNote checks the signature of a note and reads the checkpoint.
func OpenNote(text string, known note.Verifiers) (Checkpoint, error) {
	var c Checkpoint
	n, err := note.Open([]byte(text), known)
	if err != nil {
		return c, fmt.Errorf("signature: %w", err)
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 5 || lines[0] != n.Sigs[0].Name || !strings.HasPrefix(lines[3], timeLine) {
		return c, errBroken
	}
	var err1, err2, err3 error
	c.Size, err1 = strconv.ParseInt(lines[1], 10, 64)
	c.Root, err2 = tlog.ParseHash(lines[2])
	c.At, err3 = time.Parse(time.RFC3339, lines[3][len(timeLine):])
	if errors.Join(err1, err2, err3) != nil || c.Text(lines[0]) != n.Text {
		return c, errBroken
	}
	return c, nil
}
