package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"logis/api/apitest"
	"logis/migrations/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// shell is somebody at a terminal.
type shell struct {
	t   *testing.T
	env map[string]string
}

// run returns what a command printed, and its exit code.
func (s *shell) run(args ...string) (out, errs string, code int) {
	s.t.Helper()
	var stdout, stderr bytes.Buffer
	code = command(s.t.Context(), args, terminal{&stdout, &stderr, s.lookup})
	return stdout.String(), stderr.String(), code
}

func (s *shell) lookup(name string) (string, bool) {
	value, ok := s.env[name]
	return value, ok
}

// ok runs what must succeed.
func (s *shell) ok(args ...string) string {
	s.t.Helper()
	out, errs, code := s.run(args...)
	if code != exitOK {
		s.t.Fatalf("logis %v: exit %d: %s%s", args, code, out, errs)
	}
	return out
}

func newShell(t *testing.T) *shell {
	t.Helper()
	return &shell{t, map[string]string{"LOGIS_CONFIG": filepath.Join(t.TempDir(), "deep", "config.json")}}
}

func TestALinkATokenAndALight(t *testing.T) {
	t.Parallel()
	s := apitest.Start(t, pgtest.New(t))
	lamp := s.Device("light", "Reading lamp")
	s.Turn(lamp, false)
	me := newShell(t)
	me.ok("login", s.Link())
	if info, err := os.Stat(me.env["LOGIS_CONFIG"]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the config: %v %v", info.Mode(), err)
	}
	secret := strings.TrimSpace(me.ok("tokens", "make", "Script", "--actions", "home.read,history.read,device.command", "--classes", "C"))
	if !strings.HasPrefix(secret, "logis-token-") || !strings.Contains(me.ok("tokens"), "Script") {
		t.Errorf("made %q", secret)
	}

	script := newShell(t)
	script.env["LOGIS_URL"], script.env["LOGIS_TOKEN"] = s.URL, secret
	if out := script.ok("list"); !strings.Contains(out, "Reading lamp") || !strings.Contains(out, "onOff=false") {
		t.Errorf("list: %s", out)
	}
	var rows []row
	if err := json.Unmarshal([]byte(script.ok("list", "--json")), &rows); err != nil || len(rows) != 1 || string(rows[0].Values["onOff"]) != "false" {
		t.Errorf("list --json: %v %+v", err, rows)
	}
	if out := script.ok("set", "reading lamp", "onOff=true"); out != "Reading lamp: requested\n" {
		t.Errorf("set: %q", out)
	}
	s.Turn(lamp, true)
	if out := script.ok("history", "Reading lamp", "-n", "2"); !strings.Contains(out, "device.reported") || strings.Count(out, "\n") != 2 {
		t.Errorf("history: %s", out)
	}
	if out := script.ok("why", "Reading lamp", "onOff"); !strings.Contains(out, "device.reported") {
		t.Errorf("why: %s", out)
	}
	me.ok("rules")

	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"dance"}, exitUsage, "no command"},
		{[]string{"set", "Reading lamp"}, exitUsage, "name=value"},
		{[]string{"set", "Other lamp", "onOff=true"}, exitUsage, `called "Other lamp"`},
		{[]string{"set", "Reading lamp", "onOff=loud"}, exitRefused, "onOff"},
		{[]string{"tokens"}, exitRefused, "for people"},
		{[]string{"list", "--color"}, exitUsage, "color"},
	} {
		if _, errs, code := script.run(c.args...); code != c.code || !strings.Contains(errs, c.says) {
			t.Errorf("%v: exit %d, %s", c.args, code, errs)
		}
	}
	script.env["LOGIS_URL"] = "http://127.0.0.1:1"
	if _, errs, code := script.run("list"); code != exitFailed || !strings.Contains(errs, "does not answer") {
		t.Errorf("nobody there: exit %d, %s", code, errs)
	}
	if err := os.Chmod(me.env["LOGIS_CONFIG"], 0o644); err != nil {
		t.Fatal(err)
	}
	if _, errs, code := me.run("list"); code != exitFailed || !strings.Contains(errs, "chmod 600") {
		t.Errorf("a config that others can read: exit %d, %s", code, errs)
	}
}

func TestWatchingTellsWhatHappensUntilItIsStopped(t *testing.T) {
	t.Parallel()
	s := apitest.Start(t, pgtest.New(t))
	lamp := s.Device("light", "Lamp")
	me := newShell(t)
	token, _ := s.Token()
	me.env["LOGIS_URL"], me.env["LOGIS_TOKEN"] = s.URL, token
	ctx, stop := context.WithCancel(t.Context())
	out := &firstLine{told: make(chan string, 1)}
	done := make(chan int, 1)
	go func() {
		done <- command(ctx, []string{"watch", "--json", "--after", "0", "--device", "lamp", "--type", "device.reported"}, terminal{out, os.Stderr, me.lookup})
	}()
	s.Turn(lamp, true)
	var ev struct{ Type, Entity string }
	if err := json.Unmarshal([]byte(<-out.told), &ev); err != nil || ev.Type != "device.reported" || ev.Entity != lamp.String() {
		t.Errorf("%v %+v", err, ev)
	}
	stop()
	if code := <-done; code != exitOK {
		t.Errorf("exit %d", code)
	}
}

// firstLine hands on the first thing that is written.
type firstLine struct {
	once sync.Once
	told chan string
}

func (f *firstLine) Write(p []byte) (int, error) {
	f.once.Do(func() { f.told <- string(p) })
	return len(p), nil
}

func TestShellsCompleteTheCommands(t *testing.T) {
	t.Parallel()
	me := newShell(t)
	script := me.ok("completion", "bash")
	bash := exec.CommandContext(t.Context(), "bash", "-c", script+`COMP_WORDS=(logis h); COMP_CWORD=1; _logis; echo "${COMPREPLY[@]}"`)
	if out, err := bash.CombinedOutput(); err != nil || string(out) != "history help\n" {
		t.Errorf("%v %s", err, out)
	}
	for _, shell := range []string{"zsh", "fish"} {
		if out := me.ok("completion", shell); !strings.Contains(out, "history") {
			t.Errorf("%s: %s", shell, out)
		}
	}
	if _, _, code := me.run("completion", "cmd"); code != exitUsage {
		t.Errorf("exit %d", code)
	}
}
