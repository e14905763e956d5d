// Package pushlab runs a push service and browsers behind it in a process of their own,
// which decrypt by npm's http_ece. Only tests use it; `make test` installs it, or
// `npm ci` in this folder.
package pushlab

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"logis/dispatch/nodelab"
	"logis/dispatch/outside"
	"logis/dispatch/push"
)

// Push is what a browser was told, and how.
type Push struct {
	Name string `json:"name"` // of the browser: the end of its endpoint
	By   struct {
		Key     string `json:"key"`
		Expires int64  `json:"exp"`
		Contact string `json:"sub"`
	} `json:"by"`
	Text    string `json:"text"`
	Size    int    `json:"size"` // of the message as it came, in bytes
	TTL     int    `json:"ttl"`  // seconds
	Urgency string `json:"urgency"`
	Topic   string `json:"topic"`
}

// Service is a push service that runs.
type Service struct {
	Pushes chan Push
	Site   string // its address; what is posted anywhere else there is taken, too

	roots  *x509.CertPool
	client *http.Client
}

// Start runs a push service until the test ends.
func Start(t *testing.T) *Service {
	t.Helper()
	port, roots, pushes := nodelab.Start[Push](t)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	t.Cleanup(transport.CloseIdleConnections)
	return &Service{Pushes: pushes, Site: fmt.Sprintf("https://127.0.0.1:%d", port), roots: roots, client: &http.Client{Transport: transport}}
}

// Caller returns one that reaches the service, which stands on this machine.
func (s *Service) Caller(t *testing.T) *outside.Caller {
	t.Helper()
	caller := outside.New(outside.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Roots: s.roots})
	t.Cleanup(caller.Close)
	return caller
}

// Sender returns one with a key of its own that reaches the service.
func (s *Service) Sender(t *testing.T) *push.Sender {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sender, err := push.New(key, "https://home.example.org", s.Caller(t))
	if err != nil {
		t.Fatal(err)
	}
	return sender
}

// Browser lets a new browser subscribe.
func (s *Service) Browser(t testing.TB) push.Subscription {
	t.Helper()
	answer := s.ask(t, "/browser")
	defer func() { _ = answer.Body.Close() }()
	var made struct{ Endpoint, P256dh, Auth string }
	if err := json.NewDecoder(answer.Body).Decode(&made); err != nil {
		t.Fatal(err)
	}
	to := push.Subscription{Endpoint: made.Endpoint}
	for text, bytes := range map[string]*[]byte{made.P256dh: &to.Key, made.Auth: &to.Auth} {
		var err error
		if *bytes, err = base64.RawURLEncoding.DecodeString(text); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

// Name is what a browser is called in a Push.
func Name(to push.Subscription) string {
	return to.Endpoint[strings.LastIndexByte(to.Endpoint, '/')+1:]
}

// patience is how long Next waits on a busy machine.
const patience = 20 * time.Second

// Next waits for the next message that a browser was told.
func (s *Service) Next(t testing.TB) Push {
	t.Helper()
	select {
	case p := <-s.Pushes:
		return p
	case <-time.After(patience):
		t.Fatal("no browser was told anything")
		return Push{}
	}
}

// Gone lets a browser end its subscription without telling this server.
func (s *Service) Gone(t testing.TB, to push.Subscription) {
	t.Helper()
	_ = s.ask(t, "/gone/"+Name(to)).Body.Close()
}

// Busy lets the service take nothing any more.
func (s *Service) Busy(t testing.TB) {
	t.Helper()
	_ = s.ask(t, "/busy").Body.Close()
}

func (s *Service) ask(t testing.TB, path string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.Site+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := s.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}
