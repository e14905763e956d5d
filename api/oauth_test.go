package api

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/oauth2"

	"logis/access"
	"logis/domain"
)

const appCallback = "https://app.example.org/callback?kept=1"

// register lets the person register an app, and returns it as Go's own client of OAuth.
func (p *person) register(public bool) (*oauth2.Config, domain.EntityID) {
	p.b.t.Helper()
	var made NewApp
	body := `{"name":"Widget","redirects":["` + appCallback + `"]`
	if public {
		body += `,"public":true`
	}
	p.ask("POST", "/api/v1/account/apps", body+"}").want(201).into(&made)
	client := &oauth2.Config{
		ClientID: made.App.ID.String(), RedirectURL: appCallback, Scopes: []string{"home.read", "device.command", "class.C"},
		Endpoint: oauth2.Endpoint{AuthURL: p.b.http.URL + authorizePath, TokenURL: p.b.http.URL + tokenPath},
	}
	if made.Secret != nil {
		client.ClientSecret = *made.Secret
	}
	return client, made.App.ID
}

// askBody is the body of what a page sends when an app sent somebody to the address.
func askBody(t testing.TB, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	members := map[string]string{}
	for name, values := range u.Query() {
		members[name] = values[0]
	}
	text, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// consents says yes to an app, and returns the code it gets.
func (h *house) consents(client *oauth2.Config, verifier string) string {
	h.b.t.Helper()
	ask := askBody(h.b.t, client.AuthCodeURL("af0ifjsldkj", oauth2.S256ChallengeOption(verifier)))
	var yes Consent
	h.owner.ask("POST", "/api/v1/account/consents",
		`{"ask":`+ask+`,"home":"`+h.id.String()+`","actions":["home.read","device.command"],"classes":["C"]}`).want(201).into(&yes)
	u, err := url.Parse(yes.Address)
	if err != nil {
		h.b.t.Fatal(err)
	}
	q := u.Query()
	if u.Host != "app.example.org" || q.Get("kept") != "1" || q.Get("state") != "af0ifjsldkj" || q.Get("iss") != h.b.http.URL {
		h.b.t.Errorf("the answer goes to %s", yes.Address)
	}
	return q.Get("code")
}

// linked registers an app and lets it act for the owner.
func (h *house) linked() (app, grant domain.EntityID) {
	h.b.t.Helper()
	client, app := h.owner.register(true)
	h.granted(client)
	var grants list[Grant]
	h.owner.ask("GET", "/api/v1/account/grants", "").want(200).into(&grants)
	return app, grants.Items[len(grants.Items)-1].ID
}

func (h *house) granted(client *oauth2.Config) *oauth2.Token {
	h.b.t.Helper()
	verifier := oauth2.GenerateVerifier()
	token, err := client.Exchange(h.b.t.Context(), h.consents(client, verifier), oauth2.VerifierOption(verifier))
	if err != nil {
		h.b.t.Fatal(err)
	}
	return token
}

// bears asks as an app with a token does.
func (b *bundle) bears(token, method, path, body string) *reply {
	b.t.Helper()
	return b.ask(method, path, body, header{"Authorization", "Bearer " + token}, header{"Sec-Fetch-Site", ""})
}

func TestAnAppLinksTurnsALampOnAndGoesOnWithoutItsPerson(t *testing.T) {
	t.Parallel()
	for name, public := range map[string]bool{"with a secret": false, "without one": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			h := b.person("Ada").house("Home")
			lamp, lock := h.device("light", "Lamp"), h.device("lock", "Door")
			client, _ := h.owner.register(public)
			token := h.granted(client)
			if token.TokenType != "Bearer" || token.Extra("scope") != "home.read device.command class.C" || token.ExpiresIn != 3600 {
				t.Errorf("%+v", token)
			}
			b.bears(token.AccessToken, "POST", h.deviceAt(lamp)+"/commands", `{"set":{"onOff":true}}`).want(202)
			b.bears(token.AccessToken, "POST", h.deviceAt(lock)+"/commands", `{"action":"unlockDoor"}`).refused(403, domain.Forbidden)
			b.bears(token.AccessToken, "GET", h.path+"/events", "").refused(403, domain.Forbidden)

			old := &oauth2.Token{RefreshToken: token.RefreshToken}
			next, err := client.TokenSource(t.Context(), old).Token()
			if err != nil || next.RefreshToken == token.RefreshToken {
				t.Fatalf("%+v, %v", next, err)
			}
			b.bears(next.AccessToken, "GET", h.path, "").want(200)
			_, err = client.TokenSource(t.Context(), old).Token()
			wantOAuth(t, err, 400, "invalid_grant")
			b.bears(next.AccessToken, "GET", h.path, "").refused(401, domain.Unauthorized)
		})
	}
}

