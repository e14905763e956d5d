package logis_test

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"logis/domain/thing"
)

// bound matches the names of constants that bound something.
var bound = regexp.MustCompile(`^(?i:max)[A-Z]|(Limit|Timeout|Life|Period|Wait|Pause|Grace|Stale|Conns|Attempts|Deaths)$`)

// Every bound is published with its reason, which is the constant's comment.
func TestEveryLimitIsPublished(t *testing.T) {
	t.Parallel()
	var page strings.Builder
	dir := ""
	files := sources(t)
	slices.SortStableFunc(files, func(a, b source) int { return cmp.Compare(a.dir, b.dir) })
	for _, file := range files {
		if isForTests(file.dir) {
			continue
		}
		for _, l := range limitsIn(t, file.path) {
			if file.dir != dir {
				dir = file.dir
				fmt.Fprintf(&page, "\n## %s\n\n| limit | value | what and why |\n|---|---|---|\n", dir)
			}
			fmt.Fprintf(&page, "| `%s` | %s | %s |\n", l.name, l.value, l.reason)
		}
	}
	page.WriteString("\n")
	checkPart(t, "docs/limits.md", "limits", page.String())
}

// How long a command may wait follows from its class.
func TestTheDeadlinesOfEveryClassArePublished(t *testing.T) {
	t.Parallel()
	parsed, err := parser.ParseFile(token.NewFileSet(), "domain/thing/class.go", nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	table.WriteString("\n| class | what it is | waits, if nothing is said | waits at most |\n|---|---|---|---|\n")
	ast.Inspect(parsed, func(node ast.Node) bool {
		constant, ok := node.(*ast.ValueSpec)
		if !ok || len(constant.Values) != 1 || constant.Comment == nil {
			return true
		}
		literal, ok := constant.Values[0].(*ast.BasicLit)
		if !ok || literal.Kind != token.CHAR {
			return true
		}
		letter, _, _, err := strconv.UnquoteChar(strings.Trim(literal.Value, "'"), '\'')
		if err != nil {
			t.Fatal(err)
		}
		timing := thing.Class(letter).Timing()
		fmt.Fprintf(&table, "| %c | %s | %s | %s |\n", letter, strings.TrimSpace(constant.Comment.Text()), wait(timing.Default), wait(timing.Max))
		return true
	})
	table.WriteString("\n")
	checkPart(t, "docs/limits.md", "classes", table.String())
}

// wait reads a duration in the words of the page.
func wait(d time.Duration) string {
	switch {
	case d == 0:
		return "without end"
	case d%time.Hour == 0:
		return strconv.Itoa(int(d/time.Hour)) + " h"
	case d%time.Minute == 0:
		return strconv.Itoa(int(d/time.Minute)) + " min"
	}
	return strconv.Itoa(int(d/time.Second)) + " s"
}

type limit struct{ name, value, reason string }

// limitsIn returns the bounds among the constants of a file.
func limitsIn(t *testing.T, file string) []limit {
	t.Helper()
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, file, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var found []limit
	for _, declaration := range parsed.Decls {
		group, ok := declaration.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		found = append(found, limitsOf(t, files, group)...)
	}
	return found
}

func limitsOf(t *testing.T, files *token.FileSet, group *ast.GenDecl) []limit {
	t.Helper()
	var found []limit
	var above *ast.CommentGroup // two constants in adjacent lines may share one
	for _, spec := range group.Specs {
		constant, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		name := constant.Names[0].Name
		if len(constant.Values) == 1 && constant.Type == nil && bound.MatchString(name) {
			l := limit{name: name, value: readable(t, files, constant.Values[0])}
			l.reason = reasonOf(name, constant.Doc, constant.Comment, above, group.Doc)
			if l.reason == "" {
				t.Errorf("%s: %s has no comment that says why", files.Position(spec.Pos()), name)
			}
			found = append(found, l)
		}
		if constant.Doc != nil || constant.Comment != nil {
			above = cmp.Or(constant.Doc, constant.Comment)
		}
	}
	return found
}

// reasonOf returns the comment closest to a constant as one line that can stand
// beside its name.
func reasonOf(name string, comments ...*ast.CommentGroup) string {
	for _, comment := range comments {
		if text := strings.Join(strings.Fields(comment.Text()), " "); text != "" {
			for _, opening := range []string{name + " is ", name + " bounds ", name + " "} {
				text = strings.TrimPrefix(text, opening)
			}
			return strings.ReplaceAll(text, "|", `\|`)
		}
	}
	return ""
}

// units are how expressions of Go read in a table.
var units = []struct {
	expression *regexp.Regexp
	unit       string
}{
	{regexp.MustCompile(`^(\d+) << 10$`), "$1 KiB"},
	{regexp.MustCompile(`^(\d+) << 20$`), "$1 MiB"},
	{regexp.MustCompile(`^(\d+) \* 24 \* time\.Hour$`), "$1 days"},
	{regexp.MustCompile(`^(\d+) \* time\.Hour$`), "$1 h"},
	{regexp.MustCompile(`^(\d+) \* time\.Minute$`), "$1 min"},
	{regexp.MustCompile(`^(\d+) \* time\.Second$`), "$1 s"},
	{regexp.MustCompile(`^(\d+) \* time\.Millisecond$`), "$1 ms"},
	{regexp.MustCompile(`^time\.Minute$`), "1 min"},
	{regexp.MustCompile(`^time\.Second$`), "1 s"},
	{regexp.MustCompile(`^(\d+)$`), "$1"},
	{regexp.MustCompile(`^(.*)$`), "`$1`"},
}

func readable(t *testing.T, files *token.FileSet, value ast.Expr) string {
	t.Helper()
	var text bytes.Buffer
	if err := printer.Fprint(&text, files, value); err != nil {
		t.Fatal(err)
	}
	for _, u := range units {
		if u.expression.MatchString(text.String()) {
			return u.expression.ReplaceAllString(text.String(), u.unit)
		}
	}
	return text.String()
}
