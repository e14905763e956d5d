// Package proof makes it visible when somebody rewrites the past. Every few minutes
// the heads of all homes become leaves of one growing Merkle tree (RFC 6962), and
// the tree's root is signed (a signed note, as Go's checksum database uses them).
// What was signed is kept in the database and in a second place, as a file that
// only grows. Who has that file and the public key needs no database to check a
// home's log: see docs/export.md.
package proof

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"logis/history/evidence"
)

// Files in the data folder.
const (
	keyFile    = "checkpoints.key" // secret
	PublicFile = "checkpoints.pub" // what others check with
)

// Key signs checkpoints.
type Key struct {
	signer note.Signer
	public string
}

// Public returns the key that others check with, as one line of text.
func (k Key) Public() string { return k.public }

// OpenKey returns the key in a folder, made if there is none. It refuses one that
// others on the machine may read.
func OpenKey(dir string) (Key, error) {
	path := filepath.Join(dir, keyFile)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeKey(dir)
	}
	if err != nil {
		return Key{}, fmt.Errorf("key of the checkpoints: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return Key{}, fmt.Errorf("key of the checkpoints: others may read %s; make it private with chmod 600", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return Key{}, fmt.Errorf("key of the checkpoints: %w", err)
	}
	secret, public, ok := strings.Cut(strings.TrimSpace(string(text)), "\n")
	if !ok {
		return Key{}, fmt.Errorf("key of the checkpoints: %s must have two lines", path)
	}
	return keyOf(secret, public)
}

func keyOf(secret, public string) (Key, error) {
	signer, err := note.NewSigner(secret)
	if err != nil {
		return Key{}, fmt.Errorf("key of the checkpoints: %w", err)
	}
	return Key{signer: signer, public: public}, nil
}

func makeKey(dir string) (Key, error) {
	// Others must be able to enter: a private PostgreSQL runs in there under another account.
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // the key itself is private
		return Key{}, fmt.Errorf("make a key of the checkpoints: %w", err)
	}
	var id [4]byte
	_, _ = rand.Read(id[:]) // never fails
	secret, public, err := note.GenerateKey(rand.Reader, "logis-"+hex.EncodeToString(id[:]))
	if err != nil {
		return Key{}, fmt.Errorf("make a key of the checkpoints: %w", err)
	}
	for _, f := range []struct {
		name, text string
		mode       fs.FileMode
	}{{keyFile, secret + "\n" + public + "\n", 0o600}, {PublicFile, public + "\n", 0o644}} {
		if err := writeNew(filepath.Join(dir, f.name), f.text, f.mode); err != nil {
			return Key{}, fmt.Errorf("make a key of the checkpoints: %w", err)
		}
	}
	return keyOf(secret, public)
}

// writeNew writes a file as a whole or not at all.
func writeNew(path, text string, mode fs.FileMode) error {
	temporary := path + ".new"
	if err := os.WriteFile(temporary, []byte(text), mode); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}

// Verifiers returns what checks the signatures of the key.
func (k Key) Verifiers() (note.Verifiers, error) {
	v, err := note.NewVerifier(k.public)
	if err != nil {
		return nil, fmt.Errorf("public key: %w", err)
	}
	return note.VerifierList(v), nil
}

// sign returns the checkpoint as a signed note.
func (k Key) sign(c evidence.Checkpoint) (string, error) {
	signed, err := note.Sign(&note.Note{Text: c.Text(k.signer.Name())}, k.signer)
	if err != nil {
		return "", fmt.Errorf("sign a checkpoint: %w", err)
	}
	return string(signed), nil
}
