package update

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"logis/edge/release"
)

// maxStarts bounds how often a version may end before it has proved itself: once
// may be chance, such as a machine that lost its power.
const maxStarts = 3

// Choice is the program that shall run.
type Choice struct {
	Path    string // "": the program that asks
	Version string
	Trial   bool // it must prove itself
}

// Choose tells the package's program, of the version own, which program shall run
// on a folder, and counts the start of one that is on trial. What is chosen was
// verified to its last byte; what could not be is left for the one before it. With
// an error the program that asks shall run itself.
func Choose(dir, own string, keys release.KeySet) (Choice, error) {
	before, err := Read(dir)
	if err != nil || before.Current == "" || !release.ValidVersion(own) {
		return Choice{}, err
	}
	if c, ok := proved(dir, own, keys, &before); ok {
		return c, nil // nothing has to be written, as on a disk that is full
	}
	var chosen Choice
	err = change(dir, func(s *State) error {
		chosen = s.choose(dir, own, keys)
		return nil
	})
	if err != nil {
		return Choice{}, err
	}
	return chosen, nil
}

// Proved returns the version that runs on a folder because it has proved itself
// and is newer than own; false when there is none. Nothing is changed.
func Proved(dir, own string, keys release.KeySet) (Choice, bool) {
	s, err := Read(dir)
	if err != nil {
		return Choice{}, false
	}
	return proved(dir, own, keys, &s)
}

func proved(dir, own string, keys release.KeySet, s *State) (Choice, bool) {
	if s.Trial != nil || !release.Newer(s.Current, own) || verify(dir, s.Current, keys) != nil {
		return Choice{}, false
	}
	return Choice{Path: programPath(dir, s.Current), Version: s.Current}, true
}

// choose goes back through the versions until one may start.
func (s *State) choose(dir, own string, keys release.KeySet) Choice {
	for s.Current != "" {
		if !release.Newer(s.Current, own) {
			// A package that is newer was installed: it is what a person wanted last.
			s.Current, s.Previous, s.Trial = "", "", nil
			break
		}
		if s.Trial != nil && s.Trial.Starts >= maxStarts {
			why := fmt.Sprintf("it ended %d times before it had proved itself", s.Trial.Starts)
			if s.Trial.Lacks != "" {
				why += ": " + s.Trial.Lacks
			}
			s.rollBack(why, true)
			continue
		}
		if err := verify(dir, s.Current, keys); err != nil {
			s.rollBack(err.Error(), false)
			continue
		}
		c := Choice{Path: programPath(dir, s.Current), Version: s.Current, Trial: s.Trial != nil}
		if c.Trial {
			s.Trial.Starts++
		}
		return c
	}
	return Choice{}
}

func programPath(dir, version string) string {
	return filepath.Join(dir, binFolder, version, programFile)
}

// verify checks a version in the folder: who vouches for it, and every byte. Its
// document may have expired since; that matters for installing only.
func verify(dir, version string, keys release.KeySet) error {
	if !release.ValidVersion(version) {
		return fmt.Errorf("%q is not a version", version)
	}
	root, err := os.OpenRoot(filepath.Join(dir, binFolder, version))
	if err != nil {
		return fmt.Errorf("version %s: %w", version, err)
	}
	defer root.Close() //nolint:errcheck // it is only read
	text, err := readAll(root, release.FileName, release.MaxEnvelope)
	if err != nil {
		return fmt.Errorf("version %s: %w", version, err)
	}
	document, err := release.Verify(text, keys)
	if err != nil {
		return fmt.Errorf("version %s: %w", version, err)
	}
	artifact, ok := document.Artifacts[release.Platform()]
	if document.Version != version || !ok {
		return fmt.Errorf("version %s: its document is of version %s for other machines", version, document.Version)
	}
	program, err := openRegular(root, programFile)
	if err != nil {
		return fmt.Errorf("version %s: %w", version, err)
	}
	defer program.Close() //nolint:errcheck // it is only read
	if err := copyArtifact(io.Discard, program, artifact); err != nil {
		return fmt.Errorf("version %s: %w", version, err)
	}
	return nil
}

// errDamaged says that a program is not the one the document speaks of.
var errDamaged = errors.New("the program is not the one that was released")

// copyArtifact copies exactly the bytes that a document promises.
func copyArtifact(to io.Writer, from io.Reader, a release.Artifact) error {
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(to, sum), io.LimitReader(from, a.Size+1))
	switch {
	case err != nil:
		return err
	case n > a.Size:
		return fmt.Errorf("%w: it has more than %d bytes", errDamaged, a.Size)
	case n < a.Size:
		return fmt.Errorf("%w: it has %d bytes of %d", errDamaged, n, a.Size)
	case hex.EncodeToString(sum.Sum(nil)) != a.SHA256:
		return fmt.Errorf("%w: its SHA-256 differs", errDamaged)
	}
	return nil
}

// openRegular opens a plain file in a folder: no link leads out of the folder, and
// no pipe makes the reader wait.
func openRegular(root *os.Root, name string) (*os.File, error) {
	file, err := root.OpenFile(name, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a plain file", name)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// readAll reads a file in a folder that has at most limit bytes.
func readAll(root *os.Root, name string, limit int64) ([]byte, error) {
	file, err := openRegular(root, name)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // it is only read
	return readUpTo(file, name, limit)
}

func readUpTo(from io.Reader, name string, limit int64) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(from, limit+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if int64(len(text)) > limit {
		return nil, fmt.Errorf("%s has more than %d bytes", name, limit)
	}
	return text, nil
}
