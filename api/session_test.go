package api

import (
	"net/http"
	"strings"
	"testing"

	"logis/domain"
)

func TestALinkBecomesACookieThatOnlyThisHostGetsBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person("Ada")
	link, err := b.access.NewLink(t.Context(), ada.id)
	if err != nil {
		t.Fatal(err)
	}
	var session Session
	in := b.ask("POST", "/api/v1/session", `{"link":"`+link+`"}`, header{"Idempotency-Key", ""}).want(201).into(&session)
	if session.Person.ID != ada.id || session.Person.Name != "Ada" {
		t.Errorf("%+v", session)
	}
	cookies, err := http.ParseSetCookie(in.header.Get("Set-Cookie"))
	if err != nil {
		t.Fatal(err)
	}
	if cookies.Name != "__Host-logis" || !cookies.Secure || !cookies.HttpOnly || cookies.SameSite != http.SameSiteLaxMode ||
		cookies.Path != "/" || cookies.Domain != "" || cookies.MaxAge < 29*86400 {
		t.Errorf("%+v", cookies)
	}
	cookie := header{"Cookie", cookies.Name + "=" + cookies.Value}
	if got := b.ask("GET", "/api/v1/session", "", cookie).want(200); got.body != in.body {
		t.Errorf("GET %s POST %s", got.body, in.body)
	}
	out := b.ask("DELETE", "/api/v1/session", "", cookie).want(204)
	if !strings.Contains(out.header.Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("Set-Cookie %q", out.header.Get("Set-Cookie"))
	}
	b.ask("GET", "/api/v1/session", "", cookie).refused(401, domain.Unauthorized)
	b.ask("POST", "/api/v1/session", `{"link":"`+link+`"}`).refused(401, domain.Unauthorized)
}

func TestTwoSessionCookiesAreNone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada, eve := b.person("Ada"), b.person("Eve")
	both := header{"Cookie", cookieName + "=" + ada.token + "; " + cookieName + "=" + eve.token}
	b.ask("GET", "/api/v1/homes", "", both).refused(401, domain.Unauthorized)
	b.ask("GET", "/api/v1/homes", "", header{"Authorization", "Bearer " + ada.token}).refused(401, domain.Unauthorized)
}

func TestAChangeMustComeFromTheAppsOwnOrigin(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person("Ada")
	host := strings.TrimPrefix(b.http.URL, "http://")
	none := header{"Sec-Fetch-Site", ""}
	home := `{"name":"Home","time_zone":"UTC"}`
	for _, allowed := range [][]header{
		{{"Sec-Fetch-Site", "same-origin"}},
		{none, {"Origin", "http://" + host}},
		{none, {"Origin", "https://" + strings.ToUpper(host)}},
		{{"Sec-Fetch-Site", "same-origin"}, {"Origin", "https://behind.a.proxy"}},
	} {
		ada.ask("POST", "/api/v1/homes", home, allowed...).want(201)
	}
	for _, refused := range [][]header{
		{none},
		{none, {"Origin", "null"}},
		{none, {"Origin", "https://evil.example"}},
		{none, {"Origin", "http://" + host + ".evil.example"}},
		{none, {"Origin", "http://" + host + "0"}},
		{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "http://" + host}},
		{{"Sec-Fetch-Site", "same-site"}},
		{{"Sec-Fetch-Site", "none"}},
	} {
		ada.ask("POST", "/api/v1/homes", home, refused...).refused(403, domain.Forbidden)
		b.ask("DELETE", "/api/v1/session", "", refused...).refused(403, domain.Forbidden)
		ada.ask("GET", "/api/v1/homes", "", refused...).want(200)
	}
}

func TestEveryAnswerCarriesTheSecurityHeaders(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person("Ada")
	for _, path := range []string{"/", "/rooms", "/assets/app-1a2b3c.js", "/api/v1/homes", "/api/v1/nothing", "/api/v1/session", "/healthz"} {
		r := ada.ask("GET", path, "")
		for name, part := range map[string]string{
			"Content-Security-Policy": "default-src 'self'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
			"X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin",
		} {
			if !strings.Contains(r.header.Get(name), part) {
				t.Errorf("%s: %s is %q", path, name, r.header.Get(name))
			}
		}
		if csp := r.header.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "script-src") {
			t.Errorf("%s: %s", path, csp)
		}
		if strings.HasPrefix(path, "/api/") && r.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: Cache-Control %q", path, r.header.Get("Cache-Control"))
		}
		for name := range r.header {
			if strings.HasPrefix(name, "Access-Control-") || name == "Server" {
				t.Errorf("%s: header %s", path, name)
			}
		}
	}
}
