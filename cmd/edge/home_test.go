package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"logis/edge/health"
	"logis/edge/identity"
	"logis/edge/link/linktest"
	"logis/wire"
)

// say runs a command in this process with something on its standard input.
func say(t *testing.T, in string, env map[string]string, args ...string) (code int, out, errOut string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	code = command(ctx, args, terminal{in: strings.NewReader(in), out: &stdout, err: &stderr, env: func(name string) (string, bool) {
		value, ok := env[name]
		return value, ok
	}})
	return code, stdout.String(), stderr.String()
}

// serveHome runs the agent of a paired folder, with a simulated home, until the
// test ends or stop is called; stop waits.
func serveHome(t *testing.T, dir string, flags ...string) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan int, 1)
	var says bytes.Buffer
	go func() {
		ended <- command(ctx, append([]string{"run", "--data", dir, "--simulated", "--reconnect-max", "20ms"}, flags...),
			terminal{in: strings.NewReader(""), out: io.Discard, err: &says, env: func(string) (string, bool) { return "", false }})
	}()
	stop = sync.OnceFunc(func() {
		cancel()
		if code := <-ended; code != exitOK {
			t.Errorf("the agent ended with %d and said\n%s", code, &says)
		}
	})
	t.Cleanup(stop)
	return stop
}

// paired returns the folder of a gateway that is paired with a cloud.
func paired(t *testing.T, cloud *linktest.Cloud) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "gateway")
	code, _, says := say(t, cloud.Claim.String()+"\n", nil, "pair", "--data", dir, "--server", cloud.URL)
	if code != exitOK {
		t.Fatalf("code %d, says %q", code, says)
	}
	return dir
}

// until asks for a report again and again until it is as wanted.
func until(t *testing.T, dir, what string, wanted func(r *health.Report) bool) health.Report {
	t.Helper()
	late := time.NewTimer(20 * time.Second)
	defer late.Stop()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		_, out, says := say(t, "", nil, "status", "--data", dir, "--json")
		var r health.Report
		if err := json.Unmarshal([]byte(out), &r); err != nil {
			t.Fatalf("%v: %q, %q", err, out, says)
		}
		if wanted(&r) {
			return r
		}
		select {
		case <-again.C:
		case <-late.C:
			t.Fatalf("still waiting: %s\n%s", what, out)
		}
	}
}

func connected(r *health.Report) bool { return r.Agent != nil && r.Agent.Link.Session != 0 }

func TestPairMakesAKeyEnrolsAndShowsTheFingerprintToCompare(t *testing.T) {
	t.Parallel()
	cloud := linktest.NewCloud(t)
	dir := filepath.Join(t.TempDir(), "new", "gateway")
	code, out, says := say(t, cloud.URL+"\n"+cloud.Claim.String()+"\n", nil, "pair", "--data", dir)
	if code != exitOK {
		t.Fatalf("code %d, says %q", code, says)
	}
	id, err := identity.Read(filepath.Join(dir, "identity.json"))
	if err != nil || id.Gateway != linktest.Gateway() || id.Server != cloud.URL {
		t.Fatalf("%+v, %v", id, err)
	}
	for _, part := range []string{id.Fingerprint(), id.Gateway.String(), "logis-edge run --data " + dir} {
		if !strings.Contains(out, part) {
			t.Errorf("%q does not tell %q", out, part)
		}
	}
	if strings.Contains(out+says, cloud.Claim.String()) {
		t.Error("the claim is repeated")
	}
	for path, mode := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, "identity.json"): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", path, info, err)
		}
	}

	// A second time it refuses, and the key stays.
	code, _, says = say(t, "", map[string]string{"LOGIS_EDGE_CLAIM": cloud.Claim.String()}, "pair", "--data", dir, "--server", cloud.URL)
	if again, err := identity.Read(filepath.Join(dir, "identity.json")); code != exitFailed || !strings.Contains(says, "belongs to a home already") ||
		err != nil || !bytes.Equal(again.Seed, id.Seed) {
		t.Errorf("code %d, says %q, %v", code, says, err)
	}
}

