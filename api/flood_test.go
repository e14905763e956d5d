package api

import (
	"errors"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"logis/access"
	"logis/domain"
)

// However many sign in at once, they take a small part of the requests that may be
// worked on: whoever is signed in is served, and who floods is told when to come back.
func TestAFloodOfSignInsHoldsUpNobodyElse(t *testing.T) {
	t.Parallel()
	if access.MaxSigningIn > maxInFlight/4 {
		t.Errorf("%d of %d requests in flight may be sign-ins", access.MaxSigningIn, maxInFlight)
	}
	b := setup(t)
	h := b.person("Ada").house("Home")
	h.owner.ask("POST", "/api/v1/account/password", `{"login":"ada","password":"the house stands by the lake"}`).want(204)
	const flood = 3 * access.MaxSigningIn // fewer than may be in flight: what is shed is shed by the sign-ins
	var group sync.WaitGroup
	for range flood {
		group.Go(func() {
			r, err := b.try("POST", "/api/v1/session/password", `{"login":"ada","password":"not the one at all"}`)
			switch {
			case err != nil:
				t.Error(err)
			case r.status == http.StatusServiceUnavailable && r.header.Get("Retry-After") == "":
				t.Errorf("sent away without a time to come back: %s", r.body)
			case r.status != http.StatusServiceUnavailable && r.status != http.StatusUnauthorized:
				t.Errorf("%d %s", r.status, r.body)
			}
		})
	}
	for range 20 {
		h.owner.ask("GET", "/api/v1/session", "").want(200)
		h.owner.ask("GET", h.path+"/devices", "").want(200)
	}
	group.Wait()
}

// What is the last of something is given once, however many want it at the same time.
func TestTheLastPlacesAreGivenToNoMoreThanThereAre(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	token := `{"name":"P","home":"` + h.id.String() + `","actions":["home.read"],"days":1}`
	for what, c := range map[string]struct {
		most       int
		path, body string
	}{
		"invitations": {access.MaxInvitations, h.path + "/invitations", `{"role":"guest"}`},
		"tokens":      {access.MaxTokens, "/api/v1/account/tokens", token},
	} {
		for range c.most - 1 {
			h.owner.ask("POST", c.path, c.body).want(201)
		}
		var group sync.WaitGroup
		var mu sync.Mutex
		given := 0
		for range 20 {
			group.Go(func() {
				r, err := b.try("POST", c.path, c.body, header{"Cookie", cookieName + "=" + h.owner.token})
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil && r.status == http.StatusCreated:
					given++
				case err != nil || r.status != http.StatusConflict:
					t.Errorf("%s: %v %+v", what, err, r)
				}
			})
		}
		group.Wait()
		if given != 1 {
			t.Errorf("of %s the last one was given %d times", what, given)
		}
	}
}

// quoted matches what a line of the log quotes.
var quoted = regexp.MustCompile(`"(?:\\.|[^"\\])*"`)

// Whatever callers write, a line of the log is one line, and nothing in it speaks to
// a terminal.
func TestALineOfTheLogIsOneLineWhateverStandsInIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, hostile := range []string{
		"GET /a\nlevel=ERROR msg=forged", "GET /a\r\nlevel=ERROR msg=forged", "GET /\x1b[2J\x1b[31mred", "GET /a\" status=200 msg=\"forged",
		"GET /a\x00b", "GET /\u2028level=ERROR msg=forged", "GET /\u202ereversed",
	} {
		before := len(b.log.String())
		b.server.note(t.Context(), hostile, problemOf(domain.Wrap(domain.Internal, "", errors.New(hostile)))) //nolint:err113 // its text is what counts
		line := b.log.String()[before:]
		if strings.Count(line, "\n") != 1 || strings.ContainsAny(line[:len(line)-1], "\r\n\x00\x1b\u2028\u202e") {
			t.Errorf("%q became %q", hostile, line)
		}
		if strings.Contains(quoted.ReplaceAllString(line, ""), "forged") {
			t.Errorf("%q speaks as the server: %q", hostile, line)
		}
	}
}
