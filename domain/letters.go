package domain

import (
	"crypto/sha256"
	"encoding/hex"
)

// letters are what people compare: thirty-two that are not taken for one another,
// without 0 and O, 1 and I.
const letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// keyContext keeps what people compare apart from other uses of a key's hash.
const keyContext = "logis gateway key v1"

// KeyLetters returns the short authentication string of a gateway's public key,
// "K7QM-2XRA": the first forty bits of SHA-256 over the key and a context. The
// gateway shows it, the owner's screen shows it, and only a person can say that
// both are the same: whoever came in between has another key.
func KeyLetters(publicKey []byte) string {
	sum := sha256.Sum256(append(append([]byte(nil), publicKey...), keyContext...))
	bits := uint64(0)
	for _, b := range sum[:5] {
		bits = bits<<8 | uint64(b)
	}
	text := make([]byte, 0, 9)
	for shift := 35; shift >= 0; shift -= 5 {
		if len(text) == 4 {
			text = append(text, '-')
		}
		text = append(text, letters[bits>>shift&31])
	}
	return string(text)
}

// KeyFingerprint returns the SHA-256 of a public key in hexadecimal digits.
func KeyFingerprint(publicKey []byte) string {
	sum := sha256.Sum256(publicKey)
	return hex.EncodeToString(sum[:])
}
