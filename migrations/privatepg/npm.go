package privatepg

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxTree bounds the bytes of an installation that is copied: about eight times
// the 60 MB of the npm package.
const maxTree = 512 << 20

// hydrate recreates the links between libraries in an installation that npm
// unpacked, which cannot carry links. Other installations have no list of links
// and are left alone.
func hydrate(native string) error {
	text, err := os.ReadFile(filepath.Join(native, "pg-symlinks.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("list of links: %w", err)
	}
	var links []struct {
		Source string `json:"source"`
		Target string `json:"target"`
	}
	if err := json.Unmarshal(text, &links); err != nil {
		return fmt.Errorf("list of links: %w", err)
	}
	for _, link := range links {
		if !filepath.IsLocal(link.Source) || !filepath.IsLocal(link.Target) {
			return fmt.Errorf("list of links: %q leaves the package", link.Target)
		}
		to, err := filepath.Rel(filepath.Dir(link.Target), link.Source)
		if err != nil {
			return fmt.Errorf("list of links: %w", err)
		}
		at := filepath.Join(filepath.Dir(native), link.Target)
		if err := os.Symlink(to, at); err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("link of a library: %w", err)
		}
	}
	return nil
}

// reachable returns programs the account can run: p itself, or a copy in place
// when a directory above p is closed to the account, as root's home is.
func (p programs) reachable(place string, who *account, progress func(string)) (programs, error) {
	if who.canEnter(p.bin) {
		return p, nil
	}
	root := filepath.Dir(p.bin)
	for _, part := range []string{"lib", "share"} { // else root may be anything, even /
		if _, err := os.Stat(filepath.Join(root, part)); err != nil {
			return programs{}, fmt.Errorf("the account %s cannot enter %s, nor can that be copied: %w", who.Name, p.bin, err)
		}
	}
	copied := p
	tree := filepath.Join(place, "postgresql-"+p.version)
	copied.bin = filepath.Join(tree, "bin")
	if _, err := os.Stat(tree); err == nil {
		return copied, nil
	}
	progress("copying PostgreSQL " + p.version + " to where the account " + who.Name + " can run it")
	fresh := tree + ".new" // renamed when complete, so a copy cut short is not taken for one
	if err := errors.Join(os.RemoveAll(fresh), copyTree(fresh, root)); err != nil {
		return programs{}, fmt.Errorf("copy PostgreSQL: %w", err)
	}
	if err := os.Rename(fresh, tree); err != nil {
		return programs{}, fmt.Errorf("copy PostgreSQL: %w", err)
	}
	return copied, nil
}

// copyTree copies directories, files and links, readable for everybody.
func copyTree(dst, src string) error {
	left := int64(maxTree)
	return filepath.WalkDir(src, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(dst, strings.TrimPrefix(path, src))
		switch {
		case entry.IsDir():
			return os.Mkdir(to, 0o755)
		case entry.Type()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			return os.Symlink(target, to) //nolint:gosec // the tree is the person's own installation
		}
		n, err := copyFile(to, path, left)
		left -= n
		return err
	})
}

// copyFile copies at most limit bytes; more is an error.
func copyFile(dst, src string, limit int64) (n int64, err error) {
	in, err := os.Open(src)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	info, err := in.Stat()
	if err != nil {
		return 0, err
	}
	if info.Size() > limit {
		return 0, fmt.Errorf("more than %d bytes", maxTree)
	}
	out, err := os.OpenFile(dst, os.O_CREATE|os.O_EXCL|os.O_WRONLY, info.Mode().Perm()|0o444)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	return io.Copy(out, in)
}
