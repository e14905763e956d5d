package local_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"logis/domain"
	"logis/edge/clock"
	"logis/edge/executor"
	"logis/edge/local"
	"logis/edge/outbox"
	"logis/edge/radio"
	"logis/edge/radio/simulated"
	"logis/wire"
)

var gateway = domain.GatewayID{0xaa}

// patience bounds every wait.
const patience = 20 * time.Second

// screen is what the gateway shows, line by line.
type screen struct {
	mu    sync.Mutex
	lines []string
	news  chan struct{}
}

func (s *screen) Write(text []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, strings.TrimSuffix(string(text), "\n"))
	close(s.news)
	s.news = make(chan struct{})
	return len(text), nil
}

// wait returns what follows the beginning of a line, once it is shown n times.
func (s *screen) wait(t *testing.T, begins string, n int) string {
	t.Helper()
	late := time.After(patience)
	for {
		s.mu.Lock()
		seen, news := 0, s.news
		for _, line := range s.lines {
			if rest, ok := strings.CutPrefix(line, begins); ok {
				if seen++; seen == n {
					s.mu.Unlock()
					return rest
				}
			}
		}
		s.mu.Unlock()
		select {
		case <-news:
		case <-late:
			t.Fatalf("the gateway does not show %q", begins)
		}
	}
}

// home is a gateway at work without a cloud, and its door.
type home struct {
	*simulated.Home
	t      *testing.T
	dir    string
	url    string
	screen *screen
	box    *outbox.Outbox
	time   *clock.Server
	cloud  atomic.Bool
	client *http.Client
	stop   func()
}

// open starts a home in dir whose door is at an address of ours.
func open(t *testing.T, dir, address string, o simulated.Options) *home {
	t.Helper()
	h := &home{t: t, dir: dir, screen: &screen{news: make(chan struct{})}, time: clock.NewServer(clock.System())}
	var err error
	if h.Home, err = simulated.New(o); err != nil {
		t.Fatal(err)
	}
	h.box, err = outbox.Open(outbox.Options{Path: filepath.Join(dir, "outbox.db"), Gateway: gateway, Time: h.time})
	if err != nil {
		t.Fatal(err)
	}
	commands := executor.New(h.box, map[string]radio.Radio{simulated.Name: h.Home}, h.time)
	door := local.New(local.Options{
		Dir: dir, Address: address, Name: "home.test", Gateway: gateway, Outbox: h.box, Act: commands.Act, Time: h.time,
		Cloud: h.cloud.Load, Say: h.screen, Log: slog.New(slog.DiscardHandler),
	})
	h.run([]func(context.Context) error{
		h.box.Run,
		func(ctx context.Context) error { return h.Run(ctx, h.box.Sink(simulated.Name)) },
		commands.Run, door.Run,
	})
	h.url = h.screen.wait(t, "local control: ", 1)
	h.client = &http.Client{
		Timeout:   patience,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}, // tested on its own
	}
	t.Cleanup(h.client.CloseIdleConnections)
	h.ready(o.Devices)
	return h
}

// run starts the parts in order and stops them in reverse.
func (h *home) run(parts []func(context.Context) error) {
	var stops []func()
	for _, part := range parts {
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- part(ctx) }()
		stops = append(stops, func() {
			cancel()
			if err := <-ended; err != nil {
				h.t.Error(err)
			}
		})
	}
	h.stop = sync.OnceFunc(func() {
		for i := len(stops) - 1; i >= 0; i-- {
			stops[i]()
		}
	})
	h.t.Cleanup(h.stop)
}

// ready waits until the home has introduced itself.
func (h *home) ready(devices int) {
	h.t.Helper()
	if devices == 0 {
		devices = 24
	}
	for deadline := time.Now().Add(patience); ; {
		twins, err := h.box.Twins(h.t.Context())
		if err != nil {
			h.t.Fatal(err)
		}
		reached := 0
		for _, twin := range twins {
			if twin.Available != nil {
				reached++
			}
		}
		if reached == devices {
			return
		}
		if time.Now().After(deadline) {
			h.t.Fatalf("%d devices are there, want %d", reached, devices)
		}
		<-time.After(5 * time.Millisecond)
	}
}

