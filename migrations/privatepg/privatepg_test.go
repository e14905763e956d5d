package privatepg

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	write = "WITH t AS (SELECT lo_from_bytea(42, 'kept')) SELECT 'written' FROM t"
	read  = "SELECT convert_from(lo_get(42), 'UTF8')"
)

// Every PostgreSQL on the machine is tried: the distribution's and npm's.
func TestAClusterKeepsItsDataFromStartToStart(t *testing.T) {
	t.Parallel()
	tried := make(map[string]bool)
	for _, dir := range newSearch("", 0).dirs {
		found, err := search{only: dir}.find(t.Context())
		if errors.Is(err, ErrNoPrograms) || tried[found.version] {
			continue
		}
		tried[found.version] = true
		t.Run(found.version, func(t *testing.T) {
			t.Parallel()
			o := Options{Dir: directory(t), Programs: found.bin}
			first := start(t, o)
			if got := ask(t, first, write); got != "written" {
				t.Errorf("writing says %q", got)
			}
			stop(t, first)
			select {
			case <-first.Gone():
			default:
				t.Error("it is not gone after Stop")
			}
			if got := ask(t, start(t, o), read); got != "kept" {
				t.Errorf("the next start reads %q", got)
			}
		})
	}
	if len(tried) == 0 {
		t.Error(ErrNoPrograms, advice)
	}
}

func TestAClusterIsDurableAndPrivate(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Dir: directory(t)})
	for setting, want := range map[string]string{
		"fsync":                   "on",
		"synchronous_commit":      "on",
		"full_page_writes":        "on",
		"data_checksums":          "on",
		"wal_compression":         "off",
		"jit":                     "off",
		"listen_addresses":        "",
		"unix_socket_permissions": "0700",
		"max_connections":         "100",
		"shared_buffers":          "128MB",
		"min_wal_size":            "1GB",
		"max_wal_size":            "2GB",
		"checkpoint_timeout":      "15min",
		"server_encoding":         "UTF8",
	} {
		if got := ask(t, c, "SELECT current_setting('"+setting+"')"); got != want {
			t.Errorf("%s is %q, want %q", setting, got, want)
		}
	}
	for _, dir := range []string{c.data, c.sockets} {
		info, err := os.Stat(dir)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o700 {
			t.Errorf("%s has mode %v", filepath.Base(dir), info.Mode())
		}
	}
}

func TestAnEphemeralClusterLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := directory(t)
	c := start(t, Options{Dir: dir, Ephemeral: true})
	ask(t, c, write)
	stop(t, c)
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the directory is still there: %v", err)
	}
}

func TestAnUnsafeClusterDoesNotWaitForTheDisk(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Dir: directory(t), Unsafe: true})
	if got := ask(t, c, "SELECT current_setting('fsync')"); got != "off" {
		t.Errorf("fsync is %s", got)
	}
}

func TestADirectoryInUseIsRefused(t *testing.T) {
	t.Parallel()
	dir := directory(t)
	startProgram(t, dir, false)
	for range 2 { // a refused start must not free it for the next
		if _, err := Start(t.Context(), Options{Dir: dir}); !errors.Is(err, ErrInUse) {
			t.Errorf("got %v", err)
		}
	}
}

func TestALongPathGetsAShortOneForItsSockets(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(directory(t), strings.Repeat("long/", 30)+"it's a \\ directory")
	c := start(t, Options{Dir: dir})
	ask(t, c, write)
	stop(t, c)
	if _, err := os.Stat(c.sockets); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the directory of the sockets is still there: %v", err)
	}
}

// Root's home is closed; the account that PostgreSQL then runs as cannot enter it.
func TestADirectoryBelowAClosedOneServesToo(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "closed", "cluster")
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		t.Fatal(err)
	}
	first := start(t, Options{Dir: dir})
	ask(t, first, write)
	stop(t, first)
	second := start(t, Options{Dir: dir, Ephemeral: true})
	if got := ask(t, second, read); got != "kept" {
		t.Errorf("the next start reads %q", got)
	}
	stop(t, second) // which removes the other place as well
	if _, err := os.Stat(second.data); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the data are still there: %v", err)
	}
}

func TestACreationCutShortIsNotTakenForADatabase(t *testing.T) {
	t.Parallel()
	dir := directory(t)
	found, err := newSearch("", 0).find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	half := dataDir(dir, found.major) + ".new"
	if err := os.MkdirAll(half, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(half, "PG_VERSION"), []byte("15\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ask(t, start(t, Options{Dir: dir}), write)
}

func TestAStartEndsWithItsContext(t *testing.T) {
	t.Parallel()
	dir := directory(t)
	ctx, cancel := context.WithCancel(t.Context())
	o := Options{Dir: dir, Progress: func(string) { cancel() }} // ends while initdb runs
	if _, err := Start(ctx, o); err == nil {
		t.Fatal("it started")
	}
	ask(t, start(t, Options{Dir: dir}), write)
}
