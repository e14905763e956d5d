package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"logis/edge/link/linktest"
	"logis/wire"
)

// ask runs a command in this process and returns what it answers.
func ask(t *testing.T, env map[string]string, args ...string) (code int, out, errOut string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	code = command(ctx, args, terminal{in: strings.NewReader(""), out: &stdout, err: &stderr, env: func(name string) (string, bool) {
		value, ok := env[name]
		return value, ok
	}})
	return code, stdout.String(), stderr.String()
}

func TestWhatIsAskedWronglyIsAnsweredWithASentenceAndCode2(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, c := range map[string]struct {
		args []string
		env  map[string]string
		says string
	}{
		"no command":          {nil, nil, "usage: logis-edge"},
		"an unknown command":  {[]string{"dance"}, nil, `no command "dance"`},
		"an unknown flag":     {[]string{"run", "--dance"}, nil, "dance"},
		"something else":      {[]string{"run", "now"}, nil, `"now" is not a flag`},
		"no claim":            {[]string{"run", "--data", dir, "--server", "ws://localhost:1"}, nil, "--claim or LOGIS_EDGE_CLAIM"},
		"a wrong number":      {[]string{"run", "--simulated", "--simulated-devices", "9999999"}, nil, "2000"},
		"a wrong environment": {[]string{"run"}, map[string]string{"LOGIS_EDGE_SIMULATED_SLOW": "long"}, "LOGIS_EDGE_SIMULATED_SLOW"},
		"a wrong broker":      {[]string{"run", "--zigbee2mqtt", "localhost"}, nil, "mqtt://host:1883"},
		"no broker":           {[]string{"run", "--mqtt-discovery", "localhost"}, nil, "mqtt://host:1883"},
		"a wrong prefix":      {[]string{"run", "--mqtt-discovery", "mqtt://localhost?prefix=a/%23"}, nil, "cannot begin a topic"},
		"a wrong port":        {[]string{"run", "--zwavejs", "localhost:3000"}, nil, "ws://host:3000"},
		"a wrong server":      {[]string{"run", "--matter", "localhost:5580"}, nil, "ws://host:5580/ws"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, _, says := ask(t, c.env, c.args...)
			if code != exitUsage || !strings.Contains(says, c.says) {
				t.Errorf("code %d, says %q", code, says)
			}
		})
	}
}

func TestWhatCannotBeDoneIsAnsweredWithCode1(t *testing.T) {
	t.Parallel()
	cloud := linktest.NewCloud(t)
	wrong := cloud.Claim
	wrong.Secret[0]++
	for name, args := range map[string][]string{
		"a refused claim":  {"--data", t.TempDir(), "--server", cloud.URL, "--claim", wrong.String()},
		"no claim at all":  {"--data", t.TempDir(), "--server", cloud.URL, "--claim", "please"},
		"a wrong server":   {"--data", t.TempDir(), "--server", "localhost", "--claim", wrong.String()},
		"a missing folder": {"--data", "/proc/nowhere", "--server", cloud.URL, "--claim", wrong.String()},
		"no oracle":        {"--data", t.TempDir(), "--simulated", "--simulated-oracle", "/proc/nowhere"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if code, _, says := ask(t, nil, append([]string{"run"}, args...)...); code != exitFailed || says == "" {
				t.Errorf("code %d, says %q", code, says)
			}
		})
	}
}

func TestHelpAndVersion(t *testing.T) {
	t.Parallel()
	if code, out, _ := ask(t, nil, "version"); code != exitOK || !strings.HasPrefix(out, "logis-edge dev") {
		t.Errorf("version: code %d, %q", code, out)
	}
	if code, out, _ := ask(t, nil, "help"); code != exitOK || !strings.Contains(out, "LOGIS_EDGE_SERVER") {
		t.Errorf("help: code %d, %q", code, out)
	}
	code, _, says := ask(t, nil, "run", "-h")
	for _, flag := range []string{
		"-server", "-data", "-claim", "-simulated-oracle", "-zigbee2mqtt", "-zwavejs", "-matter", "-mqtt-discovery", "-with-parent", "-reconnect-max",
	} {
		if code != exitOK || !strings.Contains(says, flag+" ") && !strings.Contains(says, flag+"\n") {
			t.Errorf("run -h: code %d, without %s", code, flag)
		}
	}
}

