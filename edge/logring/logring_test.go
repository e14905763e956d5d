package logring

import (
	"bytes"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// ring opens a ring that turns early.
func ring(t *testing.T, dir string, full int64) *Ring {
	t.Helper()
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	r.full = full
	t.Cleanup(func() { _ = r.Close() })
	return r
}

// next returns the texts of what is new.
func next(t *testing.T, r *Reader) []string {
	t.Helper()
	lines, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, line := range lines {
		texts = append(texts, line.Text)
	}
	return texts
}

func reader(t *testing.T, dir string) *Reader {
	t.Helper()
	r := NewReader(dir)
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func TestTheNewestLinesAreKeptWithinTwoFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := ring(t, dir, 1000)
	const all = 500
	for n := range all {
		fmt.Fprintf(r, "line %d\n", n)
	}
	var size int64
	for _, name := range []string{newFile, oldFile} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > 1000 || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %d bytes, mode %v", name, info.Size(), info.Mode())
		}
		size += info.Size()
	}
	lines := next(t, reader(t, dir))
	if len(lines) < 100 || lines[len(lines)-1] != "line 499" || size < 1000 {
		t.Errorf("%d lines in %d bytes, the last is %q", len(lines), size, lines[len(lines)-1])
	}
	for i, line := range lines {
		if want := fmt.Sprintf("line %d", all-len(lines)+i); line != want {
			t.Fatalf("%q stands where %q belongs", line, want)
		}
	}
}

func TestAReaderFollowsOverTurnsWithoutLosingOrRepeating(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	follower := reader(t, dir)
	if lines := next(t, follower); lines != nil {
		t.Errorf("without a log there are %q", lines)
	}
	r := ring(t, dir, 300)
	var got []string
	for n := range 200 {
		fmt.Fprintf(r, "line %d\n", n)
		if n%7 == 0 { // less than a file holds
			got = append(got, next(t, follower)...)
		}
	}
	got = append(got, next(t, follower)...)
	for n := range 200 {
		if want := fmt.Sprintf("line %d", n); len(got) != 200 || got[n] != want {
			t.Fatalf("%d lines; line %d is %q", len(got), n, got[min(n, len(got)-1)])
		}
	}
}

func TestAPowerCutAnywhereLeavesALogThatIsReadAndWritten(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(4, 2))
	var whole bytes.Buffer
	log := slog.New(slog.NewTextHandler(&whole, nil))
	for n := range 50 {
		log.Info("something happened", "n", n)
	}
	for range 300 {
		dir := t.TempDir()
		path := filepath.Join(dir, newFile)
		// Any length, the last part of it never written: zeros or what was there before.
		text := bytes.Clone(whole.Bytes()[:random.IntN(whole.Len())])
		for i := random.IntN(len(text) + 1); i < len(text); i++ {
			text[i] = byte(random.IntN(256)) * byte(random.IntN(2))
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		r := ring(t, dir, maxFile)
		slog.New(slog.NewTextHandler(r, nil)).Info("the agent is back")
		lines, err := reader(t, dir).Next()
		if err != nil {
			t.Fatal(err)
		}
		last := lines[len(lines)-1]
		if !strings.HasPrefix(last.Text, "time=") || !strings.HasSuffix(last.Text, `msg="the agent is back"`) || time.Since(last.At) > time.Minute {
			t.Fatalf("after %q the last line is %q", text, last)
		}
		for _, line := range lines {
			if strings.ContainsAny(line.Text, "\x00\x1b\a") {
				t.Fatalf("a terminal would get %q", line.Text)
			}
		}
		_ = r.Close()
	}
}

func TestATornLineAtTheEndIsShown(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, newFile), []byte("whole\nhal"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := reader(t, dir)
	if lines := next(t, r); len(lines) != 1 || lines[0] != "whole" {
		t.Errorf("%q", lines)
	}
	if rest := r.Rest(); len(rest) != 1 || rest[0].Text != "hal" {
		t.Errorf("the rest is %q", rest)
	}
}

func TestLinesAreDatedAndTornOnesTakeTheDateBefore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := "time=2026-11-03T08:00:00.000+01:00 level=INFO msg=one\n\x00\x00rubbish\ntime=1970-01-01T00:00:05Z level=INFO msg=two\n"
	if err := os.WriteFile(filepath.Join(dir, newFile), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	lines, err := reader(t, dir).Next()
	if err != nil {
		t.Fatal(err)
	}
	first := time.Date(2026, 11, 3, 7, 0, 0, 0, time.UTC)
	if len(lines) != 3 || !lines[0].At.Equal(first) || !lines[1].At.Equal(first) || lines[2].At.Unix() != 5 {
		t.Errorf("%v", lines)
	}
}

func TestALineHasABound(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := ring(t, dir, maxFile)
	fmt.Fprintln(r, strings.Repeat("x", 5*maxLine))
	fmt.Fprintln(r, "the next")
	if lines := next(t, reader(t, dir)); len(lines) != 2 || len(lines[0]) != maxLine-1 || lines[1] != "the next" {
		t.Errorf("%d lines, the first has %d bytes", len(lines), len(lines[0]))
	}
}
