// Package openidlab runs a real OpenID provider, npm's oidc-provider, in a process of
// its own. Only tests use it; `make test` installs it, or `npm ci` in this folder.
package openidlab

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// What Logis is at the provider.
const (
	Client = "logis"
	Secret = "a secret of the lab, long enough"
)

// Provider is a provider that runs.
type Provider struct {
	Issuer   string `json:"issuer"`
	redirect string
}

// Start runs a provider until the test ends, which sends people back to the redirect.
func Start(t testing.TB, redirect string) *Provider {
	t.Helper()
	_, file, _, _ := runtime.Caller(0)
	dir := filepath.Dir(file)
	if _, err := os.Stat(filepath.Join(dir, "node_modules")); err != nil {
		t.Fatalf("run `npm ci` in %s", dir)
	}
	cmd := exec.CommandContext(t.Context(), "node", "serve.mjs", redirect)
	cmd.Dir = dir
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Wait()
	})
	p := &Provider{redirect: redirect}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil || json.Unmarshal(line, p) != nil {
		t.Fatalf("the provider did not start: %q, %v", line, err)
	}
	return p
}

// form matches where a page of the provider sends what is written into it.
var form = regexp.MustCompile(`action="([^"]+)"`)

// maxPages bounds what somebody clicks through: signing in and saying yes.
const maxPages = 12

// SignIn is a browser in which somebody opens the address, signs in at the provider
// under the name and says yes. It returns what the provider adds to the redirect.
func (p *Provider) SignIn(t testing.TB, address, name string) url.Values {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	for range maxPages {
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(request.URL.String(), p.redirect) {
			return request.URL.Query()
		}
		request, err = p.click(t, browser, request, name)
	}
	t.Fatalf("still at %s", request.URL)
	return nil
}

// click opens a page and returns what the person asks for next.
func (p *Provider) click(t testing.TB, browser *http.Client, request *http.Request, name string) (*http.Request, error) {
	t.Helper()
	answer, err := browser.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	if next, err := answer.Location(); err == nil {
		return http.NewRequestWithContext(t.Context(), http.MethodGet, next.String(), http.NoBody)
	}
	action := form.FindSubmatch(page)
	if action == nil {
		t.Fatalf("%d without a form: %s", answer.StatusCode, page)
	}
	next, err := request.URL.Parse(string(action[1]))
	if err != nil {
		return nil, err
	}
	written := url.Values{"prompt": {"consent"}}
	if strings.Contains(string(page), `value="login"`) {
		written = url.Values{"prompt": {"login"}, "login": {name}, "password": {"any"}}
	}
	request, err = http.NewRequestWithContext(t.Context(), http.MethodPost, next.String(), strings.NewReader(written.Encode())) //nolint:gosec // its own page
	if err == nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return request, err
}
