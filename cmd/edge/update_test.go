package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"logis/edge/health"
	"logis/edge/link/linktest"
	"logis/edge/release"
)

// faults are put into real programs by an overlay of the compiler: the sources
// stay as they are.
var faults = map[string]string{
	"1.1.0": "",
	"1.2.0": `func init() { panic("it crashes at once") }`,
	"1.3.0": `func init() { select {} }`,
	"1.4.0": `func init() { os.Args = append(os.Args, "--server", "ws://127.0.0.1:1") }`,
	"1.5.0": `func init() { os.Args = append(os.Args, "--dance") }`, // asked wrongly, as far as it can tell
	"1.6.0": "",
	"1.7.0": "",
}

// hasty is a version that looks for newer ones at once.
const hasty = "1.6.0"

// works is where the releases of one test are made, with the real tools.
type works struct {
	t                        *testing.T
	dir, launcher, tool, set string
}

func newWorks(t *testing.T) *works {
	t.Helper()
	w := &works{t: t, dir: t.TempDir()}
	w.launcher, w.tool, w.set = filepath.Join(w.dir, "logis-edge"), filepath.Join(w.dir, "release"), filepath.Join(w.dir, "keys")
	w.run("go", "build", "-ldflags", "-X main.version=1.0.0", "-o", w.launcher, ".")
	w.run("go", "build", "-o", w.tool, "../release")
	made := []string{"keys", w.set}
	for _, holder := range []string{"ada", "bea", "cem"} {
		w.run(w.tool, "key", "--holder", holder, filepath.Join(w.dir, holder))
		made = append(made, filepath.Join(w.dir, holder+".pub"))
	}
	w.run(w.tool, made...)
	return w
}

func (w *works) run(name string, args ...string) string {
	w.t.Helper()
	out, err := exec.CommandContext(w.t.Context(), name, args...).CombinedOutput()
	if err != nil {
		w.t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// release builds and signs a version, in the folder of its name.
func (w *works) release(version string) {
	w.t.Helper()
	folder := filepath.Join(w.dir, version)
	overlay := filepath.Join(w.dir, version+".overlay")
	fault := filepath.Join(w.dir, version+".go")
	here, err := os.Getwd()
	if err != nil {
		w.t.Fatal(err)
	}
	replace := map[string]string{filepath.Join(here, "fault.go"): fault}
	if version == hasty {
		schedule := filepath.Join(here, "../../edge/update/schedule.go")
		replace[schedule] = w.edit(schedule, "firstWait   = 30 * time.Minute", "firstWait   = time.Second")
	}
	replaced, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		w.t.Fatal(err)
	}
	source := "package main\n\nimport \"os\"\n\nvar _ = os.Args\n\n" + faults[version] + "\n"
	if err := os.WriteFile(fault, []byte(source), 0o600); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(overlay, replaced, 0o600); err != nil {
		w.t.Fatal(err)
	}
	program := filepath.Join(folder, "logis-edge_"+version+"_"+strings.Replace(release.Platform(), "/", "_", 1))
	w.run("go", "build", "-overlay", overlay, "-ldflags", "-s -w -X main.version="+version, "-o", program, ".")
	w.run(w.tool, "make", "--version", version, "--floor", "1.0.0", folder)
	w.run(w.tool, "sign", "--key", filepath.Join(w.dir, "ada"), folder)
	w.run(w.tool, "sign", "--key", filepath.Join(w.dir, "cem"), folder)
	w.run(w.tool, "verify", "--keys", w.set, folder)
}

// edit returns a copy of a source with something else in it.
func (w *works) edit(path, from, to string) string {
	w.t.Helper()
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), from) {
		w.t.Fatalf("%s has no %q: %v", path, from, err)
	}
	copied := filepath.Join(w.dir, filepath.Base(path))
	if err := os.WriteFile(copied, []byte(strings.Replace(string(text), from, to, 1)), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return copied
}

// supervisor keeps the launcher running as the unit does: Restart=always, but not
// after code 2.
type supervisor struct {
	mu  sync.Mutex
	pid int
}

func (s *supervisor) process() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pid
}

// restartPause stands for the unit's RestartSec.
const restartPause = 100 * time.Millisecond

func supervise(t *testing.T, program string, env []string, args ...string) *supervisor {
	t.Helper()
	s := &supervisor{}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			cmd := exec.CommandContext(ctx, program, args...)
			cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
			cmd.WaitDelay = 20 * time.Second
			cmd.Env = append(os.Environ(), env...)
			cmd.Stderr = t.Output()
			if err := cmd.Start(); err != nil {
				t.Error(err)
				return
			}
			s.mu.Lock()
			s.pid = cmd.Process.Pid
			s.mu.Unlock()
			_ = cmd.Wait()
			if cmd.ProcessState.ExitCode() == exitUsage {
				t.Error("the launcher gave up: it was asked wrongly")
				return
			}
			select {
			case <-time.After(restartPause):
			case <-ctx.Done():
			}
		}
	}()
	t.Cleanup(func() {
		stop()
		<-done
	})
	return s
}

// runs reports whether a version is the agent, connected and trusted.
func runs(version string) func(r *health.Report) bool {
	return func(r *health.Report) bool {
		return connected(r) && r.Agent.Version == version && (r.Update == nil || r.Update.Trial == nil)
	}
}