func TestTheCommandLineWinsOverTheEnvironment(t *testing.T) {
	t.Parallel()
	env := map[string]string{
		"LOGIS_EDGE_SERVER": "ws://environment", "LOGIS_EDGE_CLAIM": "a claim", "LOGIS_EDGE_SIMULATED": "true",
		"LOGIS_EDGE_SIMULATED_REPORT_RATE": "7", "LOGIS_EDGE_DATA": "",
	}
	c, err := readConfig(terminal{err: io.Discard, env: func(name string) (string, bool) {
		value, ok := env[name]
		return value, ok
	}}, []string{"--server", "ws://line"})
	if err != nil {
		t.Fatal(err)
	}
	if c.server != "ws://line" || c.claim != "a claim" || !c.simulated || c.home.Rate != 7 || c.data != ".logis/edge" {
		t.Errorf("%+v", c)
	}
}

func TestBrokerAddresses(t *testing.T) {
	t.Parallel()
	o, err := brokerOptions("mqtts://me:secret@broker:8883?base=upstairs")
	if err != nil || o.Broker != "mqtts://broker:8883" || o.BaseTopic != "upstairs" || o.Username != "me" || o.Password != "secret" {
		t.Errorf("%+v, %v", o, err)
	}
	d, err := discoveryOptions("mqtt://me:secret@broker?prefix=hass")
	if err != nil || d.Broker != "mqtt://broker" || d.Prefix != "hass" || d.Username != "me" || d.Password != "secret" {
		t.Errorf("%+v, %v", d, err)
	}
}

// program builds the command once for the tests that run it for real.
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "logis-edge")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

func count(entries []wire.Entry, kind wire.Kind) int {
	n := 0
	for _, e := range entries {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

func TestTheProgramServesAHomeOf200DevicesInLittleMemoryAndStopsWhenAsked(t *testing.T) {
	t.Parallel()
	binary := program(t)
	for name, stop := range map[string]func(cmd *exec.Cmd, stdin io.Closer) error{
		"by SIGTERM":    func(cmd *exec.Cmd, _ io.Closer) error { return cmd.Process.Signal(syscall.SIGTERM) },
		"by SIGINT":     func(cmd *exec.Cmd, _ io.Closer) error { return cmd.Process.Signal(os.Interrupt) },
		"by its parent": func(_ *exec.Cmd, stdin io.Closer) error { return stdin.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := linktest.NewCloud(t)
			cmd := exec.Command(binary, "run", "--with-parent", "--server", cloud.URL, "--data", t.TempDir(),
				"--simulated", "--simulated-devices", "200", "--simulated-report-rate", "50")
			cmd.Env = append(os.Environ(), "LOGIS_EDGE_CLAIM="+cloud.Claim.String())
			var says bytes.Buffer
			cmd.Stderr = &says
			stdin, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = cmd.Process.Kill() })
			cloud.Wait("200 devices and some reports", func(entries []wire.Entry) bool {
				return count(entries, wire.KindDevice) == 200 && count(entries, wire.KindReport) >= 400
			})
			if rss := memory(t, cmd.Process.Pid); rss > 40<<20 {
				t.Errorf("the agent takes %d MiB", rss>>20)
			}
			begun := time.Now()
			if err := stop(cmd, stdin); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err != nil {
				t.Errorf("it ended with %v and said\n%s", err, &says)
			}
			if took := time.Since(begun); took > 5*time.Second {
				t.Errorf("stopping took %v", took)
			}
		})
	}
}

// memory returns the resident bytes of a process.
func memory(t *testing.T, pid int) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(status), "VmRSS:")
	var kilobytes int64
	if _, err := fmt.Sscan(rest, &kilobytes); err != nil || !found {
		t.Fatal(errors.Join(err, errors.New("no VmRSS")))
	}
	t.Logf("%d kB resident", kilobytes)
	return kilobytes << 10
}