func TestPairSaysWhatIsMissingAndWhatWasRefused(t *testing.T) {
	t.Parallel()
	cloud := linktest.NewCloud(t)
	wrong := cloud.Claim
	wrong.Secret[0]++
	busy := paired(t, cloud)
	serveHome(t, busy)
	until(t, busy, "the agent runs", connected)
	for name, c := range map[string]struct {
		in   string
		args []string
		code int
		says string
	}{
		"no server":        {"", nil, exitUsage, "--server"},
		"no claim":         {"", []string{"--server", cloud.URL}, exitUsage, "standard input"},
		"a wrong server":   {"x\n", []string{"--server", "home.example"}, exitUsage, "ws://"},
		"a wrong claim":    {"please\n", []string{"--server", cloud.URL}, exitFailed, "43 characters"},
		"a refused claim":  {wrong.String() + "\n", []string{"--server", cloud.URL}, exitFailed, "refused"},
		"nobody there":     {wrong.String() + "\n", []string{"--server", "ws://127.0.0.1:1", "--wait", "100ms"}, exitFailed, "doctor"},
		"a claim in sight": {"", []string{"--server", cloud.URL, "--claim", wrong.String()}, exitUsage, "claim"},
		"a running agent":  {wrong.String() + "\n", []string{"--server", cloud.URL, "--data", busy}, exitFailed, "stop it first"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"pair", "--data", filepath.Join(t.TempDir(), "g")}, c.args...)
			if code, _, says := say(t, c.in, nil, args...); code != c.code || !strings.Contains(says, c.says) {
				t.Errorf("code %d, says %q", code, says)
			}
		})
	}
}

func TestStatusTellsOfARunningAgentAndOfOneThatDoesNotRun(t *testing.T) {
	t.Parallel()
	cloud := linktest.NewCloud(t)
	dir := paired(t, cloud)
	stop := serveHome(t, dir)
	cloud.Wait("the devices", func(entries []wire.Entry) bool { return count(entries, wire.KindDevice) == 24 })
	r := until(t, dir, "it is connected and knows the time", func(r *health.Report) bool { return connected(r) && r.Agent.Clock.Known })
	if !r.Sound() || !r.Running || r.Gateway != linktest.Gateway() || r.Server != cloud.URL || r.Agent.PID != os.Getpid() ||
		len(r.Agent.Radios) != 1 || r.Agent.Radios[0].Name != "simulated" || r.Disk.FreeBytes == 0 || r.Outbox.MaxBytes == 0 {
		t.Errorf("%+v", r)
	}
	code, out, _ := say(t, "", nil, "status", "--data", dir)
	for _, part := range []string{"connected, session 1", "simulated runs", linktest.Gateway().String(), r.Key, "entries"} {
		if code != exitOK || !strings.Contains(out, part) {
			t.Errorf("code %d, %q does not tell %q", code, out, part)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "agent.sock")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the socket: %v, %v", info, err)
	}
	if code, out, says := say(t, "", nil, "doctor", "--data", dir); code != exitOK || !strings.Contains(out, "Nothing is wrong.") {
		t.Errorf("doctor: code %d, %q, %q", code, out, says)
	}
	stop()
	code, out, _ = say(t, "", nil, "status", "--data", dir)
	if code != exitBad || !strings.Contains(out, "does not run") || !strings.Contains(out, "entries") || !strings.Contains(out, r.Key) {
		t.Errorf("code %d, %q", code, out)
	}
}

func TestASecondAgentOfAFolderIsRefused(t *testing.T) {
	t.Parallel()
	cloud := linktest.NewCloud(t)
	dir := paired(t, cloud)
	serveHome(t, dir)
	until(t, dir, "it is connected", connected)
	if code, _, says := say(t, "", nil, "run", "--data", dir); code != exitFailed || !strings.Contains(says, "another agent works in this folder") {
		t.Errorf("code %d, says %q", code, says)
	}
	until(t, dir, "the first one still answers", connected)
}

