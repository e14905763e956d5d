package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"logis/access"
	"logis/dispatch"
	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
	"logis/history"
	"logis/history/proof"
	"logis/migrations/pgtest"
	"logis/projections"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// bundle is a server over a database of its own, reached through a real socket.
type bundle struct {
	t      testing.TB
	store  *eventstore.Store
	access *access.Access
	sealer *proof.Sealer
	server *Server
	http   *httptest.Server
	log    *logbook
	stop   context.CancelFunc // ends the server's Run
	keys   atomic.Int64
}

// quick is life, but nobody has to wait and no caller is too fast.
func quick() tuning {
	t := asInLife()
	t.person, t.address = pace{1e6, 1e6}, pace{1e6, 1e6}
	t.poll, t.recheck = 50*time.Millisecond, 50*time.Millisecond
	t.voice = time.Millisecond // what is not done already is not done yet
	return t
}

func setup(t testing.TB) *bundle { return setupWith(t, quick()) }

func setupWith(t testing.TB, tune tuning) *bundle {
	t.Helper()
	return setupOn(t, pgtest.New(t), tune)
}

func setupOn(t testing.TB, pool *pgxpool.Pool, tune tuning) *bundle {
	t.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	b := &bundle{t: t, log: &logbook{}}
	tables := projections.Tables{Catalog: catalog}
	b.store = eventstore.New(pool, eventstore.Options{
		Catalog: catalog, Projection: tables, Reactors: []eventstore.Reactor{dispatch.Rules{}},
	})
	b.access = access.New(b.store, nil)
	key, err := proof.OpenKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b.sealer = proof.NewSealer(b.store, key, t.TempDir(), nil)
	b.server, err = build(Options{
		Store: b.store, Access: b.access, Tables: tables, Past: history.New(b.store, nil), Proofs: b.sealer,
		Rollups: projections.NewRollups(pool, nil),
		Log:     slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug})), App: builtApp(),
	}, tune)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	b.stop = stop
	var group sync.WaitGroup
	group.Go(func() {
		if err := b.server.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	b.http = httptest.NewUnstartedServer(b.server)
	b.http.Config.MaxHeaderBytes = MaxHeader
	b.http.Start()
	t.Cleanup(func() {
		stop()
		group.Wait()
		b.http.Close()
	})
	return b
}

func builtApp() fstest.MapFS {
	return fstest.MapFS{
		"index.html":           {Data: []byte("<!doctype html><title>Logis</title>")},
		"assets/app-1a2b3c.js": {Data: []byte(strings.Repeat("console.log('logis');\n", 200))},
		"favicon.svg":          {Data: []byte("<svg/>")},
		".gitkeep":             {},
	}
}

// logbook keeps what the server says.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// person is somebody signed in.
type person struct {
	b     *bundle
	id    domain.PersonID
	token string
}

func (b *bundle) person(name string) *person {
	b.t.Helper()
	id := eventstore.NewID[domain.PersonKind](time.Now())
	_, err := b.store.Pool().Exec(b.t.Context(), `INSERT INTO persons (person_id, name) VALUES ($1, $2)`, [16]byte(id), name)
	if err != nil {
		b.t.Fatal(err)
	}
	p := &person{b: b, id: id}
	p.token = p.signIn()
	p.passkey()
	return p
}

// passkey gives the person a second factor, which no browser can use.
func (p *person) passkey() {
	p.b.t.Helper()
	_, err := p.b.store.Pool().Exec(p.b.t.Context(), `
		INSERT INTO passkeys (credential_id, person_id, passkey_id, name, doc, created_at) VALUES ($1, $2, $3, 'Phone', '{"id":"UGhvbmU="}', now())`,
		p.id[:], [16]byte(p.id), [16]byte(p.id))
	if err != nil {
		p.b.t.Fatal(err)
	}
}

// signIn returns the cookie's value of a further session.
func (p *person) signIn() string {
	p.b.t.Helper()
	link, err := p.b.access.NewLink(p.b.t.Context(), p.id)
	if err != nil {
		p.b.t.Fatal(err)
	}
	token, _, err := p.b.access.Redeem(p.b.t.Context(), link)
	if err != nil {
		p.b.t.Fatal(err)
	}
	return token
}

// reply is an answer that has arrived whole.
type reply struct {
	t      testing.TB
	what   string
	status int
	header http.Header
	body   string
}

// header is a header field of a request; an empty value leaves it out.
type header struct{ name, value string }

// ask sends a request as the person's browser would.
func (p *person) ask(method, path, body string, headers ...header) *reply {
	p.b.t.Helper()
	return p.b.ask(method, path, body, append([]header{{"Cookie", cookieName + "=" + p.token}}, headers...)...)
}

// ask sends a request as a browser of somebody unknown would.
func (b *bundle) ask(method, path, body string, headers ...header) *reply {
	b.t.Helper()
	r, err := b.try(method, path, body, headers...)
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, path, err)
	}
	return r
}

func (b *bundle) try(method, path, body string, headers ...header) (*reply, error) {
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.http.URL+path, reader)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if method == http.MethodPost && !handsOutSecrets(path) {
		r.Header.Set("Idempotency-Key", fmt.Sprintf("key-%d", b.keys.Add(1)))
	}
	for _, h := range headers {
		if h.value == "" {
			r.Header.Del(h.name)
		} else {
			r.Header.Set(h.name, h.value)
		}
	}
	answer, err := b.http.Client().Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	return &reply{t: b.t, what: method + " " + path, status: answer.StatusCode, header: answer.Header, body: string(text)}, err
}

// want fails the test unless the answer has the status.
func (r *reply) want(status int) *reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("%s: status %d, want %d: %s", r.what, r.status, status, r.body)
	}
	return r
}

// refused fails the test unless the answer is a whole problem with the status
// and the code, and returns it.
func (r *reply) refused(status int, code domain.Code) Problem {
	r.t.Helper()
	r.want(status)
	var p Problem
	decoder := json.NewDecoder(strings.NewReader(r.body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&p); err != nil {
		r.t.Fatalf("%s: %v in %s", r.what, err, r.body)
	}
	if p.Code != string(code) || p.Status != status || p.Detail == "" || p.Title == "" || p.Type != "about:blank" || p.Errors == nil {
		r.t.Errorf("%s: %+v, want code %s", r.what, p, code)
	}
	if kind := r.header.Get("Content-Type"); kind != "application/problem+json" {
		r.t.Errorf("%s: Content-Type %q", r.what, kind)
	}
	return p
}

// into decodes the answer.
func (r *reply) into(v any) *reply {
	r.t.Helper()
	if err := decodeAnswer(r.body, v); err != nil {
		r.t.Fatalf("%s: %v in %s", r.what, err, r.body)
	}
	return r
}

// match is the If-Match for the revision the answer had.
func (r *reply) match() header { return header{"If-Match", r.header.Get("ETag")} }

// handsOutSecrets reports whether the answer of a POST must not be kept.
func handsOutSecrets(path string) bool {
	return strings.HasSuffix(path, "/invitations") || strings.Contains(path, "/account/") || strings.Contains(path, "/session") ||
		strings.HasSuffix(path, "/links") || strings.HasSuffix(path, "/incidents/open")
}
