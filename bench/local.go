package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"

	"logis/bench/rig"
	"logis/domain"
	"logis/edge/identity"
	"logis/edge/local"
)

const (
	localPresses = 400
	localDevices = 200
	localReports = 50                    // per second, of the whole home
	localPause   = 60 * time.Millisecond // between two presses: a client may ask 20 times a second
)

// benchEdgeLocal measures a gateway with its cloud unplugged: from a press in the
// local API to the live socket saying that the device confirmed, what the agent
// takes meanwhile, and how large it is.
func benchEdgeLocal(ctx context.Context, s *stand) error {
	d, err := openDoor(ctx, s)
	if err != nil {
		return err
	}
	defer func() { _ = d.agent.Stop() }()
	defer func() { _ = d.live.CloseNow() }()
	if err := reportEdgeCPU(ctx, s, d); err != nil {
		return err
	}
	taken, bare := &stopwatch{}, &stopwatch{}
	for i := range localPresses {
		start := time.Now()
		if err := d.press(ctx, i); err != nil {
			return err
		}
		taken.add(time.Since(start))
		wait(ctx, localPause/2)
		if err := bareSyncs(s.dir, bare); err != nil {
			return err
		}
		wait(ctx, localPause/2)
	}
	rss, err := d.agent.RSS()
	if err != nil {
		return err
	}
	p99, mib := taken.at(0.99), float64(rss)/(1<<20)
	home := map[string]any{"devices": localDevices, "reports_per_s": localReports}
	press := map[string]any{
		"p50_ms": round(taken.at(0.5)), "presses": localPresses, "devices": localDevices, "reports_per_s": localReports, "cloud": "unplugged",
		"bare_syncs_p50_ms": round(bare.at(0.5)), "bare_syncs_p99_ms": round(bare.at(0.99)), "syncs": localSyncs,
	}
	if err := s.report(figure{Name: "local_press_p99_ms", Value: round(p99), Unit: "ms", Goal: "<= 10", OK: p99 <= 10, Detail: press}); err != nil {
		return err
	}
	if err := s.report(figure{Name: "edge_rss_mib", Value: round(mib), Unit: "MiB", Goal: "<= 40", OK: mib <= 40, Detail: home}); err != nil {
		return err
	}
	return reportEdgeSize(ctx, s)
}

// localQuiet is for how long nobody presses while the processor time is taken.
const localQuiet = 20 * time.Second

// reportEdgeCPU tells what of one core the agent takes while the home reports and
// nobody presses.
func reportEdgeCPU(ctx context.Context, s *stand, d *door) error {
	before, err := d.agent.CPU()
	if err != nil {
		return err
	}
	start := time.Now()
	for time.Since(start) < localQuiet { // whoever does not read is cut off
		if _, _, err := d.live.Read(ctx); err != nil {
			return err
		}
	}
	after, err := d.agent.CPU()
	if err != nil {
		return err
	}
	percent := 100 * float64(after-before) / float64(time.Since(start))
	return s.report(figure{
		Name: "edge_cpu", Value: round(percent), Unit: "% of one core", Goal: "<= 10", OK: percent <= 10,
		Detail: map[string]any{"devices": localDevices, "reports_per_s": localReports, "seconds": localQuiet.Seconds(), "cloud": "unplugged", "live_sockets": 1},
	})
}

// localSyncs is how often a press waits for the disk: the act, its intent, the
// device's report, the result.
const localSyncs = 4