func (h *home) device(kind string) string {
	return outbox.DeviceID(gateway, simulated.Name+"/"+h.Address(kind)).String()
}

// pair pairs a client the quick way and returns its token.
func (h *home) pair(name string, opens bool) string {
	h.t.Helper()
	_, token, err := local.AddClient(h.dir, name, opens)
	if err != nil {
		h.t.Fatal(err)
	}
	return token
}

// answer is what the gateway says.
type answer struct {
	status int
	header http.Header
	text   string
	body   map[string]any
}

// ask sends a request; headers are pairs of name and value.
func (h *home) ask(token, method, path, body string, headers ...string) answer {
	h.t.Helper()
	request, err := http.NewRequestWithContext(h.t.Context(), method, h.url+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			request.Host = headers[i+1]
		}
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := h.client.Do(request)
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	a := answer{status: response.StatusCode, header: response.Header, text: string(text)}
	if strings.Contains(response.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(bytes.TrimSpace(text), &a.body); err != nil {
			h.t.Fatalf("%s: %v", text, err)
		}
	}
	return a
}

// command gives a command and returns its id.
func (h *home) command(token, device, key, body string) string {
	h.t.Helper()
	a := h.ask(token, "POST", "/local/v1/devices/"+device+"/commands", body, "Idempotency-Key", key)
	if a.status != http.StatusAccepted {
		h.t.Fatalf("%s: %d %s", body, a.status, a.text)
	}
	return a.body["id"].(string)
}

// ended waits until a command has ended and returns it.
func (h *home) ended(token, id string) map[string]any {
	h.t.Helper()
	for deadline := time.Now().Add(patience); ; {
		a := h.ask(token, "GET", "/local/v1/commands/"+id, "")
		if a.body["ended"] != nil {
			return a.body
		}
		if time.Now().After(deadline) {
			h.t.Fatalf("it has not ended: %s", a.text)
		}
		<-time.After(100 * time.Millisecond)
	}
}

// entries returns what waits for the cloud.
func (h *home) entries() []wire.Entry {
	h.t.Helper()
	var all []wire.Entry
	for next := int64(1); ; {
		b, err := h.box.Read(h.t.Context(), next, 1<<60, wire.MaxEntries, wire.MaxEdgeFrame)
		if err != nil {
			h.t.Fatal(err)
		}
		if len(b.Entries) == 0 {
			return all
		}
		all, next = append(all, b.Entries...), b.Next
	}
}

// live opens a live socket.
func (h *home) live(token string) *websocket.Conn {
	h.t.Helper()
	url := "ws" + strings.TrimPrefix(h.url, "http") + "/local/v1/live"
	conn, _, err := websocket.Dial(h.t.Context(), url, &websocket.DialOptions{ //nolint:bodyclose // the library closes it
		HTTPClient: h.client, HTTPHeader: http.Header{"Authorization": {"Bearer " + token}},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	conn.SetReadLimit(8 << 20)
	h.t.Cleanup(func() { conn.CloseNow() })
	return conn
}

// frame is a frame of a live socket, as far as tests look at it.
type frame struct {
	Type  string
	Cloud struct{ Connected bool }
	Twins []struct {
		Device     string
		Properties map[string]struct{ Reported struct{ Value any } }
	}
	Commands []struct{ ID, Status string }
	Removed  struct{ Devices []string }
}

// until reads frames until one is wanted.
func (h *home) until(conn *websocket.Conn, wanted func(frame) bool) frame {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	for {
		_, text, err := conn.Read(ctx)
		if err != nil {
			h.t.Fatal(err)
		}
		var f frame
		if err := json.Unmarshal(text, &f); err != nil {
			h.t.Fatalf("%s: %v", text, err)
		}
		if wanted(f) {
			return f
		}
	}
}
