package privatepg

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// elsewhere is the link in Dir to where its files are, when they are not in it.
const elsewhere = "elsewhere"

// placeOf returns where the files of dir are: in dir, or where its link leads.
func placeOf(dir string) (string, error) {
	place, err := os.Readlink(filepath.Join(dir, elsewhere))
	if errors.Is(err, fs.ErrNotExist) {
		return dir, nil
	}
	if err != nil {
		return "", fmt.Errorf("place of the database: %w", err)
	}
	if _, err := os.Stat(place); err != nil {
		return "", fmt.Errorf("the database of %s stood in %s; remove the link %s there to begin anew: %w", dir, place, elsewhere, err)
	}
	return place, nil
}

// opened returns place when the account can enter it. A new one below a closed
// directory, such as root's home, moves to one of bases, where system services
// keep their data, and a link in dir tells where that is.
func opened(dir, place string, who *account, bases ...string) (string, error) {
	if who == nil {
		return place, nil
	}
	if err := os.Chmod(place, 0o711); err != nil { // ours; to pass through, not to list
		return "", fmt.Errorf("place of the database: %w", err)
	}
	if who.canEnter(place) {
		return place, nil
	}
	if place != dir {
		return "", fmt.Errorf("the account %s cannot enter %s", who.Name, place)
	}
	for _, base := range bases {
		if !who.canEnter(base) {
			continue
		}
		moved, err := os.MkdirTemp(base, "logis-")
		if err != nil {
			return "", fmt.Errorf("place of the database: %w", err)
		}
		err = errors.Join(os.Chmod(moved, 0o711), os.Symlink(moved, filepath.Join(dir, elsewhere)))
		if err != nil {
			return "", fmt.Errorf("place of the database: %w", err)
		}
		return moved, nil
	}
	return "", fmt.Errorf("the account %s cannot enter %s: choose another directory", who.Name, dir)
}
