package local

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"logis/edge/identity"
)

// Client is somebody who was paired. Each is a file of its own, so that another
// process can end it: it is looked for at every request.
type Client struct {
	ID     string `json:"-"`
	Name   string `json:"name"`
	Opens  bool   `json:"opens"`           // may give commands that open something
	Since  string `json:"since,omitempty"` // when it was paired; empty if nobody knew the time
	Secret []byte `json:"secret"`          // SHA-256 of what its token holds
}

const (
	clientsDir = "local-clients"
	clientFile = ".json"
	idLength   = 26 // of rand.Text
)

var (
	errNoClient   = errors.New("there is no such client")
	errManyPaired = fmt.Errorf("%d clients are paired, the most there can be", MaxClients)
)

// clients are the paired clients in the agent's folder.
type clients struct{ dir string }

func clientsIn(dir string) clients { return clients{filepath.Join(dir, clientsDir)} }

// Clients returns the paired clients of the agent whose folder it is, by name.
func Clients(dir string) ([]Client, error) { return clientsIn(dir).all() }

// AddClient pairs a client without a code, for somebody at the gateway itself, and
// returns its token.
func AddClient(dir, name string, opens bool) (Client, string, error) {
	if why := checkName(name); why != "" {
		return Client{}, "", errors.New("the name " + why) //nolint:err113 // for a terminal
	}
	return clientsIn(dir).add(Client{Name: name, Opens: opens})
}

// RemoveClient ends a pairing, by the client's id or its name if that is one's own.
// A running agent notices within a second.
func RemoveClient(dir, which string) error {
	c := clientsIn(dir)
	all, err := c.all()
	if err != nil {
		return err
	}
	var found []Client
	for _, client := range all {
		if client.ID == which || client.Name == which {
			found = append(found, client)
		}
	}
	switch len(found) {
	case 0:
		return errNoClient
	case 1:
		return os.Remove(c.file(found[0].ID))
	}
	return fmt.Errorf("%d clients have this name: give the id", len(found))
}

func (c clients) file(id string) string { return filepath.Join(c.dir, id+clientFile) }

func (c clients) all() ([]Client, error) {
	entries, err := os.ReadDir(c.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var all []Client
	for _, entry := range entries {
		id, ours := strings.CutSuffix(entry.Name(), clientFile)
		if !ours || !isID(id) {
			continue
		}
		client, err := c.read(id)
		if errors.Is(err, errNoClient) {
			continue // removed meanwhile
		}
		if err != nil {
			return nil, err
		}
		all = append(all, client)
	}
	slices.SortFunc(all, func(a, b Client) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

func (c clients) read(id string) (Client, error) {
	text, err := os.ReadFile(c.file(id))
	if errors.Is(err, fs.ErrNotExist) {
		return Client{}, errNoClient
	}
	if err != nil {
		return Client{}, err
	}
	client := Client{ID: id}
	if err := json.Unmarshal(text, &client); err != nil {
		return Client{}, fmt.Errorf("client %s: %w", id, err)
	}
	return client, nil
}

// add keeps a new client and returns its token, which is shown once.
func (c clients) add(client Client) (Client, string, error) {
	all, err := c.all()
	if err != nil {
		return Client{}, "", err
	}
	if len(all) >= MaxClients {
		return Client{}, "", errManyPaired
	}
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return Client{}, "", err
	}
	secret := rand.Text()
	sum := sha256.Sum256([]byte(secret))
	client.ID, client.Secret = rand.Text(), sum[:]
	text, err := json.Marshal(client) //nolint:gosec // it is a hash
	if err != nil {
		return Client{}, "", err
	}
	return client, client.ID + "." + secret, identity.Keep(c.file(client.ID), text)
}

// find returns the client whose token it is.
func (c clients) find(token string) (Client, error) {
	id, secret, ok := strings.Cut(token, ".")
	if !ok || !isID(id) {
		return Client{}, errNoClient
	}
	client, err := c.read(id)
	if err != nil {
		return Client{}, err
	}
	sum := sha256.Sum256([]byte(secret))
	if subtle.ConstantTimeCompare(sum[:], client.Secret) != 1 {
		return Client{}, errNoClient
	}
	return client, nil
}

// isID reports whether a text can be the id of a client: nothing else may become
// the name of a file.
func isID(text string) bool {
	return len(text) == idLength && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// checkName says what is wrong with the name of a client.
func checkName(name string) string {
	switch n := utf8.RuneCountInString(name); {
	case !utf8.ValidString(name):
		return "must be UTF-8"
	case n == 0 || n > maxName || strings.TrimSpace(name) != name:
		return fmt.Sprintf("must have 1 to %d characters, none of them a space at an end", maxName)
	case strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
		return "must only have characters that can be seen"
	}
	return ""
}
