package logis_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// required matches a line of go.mod that requires a module.
var required = regexp.MustCompile(`(?m)^(?:require)?\s+(\S+) (v\S+)`)

// argued matches a row of docs/dependencies.md.
var argued = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| ([^|]+) \\|")

func TestEveryDependencyIsArguedForInItsVersion(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := make(map[string]string)
	for _, row := range argued.FindAllStringSubmatch(string(page), -1) {
		rows[row[1]] = row[2]
	}
	want := goModules(t)
	labs, err := filepath.Glob("edge/radio/*/*lab/package.json")
	if err != nil {
		t.Fatal(err)
	}
	others, err := filepath.Glob("dispatch/*/*lab/package.json")
	if err != nil {
		t.Fatal(err)
	}
	lists, err := filepath.Glob("access/*lab/package.json")
	if err != nil {
		t.Fatal(err)
	}
	labs = append(append(labs, others...), lists...)
	folders := []string{"web", "migrations/privatepg"}
	for _, lab := range labs {
		folders = append(folders, filepath.Dir(lab))
	}
	for _, folder := range folders {
		for name, version := range npmPackages(t, folder) {
			want[name] = version
		}
	}
	for name, version := range want {
		if rows[name] != version {
			t.Errorf("docs/dependencies.md has no row of %s %s (but %q)", name, version, rows[name])
		}
		delete(rows, name)
	}
	for name := range rows {
		if name != "mosquitto" && name != "chromium" && name != "golangci-lint" && name != "nfpm" { // programs
			t.Errorf("docs/dependencies.md has a row of %s, which nothing uses", name)
		}
	}
}

// goModules returns the modules whose packages our files import, tests included.
func goModules(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	modules := make(map[string]string)
	for _, line := range required.FindAllStringSubmatch(string(text), -1) {
		modules[line[1]] = line[2]
	}
	used := make(map[string]string)
	for _, file := range goFiles(t, func(string) bool { return true }) {
		for _, imported := range file.imports {
			longest := ""
			for name := range modules {
				if (imported == name || strings.HasPrefix(imported, name+"/")) && len(name) > len(longest) {
					longest = name
				}
			}
			if longest != "" {
				used[longest] = modules[longest]
			}
		}
	}
	return used
}

func npmPackages(t *testing.T, folder string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "package.json"))
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Dependencies         map[string]string `json:"dependencies"`
		DevDependencies      map[string]string `json:"devDependencies"`
		OptionalDependencies map[string]string `json:"optionalDependencies"`
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	all := make(map[string]string)
	for _, group := range []map[string]string{manifest.Dependencies, manifest.DevDependencies, manifest.OptionalDependencies} {
		for name, version := range group {
			all[name] = version
		}
	}
	return all
}
