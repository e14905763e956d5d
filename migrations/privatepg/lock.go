package privatepg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ErrInUse is wrapped when another program has the directory.
var ErrInUse = errors.New("in use by another server")

// lockPause is the wait between two attempts to take the lock. A supervisor
// whose program is gone needs shutdownLimit at most to let go of it.
const lockPause = 20 * time.Millisecond

// acquire takes the lock on dir and writes this program's process id into it.
// It waits while the holder's program is gone or is this one, for then its
// supervisor is ending; while the program lives the directory is in use.
func acquire(ctx context.Context, dir string, progress func(string)) (*os.File, error) {
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock of the database: %w", err)
	}
	err = wait(ctx, lock, progress)
	if err == nil {
		err = sign(lock)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", dir, err), lock.Close())
	}
	return lock, nil
}

func wait(ctx context.Context, lock *os.File, progress func(string)) error {
	for told := false; ; {
		err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil || !errors.Is(err, syscall.EWOULDBLOCK) {
			return err
		}
		if holder := signature(lock); holder != os.Getpid() && alive(holder) {
			return fmt.Errorf("%w (process %d)", ErrInUse, holder)
		}
		if !told {
			told = true
			progress("waiting for the former PostgreSQL to end")
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the former PostgreSQL does not end: %w", ctx.Err())
		case <-time.After(lockPause):
		}
	}
}

func sign(lock *os.File) error {
	if err := lock.Truncate(0); err != nil {
		return err
	}
	_, err := lock.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

// signature returns the process id in the lock file; 0 when there is none yet.
func signature(lock *os.File) int {
	text := make([]byte, 32)
	n, err := lock.ReadAt(text, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text[:n])))
	if err != nil {
		return 0
	}
	return pid
}

func alive(pid int) bool {
	if pid <= 0 {
		return false
	}
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