func TestLogsPrintsTheNewestLinesAndFollows(t *testing.T) {
	t.Parallel()
	cloud := linktest.NewCloud(t)
	dir := paired(t, cloud)
	if code, _, says := say(t, "", nil, "logs", "--data", dir); code != exitFailed || !strings.Contains(says, "no agent has run there") {
		t.Errorf("without a log: code %d, says %q", code, says)
	}
	stop := serveHome(t, dir)
	until(t, dir, "it is connected", connected)
	code, out, _ := say(t, "", nil, "logs", "--data", dir)
	if code != exitOK || !strings.Contains(out, `msg="connected to the cloud" session=1`) {
		t.Errorf("code %d, %q", code, out)
	}

	// Whoever follows sees the next session.
	reading, writing := io.Pipe()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	ended := make(chan int, 1)
	go func() {
		defer writing.Close()
		ended <- command(ctx, []string{"logs", "--follow", "-n", "1", "--data", dir},
			terminal{out: writing, err: io.Discard, env: func(string) (string, bool) { return "", false }})
	}()
	var got []byte
	buffer := make([]byte, 4096)
	for cut := false; !bytes.Contains(got, []byte("session=2")); {
		n, err := reading.Read(buffer)
		if err != nil {
			t.Fatalf("%v after %q", err, got)
		}
		got = append(got, buffer[:n]...)
		if !cut {
			cut = true
			cloud.Cut()
		}
	}
	cancel()
	_ = reading.Close()
	if code := <-ended; code != exitOK {
		t.Errorf("following ended with %d", code)
	}
	stop()
	for since, want := range map[string]int{"1h": 1, "0s": 0, "2100-01-01T00:00:00Z": 0, "2000-01-01T00:00:00+01:00": 1} {
		if _, out, _ := say(t, "", nil, "logs", "--data", dir, "-n", "1", "--since", since); strings.Count(out, "\n") != want {
			t.Errorf("since %s: %q", since, out)
		}
	}
}

func TestAPowerCutOfTheLogStopsNeitherTheAgentNorLogs(t *testing.T) {
	t.Parallel()
	cloud := linktest.NewCloud(t)
	dir := paired(t, cloud)
	torn := "time=2026-11-03T08:00:00Z level=INFO msg=\"before the c\x00\x00\x00\x00\x1b[2J\xff"
	if err := os.WriteFile(filepath.Join(dir, "agent.log"), []byte(torn), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, _ := say(t, "", nil, "logs", "--data", dir)
	if code != exitOK || !strings.Contains(out, "before the c") || strings.ContainsAny(out, "\x00\x1b") {
		t.Errorf("code %d, %q", code, out)
	}
	serveHome(t, dir)
	until(t, dir, "it is connected", connected)
	if _, out, _ := say(t, "", nil, "logs", "--data", dir); !strings.Contains(out, "\ntime=") || !strings.Contains(out, "connected to the cloud") {
		t.Errorf("%q", out)
	}
}

// away is an address at which nobody listens.
func away(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return "http://" + listener.Addr().String()
}

// diagnose returns the first wrong finding of a check.
func diagnose(t *testing.T, dir, check string, flags ...string) string {
	t.Helper()
	code, out, says := say(t, "", nil, append([]string{"doctor", "--json", "--data", dir}, flags...)...)
	var r health.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("%v: %q, %q", err, out, says)
	}
	if code != exitBad {
		t.Errorf("code %d, want 3", code)
	}
	for _, f := range r.Findings {
		if f.Check == check && f.Level == health.Wrong {
			return f.Says
		}
	}
	t.Errorf("no word on %q: %s", check, out)
	return ""
}

