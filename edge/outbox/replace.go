package outbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/ncruces/go-sqlite3"

	"logis/domain"
)

// Reasons of the gap a new outbox begins with when it replaces another one.
const (
	lostDamaged = "outbox_damaged"
	lostForeign = "outbox_of_another_gateway"
)

// openOrReplace opens the file. One that is damaged, or whose entries belong to
// another gateway, is put aside for a person to look at, and a new one is made;
// lost says why.
func openOrReplace(o Options) (d *db, lost string, err error) {
	d, err = open(o)
	if err == nil {
		var owner domain.GatewayID
		err = d.queryRow(`SELECT gateway FROM outbox`, nil, &owner)
		if err == nil && (owner.IsZero() || owner == o.Gateway) {
			return d, "", nil
		}
		err = errors.Join(err, d.close())
		lost = lostForeign
	}
	switch {
	case errors.Is(err, sqlite3.CORRUPT), errors.Is(err, sqlite3.NOTADB):
		lost = lostDamaged
	case err != nil:
		return nil, "", err
	}
	if err := putAside(o.Path); err != nil {
		return nil, "", fmt.Errorf("put the old file aside: %w", err)
	}
	d, err = open(o)
	return d, lost, err
}

// Aside is added to the name of a file that was put aside. There is one such
// file at most: the newest.
const Aside = ".aside"

func putAside(path string) error {
	for _, suffix := range []string{"-wal", ""} {
		err := os.Rename(path+suffix, path+Aside+suffix)
		if errors.Is(err, fs.ErrNotExist) {
			err = os.Remove(path + Aside + suffix) // of an older file
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
