package health

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// lockFile is held by the one process that works in a folder. The system lets go
// of it however that process ends.
const lockFile = "agent.lock"

// fileMode keeps what the agent writes from every other account.
const fileMode = 0o600

// ErrRunning says that another process works in the folder.
var ErrRunning = errors.New("another agent works in this folder")

// lockWait is how long a held lock is asked for again: somebody who looked at the
// folder holds it for an instant.
const lockWait = time.Second

// Lock keeps every other agent out of a folder until release is called. It fails
// with ErrRunning when one is there.
func Lock(ctx context.Context, dir string) (release func(), err error) {
	file, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_RDWR|os.O_CREATE, fileMode)
	if err != nil {
		return nil, fmt.Errorf("lock the folder: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	again := time.NewTicker(lockWait / 20)
	defer again.Stop()
	for {
		err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return func() { _ = file.Close() }, nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, errors.Join(fmt.Errorf("lock the folder: %w", err), file.Close())
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return nil, errors.Join(ErrRunning, file.Close())
		}
	}
}

// tryLock is Lock without waiting, on a folder that is only looked at: held tells
// that an agent works there. Without the file no agent ever did.
func tryLock(dir string) (release func(), held bool, err error) {
	file, err := os.Open(filepath.Join(dir, lockFile))
	if errors.Is(err, os.ErrNotExist) {
		return func() {}, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("lock the folder: %w", err)
	}
	err = unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return func() {}, true, file.Close()
	}
	if err != nil {
		return nil, false, errors.Join(fmt.Errorf("lock the folder: %w", err), file.Close())
	}
	return func() { _ = file.Close() }, false, nil
}