func TestDoctorNamesANetworkThatIsNotThere(t *testing.T) {
	t.Parallel()
	cloud := linktest.NewCloud(t)
	dir := paired(t, cloud)
	server := away(t)
	serveHome(t, dir, "--server", server)
	until(t, dir, "it tried", func(r *health.Report) bool { return r.Agent != nil && r.Agent.Link.Problem != "" })
	if says := diagnose(t, dir, "network"); !strings.Contains(says, "refused") {
		t.Errorf("a closed port: %q", says)
	}
	if says := diagnose(t, dir, "cloud"); !strings.Contains(says, server) {
		t.Errorf("the link: %q", says)
	}
	says := diagnose(t, filepath.Join(t.TempDir(), "none"), "network", "--server", "wss://nowhere.invalid")
	if !strings.Contains(says, "is not resolved") && !strings.Contains(says, "no network address") {
		t.Errorf("a name nobody has: %q", says)
	}
}

func TestDoctorNamesAClockThatIsNotKnown(t *testing.T) {
	t.Parallel()
	cloud := linktest.NewCloud(t)
	dir := paired(t, cloud)
	serveHome(t, dir, "--server", away(t))
	until(t, dir, "the agent runs", func(r *health.Report) bool { return r.Agent != nil })
	if says := diagnose(t, dir, "clock"); !strings.Contains(says, "not known") {
		t.Errorf("%q", says)
	}
}

func TestDoctorNamesARadioThatIsDown(t *testing.T) {
	t.Parallel()
	cloud := linktest.NewCloud(t)
	dir := paired(t, cloud)
	broker := strings.Replace(away(t), "http://", "mqtt://", 1)
	serveHome(t, dir, "--zigbee2mqtt", broker)
	r := until(t, dir, "the radio gave up", func(r *health.Report) bool {
		return r.Agent != nil && len(r.Agent.Radios) == 2 && r.Agent.Radios[1].Problem != ""
	})
	if r.Agent.Radios[0].Problem != "" || r.Agent.Radios[1].Restarts == 0 {
		t.Errorf("%+v", r.Agent.Radios)
	}
	if says := diagnose(t, dir, "radio zigbee"); !strings.Contains(says, "refused") {
		t.Errorf("%q", says)
	}
}

func TestDoctorNamesWrongPermissions(t *testing.T) {
	t.Parallel()
	cloud := linktest.NewCloud(t)
	for name, c := range map[string]struct {
		spoil       func(dir string) error
		check, says string
	}{
		"a key others can read": {func(dir string) error {
			return os.Chmod(filepath.Join(dir, "identity.json"), 0o644)
		}, "folder", "Other accounts can read the gateway's key"},
		"a log its owner cannot": {func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "agent.log"), nil, 0o400)
		}, "folder", "cannot be read and written by its owner"},
		"a folder that is gone": {func(dir string) error {
			return os.Rename(dir, dir+".aside")
		}, "folder", "There is no folder"},
		"an outbox that is damaged": {func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "outbox.db"), make([]byte, 999), 0o600)
		}, "outbox", "cannot be read"},
	} {
		dir := paired(t, cloud)
		if err := c.spoil(dir); err != nil {
			t.Fatal(err)
		}
		if says := diagnose(t, dir, c.check); !strings.Contains(says, c.says) {
			t.Errorf("%s: %q", name, says)
		}
	}
}

func TestDoctorNotesAClockOfTheMachineThatIsWrong(t *testing.T) {
	t.Parallel()
	cloud := linktest.NewCloud(t)
	dir := paired(t, cloud)
	serveHome(t, dir)
	until(t, dir, "it is connected", connected)
	r := health.Look(t.Context(), health.Options{Dir: dir, Version: version, Network: true, Now: func() time.Time { return time.Unix(5, 0) }})
	said := false
	for _, f := range r.Findings {
		said = said || f.Check == "clock" && f.Level == health.Warning && strings.Contains(f.Says, "off the server's")
	}
	if !said || !r.Sound() {
		t.Errorf("%+v", r.Findings)
	}
}

func TestDoctorSaysThatAServerDoesNotAnswer(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { // takes connections and hangs up
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = listener.Close() })
	cloud := linktest.NewCloud(t)
	if says := diagnose(t, paired(t, cloud), "server", "--server", "http://"+listener.Addr().String()); !strings.Contains(says, "does not answer") {
		t.Errorf("%q", says)
	}
}
