package rules

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"logis/domain"
	"logis/wire"
)

// Names of the files with the last bundle, and the one before: one of them is whole,
// whatever happens while the other is written.
const (
	newest = "rules.json"
	former = "rules.json.before"
)

const fileMode = 0o600

// opened is a bundle that was read from its file.
type opened struct {
	signed wire.SignedBundle
	bundle *domain.Bundle
}

// keep writes a bundle to the disk, for good.
func keep(dir string, signed wire.SignedBundle) error {
	text, err := json.Marshal(signed)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, newest)
	if err := write(path+".new", text); err != nil {
		return err
	}
	if err := os.Rename(path, filepath.Join(dir, former)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	return syncFolder(dir)
}

func write(path string, text []byte) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, fileMode)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Sync(), file.Close())
}

func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// kept returns the bundles that can be read and are what was signed, the newest
// first.
func kept(dir string) []opened {
	var all []opened
	for _, name := range []string{newest, former} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			continue
		}
		var o opened
		if json.Unmarshal(text, &o.signed) != nil {
			continue
		}
		if o.bundle, err = o.signed.Open(nil); err == nil {
			all = append(all, o)
		}
	}
	return all
}
