package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ask runs the program and returns what it says.
func ask(args ...string) (code int, says string) {
	var out bytes.Buffer
	code = command(args, &out, &out)
	return code, out.String()
}

// signers makes three keys and the set of them.
func signers(t *testing.T) (folder, set string) {
	t.Helper()
	folder = t.TempDir()
	set = filepath.Join(folder, "set")
	made := []string{"keys", set}
	for _, name := range []string{"a", "b", "c"} {
		if code, says := ask("key", "--holder", name, filepath.Join(folder, name)); code != exitOK {
			t.Fatal(says)
		}
		made = append(made, filepath.Join(folder, name+".pub"))
	}
	if code, says := ask(made...); code != exitOK || !strings.Contains(says, "2 of 3") {
		t.Fatal(says)
	}
	return folder, set
}

func TestAReleaseIsMadeSignedByTwoAndVerified(t *testing.T) {
	t.Parallel()
	keys, set := signers(t)
	dir := t.TempDir()
	program := filepath.Join(dir, "logis-edge_1.2.3_linux_amd64")
	for path, text := range map[string]string{program: "program", program + ".cdx.json": "{}", filepath.Join(dir, "logis-edge_1.2.3_amd64.deb"): "deb"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"make", "--version", "9.9.9", dir}, exitFailed, "no program"},
		{[]string{"make", "--version", "1.2.3", "--floor", "2.0.0", dir}, exitFailed, "above"},
		{[]string{"make", "--version", "1.2.3", dir}, exitOK, "version 1.2.3"},
		{[]string{"verify", "--keys", set, dir}, exitFailed, "0 of the known keys"},
		{[]string{"sign", "--key", filepath.Join(keys, "a"), dir}, exitOK, "1 signatures"},
		{[]string{"sign", "--key", filepath.Join(keys, "a"), dir}, exitOK, "1 signatures"},
		{[]string{"verify", "--keys", set, dir}, exitFailed, "1 of the known keys"},
		{[]string{"sign", "--key", filepath.Join(keys, "b.pub"), dir}, exitFailed, "private key"},
		{[]string{"sign", "--key", filepath.Join(keys, "b"), dir}, exitOK, "2 signatures"},
		{[]string{"verify", "--keys", set, dir}, exitOK, "as it was signed"},
		{[]string{"verify", dir}, exitFailed, "no release keys"},
		{[]string{"sign"}, exitUsage, "usage"},
		{[]string{"dance"}, exitUsage, "usage"},
		{nil, exitUsage, "usage"},
	} {
		if code, says := ask(step.args...); code != step.code || !strings.Contains(says, step.says) {
			t.Errorf("%q: code %d, says %q", step.args, code, says)
		}
	}
	if err := os.WriteFile(program, []byte("evil"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"verify", "--keys", set, dir}, {"sign", "--key", filepath.Join(keys, "c"), dir}} {
		if code, says := ask(args...); code != exitFailed || !strings.Contains(says, "not as the document says") {
			t.Errorf("%q of another program: code %d, says %q", args, code, says)
		}
	}
}

func TestAKeyIsForItsHolderAloneAndNeverOverwritten(t *testing.T) {
	t.Parallel()
	keys, _ := signers(t)
	path := filepath.Join(keys, "a")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != secret {
		t.Errorf("%v, %v", info, err)
	}
	if code, says := ask("key", path); code != exitFailed {
		t.Errorf("code %d, says %q", code, says)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the key is another one: %v", err)
	}
	if code, says := ask("keys", filepath.Join(keys, "twice"), path+".pub", path+".pub"); code != exitFailed || !strings.Contains(says, "twice") {
		t.Errorf("code %d, says %q", code, says)
	}
}

func TestAProgramTellsWhatItWasBuiltFrom(t *testing.T) {
	t.Parallel()
	code, says := ask("sbom", "--version", "1.2.3", os.Args[0])
	var told bom
	if err := json.Unmarshal([]byte(says), &told); code != exitOK || err != nil {
		t.Fatalf("code %d, %v: %q", code, err, says)
	}
	c := told.Metadata.Component
	if told.Format != "CycloneDX" || c.PURL != "pkg:golang/logis-edge@1.2.3" || len(c.Hashes) != 1 || told.Components[0].Name != "std" {
		t.Errorf("%+v", told)
	}
	if code, says := ask("sbom", "main_test.go"); code != exitFailed || says == "" {
		t.Errorf("of a text: code %d, says %q", code, says)
	}
}