// bareSyncs measures as many syncs of a page on the same disk: the floor.
func bareSyncs(dir string, taken *stopwatch) (err error) {
	file, err := os.OpenFile(filepath.Join(dir, "floor"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	start := time.Now()
	for range localSyncs {
		if _, err := file.Write(make([]byte, 4096)); err != nil {
			return err
		}
		if err := file.Sync(); err != nil {
			return err
		}
	}
	taken.add(time.Since(start))
	return nil
}

// reportEdgeSize builds the agent as a release does and tells its size.
func reportEdgeSize(ctx context.Context, s *stand) error {
	path := filepath.Join(s.dir, "logis-edge-release")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, "./cmd/edge")
	cmd.Dir, cmd.Env = rig.Root(), append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	size := float64(info.Size()) / (1 << 20)
	return s.report(figure{Name: "edge_binary_mib", Value: round(size), Unit: "MiB", Goal: "<= 20", OK: size <= 20})
}

// door is a gateway's local API and a client of it.
type door struct {
	agent *rig.Process
	url   string
	token string
	http  *http.Client
	live  *websocket.Conn
	lamp  string
}

// openDoor starts a gateway that was enrolled once and whose cloud is gone.
func openDoor(ctx context.Context, s *stand) (*door, error) {
	dir, err := os.MkdirTemp(s.dir, "edge-")
	if err != nil {
		return nil, err
	}
	id, err := identity.Load(filepath.Join(dir, "identity.json"))
	if err != nil {
		return nil, err
	}
	id.Gateway, id.Home, id.Server = domain.GatewayID{1}, domain.HomeID{2}, "ws://127.0.0.1:1"
	if err := id.Save(filepath.Join(dir, "identity.json")); err != nil {
		return nil, err
	}
	d := &door{agent: rig.NewProcess("edge", &rig.Log{}, nil, s.binaries.Edge, "run", "--with-parent", "--data", dir, "--local", "127.0.0.1:0",
		"--simulated", "--simulated-devices", strconv.Itoa(localDevices), "--simulated-report-rate", strconv.Itoa(localReports))}
	if _, d.token, err = local.AddClient(dir, "bench", false); err != nil {
		return nil, err
	}
	lines := d.agent.Lines()
	if err := d.agent.Start(); err != nil {
		return nil, err
	}
	starting, cancel := context.WithTimeout(ctx, confirmTimeout)
	defer cancel()
	line, err := d.agent.WaitLine(starting, lines, "local control: ")
	if err != nil {
		return nil, err
	}
	_, d.url, _ = strings.Cut(line, "local control: ")
	certificate, err := os.ReadFile(filepath.Join(dir, "local-tls.pem"))
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(certificate)
	d.http = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}}
	return d, d.follow(starting)
}

// follow opens the live socket and waits for the whole home.
func (d *door) follow(ctx context.Context) (err error) {
	url := "wss" + strings.TrimPrefix(d.url, "https") + "/local/v1/live"
	d.live, _, err = websocket.Dial(ctx, url, &websocket.DialOptions{ //nolint:bodyclose // the library closes it
		HTTPClient: d.http, HTTPHeader: http.Header{"Authorization": {"Bearer " + d.token}},
	})
	if err != nil {
		return err
	}
	d.live.SetReadLimit(8 << 20)
	for ctx.Err() == nil {
		var list struct{ Items []struct{ ID, Kind string } }
		if err := d.ask(ctx, http.MethodGet, "devices", "", nil, &list); err != nil {
			return err
		}
		for _, device := range list.Items {
			if device.Kind == "light" {
				d.lamp = device.ID
			}
		}
		if len(list.Items) == localDevices && d.lamp != "" {
			return nil
		}
		wait(ctx, time.Second)
	}
	return ctx.Err()
}

func (d *door) ask(ctx context.Context, method, path, key string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, method, d.url+"/local/v1/"+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+d.token)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", key)
	response, err := d.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close() //nolint:errcheck // it was read
	if response.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s %s: %s", method, path, response.Status)
	}
	return json.NewDecoder(response.Body).Decode(into)
}

// press switches the lamp and returns when the live socket has said that it did.
func (d *door) press(ctx context.Context, n int) error {
	var command struct{ ID string }
	body := map[string]any{"set": map[string]any{"onOff": n%2 == 0}}
	if err := d.ask(ctx, http.MethodPost, "devices/"+d.lamp+"/commands", strconv.Itoa(n+1), body, &command); err != nil {
		return err
	}
	return confirmed(ctx, d.live, command.ID)
}
