package release

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// Ed25519 is the algorithm of every key there is so far.
const Ed25519 = "ed25519"

// Bounds of keys.
const (
	MinThreshold = 2        // signatures: one stolen key releases nothing
	maxKeys      = 8        // in a set: three are meant, and three more would do while they change
	maxKeyFile   = 16 << 10 // bytes of a file of keys
	idBytes      = 8        // of the hash of a key that are its name
)

// PublicKey verifies signatures.
type PublicKey struct {
	Algorithm string `json:"algorithm"`
	Key       []byte `json:"key"`
	Holder    string `json:"holder,omitempty"` // who has the private one, for people
}

// ID names the key after its own bytes, so that no name can be taken.
func (k PublicKey) ID() string {
	sum := sha256.Sum256(append([]byte(k.Algorithm+"\x00"), k.Key...))
	return hex.EncodeToString(sum[:idBytes])
}

func (k PublicKey) check() error {
	if k.Algorithm != Ed25519 {
		return fmt.Errorf("algorithm %q is not known", k.Algorithm)
	}
	if len(k.Key) != ed25519.PublicKeySize {
		return fmt.Errorf("an %s key has %d bytes, not %d", Ed25519, ed25519.PublicKeySize, len(k.Key))
	}
	return nil
}

// PrivateKey signs. It stands in a file of its own, away from every server.
type PrivateKey struct {
	Algorithm string `json:"algorithm"`
	Seed      []byte `json:"seed"`
	Holder    string `json:"holder,omitempty"`
}

// NewPrivateKey makes a key.
func NewPrivateKey(holder string) PrivateKey {
	k := PrivateKey{Algorithm: Ed25519, Seed: make([]byte, ed25519.SeedSize), Holder: holder}
	_, _ = rand.Read(k.Seed) // never fails
	return k
}

// Public returns the public half.
func (k PrivateKey) Public() PublicKey {
	public := ed25519.NewKeyFromSeed(k.Seed).Public().(ed25519.PublicKey) //nolint:forcetypeassert // the only type it has
	return PublicKey{Algorithm: k.Algorithm, Key: public, Holder: k.Holder}
}

// KeySet is whose signatures are believed, and how many are needed.
type KeySet struct {
	Threshold int         `json:"threshold"`
	Keys      []PublicKey `json:"keys"`
}

// Check reports the first thing in a set that makes it unsafe.
func (s KeySet) Check() error {
	if s.Threshold < MinThreshold || s.Threshold > len(s.Keys) || len(s.Keys) > maxKeys {
		return fmt.Errorf("threshold %d of %d keys: want at least %d, and %d keys at most", s.Threshold, len(s.Keys), MinThreshold, maxKeys)
	}
	seen := map[string]bool{}
	for i, k := range s.Keys {
		if err := k.check(); err != nil {
			return fmt.Errorf("keys[%d]: %w", i, err)
		}
		if seen[k.ID()] {
			return fmt.Errorf("keys[%d]: it is there twice", i)
		}
		seen[k.ID()] = true
	}
	return nil
}

// ErrNoKeys says that releases cannot be believed: no keys are known.
var ErrNoKeys = errors.New("no release keys")

// ReadKeys reads the set of keys in a file. One that is missing, or holds an empty
// set as a package without keys does, is ErrNoKeys.
func ReadKeys(path string) (KeySet, error) {
	var s KeySet
	err := readKeyFile(path, &s)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(s.Keys) == 0 {
		return KeySet{}, fmt.Errorf("%w in %s", ErrNoKeys, path)
	}
	if err == nil {
		err = s.Check()
	}
	if err != nil {
		return KeySet{}, fmt.Errorf("release keys %s: %w", path, err)
	}
	return s, nil
}

// ReadPublicKey reads one public key.
func ReadPublicKey(path string) (PublicKey, error) {
	var k PublicKey
	err := readKeyFile(path, &k)
	if err == nil {
		err = k.check()
	}
	if err != nil {
		return k, fmt.Errorf("public key %s: %w", path, err)
	}
	return k, nil
}

// ReadPrivateKey reads one private key.
func ReadPrivateKey(path string) (PrivateKey, error) {
	var k PrivateKey
	if err := readKeyFile(path, &k); err != nil {
		return k, fmt.Errorf("private key %s: %w", path, err)
	}
	if k.Algorithm != Ed25519 || len(k.Seed) != ed25519.SeedSize {
		return k, fmt.Errorf("private key %s: it is not an %s key", path, Ed25519)
	}
	return k, nil
}

func readKeyFile(path string, into any) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // it is only read
	text, err := io.ReadAll(io.LimitReader(file, maxKeyFile+1))
	if err != nil {
		return err
	}
	if len(text) > maxKeyFile {
		return fmt.Errorf("larger than %d bytes", maxKeyFile)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields() // a seed is no public key
	return decoder.Decode(into)
}
