package access

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"sort"
	"strings"
)

// commonHash is how many bytes are kept of the hash of a common password: with some
// 50,000 of them, one password in twenty million is called common and is not.
const commonHash = 5

// commonHashes are the hashes of the passwords that leaked most often, in order and
// without anything between them. Hashes, because 250 KB that nobody has to unpack or
// keep in memory answer in 16 comparisons; make generate writes them.
//
//go:embed common-passwords.bin
var commonHashes []byte

// common reports whether a password is among those that everybody who guesses tries
// first, as it stands or with digits and marks behind it.
func common(password string) bool {
	lower := strings.ToLower(password)
	return listed(lower) || listed(strings.TrimRight(lower, "0123456789!.?*#$@_-"))
}

func listed(word string) bool {
	sum := sha256.Sum256([]byte(word))
	many := len(commonHashes) / commonHash
	kept := func(i int) []byte { return commonHashes[i*commonHash : (i+1)*commonHash] }
	at := sort.Search(many, func(i int) bool { return bytes.Compare(kept(i), sum[:commonHash]) >= 0 })
	return at < many && bytes.Equal(kept(at), sum[:commonHash])
}
