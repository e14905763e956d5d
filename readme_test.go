package logis_test

import (
	"fmt"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// rooms are the folders in the order a newcomer meets them.
var rooms = []string{
	"domain", "eventstore", "projections", "dispatch", "history", "access", "hub", "api", "web", "client", "wire", "edge",
	"migrations", "cmd/server", "cmd/edge", "cmd/logis", "cmd/release", "cmd/verify", "bench",
}

func TestTheReadmePrintsTheSentenceOfEveryRoom(t *testing.T) {
	t.Parallel()
	var table strings.Builder
	table.WriteString("| folder | what it is |\n|---|---|\n")
	for _, room := range rooms {
		sentence := sentenceOf(t, room)
		for _, verb := range []string{"is ", "says "} {
			sentence = strings.TrimPrefix(sentence, verb)
		}
		fmt.Fprintf(&table, "| [`%s/`](%s) | %s |\n", room, room, sentence)
	}
	checkPart(t, "README.md", "rooms", table.String())
	if len(rooms) != len(mayImport) {
		t.Errorf("the README has %d rooms, the table of imports %d", len(rooms), len(mayImport))
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for _, file := range sources(t) {
		if !seen[file.dir] {
			seen[file.dir] = true
			sentenceOf(t, file.dir)
		}
	}
}

// sentenceOf returns the first sentence of a package comment, without the words
// "Package x" or "Command x" it begins with.
func sentenceOf(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if parsed.Doc == nil || strings.HasSuffix(file, "_test.go") {
			continue
		}
		words := strings.SplitN(new(doc.Package).Synopsis(parsed.Doc.Text()), " ", 3)
		if len(words) < 3 || words[0] != "Package" && words[0] != "Command" {
			t.Errorf("%s: the package comment begins %q", file, words)
			return ""
		}
		return words[2]
	}
	t.Errorf("%s has no package comment", dir)
	return ""
}
