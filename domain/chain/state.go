package chain

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"logis/domain"
)

// maxState bounds what a state may unpack to, in bytes: about ten times what a home
// of domain.MaxDevices takes.
const maxState = 64 << 20

var errTooLarge = errors.New("a kept home is larger than any can be")

// UnpackState returns the text of a kept state: a home as JSON.
func UnpackState(doc []byte) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(doc)), maxState+1))
	if err == nil && len(text) > maxState {
		err = errTooLarge
	}
	if err != nil {
		return nil, fmt.Errorf("unpack a home: %w", err)
	}
	return text, nil
}

// SumState returns the SHA-256 of the text of a kept state, however it was deflated.
func SumState(doc []byte) (domain.Hash, error) {
	text, err := UnpackState(doc)
	return sha256.Sum256(text), err
}
