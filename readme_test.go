package logis_test

import (
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheReadmePrintsTheSentenceOfEveryRoom(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for room := range mayImport {
		if room == "bench" {
			continue // made of programs and notes
		}
		sentence := sentenceOf(t, room)
		if !strings.Contains(string(readme), "| `"+room+"/` | "+sentence) {
			t.Errorf("README.md has no row\n| `%s/` | %s", room, sentence)
		}
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
// "Package x" it begins with.
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
