package proof

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"logis/domain"
	"logis/history/export"
)

// Checkpoint is what is signed: the tree of all heads so far.
type Checkpoint struct {
	Size int64 // leaves
	Root tlog.Hash
	At   time.Time
}

// leaf is one head in the tree.
type leaf struct {
	place int64 // from 0
	home  domain.HomeID
	seq   domain.Seq
	hash  domain.Hash
}

// text is what is hashed and, after "head ", what stands in the file.
func (l leaf) text() string { return fmt.Sprintf("%d %s %d %s", l.place, l.home, l.seq, l.hash) }

// sum is the leaf's hash in the tree.
func (l leaf) sum() tlog.Hash { return tlog.RecordHash([]byte("logis head v1 " + l.text())) }

var errBroken = errors.New("it was not written so")

func parseLeaf(text string) (leaf, error) {
	var l leaf
	fields := strings.Split(text, " ")
	if len(fields) != 4 {
		return l, errBroken
	}
	place, err1 := strconv.ParseInt(fields[0], 10, 64)
	home, err2 := domain.ParseID[domain.HomeKind](fields[1])
	seq, err3 := strconv.ParseInt(fields[2], 10, 64)
	hash, err4 := export.ParseHash(fields[3])
	l = leaf{place: place, home: home, seq: domain.Seq(seq), hash: hash}
	if errors.Join(err1, err2, err3, err4) != nil || l.text() != text {
		return l, errBroken
	}
	return l, nil
}

// The text of a checkpoint is that of C2SP's tlog-checkpoint: origin, size, root, and
// a line of ours with the time.
const timeLine = "time "

func (c Checkpoint) text(origin string) string {
	return fmt.Sprintf("%s\n%d\n%s\n%s%s\n", origin, c.Size, c.Root, timeLine, c.At.UTC().Format(time.RFC3339))
}

func (k Key) sign(c Checkpoint) (string, error) {
	signed, err := note.Sign(&note.Note{Text: c.text(k.signer.Name())}, k.signer)
	if err != nil {
		return "", fmt.Errorf("sign a checkpoint: %w", err)
	}
	return string(signed), nil
}

// openNote checks the signature of a note and reads the checkpoint.
func openNote(text string, known note.Verifiers) (Checkpoint, error) {
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
	if errors.Join(err1, err2, err3) != nil || c.text(lines[0]) != n.Text {
		return c, errBroken
	}
	return c, nil
}
