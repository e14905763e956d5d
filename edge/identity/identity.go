// Package identity is who this gateway is: the key it made itself and the name
// the cloud gave it. It lives in a small file of its own, so that a gateway
// stays enrolled when its outbox is lost.
package identity

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"logis/domain"
	"logis/wire"
)

// Identity is the key pair of this gateway and where it belongs.
type Identity struct {
	Seed    []byte           `json:"seed"`             // of the Ed25519 private key; never leaves this machine
	Gateway domain.GatewayID `json:"gateway,omitzero"` // zero until enrolled
	Home    domain.HomeID    `json:"home,omitzero"`    // zero until enrolled
	Server  string           `json:"server,omitempty"` // where it enrolled: ws or wss and host

	Certificate wire.Certificate `json:"certificate,omitzero"` // of the key; zero: it has no end that is known
	Next        *Next            `json:"next,omitempty"`       // the key to follow, nil: none was made
}

// mode keeps the key from every other account.
const mode = 0o600

// maxFile bounds what is read as an identity, in bytes.
const maxFile = 4096

// Load reads the identity at path; without a file it makes a new key and keeps
// it first, so that an enrolment whose answer is lost can be asked for again. A
// file that cannot be understood is an error: a new key would lose the home.
func Load(path string) (Identity, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return create(path)
	}
	if err != nil {
		return Identity{}, fmt.Errorf("identity: %w", err)
	}
	if info.Mode().Perm() != mode {
		if err := os.Chmod(path, mode); err != nil {
			return Identity{}, fmt.Errorf("identity: hide the key from others: %w", err)
		}
	}
	return Read(path)
}

// Read reads the identity at path and changes nothing: there must be a file, and
// its mode stays.
func Read(path string) (Identity, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Identity{}, fmt.Errorf("identity: %w", err)
	}
	if info.Size() > maxFile {
		return Identity{}, fmt.Errorf("identity %s: larger than %d bytes", path, maxFile)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return Identity{}, fmt.Errorf("identity: %w", err)
	}
	var id Identity
	if err := json.Unmarshal(text, &id); err != nil {
		return Identity{}, fmt.Errorf("identity %s: %w", path, err)
	}
	if len(id.Seed) != ed25519.SeedSize {
		return Identity{}, fmt.Errorf("identity %s: the seed has %d bytes, want %d", path, len(id.Seed), ed25519.SeedSize)
	}
	if id.Next != nil && len(id.Next.Seed) != ed25519.SeedSize {
		return Identity{}, fmt.Errorf("identity %s: the seed to follow has %d bytes, want %d", path, len(id.Next.Seed), ed25519.SeedSize)
	}
	return id, nil
}

func create(path string) (Identity, error) {
	id := Identity{Seed: make([]byte, ed25519.SeedSize)}
	rand.Read(id.Seed) // never fails
	return id, id.Save(path)
}

// Key returns the private key.
func (id Identity) Key() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(id.Seed) }

// PublicKey returns the public key.
func (id Identity) PublicKey() []byte {
	return id.Key().Public().(ed25519.PublicKey) //nolint:forcetypeassert // the only type it has
}

// Fingerprint returns the SHA-256 of the public key in hexadecimal digits, as the
// app shows it.
func (id Identity) Fingerprint() string {
	return domain.KeyFingerprint(id.PublicKey())
}

// Enrolled reports whether the gateway belongs to a home.
func (id Identity) Enrolled() bool { return !id.Gateway.IsZero() }

// Save writes the identity to path: whole or not at all, and on disk when Save
// returns.
func (id Identity) Save(path string) error {
	text, err := json.Marshal(id)
	if err != nil {
		return fmt.Errorf("identity: %w", err)
	}
	if err := Keep(path, text); err != nil {
		return fmt.Errorf("identity: %w", err)
	}
	return nil
}

// Keep writes a file that only this account may read: whole or not at all, and on
// disk when Keep returns.
func Keep(path string, text []byte) (err error) {
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close() //nolint:errcheck // nothing is written through it
	file, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	err = errors.Join(err, file.Sync(), file.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	return dir.Sync() // the new name is on disk, too
}
