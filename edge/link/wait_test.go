package link

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/coder/websocket"

	"logis/wire"
)

// waits returns the shortest and longest wait after n failures in a row.
func waits(e ending, n int, limit time.Duration) (least, most time.Duration) {
	for _, r := range []float64{0, 0.999999} {
		b := backoff{limit: limit, random: func() float64 { return r }}
		var wait time.Duration
		for range n {
			wait = b.next(e, 0)
		}
		if r == 0 {
			least = wait
		} else {
			most = wait.Round(time.Millisecond)
		}
	}
	return least, most
}

func TestWaits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		ending      ending
		failures    int
		least, most time.Duration
	}{
		{"a cut", ending{}, 1, 0, time.Second},
		{"the fourth cut in a row", ending{}, 4, 0, 8 * time.Second},
		{"the hundredth cut in a row", ending{}, 100, 0, time.Minute},
		{"a server that restarts", ending{code: wire.CloseRestart}, 1, 0, 30 * time.Second},
		{"a server that restarts for the fifth time", ending{code: wire.CloseRestart}, 5, 0, 30 * time.Second},
		{"a busy server", ending{code: wire.CloseOverloaded}, 1, 10 * time.Second, 11 * time.Second},
		{"a server busy for 40 s", ending{code: wire.CloseOverloaded, wait: 40 * time.Second}, 1, 40 * time.Second, 41 * time.Second},
		{"a server busy for a day", ending{code: wire.CloseOverloaded, wait: 24 * time.Hour}, 1, 5 * time.Minute, 5*time.Minute + time.Second},
		{"another machine with this key", ending{code: wire.CloseReplaced}, 1, 30 * time.Second, time.Minute},
		{"an unknown gateway", ending{code: wire.CloseUnauthorized}, 1, 5 * time.Minute, 10 * time.Minute},
		{"a revoked gateway", ending{code: wire.CloseForbidden}, 1, 5 * time.Minute, 10 * time.Minute},
		{"no common version", ending{code: wire.CloseVersion}, 1, 5 * time.Minute, 10 * time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if least, most := waits(c.ending, c.failures, 0); least != c.least || most != c.most {
				t.Errorf("waits %v to %v, want %v to %v", least, most, c.least, c.most)
			}
			if _, most := waits(c.ending, c.failures, 50*time.Millisecond); most > 50*time.Millisecond {
				t.Errorf("waits %v in spite of the limit", most)
			}
		})
	}
}

func TestAStableSessionForgivesFailures(t *testing.T) {
	t.Parallel()
	b := backoff{random: func() float64 { return 0.999999 }}
	for range 20 {
		b.next(ending{}, time.Second)
	}
	if wait := b.next(ending{}, stableSession); wait > time.Second {
		t.Errorf("after a stable session the wait is %v", wait)
	}
}

func TestTheEndingIsReadFromTheError(t *testing.T) {
	t.Parallel()
	closed := fmt.Errorf("read: %w", websocket.CloseError{Code: websocket.StatusCode(wire.CloseRestart)})
	if e := endingOf(closed); e.code != wire.CloseRestart || e.needsPerson() {
		t.Errorf("%+v", e)
	}
	if e := endingOf(&busyError{time.Minute, errors.New("503")}); e.code != wire.CloseOverloaded || e.wait != time.Minute {
		t.Errorf("%+v", e)
	}
	if e := endingOf(errors.New("connection reset")); e.code != 0 {
		t.Errorf("%+v", e)
	}
	if !(ending{code: wire.CloseForbidden}).needsPerson() {
		t.Error("nobody is told that the gateway was revoked")
	}
}

func TestEndpoints(t *testing.T) {
	t.Parallel()
	for server, want := range map[string]string{
		"ws://localhost:8080":      "ws://localhost:8080/edge",
		"http://localhost:8080/":   "ws://localhost:8080/edge",
		"https://home.example":     "wss://home.example/edge",
		"wss://home.example/logis": "wss://home.example/logis/edge",
		"localhost:8080":           "",
		"ftp://localhost":          "",
		"ws://":                    "",
		"":                         "",
		"ws://local host":          "",
	} {
		got, err := endpoint(server)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", server, got, err, want)
		}
	}
}

func TestPlainTextIsOnlyQuietOnThisMachine(t *testing.T) {
	t.Parallel()
	for server, want := range map[string]bool{
		"ws://localhost:8080": false, "http://127.0.0.1": false, "ws://[::1]:8080": false, "wss://home.example": false,
		"ws://192.168.1.2:8080": true, "http://home.example": true,
	} {
		if Exposed(server) != want {
			t.Errorf("%s: exposed %t", server, !want)
		}
	}
}
