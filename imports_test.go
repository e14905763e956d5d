// Package logis_test checks what holds for the repository as a whole: the arrows
// between the rooms and the pages that tell of them.
package logis_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "logis/"

// mayImport is the table of docs/architecture.md: the rooms whose packages a
// room may use. Everything in a room may use the room itself.
var mayImport = map[string][]string{
	"domain":      {},
	"wire":        {"domain"},
	"eventstore":  {"domain"},
	"projections": {"eventstore", "domain"},
	"dispatch":    {"eventstore", "projections", "domain"},
	"history":     {"eventstore", "projections", "domain"},
	"access":      {"eventstore", "domain"},
	"hub":         {"wire", "eventstore", "access", "domain"},
	"api":         {"eventstore", "projections", "dispatch", "history", "access", "domain"},
	"web":         {},
	"client":      {},
	"edge":        {"wire", "domain"},
	"migrations":  {"eventstore", "domain"}, // only pgtest: its pools stand behind the wall, as the server's
	"cmd/server": {
		"domain", "wire", "eventstore", "projections", "dispatch", "history", "access", "hub", "api", "web", "migrations",
	},
	"cmd/edge":    {"domain", "wire", "edge"},
	"cmd/logis":   {"client"},
	"cmd/release": {"edge"},
	"cmd/verify":  {"history", "domain"},
	"bench": { // a client of everything
		"domain", "wire", "eventstore", "projections", "dispatch", "history", "access", "hub", "api", "web", "edge", "migrations",
	},
}

// forTests are packages that only tests, other such packages and bench may use,
// beside those whose names end in test or lab.
var forTests = []string{"edge/radio/zigbee2mqtt/znp", "bench"}

// pure are the rooms without input and output. What they may not use is doors
// out of the program; domain may not even know the time or throw dice.
var pure = map[string][]string{
	"domain": {"os", "os/exec", "net", "net/http", "database/sql", "syscall", "log", "log/slog", "math/rand", "math/rand/v2", "crypto/rand"},
	"wire":   {"os", "os/exec", "net", "net/http", "database/sql", "syscall", "log", "log/slog"},
}

// clocks are the functions of package time that look at a clock.
var clocks = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}

func TestRoomsImportOnlyWhatTheirTableAllows(t *testing.T) {
	t.Parallel()
	for _, file := range sources(t) {
		room := roomOf(file.dir)
		allowed, known := mayImport[room]
		if !known {
			t.Errorf("%s stands in no room", file.path)
			continue
		}
		for _, imported := range file.imports {
			own, ours := strings.CutPrefix(imported, module)
			if !ours {
				continue
			}
			if target := roomOf(own); target != room && !slices.Contains(allowed, target) {
				t.Errorf("%s: %s may not import %s", file.path, room, own)
			}
			if isForTests(own) && !isForTests(file.dir) {
				t.Errorf("%s: %s is for tests", file.path, own)
			}
		}
	}
}

func TestPureRoomsHaveNoInputOutputNorClock(t *testing.T) {
	t.Parallel()
	for _, file := range sources(t) {
		forbidden, isPure := pure[roomOf(file.dir)]
		if !isPure || isForTests(file.dir) {
			continue
		}
		for _, imported := range file.imports {
			if slices.Contains(forbidden, imported) {
				t.Errorf("%s imports %s", file.path, imported)
			}
			if roomOf(file.dir) == "domain" && strings.Contains(imported, ".") && !isLanguage(file.dir, imported) {
				t.Errorf("%s imports %s: the meaning of things depends on nobody", file.path, imported)
			}
		}
		for _, function := range clocksIn(t, file.path) {
			t.Errorf("%s looks at a clock: time.%s", file.path, function)
		}
	}
}

// isLanguage reports whether an import is the language of the expressions that
// people may write into rules.
func isLanguage(dir, imported string) bool {
	return dir == "domain/rule" && strings.HasPrefix(imported, "cel.dev/cel-go/")
}

func TestTheEdgeAgentLinksNoDatabaseServerNorCloud(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "./cmd/edge").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, linked := range strings.Fields(string(out)) {
		for _, foreign := range []string{
			"github.com/jackc/", "github.com/lib/pq", "github.com/riverqueue/", "github.com/danielgtaylor/huma",
			module + "eventstore", module + "hub", module + "api", module + "migrations",
		} {
			if strings.HasPrefix(linked, foreign) {
				t.Errorf("the edge agent links %s", linked)
			}
		}
	}
}

func TestTheVerifierLinksNeitherDatabaseNorNetwork(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "./cmd/verify").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	linked := strings.Fields(string(out))
	for _, foreign := range []string{"net", "database/sql", "github.com/jackc/pgx/v5", module + "eventstore", module + "migrations"} {
		if slices.Contains(linked, foreign) {
			t.Errorf("the verifier links %s", foreign)
		}
	}
}

// source is one Go file.
type source struct {
	path, dir string
	imports   []string
}

// sources returns the Go files of this module without its tests.
func sources(t *testing.T) []source {
	t.Helper()
	return goFiles(t, func(file string) bool { return !strings.HasSuffix(file, "_test.go") })
}

// goFiles returns the Go files of this module that are wanted.
func goFiles(t *testing.T, wanted func(file string) bool) []source {
	t.Helper()
	var found []source
	err := filepath.WalkDir(".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return skipForeign(file, entry)
		}
		if strings.HasSuffix(file, ".go") && wanted(file) {
			found = append(found, parse(t, file))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func parse(t *testing.T, file string) source {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	s := source{path: filepath.ToSlash(file)}
	s.dir = path.Dir(s.path)
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		s.imports = append(s.imports, imported)
	}
	return s
}

// skipForeign leaves out what npm and git brought, and other modules.
func skipForeign(dir string, entry fs.DirEntry) error {
	name := entry.Name()
	if dir != "." && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "testdata") {
		return fs.SkipDir
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil && dir != "." {
		return fs.SkipDir
	}
	return nil
}

// roomOf returns the room a folder stands in: its first element, or for
// programs the first two.
func roomOf(dir string) string {
	first, rest, _ := strings.Cut(dir, "/")
	if first == "cmd" {
		second, _, _ := strings.Cut(rest, "/")
		return "cmd/" + second
	}
	return first
}

func isForTests(dir string) bool {
	if name := path.Base(dir); strings.HasSuffix(name, "test") || strings.HasSuffix(name, "lab") {
		return true
	}
	return slices.ContainsFunc(forTests, func(prefix string) bool {
		return dir == prefix || strings.HasPrefix(dir, prefix+"/")
	})
}

// clocksIn returns which clock functions of package time a file mentions.
func clocksIn(t *testing.T, file string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	ast.Inspect(parsed, func(node ast.Node) bool {
		selector, ok := node.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		pkg, ok := selector.X.(*ast.Ident)
		if ok && pkg.Name == "time" && slices.Contains(clocks, selector.Sel.Name) {
			found = append(found, selector.Sel.Name)
		}
		return true
	})
	return found
}
