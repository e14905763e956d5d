package api

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"logis/domain"
)

func TestEveryPageOfTheAppIsItsIndex(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, path := range []string{"/", "/enter", "/device/018f0000-0000-7000-8000-000000000000", "/index.html", "/..%2f..%2fetc/passwd", "//", "/.gitkeep"} {
		r := b.ask("GET", path, "").want(200)
		if !strings.Contains(r.body, "<title>Logis") || r.header.Get("Cache-Control") != "no-cache" || r.header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: %q %v", path, r.body, r.header)
		}
	}
	for _, path := range []string{"/api", "/api/", "/api/v2/homes", "/api/v1", "/api/v1/", "/api/v1/home", "/api/v1/homes/", "/api/v1//homes"} {
		b.ask("GET", path, "").refused(404, domain.NotFound)
	}
	b.ask("GET", "/assets/app-old.js", "").want(404)
	b.ask("POST", "/", "{}").refused(405, domain.Invalid)
}

func TestFilesAreKeptByBrowsersAndSentSmall(t *testing.T) {
	t.Parallel()
	b := setup(t)
	// The transport asks for gzip and undoes it, unless it is asked by hand.
	r := b.ask("GET", "/assets/app-1a2b3c.js", "", header{"Accept-Encoding", "br, gzip"}).want(200)
	if r.header.Get("Content-Encoding") != "gzip" || r.header.Get("Cache-Control") != cacheForever || len(r.body) > 500 {
		t.Errorf("%v, %d bytes", r.header, len(r.body))
	}
	reader, err := gzip.NewReader(strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(reader)
	if err != nil || string(text) != string(builtApp()["assets/app-1a2b3c.js"].Data) {
		t.Errorf("%d bytes, %v", len(text), err)
	}
	plain := b.ask("GET", "/assets/app-1a2b3c.js", "", header{"Accept-Encoding", "gzip;q=0"}).want(200)
	if plain.header.Get("Content-Encoding") != "" || plain.body != string(text) {
		t.Errorf("%v", plain.header)
	}
	b.ask("GET", "/assets/app-1a2b3c.js", "", header{"If-None-Match", r.header.Get("ETag")}).want(304)
	head := b.ask("HEAD", "/favicon.svg", "", header{"Accept-Encoding", "identity"}).want(200)
	if head.body != "" || head.header.Get("Content-Length") != "6" || head.header.Get("Content-Type") != "image/svg+xml" {
		t.Errorf("%v %q", head.header, head.body)
	}
}

func TestAServerWithoutAnAppSaysHowToBuildIt(t *testing.T) {
	t.Parallel()
	empty, err := newApp(nil)
	if err != nil {
		t.Fatal(err)
	}
	w := &recorder{header: http.Header{}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	empty.ServeHTTP(w, r)
	if w.status != 404 || !strings.Contains(w.text, "npm run build") {
		t.Errorf("%d %s", w.status, w.text)
	}
}

type recorder struct {
	header http.Header
	status int
	text   string
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(p []byte) (int, error) { r.text += string(p); return len(p), nil }

func TestMethodsThatAreNotThereAreNamed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	r := h.owner.ask("PUT", h.path, "{}")
	r.refused(405, domain.Invalid)
	if allow := r.header.Get("Allow"); allow != "GET, HEAD, PATCH, OPTIONS" {
		t.Errorf("Allow %q", allow)
	}
	options := b.ask("OPTIONS", h.path+"/rooms", "").want(204)
	if allow := options.header.Get("Allow"); allow != "GET, HEAD, POST, OPTIONS" {
		t.Errorf("Allow %q", allow)
	}
	get, head := h.owner.ask("GET", h.path, "").want(200), h.owner.ask("HEAD", h.path, "").want(200)
	if head.body != "" || head.header.Get("ETag") != get.header.Get("ETag") {
		t.Errorf("HEAD %v", head.header)
	}
	for _, method := range []string{"TRACE", "CONNECT", "BREW"} {
		if r := h.owner.ask(method, h.path, ""); r.status < 400 || r.status >= 500 {
			t.Errorf("%s: %d", method, r.status)
		}
	}
}
