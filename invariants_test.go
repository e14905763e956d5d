package logis_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

var (
	// invariant matches the id of a row of docs/invariants.md where it is used.
	invariant = regexp.MustCompile(`\b[IPCA]-\d+\b`)
	// told matches the rows themselves.
	told = regexp.MustCompile(`(?m)^\| ([IPCA]-\d+) \|`)
	// named matches a test that a page names.
	named = regexp.MustCompile("`(Test\\w+)`")
	// test matches the tests there are.
	test = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
)

func TestEveryInvariantIsToldAndEveryTestThatIsNamedExists(t *testing.T) {
	t.Parallel()
	ids := matches(readText(t, "docs/invariants.md"), told)
	var tests []string
	texts := make(map[string]string) // by file
	for _, file := range goFiles(t, func(string) bool { return true }) {
		texts[file.path] = readText(t, file.path)
		tests = append(tests, matches(texts[file.path], test)...)
	}
	for _, page := range pages(t) {
		texts[page] = readText(t, page)
		for _, name := range matches(texts[page], named) {
			if !slices.Contains(tests, name) {
				t.Errorf("%s: there is no test %s", page, name)
			}
		}
	}
	for file, text := range texts {
		for _, id := range invariant.FindAllString(text, -1) {
			if !slices.Contains(ids, id) {
				t.Errorf("%s: docs/invariants.md does not tell %s", file, id)
			}
		}
	}
}

// matches returns the first group of each match.
func matches(text string, pattern *regexp.Regexp) []string {
	var found []string
	for _, match := range pattern.FindAllStringSubmatch(text, -1) {
		found = append(found, match[1])
	}
	return found
}

// pages returns the Markdown files of this project.
func pages(t *testing.T) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return skipForeign(file, entry)
		}
		if filepath.Ext(file) == ".md" {
			found = append(found, file)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func readText(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
