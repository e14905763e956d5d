package update

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"logis/edge/release"
)

// stage puts an offered version into the folder, whole and on disk, under a name
// that says so; until its last rename nobody takes it for one. What is there
// already and proves to be right is not fetched again.
func (u *Updater) stage(ctx context.Context, offer Offer) error {
	free, err := lock(u.options.Dir, installLock, unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return ErrBusy
	}
	if err != nil {
		return err
	}
	defer free()
	if err := os.MkdirAll(filepath.Join(u.options.Dir, binFolder), folderMode); err != nil {
		return err
	}
	root, err := os.OpenRoot(filepath.Join(u.options.Dir, binFolder))
	if err != nil {
		return err
	}
	defer root.Close() //nolint:errcheck // nothing is written through it
	if verify(u.options.Dir, offer.Version, u.options.Keys) != nil {
		if err := u.clean(root); err != nil {
			return err
		}
		if err := u.fetch(ctx, root, offer); err != nil {
			return errors.Join(err, root.RemoveAll(incoming))
		}
	}
	u.options.step("there")
	return change(u.options.Dir, func(s *State) error {
		s.Ready = offer.Version
		return nil
	})
}

// clean deletes what nothing points to: one program that runs and the one before
// it are kept.
func (u *Updater) clean(root *os.Root) error {
	s, err := Read(u.options.Dir)
	if err != nil {
		return err
	}
	bin, err := root.Open(".")
	if err != nil {
		return err
	}
	names, err := bin.Readdirnames(-1)
	if err := errors.Join(err, bin.Close()); err != nil {
		return err
	}
	for _, name := range names {
		if name == s.Current || name == s.Previous {
			continue
		}
		if err := root.RemoveAll(name); err != nil {
			return fmt.Errorf("delete what is left over: %w", err)
		}
	}
	u.options.step("cleaned")
	return nil
}

// fetch writes the program and its document beside the others, and gives them
// their name once they are on disk.
func (u *Updater) fetch(ctx context.Context, root *os.Root, offer Offer) error {
	ctx, cancel := context.WithTimeout(ctx, artifactTimeout)
	defer cancel()
	if err := root.Mkdir(incoming, folderMode); err != nil {
		return err
	}
	u.options.step("begun")
	from, err := u.source.open(ctx, offer.artifact.File)
	if err != nil {
		return err
	}
	err = write(root, programFile, programMode, func(to io.Writer) error { return copyArtifact(to, from, offer.artifact) })
	if err := errors.Join(err, from.Close()); err != nil {
		return err
	}
	u.options.step("fetched")
	err = write(root, release.FileName, fileMode, func(to io.Writer) error {
		_, err := to.Write(offer.envelope)
		return err
	})
	if err != nil {
		return err
	}
	if err := syncFolder(root, incoming); err != nil {
		return err
	}
	u.options.step("synced")
	if err := root.RemoveAll(offer.Version); err != nil { // a damaged one
		return err
	}
	if err := root.Rename(incoming, offer.Version); err != nil {
		return err
	}
	u.options.step("named")
	return syncFolder(root, ".")
}

// write makes a new file among what is not whole yet, on disk when it returns.
func write(root *os.Root, name string, mode os.FileMode, fill func(io.Writer) error) error {
	file, err := root.OpenFile(filepath.Join(incoming, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	return errors.Join(fill(file), file.Sync(), file.Close())
}

// syncFolder puts the names in a folder on disk.
func syncFolder(root *os.Root, name string) error {
	dir, err := root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
