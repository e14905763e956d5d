package evidence

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// maxPublic bounds the keys one file may hold: one after each change of the key.
const maxPublic = 100

// ReadPublic reads public keys, one in each line.
func ReadPublic(path string) (note.Verifiers, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("public key: %w", err)
	}
	lines := strings.Fields(string(text))
	if len(lines) == 0 || len(lines) > maxPublic {
		return nil, fmt.Errorf("public key: %s must have 1 to %d lines", path, maxPublic)
	}
	var known []note.Verifier
	for _, line := range lines {
		v, err := note.NewVerifier(line)
		if err != nil {
			return nil, fmt.Errorf("public key: %w", err)
		}
		known = append(known, v)
	}
	return note.VerifierList(known...), nil
}
