package health

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"logis/edge"
	"logis/edge/identity"
	"logis/edge/link"
	"logis/edge/link/linktest"
)

// folder returns the folder of a paired gateway.
func folder(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "gateway")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	id := identity.Identity{Seed: make([]byte, 32), Gateway: linktest.Gateway(), Home: linktest.Home(), Server: "ws://localhost:1"}
	if err := id.Save(filepath.Join(dir, identityFile)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// serve answers in a folder until the test ends, as a running agent does.
func serve(t *testing.T, dir string, answer Answer) {
	t.Helper()
	release, err := Lock(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, dir, func(context.Context) Answer { return answer }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		release()
	})
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for {
		if _, err := Ask(t.Context(), dir); err == nil {
			return
		}
		select {
		case <-again.C:
		case err := <-ended:
			ended <- err
			t.Fatalf("it ended: %v", err)
		}
	}
}

// sound is what an agent answers that nothing is wrong with.
func sound() Answer {
	return Answer{PID: 7, UptimeS: 60, Status: edge.Status{
		Version: "1", Gateway: linktest.Gateway(), Home: linktest.Home(), Server: "ws://localhost:1",
		Link:   link.Status{Session: 3},
		Outbox: edge.OutboxStatus{Entries: 10, Bytes: 1000, MaxBytes: 64 << 20, MaxRows: 1000},
		Radios: []edge.RadioStatus{{Name: "zigbee"}},
		Clock:  edge.ClockStatus{Known: true, AtMS: time.Now().UnixMilli(), ErrorMS: 3},
	}}
}

func TestWhatTheAgentAnswersIsJudged(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(a *Answer)
		check string
		level Level
		says  string
	}{
		"nothing":                {func(*Answer) {}, "agent", Fine, "1m0s"},
		"a disk that failed":     {func(a *Answer) { a.Problem = "disk I/O error" }, "agent", Wrong, "stands still: disk I/O error"},
		"another version":        {func(a *Answer) { a.Version = "0" }, "agent", Warning, "version 0, this program 1"},
		"no session yet":         {func(a *Answer) { a.Link.Session = 0 }, "cloud", Wrong, "yet"},
		"a cut link":             {func(a *Answer) { a.Link = link.Status{Problem: "EOF"} }, "cloud", Wrong, "EOF"},
		"no radio":               {func(a *Answer) { a.Radios = nil }, "radio", Warning, "no radio"},
		"a radio that is down":   {func(a *Answer) { a.Radios[0].Problem = "no stick" }, "radio zigbee", Wrong, "no stick"},
		"a radio that came back": {func(a *Answer) { a.Radios[0].Restarts, a.Radios[0].Last = 3, "panic" }, "radio zigbee", Warning, "ended 3 times"},
		"bad input": {func(a *Answer) {
			a.Radios[0].Counts = map[string]uint64{"unfit": 2, "malformed": 9}
		}, "radio zigbee", Fine, "9 malformed, 2 unfit"},
		"a radio that lies and hangs": {func(a *Answer) {
			a.Radios[0].Breaches = map[string]uint64{"unfit_values": 4, "hung_orders": 1}
		}, "radio zigbee", Warning, "must not: 1 hung_orders, 4 unfit_values"},
		"a clock nobody set":        {func(a *Answer) { a.Clock = edge.ClockStatus{} }, "clock", Wrong, "not known"},
		"a clock that drifted":      {func(a *Answer) { a.Clock.ErrorMS = 2001 }, "clock", Warning, "Locks are not opened"},
		"a machine in another year": {func(a *Answer) { a.Clock.AtMS = 5000 }, "clock", Warning, "off the server's"},
		"half an outbox":            {func(a *Answer) { a.Outbox.Entries = 500 }, "outbox", Warning, "50 %"},
		"a full outbox":             {func(a *Answer) { a.Outbox.Bytes = 64 << 20 }, "outbox", Wrong, "100 %"},
		"lost lines":                {func(a *Answer) { a.LogLost = 4 }, "log", Warning, "4 lines"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, answer := folder(t), sound()
			c.spoil(&answer)
			serve(t, dir, answer)
			r := Look(t.Context(), Options{Dir: dir, Version: "1"})
			if r.Sound() != (c.level != Wrong) || !r.Running {
				t.Errorf("sound is %t: %+v", r.Sound(), r.Findings)
			}
			for _, f := range r.Findings {
				if f.Check == c.check && f.Level == c.level && strings.Contains(f.Says, c.says) {
					return
				}
			}
			t.Errorf("%+v", r.Findings)
		})
	}
}

func TestTheSocketIsReachedHoweverLongThePathIs(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		t.Skip("only Linux has a way around")
	}
	dir := filepath.Join(t.TempDir(), strings.Repeat("long", 50))
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	serve(t, dir, sound())
	if a, err := Ask(t.Context(), dir); err != nil || a.PID != 7 {
		t.Errorf("%+v, %v", a, err)
	}
	if info, err := os.Stat(filepath.Join(dir, socketFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}

func TestAKilledAgentsSocketIsReplaced(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	left, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, socketFile), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	left.SetUnlinkOnClose(false)
	_ = left.Close()
	r := Look(t.Context(), Options{Dir: dir, Version: "1"})
	if r.Running || r.Agent != nil {
		t.Errorf("a dead agent runs: %+v", r)
	}
	serve(t, dir, sound())
	if r := Look(t.Context(), Options{Dir: dir, Version: "1"}); !r.Sound() {
		t.Errorf("%+v", r.Findings)
	}
}

func TestAnAgentThatDoesNotAnswerIsNotCalledStopped(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	release, err := Lock(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	r := Look(t.Context(), Options{Dir: dir, Version: "1"})
	if !r.Running || r.Sound() || !strings.Contains(r.Findings[len(r.Findings)-1].Says, "does not answer") {
		t.Errorf("%+v", r)
	}
}

func TestOneAgentAloneWorksInAFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	release, err := Lock(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Lock(t.Context(), dir); !errors.Is(err, ErrRunning) {
		t.Errorf("the second gets %v", err)
	}
	release()
	again, err := Lock(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	again()
}

func TestSizesAreForPeople(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0 B", 1023: "1023 B", 1536: "1.5 KiB", 64 << 20: "64.0 MiB", 3 << 40: "3.0 TiB"} {
		if got := Bytes(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}