// One story: each version is installed where the one before left off, by real
// programs under a supervisor.
func TestANewVersionTakesOverAndABadOneIsRolledBack(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds eight programs")
	}
	w := newWorks(t)
	cloud := linktest.NewCloud(t)
	dir := paired(t, cloud)
	flags := []string{"--data", dir, "--update-keys", w.set}
	agent := supervise(t, w.launcher, []string{"LOGIS_EDGE_UPDATE_TRIAL=10s", "LOGIS_EDGE_UPDATE_FROM=" + filepath.Join(w.dir, "1.7.0")},
		append([]string{"run", "--simulated", "--reconnect-max", "20ms"}, flags...)...)
	until(t, dir, "the package's program runs", runs("1.0.0"))
	asked := func(version string, more ...string) []string {
		return slices.Concat([]string{"update", "--from", filepath.Join(w.dir, version)}, flags, more)
	}
	install := func(version string) string {
		t.Helper()
		return w.run(w.launcher, asked(version)...)
	}

	// A good one proves itself and takes the launcher's place.
	w.release("1.1.0")
	if says := install("1.1.0"); !strings.Contains(says, "1.1.0 is installed") {
		t.Errorf("it says %q", says)
	}
	until(t, dir, "1.1.0 is trusted", runs("1.1.0"))
	if err := syscall.Kill(agent.process(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	until(t, dir, "1.1.0 runs again", func(r *health.Report) bool {
		program, _ := os.Readlink(fmt.Sprintf("/proc/%d/exe", agent.process()))
		return runs("1.1.0")(r) && r.Agent.PID == agent.process() && program == filepath.Join(dir, "bin/1.1.0/logis-edge")
	})
	if says := w.run(w.launcher, asked("1.1.0", "--check")...); !strings.Contains(says, "Nothing to do") {
		t.Errorf("it says %q", says)
	}

	// Bad ones do not, whatever they do instead.
	for _, bad := range []struct{ version, why string }{
		{"1.2.0", "it ended 3 times"},
		{"1.3.0", "within 10s"},
		{"1.4.0", "the cloud was there before"},
		{"1.5.0", "it ended 3 times"},
	} {
		w.release(bad.version)
		install(bad.version)
		if bad.version == "1.3.0" {
			// The launcher of one that hangs may be killed, too.
			until(t, dir, "it hangs", func(r *health.Report) bool { return r.Update.Trial != nil && r.Update.Trial.Starts == 1 })
			if err := syscall.Kill(agent.process(), syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			until(t, dir, "it hangs again", func(r *health.Report) bool { return r.Update.Trial != nil && r.Update.Trial.Starts == 2 })
		}
		r := until(t, dir, bad.version+" is rolled back", func(r *health.Report) bool { return runs("1.1.0")(r) && r.Update.RolledBack != nil })
		if back := r.Update.RolledBack; back.Version != bad.version || !strings.Contains(back.Why, bad.why) {
			t.Errorf("%s: %+v", bad.version, back)
		}
		if !slices.ContainsFunc(r.Findings, func(f health.Finding) bool {
			return f.Check == "update" && f.Level == health.Warning && strings.Contains(f.Says, bad.version+" was rolled back")
		}) {
			t.Errorf("%s: %+v", bad.version, r.Findings)
		}
		out, err := exec.CommandContext(t.Context(), w.launcher, asked(bad.version)...).CombinedOutput()
		if err == nil || !strings.Contains(string(out), "did not prove itself here before") {
			t.Errorf("again: %v: %s", err, out)
		}
	}

	// What came after the bad ones is fine, and looks for its successor by itself.
	w.release(hasty)
	w.release("1.7.0")
	install(hasty)
	r := until(t, dir, "1.7.0 is trusted", runs("1.7.0"))
	if r.Update.RolledBack != nil || r.Update.Previous != hasty || len(r.Update.Bad) != 4 {
		t.Errorf("%+v", r.Update)
	}
	// The card loses a bit of it: the one before starts.
	damage(t, filepath.Join(dir, "bin/1.7.0/logis-edge"))
	if err := syscall.Kill(agent.process(), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	until(t, dir, "1.6.0 is back", runs(hasty))
}

// damage changes one byte of a program that may be running.
func damage(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text[len(text)/2] ^= 1
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o700); err != nil {
		t.Fatal(err)
	}
}

func TestALauncherPassesOverSettingsOfNewerVersions(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "settings")
	text := "# old\nLOGIS_EDGE_FROM_THE_FUTURE=yes\nnonsense\nLOGIS_EDGE_DATA='/from/file'\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"LOGIS_EDGE_UPDATE_KEYS": "/from/env"}
	in := terminal{settings: file, env: func(name string) (string, bool) {
		value, ok := env[name]
		return value, ok
	}}
	for _, c := range []struct {
		args       []string
		name, want string
	}{
		{nil, "data", "/from/file"},
		{[]string{"--from-the-future", "--data", "/line"}, "data", "/line"},
		{[]string{"-data=/line"}, "data", "/line"},
		{[]string{"data", "x", "--data"}, "data", "/from/file"},
		{nil, updateKeys, "/from/env"},
		{nil, updateTrial, "otherwise"},
	} {
		if got := looseSetting(in, c.args, c.name, "otherwise"); got != c.want {
			t.Errorf("%q %s: %q, want %q", c.args, c.name, got, c.want)
		}
	}
}
