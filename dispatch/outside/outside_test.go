package outside_test

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"logis/dispatch/outside"
	"logis/domain"
)

// target is an HTTPS server on the loopback address.
func target(t *testing.T, handle http.HandlerFunc) (*httptest.Server, *x509.CertPool) {
	t.Helper()
	server := httptest.NewTLSServer(handle)
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return server, roots
}

func loopback() []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} }

func message() outside.Message {
	return outside.Message{ID: "msg", At: time.Unix(1_772_366_430, 0), Body: []byte(`{"a":1}`), Secrets: [][]byte{[]byte("secret")}}
}

// The example is that of the specification's own libraries.
func TestASignatureIsThatOfTheSpecification(t *testing.T) {
	t.Parallel()
	var got http.Header
	var body []byte
	server, roots := target(t, func(_ http.ResponseWriter, r *http.Request) {
		got = r.Header
		body, _ = io.ReadAll(r.Body)
	})
	secret, err := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	c := outside.New(outside.Options{Allow: loopback(), Roots: roots})
	defer c.Close()
	m := outside.Message{
		ID: "msg_p5jXN8AQM9LWM0D4loKWxJek", At: time.Unix(1614265330, 0), Body: []byte(`{"test": 2432232314}`),
		Secrets: [][]byte{secret, []byte("old")},
	}
	if o := c.Call(t.Context(), server.URL, m); o.Problem != outside.None {
		t.Fatal(o.Problem)
	}
	first, _, both := strings.Cut(got.Get("webhook-signature"), " ")
	if first != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" || !both {
		t.Errorf("signed %s", got.Get("webhook-signature"))
	}
	if got.Get("webhook-id") != m.ID || got.Get("webhook-timestamp") != "1614265330" || string(body) != string(m.Body) {
		t.Errorf("%v %s", got, body)
	}
}

// What is not public, in every form in which it can be written.
func TestAnAddressThatIsNotPublicIsRefusedInEveryForm(t *testing.T) {
	t.Parallel()
	c := outside.New(outside.Options{})
	defer c.Close()
	for _, host := range []string{
		"127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1",
		"192.0.0.192", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "203.0.113.9", "168.63.129.16",
		"[::1]", "[::]", "[fe80::1]", "[fe80::1%25eth0]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[::ffff:127.0.0.1]", "[::ffff:a00:1]",
		"[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]", "[2001:db8::1]", "[::127.0.0.1]", "[fec0::1]", "[100::1]",
	} {
		if err := c.Check("url", "https://"+host+"/hook"); domain.CodeOf(err) != domain.Invalid {
			t.Errorf("%s: %v", host, err)
		}
	}
	for _, address := range []string{
		"http://example.org", "https://", "ftp://example.org", "https://a:b@example.org", "https://example.org:22/", "https://example.org/#x",
		"https:example.org", "//example.org", "example.org", "https://1.1.1.1:6379", "https://example.org/" + strings.Repeat("a", 500), "https://exa mple.org",
	} {
		if err := c.Check("url", address); domain.CodeOf(err) != domain.Invalid {
			t.Errorf("%s: %v", address, err)
		}
	}
	for _, address := range []string{
		"https://example.org", "https://example.org:8443/a?b=c", "https://1.1.1.1/", "https://[2606:4700:4700::1111]/",
		"https://2130706433/", "https://0x7f.1/", "https://localhost/", // names, as far as anybody knows: see the next test
	} {
		if err := c.Check("url", address); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// A name is judged by what it leads to, when it is called: whatever it led to before.
func TestANameThatLeadsInsideIsNotCalled(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	server, roots := target(t, func(http.ResponseWriter, *http.Request) { calls.Add(1) })
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c := outside.New(outside.Options{Roots: roots})
	defer c.Close()
	for _, host := range []string{"localhost", "127.0.0.1", "2130706433", "0x7f.1", "127.1"} {
		// Some resolvers know the odd forms, others do not: called is none.
		if o := c.Call(t.Context(), "https://"+host+":"+port, message()); o.Problem != outside.Inside && o.Problem != outside.Unreachable {
			t.Errorf("%s: %q", host, o.Problem)
		}
	}
	if o := c.Call(t.Context(), "https://localhost:"+port, message()); o.Problem != outside.Inside {
		t.Errorf("localhost: %q", o.Problem)
	}
	if calls.Load() != 0 {
		t.Errorf("called %d times", calls.Load())
	}
}

func TestNoRedirectIsFollowedAndEveryAnswerHasItsProblem(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	server, roots := target(t, func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/", http.StatusTemporaryRedirect)
		case "/gone":
			w.WriteHeader(http.StatusGone)
		case "/busy":
			w.Header().Set("Retry-After", "99999999")
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/long":
			w.Header().Set("X-Long", strings.Repeat("a", 32<<10))
		case "/endless":
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 64<<10)); err != nil {
					return
				}
			}
		}
	})
	c := outside.New(outside.Options{Allow: loopback(), Roots: roots})
	defer c.Close()
	for path, want := range map[string]outside.Outcome{
		"/": {}, "/moved": {Problem: "status 307"}, "/gone": {Problem: outside.Gone}, "/long": {Problem: outside.Unreachable},
		"/busy": {Problem: "status 503", After: time.Hour}, "/endless": {},
	} {
		before := calls.Load()
		if got := c.Call(t.Context(), server.URL+path, message()); got != want || calls.Load() != before+1 {
			t.Errorf("%s: %+v after %d calls, want %+v", path, got, calls.Load()-before, want)
		}
	}
	stranger := outside.New(outside.Options{Allow: loopback()})
	defer stranger.Close()
	if o := stranger.Call(t.Context(), server.URL, message()); o.Problem != outside.Distrusted {
		t.Errorf("a certificate of nobody: %q", o.Problem)
	}
}

func TestACallThatTakesTooLongIsGivenUp(t *testing.T) {
	t.Parallel()
	called := make(chan struct{})
	server, roots := target(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then a server notices that the caller hangs up
		close(called)
		<-r.Context().Done()
	})
	c := outside.New(outside.Options{Allow: loopback(), Roots: roots})
	defer c.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-called
		cancel() // as the time-out does
	}()
	if o := c.Call(ctx, server.URL, message()); o.Problem != outside.TimedOut {
		t.Errorf("%q", o.Problem)
	}
}
