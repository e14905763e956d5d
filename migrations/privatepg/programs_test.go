package privatepg

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestTheFirstProgramsThatFitAreTaken(t *testing.T) {
	t.Parallel()
	old, fifteen, eighteen := install(t, "14.9"), install(t, "15.18 (Debian 15.18-0+deb12u1)"), install(t, "18beta1")
	empty := t.TempDir()
	for _, c := range []struct {
		name  string
		in    search
		want  string // version
		wrong string // or what the error says
	}{
		{name: "older ones are passed over", in: search{dirs: []string{empty, old, fifteen, eighteen}}, want: "15.18"},
		{name: "the data's version decides", in: search{dirs: []string{fifteen, eighteen}, major: 18}, want: "18beta1"},
		{name: "one named is the only one", in: search{only: eighteen, dirs: []string{fifteen}}, want: "18beta1"},
		{name: "one named and too old is refused", in: search{only: old, dirs: []string{fifteen}}, wrong: "PostgreSQL 14.9 in " + old + " is too old"},
		{name: "one named and empty is refused", in: search{only: empty, dirs: []string{fifteen}}, wrong: "holds no postgres"},
		{name: "data of a version that is not here is left alone", in: search{dirs: []string{fifteen}, major: 17}, wrong: "cannot read data of version 17"},
		{name: "nothing anywhere", in: search{dirs: []string{empty}}, wrong: "apt-get install postgresql"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := c.in.find(t.Context())
			if c.wrong != "" {
				if !errors.Is(err, ErrNoPrograms) || !strings.Contains(err.Error(), c.wrong) {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil || got.version != c.want {
				t.Errorf("got %q, %v", got.version, err)
			}
		})
	}
}

// install makes a directory of programs that only tell their version.
func install(t *testing.T, version string) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "bin")
	if err := os.Mkdir(bin, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"postgres", "initdb"} {
		script := "#!/bin/sh\necho 'postgres (PostgreSQL) " + version + "'\n"
		if err := os.WriteFile(filepath.Join(bin, name), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return bin
}

func TestNewerDirectoriesComeFirst(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for _, name := range []string{"pg@9", "pg@15", "pg@18"} {
		if err := os.Mkdir(filepath.Join(root, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	for _, dir := range newestFirst(filepath.Join(root, "pg@*")) {
		names = append(names, filepath.Base(dir))
	}
	if !slices.Equal(names, []string{"pg@18", "pg@15", "pg@9"}) {
		t.Errorf("got %v", names)
	}
}

func TestClosedProgramsAreCopiedWithTheirLinks(t *testing.T) {
	t.Parallel()
	native, place := npmPackage(t), t.TempDir()
	if err := hydrate(native); err != nil {
		t.Fatal(err)
	}
	if err := hydrate(native); err != nil {
		t.Fatalf("the second time: %v", err)
	}
	stranger := &account{Name: "stranger", UID: aStranger, GID: aStranger}
	found := programs{bin: filepath.Join(native, "bin"), version: "18.4", major: 18}
	for range 2 { // the second time finds the copy
		copied, err := found.reachable(place, stranger, func(string) {})
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(copied.bin, "..", "lib", "libpq.so.5"))
		if err != nil || string(text) != "library" {
			t.Errorf("the copy's library is %q, %v", text, err)
		}
	}
	own, err := found.reachable(place, nil, func(string) {})
	if err != nil || own.bin != found.bin {
		t.Errorf("programs that can be run are copied: %v, %v", own, err)
	}
	found.bin = t.TempDir()
	if _, err := found.reachable(place, stranger, func(string) {}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a directory that is no installation is copied: %v", err)
	}
}

// npmPackage makes an installation as npm unpacks it: without links.
func npmPackage(t *testing.T) string {
	t.Helper()
	native := filepath.Join(t.TempDir(), "native")
	for path, text := range map[string]string{
		"bin/postgres":       "program",
		"lib/libpq.so.5.18":  "library",
		"share/postgres.bki": "catalog",
		"pg-symlinks.json":   `[{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"}]`,
	} {
		file := filepath.Join(native, path)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return native
}

func TestAListOfLinksCannotLeaveItsPackage(t *testing.T) {
	t.Parallel()
	native := npmPackage(t)
	list := filepath.Join(native, "pg-symlinks.json")
	for _, text := range []string{`[{"source":"native/a","target":"../b"}]`, `[{"source":"/etc/passwd","target":"native/b"}]`, `{`} {
		if err := os.WriteFile(list, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := hydrate(native); err == nil {
			t.Errorf("%s is taken", text)
		}
	}
}
