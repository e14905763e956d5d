package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sample is an export of a log of 26 events with what was signed of it, once for
// ever: whatever is released later must still read it.
const sample = "../../history/evidence/testdata"

// ask runs the program as a person would.
func ask(args ...string) (code int, says string) {
	var out bytes.Buffer
	code = command(args, &out, &out)
	return code, out.String()
}

// changed is a copy of a file of the sample in which one text is another.
func changed(t *testing.T, name, old, now string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(sample, name))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, bytes.Replace(text, []byte(old), []byte(now), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAnExportIsCheckedWithFilesAlone(t *testing.T) {
	t.Parallel()
	export := filepath.Join(sample, "home.jsonl")
	log, key := filepath.Join(sample, "checkpoints.log"), filepath.Join(sample, "checkpoints.pub")
	signed := func(log, export string) []string { return []string{"--checkpoints", log, "--key", key, export} }
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{signed(log, export), exitOK, "as it was signed, up to event 26"},
		{[]string{export}, exitOK, "Without --checkpoints"},
		{signed(log, changed(t, "home.jsonl", `"actor":"`, `"actor":"x`)), exitBad, "event 1 does not match its hash"},
		{signed(log, changed(t, "home.jsonl", `"format"`, `"form"`)), exitBad, "not an export"},
		{signed(changed(t, "checkpoints.log", "head 0", "head 1"), export), exitBad, "not as they were written"},
		{signed(changed(t, "checkpoints.log", "time 2026", "time 2025"), export), exitBad, "signature"},
		{signed(log, filepath.Join(sample, "nothing")), exitFailed, "no such file"},
		{signed("", export), exitUsage, "belong together"},
		{nil, exitUsage, "usage"},
		{[]string{export, export}, exitUsage, "usage"},
		{[]string{"--dance"}, exitUsage, "usage"},
		{[]string{"-h"}, exitOK, "usage"},
	} {
		if code, says := ask(c.args...); code != c.code || !strings.Contains(says, c.says) {
			t.Errorf("%q: code %d, says %q", c.args, code, says)
		}
	}
}
