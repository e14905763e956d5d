package browser_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"logis/bench/rig"
	"logis/domain"
	"logis/migrations/privatepg"
	"logis/wire/wiretest"
)

func TestMain(m *testing.M) {
	if exit, supervised := privatepg.Supervise(); supervised {
		os.Exit(exit)
	}
	os.Exit(run(m))
}

// binaries are the programs under test, built once for all tests.
var binaries rig.Binaries

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "logis-browser-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if binaries, err = rig.Build(context.Background(), dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// stage is a server, an edge agent and a link that nobody used.
type stage struct {
	rig  *rig.Rig
	edge *rig.Process
	link string
}

// newStage starts a server on a database of its own and an edge agent with the
// radios of the arguments.
func newStage(t *testing.T, edgeArgs ...string) *stage {
	t.Helper()
	dir := t.TempDir()
	cluster, err := privatepg.Start(t.Context(), privatepg.Options{Dir: filepath.Join(dir, "pg"), Ephemeral: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Stop(context.Background()) })
	r, first, err := rig.Start(t.Context(), rig.Options{Dir: dir, Binaries: binaries, Database: cluster.DSN()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Stop(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Log(r.Log)
		}
	})
	s := &stage{rig: r, link: moreLinks(t, r, cluster.DSN())}
	app, home := owner(t, r, first)
	edgeDir := filepath.Join(dir, "edge")
	args := append([]string{"run", "--server", r.Socket(), "--data", edgeDir, "--with-parent", "--reconnect-max", "1s"}, edgeArgs...)
	s.edge = rig.NewProcess(gatewayName, r.Log, []string{"LOGIS_EDGE_CLAIM=" + claim(t, app, home)}, r.Binaries.Edge, args...)
	if err := s.edge.Start(); err != nil {
		t.Fatal(err)
	}
	if err := app.ConfirmEdge(t.Context(), home, edgeDir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.edge.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// owner signs in and finds the server's first home.
func owner(t *testing.T, r *rig.Rig, link string) (app *rig.App, home string) {
	t.Helper()
	app, err := rig.SignIn(t.Context(), r.URL(), link)
	if err != nil {
		t.Fatal(err)
	}
	var homes struct{ Items []struct{ ID string } }
	if err := app.Get(t.Context(), "/homes", &homes); err != nil || len(homes.Items) != 1 {
		t.Fatalf("%d homes, %v", len(homes.Items), err)
	}
	return app, homes.Items[0].ID
}

// claim lets one gateway ask to come into the home.
func claim(t *testing.T, app *rig.App, home string) string {
	t.Helper()
	var answer struct{ Claim string }
	if err := app.Post(t.Context(), "/homes/"+home+"/gateways/claims", rig.NewKey(), map[string]any{}, &answer); err != nil {
		t.Fatal(err)
	}
	return answer.Claim
}

// moreLinks asks the command line for another link, as an owner would.
func moreLinks(t *testing.T, r *rig.Rig, dsn string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), r.Binaries.Server, "link", "--database", dsn, "--addr", r.Addr)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// control lets the browser tests take the gateway and the server away and bring
// them back.
func (s *stage) control(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	answer := func(do func() error) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			if err := do(); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
			}
		}
	}
	switched := func(name string, leave, back func() error) {
		away := false
		mux.HandleFunc("POST /"+name+"/away", answer(func() error { away = true; return leave() }))
		mux.HandleFunc("POST /"+name+"/back", answer(func() error {
			if !away {
				return nil
			}
			away = false
			return back()
		}))
	}
	switched("gateway", s.edge.Stop, s.edge.Start)
	switched("server", s.rig.Server.Kill, func() error { // as a power cut would
		_, err := s.rig.StartServer(t.Context())
		return err
	})
	mux.HandleFunc("GET /gateway/said", func(w http.ResponseWriter, r *http.Request) {
		line, ok := s.lastLine(r.FormValue("words"))
		if !ok {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(line))
	})
	mux.HandleFunc("POST /newcomer/knock", func(w http.ResponseWriter, r *http.Request) {
		letters, err := s.knock(r.Context(), r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_, _ = io.WriteString(w, letters)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// lastLine returns what follows these words in the last line the gateway printed
// that begins with them.
func (s *stage) lastLine(words string) (rest string, found bool) {
	for _, line := range slices.Backward(strings.Split(s.rig.Log.String(), "\n")) {
		if rest, found = strings.CutPrefix(line, gatewayName+": "+words); found {
			return rest, true
		}
	}
	return "", false
}

// said waits until the gateway has printed a line that begins with these words.
func (s *stage) said(t *testing.T, words string) string {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); <-time.After(50 * time.Millisecond) {
		if rest, found := s.lastLine(words); found {
			return rest
		}
	}
	t.Fatalf("the gateway did not say %q", words)
	return ""
}

// gatewayName is what stands before every line the gateway prints.
const gatewayName = "edge"

// knock is a gateway with a new key that brings the code of a claim, and returns the
// letters it shows.
func (s *stage) knock(ctx context.Context, body io.Reader) (string, error) {
	code, err := io.ReadAll(io.LimitReader(body, 1<<10))
	if err != nil {
		return "", err
	}
	claim, err := domain.ParseClaim(string(code))
	if err != nil {
		return "", err
	}
	public, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		return "", err
	}
	_, err = wiretest.Redeem(ctx, s.rig.Socket(), claim, key)
	return domain.KeyLetters(public), err
}

// specTimeout bounds one run of browser tests.
const specTimeout = 6 * time.Minute

// node runs browser tests of web/e2e against the stage.
func (s *stage) node(t *testing.T, env []string, specs ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), specTimeout)
	defer cancel()
	args := []string{"--test", "--test-concurrency=1"}
	for _, spec := range specs {
		args = append(args, filepath.Join("e2e", spec+".spec.mjs"))
	}
	cmd := exec.CommandContext(ctx, "node", args...)
	cmd.Dir = filepath.Join(rig.Root(), "web")
	base, _, _ := strings.Cut(s.link, "/enter")
	cmd.Env = append(append(os.Environ(), "LOGIS_URL="+base, "LOGIS_LINK="+s.link), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Log(string(out))
	if strings.Contains(string(out), "# pass 0") || !strings.Contains(string(out), "# skipped 0") {
		t.Error("a browser test was left out")
	}
}