func wantOAuth(t *testing.T, err error, status int, code string) {
	t.Helper()
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) || refused.Response.StatusCode != status || refused.ErrorCode != code {
		t.Errorf("%v, want %d %s", err, status, code)
	}
}

func TestACodeOpensNothingForWhoDidNotAskForIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	client, _ := h.owner.register(false)
	verifier := oauth2.GenerateVerifier()
	code := h.consents(client, verifier)
	try := func(change func(*oauth2.Config), verifier string) error {
		other := *client
		change(&other)
		_, err := other.Exchange(t.Context(), code, oauth2.VerifierOption(verifier))
		return err
	}
	wantOAuth(t, try(func(*oauth2.Config) {}, oauth2.GenerateVerifier()), 400, "invalid_grant")
	wantOAuth(t, try(func(c *oauth2.Config) { c.RedirectURL += "2" }, verifier), 400, "invalid_grant")
	wantOAuth(t, try(func(c *oauth2.Config) { c.ClientSecret = "logis-app-x" }, verifier), 401, "invalid_client")
	wantOAuth(t, try(func(c *oauth2.Config) { c.ClientID = "x" }, verifier), 401, "invalid_client")
	if err := try(func(*oauth2.Config) {}, verifier); err != nil {
		t.Error(err)
	}
	wantOAuth(t, try(func(*oauth2.Config) {}, verifier), 400, "invalid_grant")
}

// form sends a form as an app does.
func (b *bundle) form(path, body string, headers ...header) *reply {
	b.t.Helper()
	headers = append([]header{{"Content-Type", "application/x-www-form-urlencoded"}, {"Sec-Fetch-Site", ""}}, headers...)
	return b.ask("POST", path, body, headers...)
}

func TestWhatAnAppSaysWronglyIsRefusedInTheWordsOfTheStandard(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person("Ada")
	client, _ := ada.register(false)
	is := "client_id=" + client.ClientID + "&client_secret=" + client.ClientSecret
	for _, c := range []struct {
		name, body, code string
		status           int
		header           header
	}{
		{"nothing", "", "unsupported_grant_type", 400, header{}},
		{"password", "grant_type=password&" + is, "unsupported_grant_type", 400, header{}},
		{"no app", "grant_type=refresh_token", "invalid_client", 401, header{}},
		{"no token", "grant_type=refresh_token&" + is, "invalid_grant", 400, header{}},
		{"twice", "grant_type=refresh_token&grant_type=refresh_token&" + is, "invalid_request", 400, header{}},
		{"JSON", "{}", "invalid_request", 400, header{"Content-Type", "application/json"}},
		{"two ways", "grant_type=refresh_token&" + is, "invalid_request", 400, header{"Authorization", "Basic eDp5"}},
		{"large", "grant_type=" + strings.Repeat("x", maxBody), "invalid_request", 400, header{}},
	} {
		body := c.body
		if body == "" {
			body = "x=y"
		}
		headers := []header{}
		if c.header.name != "" {
			headers = append(headers, c.header)
		}
		r := b.form(tokenPath, body, headers...).want(c.status)
		var said oauthError
		if r.into(&said); said.Code != c.code || said.Text == "" {
			t.Errorf("%s: %s", c.name, r.body)
		}
		if r.header.Get("Cache-Control") != "no-store" || (c.status == 401) != (r.header.Get("WWW-Authenticate") != "") {
			t.Errorf("%s: %v", c.name, r.header)
		}
	}
	b.form(revokePath, "token=x").want(401)
	b.form(revokePath, "token=x&"+is).want(200)
	b.ask("GET", tokenPath, "").want(405)
}

