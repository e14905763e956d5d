package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// defaultURL is where `make run` serves.
const defaultURL = "http://localhost:8080"

// config says which Logis, and who asks.
type config struct {
	URL    string `json:"url"`
	Secret string `json:"secret"` // a token, or the secret of a session

	path string
}

// readConfig reads the file, over which the environment stands.
func readConfig(t terminal) (config, error) {
	c := config{URL: defaultURL}
	var err error
	if c.path, err = configPath(t); err != nil {
		return c, err
	}
	path := c.path
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return c, err
	case info.Mode().Perm()&0o077 != 0:
		return c, fmt.Errorf("others can read %s, which holds a secret: chmod 600 it", path) //nolint:err113 // a sentence for people
	default:
		text, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(text, &c)
		}
		if err != nil {
			return c, fmt.Errorf("%s cannot be read: %w", path, err)
		}
	}
	if url, ok := t.env("LOGIS_URL"); ok {
		c.URL = url
	}
	if token, ok := t.env("LOGIS_TOKEN"); ok {
		c.Secret = token
	}
	return c, nil
}

func configPath(t terminal) (string, error) {
	if path, ok := t.env("LOGIS_CONFIG"); ok {
		return path, nil
	}
	dir, err := os.UserConfigDir()
	return filepath.Join(dir, "logis", "config.json"), err
}

// save writes the file so that nobody else can read it.
func (c config) save() error {
	text, err := json.MarshalIndent(c, "", "  ") //nolint:gosec // the file is there to keep the secret
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(c.path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(c.path, append(text, '\n'), 0o600)
}
