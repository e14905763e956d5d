package privatepg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// maxSocketDir is how long the path of the sockets' directory may be: the
// kernel takes 104 bytes (macOS) with the socket's own name and a zero byte.
const maxSocketDir = 104 - len("/.s.PGSQL.5432") - 1

// site is a prepared place: a data directory and programs to run on it.
type site struct {
	programs
	who     *account
	data    string
	sockets string
	rubbish []string // to remove when the cluster ends
}

// prepare makes everything ready to start PostgreSQL in dir, which is locked.
func prepare(ctx context.Context, dir string, o Options) (*site, error) {
	place, err := placeOf(dir)
	if err != nil {
		return nil, err
	}
	major, data, err := existing(place)
	if err != nil {
		return nil, err
	}
	who, err := choose(data, os.Getenv("SUDO_USER"), "postgres", "nobody")
	if err != nil {
		return nil, err
	}
	if place, err = opened(dir, place, who, "/var/lib", "/var/db"); err != nil {
		return nil, err
	}
	found, err := newSearch(o.Programs, major).find(ctx)
	if err != nil {
		return nil, err
	}
	if found, err = found.reachable(place, who, o.Progress); err != nil {
		return nil, err
	}
	s := &site{programs: found, who: who, data: dataDir(place, found.major)}
	if o.Ephemeral {
		s.rubbish = append(s.rubbish, place, dir)
	}
	if major == 0 {
		o.Progress("creating a database with PostgreSQL " + found.version)
		if err := s.create(ctx, o.Unsafe); err != nil {
			return nil, err
		}
	}
	if err := s.makeSockets(place); err != nil {
		return nil, err
	}
	return s, nil
}

// A data directory is of one major version, which its name tells.
const dataPrefix = "data-"

func dataDir(place string, major int) string {
	return filepath.Join(place, dataPrefix+strconv.Itoa(major))
}

// existing returns the newest data directory in place and the major version
// that made it; 0 when there is none.
func existing(place string) (major int, data string, err error) {
	entries, err := os.ReadDir(place)
	if err != nil {
		return 0, "", fmt.Errorf("look for data: %w", err)
	}
	for _, entry := range entries {
		digits, ok := strings.CutPrefix(entry.Name(), dataPrefix)
		if n, err := strconv.Atoi(digits); ok && err == nil {
			major = max(major, n)
		}
	}
	if major == 0 {
		return 0, "", nil
	}
	return major, dataDir(place, major), nil
}

// create runs initdb beside the data directory and moves the result there, so
// that one cut short is never taken for a database.
func (s *site) create(ctx context.Context, unsafe bool) error {
	fresh := s.data + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return fmt.Errorf("create database: %w", err)
	}
	if err := s.makeDir(fresh); err != nil {
		return fmt.Errorf("create database: %w", err)
	}
	args := []string{"-D", fresh, "-U", superuser, "-E", "UTF8", "-A", "trust", "-k"}
	if runtime.GOOS == "darwin" { // which has no C.UTF-8
		args = append(args, "--locale=C", "--lc-ctype=UTF-8")
	} else {
		args = append(args, "--locale=C.UTF-8")
	}
	if unsafe {
		args = append(args, "--no-sync")
	}
	initdb := exec.CommandContext(ctx, filepath.Join(s.bin, "initdb"), args...)
	initdb.Dir = "/"
	initdb.Env = environment()
	initdb.SysProcAttr = &syscall.SysProcAttr{Credential: s.who.credential()}
	if out, err := initdb.CombinedOutput(); err != nil {
		err = fmt.Errorf("create database: %w: %s", err, strings.TrimSpace(string(out)))
		return errors.Join(err, os.RemoveAll(fresh))
	}
	if err := os.Rename(fresh, s.data); err != nil {
		return fmt.Errorf("create database: %w", err)
	}
	return nil
}

// makeSockets makes the directory of the sockets: in place, or in the directory
// for temporary files where the path would be too long for a socket.
func (s *site) makeSockets(place string) error {
	s.sockets = filepath.Join(place, "run")
	if len(s.sockets) <= maxSocketDir {
		if err := s.makeDir(s.sockets); err != nil {
			return fmt.Errorf("directory of the sockets: %w", err)
		}
		return nil
	}
	short, err := os.MkdirTemp("", "logis-pg-")
	if err != nil {
		return fmt.Errorf("directory of the sockets: %w", err)
	}
	s.sockets, s.rubbish = short, append(s.rubbish, short)
	if err := s.who.own(short); err != nil {
		return fmt.Errorf("directory of the sockets: %w", err)
	}
	return nil
}

// makeDir makes a directory that only the account can enter.
func (s *site) makeDir(path string) error {
	return errors.Join(os.MkdirAll(path, 0o700), s.who.own(path))
}

// environment is all that PostgreSQL's processes get to see of ours.
func environment() []string {
	return []string{"LC_ALL=C", "TZ=UTC", "PATH=" + os.Getenv("PATH")}
}