func TestAnAppThatIsGivenUpClosesItsSocket(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	client, _ := h.owner.register(true)
	for name, end := range map[string]func(*oauth2.Token){
		"by itself": func(token *oauth2.Token) {
			b.form(revokePath, "token="+token.RefreshToken+"&client_id="+client.ClientID).want(200)
		},
		"by its person": func(*oauth2.Token) {
			var grants list[Grant]
			h.owner.ask("GET", "/api/v1/account/grants", "").want(200).into(&grants)
			h.owner.ask("DELETE", "/api/v1/account/grants/"+grants.Items[0].ID.String(), "").want(204)
		},
	} {
		token := h.granted(client)
		l, _, err := h.dial(h.owner, "", header{"Cookie", ""}, header{"Origin", ""}, header{"Authorization", "Bearer " + token.AccessToken})
		if err != nil {
			t.Fatal(err)
		}
		l.welcome()
		end(token)
		if code := l.closed(); code != closeSignedOut {
			t.Errorf("%s: closed with %d", name, code)
		}
	}
}

func TestAPersonIsSentNowhereThatTheAppDidNotRegister(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person("Ada")
	client, _ := ada.register(true)
	check := func(change func(url.Values)) *reply {
		u, err := url.Parse(client.AuthCodeURL("s", oauth2.S256ChallengeOption(oauth2.GenerateVerifier())))
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		change(q)
		return ada.ask("POST", "/api/v1/account/consents/check", askBody(t, "?"+q.Encode()))
	}
	check(func(q url.Values) { q.Set("redirect_uri", "https://evil.example/") }).refused(422, domain.Invalid)
	check(func(q url.Values) { q.Set("client_id", "x") }).refused(422, domain.Invalid)
	for code, change := range map[string]func(url.Values){
		"unsupported_response_type": func(q url.Values) { q.Set("response_type", "token") },
		"invalid_request":           func(q url.Values) { q.Set("code_challenge_method", "plain") },
		"invalid_scope":             func(q url.Values) { q.Set("scope", "home.burn") },
	} {
		var q Question
		check(change).want(200).into(&q)
		if q.Refusal == nil || !strings.HasPrefix(*q.Refusal, appCallback+"&error="+code+"&iss=") || len(q.Actions) != 0 {
			t.Errorf("%s: %+v", code, q)
		}
	}
	var q Question
	check(func(q url.Values) { q.Set("scope", "home.read class.C") }).want(200).into(&q)
	if q.Refusal != nil || q.App != "Widget" || q.Vetted || q.Target != "app.example.org" || len(q.Actions) != 2 || len(q.Classes) != 1 {
		t.Errorf("%+v", q)
	}
}

func TestAnAppFindsOutByItselfWhereToAsk(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var m map[string]any
	b.ask("GET", metadataPath, "").want(200).into(&m)
	if m["issuer"] != b.http.URL || m["token_endpoint"] != b.http.URL+tokenPath || m["authorization_endpoint"] != b.http.URL+authorizePath {
		t.Errorf("%v", m)
	}
	scopes, _ := m["scopes_supported"].([]any)
	if len(scopes) != len(access.Delegable())+len(access.Classes()) {
		t.Errorf("%v", scopes)
	}
	s := &Server{options: Options{Site: "https://home.example.org/"}}
	if got := s.site(Here{host: "evil.example"}); got != "https://home.example.org" {
		t.Error(got)
	}
	if got := new(Server).site(Here{host: "home.example.org"}); got != "https://home.example.org" {
		t.Error(got) // TLS ends before the server
	}
}
