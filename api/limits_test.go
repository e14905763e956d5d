package api

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/time/rate"

	"logis/domain"
)

func TestWhoAsksTooFastIsToldToWaitAndNobodyElse(t *testing.T) {
	t.Parallel()
	slow := quick()
	slow.person, slow.address = pace{rate.Every(time.Hour), 5}, pace{rate.Every(time.Hour), 3}
	b := setupWith(t, slow)
	ada, eve := b.person("Ada"), b.person("Eve")
	for i := range 5 {
		r := ada.ask("GET", "/api/v1/homes", "").want(200)
		policy, left := r.header.Get("RateLimit-Policy"), r.header.Get("RateLimit")
		if policy != `"caller";q=5;w=18000` || !strings.HasPrefix(left, fmt.Sprintf(`"caller";r=%d;t=`, 4-i)) {
			t.Errorf("after %d: %s, %s", i+1, policy, left)
		}
	}
	r := ada.ask("GET", "/api/v1/homes", "")
	r.refused(429, domain.Overloaded)
	if r.header.Get("Retry-After") == "" || !strings.HasPrefix(r.header.Get("RateLimit"), `"caller";r=0;t=`) {
		t.Errorf("told to wait by %v", r.header)
	}
	eve.ask("GET", "/api/v1/homes", "").want(200)
	for range 3 {
		b.ask("GET", "/api/v1/homes", "").refused(401, domain.Unauthorized)
	}
	b.ask("GET", "/api/v1/homes", "", header{"X-Forwarded-For", "192.0.2.1"}).refused(429, domain.Overloaded)
}

func TestTheRatesOfManyCallersTakeBoundedMemory(t *testing.T) {
	t.Parallel()
	c := newCallers(pace{1, 1})
	if !c.allow("first") || c.allow("first") {
		t.Fatal("the second request within a second must wait")
	}
	for i := range maxCallers - 1 {
		c.allow(fmt.Sprint(i))
	}
	c.allow("one more") // a new generation
	if c.allow("first") {
		t.Error("forgotten although it was seen in the last generation")
	}
	for i := range 5 * maxCallers {
		c.allow(fmt.Sprint("stranger", i))
	}
	if n := len(c.young) + len(c.old); n > 2*maxCallers {
		t.Errorf("%d callers are remembered", n)
	}
}

func TestAnAddressIsWhatItsOwnerCannotChange(t *testing.T) {
	t.Parallel()
	for remote, want := range map[string]string{
		"192.0.2.7:1": "192.0.2.7", "[::ffff:192.0.2.7]:1": "192.0.2.7", "[2001:db8:1:2:3:4:5:6]:1": "2001:db8:1:2::/64",
		"[fe80::1%eth0]:1": "fe80::/64", "@": "unknown", "": "unknown",
	} {
		if got := placeOf(remote); got != want {
			t.Errorf("%s: %s, want %s", remote, got, want)
		}
	}
}

func TestMoreThanTheServerCanDoIsShedAtOnce(t *testing.T) {
	t.Parallel()
	narrow := quick()
	narrow.inFlight = 1
	b := setupWith(t, narrow)
	ada := b.person("Ada")
	h := ada.house("Home")
	// A request waits for the home's lock, which this append holds meanwhile.
	tx, err := b.store.Pool().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
	if _, err := tx.Exec(t.Context(), `SELECT FROM home_heads WHERE home_id = $1 FOR UPDATE`, [16]byte(h.id)); err != nil {
		t.Fatal(err)
	}
	answered := make(chan *reply)
	go func() {
		defer close(answered)
		for t.Context().Err() == nil { // it may be the one that is shed
			r, err := b.try("POST", h.path+"/rooms", `{"name":"Attic"}`, header{"Cookie", cookieName + "=" + ada.token})
			if err != nil || r.status != 503 {
				answered <- r
				return
			}
		}
	}()
	r := ada.ask("GET", "/api/v1/session", "")
	for r.status != 503 {
		r = ada.ask("GET", "/api/v1/session", "")
	}
	r.refused(503, domain.Overloaded)
	if r.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	b.ask("GET", "/healthz", "").want(200)
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r := <-answered; r == nil || r.status != 201 {
		t.Errorf("%+v", r)
	}
	ada.ask("GET", "/api/v1/session", "").want(200)
}

func TestAPanicIsAnAnswerAndALineInTheLog(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.server.router.Get("/boom", func(http.ResponseWriter, *http.Request) { panic("secret detail") })
	p := b.ask("GET", "/boom", "").refused(500, domain.Internal)
	if strings.Contains(p.Detail, "secret") || !strings.Contains(b.log.String(), "secret detail") {
		t.Errorf("told the caller %q and the log %q", p.Detail, b.log)
	}
}

func TestADatabaseThatIsAwayIsSaidSoWithoutDetails(t *testing.T) {
	t.Parallel()
	pool, err := pgxpool.New(t.Context(), "host="+t.TempDir()+" user=nobody database=secret")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	b := setupOn(t, pool, quick())
	ada := &person{b: b, token: "logis-session-" + strings.Repeat("A", 43)}
	for _, path := range []string{"/api/v1/homes", "/api/v1/session", "/readyz"} {
		r := ada.ask("GET", path, "")
		p := r.refused(503, domain.Storage)
		if strings.Contains(r.body, "secret") || strings.Contains(p.Detail, "dial") || r.header.Get("Retry-After") == "" {
			t.Errorf("%s: %+v", path, p)
		}
	}
	b.ask("GET", "/healthz", "").want(200)
	if !strings.Contains(b.log.String(), "connect") {
		t.Errorf("the log does not say why: %s", b.log)
	}
}

// raw sends bytes as they are and returns the status of the answer; 0 when the
// server hangs up without one.
func (b *bundle) raw(text string) int {
	b.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(b.http.URL, "http://"))
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		b.t.Fatal(err)
	}
	_, _ = io.WriteString(conn, text) // the server may have hung up half-way
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0
	}
	defer func() { _ = answer.Body.Close() }()
	return answer.StatusCode
}
