package web_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"logis/api/apitest"
	"logis/migrations/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// packed builds the TypeScript client and puts it where a program finds it that has
// it from npm.
func packed(t *testing.T) (program string) {
	t.Helper()
	dir := t.TempDir()
	modules := filepath.Join(dir, "node_modules")
	own := filepath.Join(modules, "@logis", "client")
	if err := os.MkdirAll(own, 0o700); err != nil {
		t.Fatal(err)
	}
	build := exec.CommandContext(t.Context(), "node", "node_modules/typescript/bin/tsc", "-p", "client", "--outDir", filepath.Join(own, "dist"))
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	manifest, err := os.ReadFile("client/package.json")
	if err == nil {
		err = os.WriteFile(filepath.Join(own, "package.json"), manifest, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	needed, err := filepath.Abs("node_modules/openapi-fetch")
	if err == nil {
		err = os.Symlink(needed, filepath.Join(modules, "openapi-fetch"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "example.mjs")
}

// The program of the README streams a home's events and goes on after being cut.
func TestTheExampleOfTheClientRunsAndResumesAfterACut(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("client/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(readme), "<!-- example -->\n```js\n")
	example, _, found := strings.Cut(example, "```")
	if !found {
		t.Fatal("the README has no example")
	}
	program := packed(t)
	if err := os.WriteFile(program, []byte(example), 0o600); err != nil {
		t.Fatal(err)
	}
	s := apitest.Start(t, pgtest.New(t))
	lamp := s.Device("light", "Lamp")
	token, end := s.Token()
	node := exec.CommandContext(t.Context(), "node", program)
	node.Env = append(os.Environ(), "LOGIS_URL="+s.URL, "LOGIS_TOKEN="+token)
	var said strings.Builder
	node.Stderr = &said
	out, err := node.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := node.Start(); err != nil {
		t.Fatal(err)
	}
	const events = 25
	seen, asked := 0, false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		number, kind, _ := strings.Cut(lines.Text(), " ")
		if seq, err := strconv.Atoi(number); err != nil || seq != seen+1 {
			t.Fatalf("%q after event %d", lines.Text(), seen)
		}
		asked = asked || kind == "command.requested"
		if seen++; seen == events {
			end()
			continue
		}
		if seen%8 == 0 {
			s.Cut()
		}
		if asked && seen < events {
			s.Turn(lamp, seen%2 == 0)
		}
	}
	if err := node.Wait(); err == nil || !strings.Contains(said.String(), "Ended") {
		t.Errorf("the token ended, the program by %v: %s", err, said.String())
	}
	if seen < events || !asked {
		t.Errorf("heard %d events, the command among them: %v", seen, asked)
	}
}
