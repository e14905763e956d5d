package privatepg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ErrInUse is wrapped when a living program has a cluster in the directory.
var ErrInUse = errors.New("in use by another server")

const (
	// ownerGrace is how long a program that was just killed may take to be gone.
	ownerGrace = time.Second
	// lockPause is the wait between two attempts to take a lock.
	lockPause = 20 * time.Millisecond
)

// locks are what keeps two clusters out of one directory.
type locks struct {
	owner *os.File // held by this program: while it lives, nobody else starts
	files *os.File // held by supervisor and PostgreSQL: while they live, nobody touches the files
}

// acquire takes both locks of dir. It refuses while another program lives, and
// waits as long as ctx lets it while only that one's PostgreSQL is still ending.
func acquire(ctx context.Context, dir string, progress func(string)) (l locks, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, l.release())
		}
	}()
	if l.owner, err = openLock(dir, "owner"); err != nil {
		return l, err
	}
	if l.files, err = openLock(dir, "lock"); err != nil {
		return l, err
	}
	grace, cancel := context.WithTimeout(ctx, ownerGrace)
	defer cancel()
	err = wait(grace, l.owner, func() {})
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return l, fmt.Errorf("%s: %w%s", dir, ErrInUse, signature(dir))
	}
	if err != nil {
		return l, err
	}
	if err := sign(l.owner); err != nil {
		return l, fmt.Errorf("lock of the database: %w", err)
	}
	return l, wait(ctx, l.files, func() { progress("waiting for the former PostgreSQL to end") })
}

// release gives both up, as far as this process holds them.
func (l locks) release() error {
	var err error
	for _, file := range []*os.File{l.owner, l.files} {
		if file != nil {
			err = errors.Join(err, file.Close())
		}
	}
	return err
}

func openLock(dir, name string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock of the database: %w", err)
	}
	return file, nil
}

// wait takes the lock on file, as soon as it is free and before ctx ends. It
// calls busy once when it is not free.
func wait(ctx context.Context, file *os.File, busy func()) error {
	for told := false; ; told = true {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return fmt.Errorf("lock of the database: %w", err)
		}
		if !told {
			busy()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("lock of the database: %w", ctx.Err())
		case <-time.After(lockPause):
		}
	}
}

// sign leaves the process id for the sentence that refuses another program.
func sign(owner *os.File) error {
	if err := owner.Truncate(0); err != nil {
		return err
	}
	_, err := owner.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0)
	return err
}

func signature(dir string) string {
	text, err := os.ReadFile(filepath.Join(dir, "owner"))
	if pid := strings.TrimSpace(string(text)); err == nil && pid != "" {
		return " (process " + pid + ")"
	}
	return ""
}
