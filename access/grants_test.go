package access_test

import (
	"crypto/sha256"
	"encoding/base64"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"logis/access"
	"logis/domain"
	"logis/domain/thing"
)

const (
	callback = "https://app.example.org/callback"
	verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
)

// linked is an app, and a person who may let it act for them.
type linked struct {
	*bundle
	home   domain.HomeID
	person access.Principal
	app    access.App
	client access.Client
}

func link(t *testing.T, app access.App) *linked {
	t.Helper()
	b := setup(t)
	ada := b.person(t, "Ada")
	l := &linked{bundle: b, home: b.home(t, ada)}
	_, l.person = b.signIn(t, ada)
	app.Name, app.Redirects = "App", []string{callback}
	secret, app, err := b.access.NewApp(t.Context(), access.Principal{}, app)
	if err != nil {
		t.Fatal(err)
	}
	l.app, l.client = app, access.Client{ID: app.ID.String(), Secret: secret}
	return l
}

func (l *linked) limits() access.Limits {
	return access.Limits{
		Home: l.home, Actions: []access.Action{access.ReadHome, access.CommandDevice}, Classes: []thing.Class{thing.Comfort},
	}
}

func (l *linked) ask() access.Ask {
	sum := sha256.Sum256([]byte(verifier))
	return access.Ask{
		Client: l.client.ID, Redirect: callback, Challenge: base64.RawURLEncoding.EncodeToString(sum[:]), Method: "S256",
	}
}

func (l *linked) code(t *testing.T) string {
	t.Helper()
	code, err := l.access.Consent(t.Context(), l.person, l.ask(), l.limits())
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func (l *linked) granted(t *testing.T) access.Granted {
	t.Helper()
	got, err := l.access.Exchange(t.Context(), l.client, l.code(t), callback, verifier)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// opens reports whether a token lets its app in.
func (l *linked) opens(t *testing.T, token string) bool {
	t.Helper()
	p, err := l.access.Authenticate(t.Context(), token, l.home)
	if err != nil {
		wantCode(t, err, domain.Unauthorized)
		return false
	}
	return l.access.Allow(t.Context(), p, l.home, access.ReadHome) == nil
}

func TestAnAppMayWhatItsPersonAllowedAndNothingElse(t *testing.T) {
	t.Parallel()
	l := link(t, access.App{Public: true})
	got := l.granted(t)
	p, err := l.access.Authenticate(t.Context(), got.Access, l.home)
	if err != nil || !p.ByToken() || p.Person != l.person.Person {
		t.Fatalf("%+v, %v", p, err)
	}
	for _, action := range access.Actions() {
		wanted := action == access.ReadHome || action == access.CommandDevice
		if err := l.access.Allow(t.Context(), p, l.home, action); (err == nil) != wanted {
			t.Errorf("%s: %v", action, err)
		}
	}
	permit, err := l.access.Permit(t.Context(), p, l.home, access.CommandDevice)
	if err != nil {
		t.Fatal(err)
	}
	lock := &domain.Device{}
	wantCode(t, permit.Command(lock, &domain.Command{Class: thing.Opening}), domain.Forbidden)
	wantCode(t, l.access.Allow(t.Context(), p, l.bundle.home(t, l.person.Person), access.ReadHome), domain.NotFound)
	if own, err := l.access.Tokens(t.Context(), l.person); err != nil || len(own) != 0 {
		t.Errorf("among the person's own tokens: %v, %v", own, err)
	}
	l.clock.Advance(access.AccessLife)
	if l.opens(t, got.Access) {
		t.Error("the token outlives its hour")
	}
}

func TestACodeIsGoodOnceAndASecondUseEndsWhatItGot(t *testing.T) {
	t.Parallel()
	l := link(t, access.App{Public: true})
	code := l.code(t)
	var won atomic.Int32
	var tries errgroup.Group
	for range 20 {
		tries.Go(func() error {
			if _, err := l.access.Exchange(t.Context(), l.client, code, callback, verifier); err == nil {
				won.Add(1)
			}
			return nil
		})
	}
	_ = tries.Wait()
	if won.Load() != 1 {
		t.Errorf("%d of 20 got in, want 1", won.Load())
	}
	if grants, err := l.access.Grants(t.Context(), l.person); err != nil || len(grants) != 0 {
		t.Errorf("what it got goes on: %v, %v", grants, err)
	}
}

func TestACodeIsBoundToItsAppItsAddressItsVerifierAndAMinute(t *testing.T) {
	t.Parallel()
	l := link(t, access.App{})
	other, app, err := l.access.NewApp(t.Context(), l.person, access.App{Name: "Other", Redirects: []string{callback}})
	if err != nil {
		t.Fatal(err)
	}
	code := l.code(t)
	refused := func(want domain.Code, c access.Client, redirect, proof string) {
		t.Helper()
		_, err := l.access.Exchange(t.Context(), c, code, redirect, proof)
		wantCode(t, err, want)
	}
	refused(domain.Forbidden, access.Client{ID: app.ID.String(), Secret: other}, callback, verifier)
	refused(domain.Unauthorized, access.Client{ID: l.client.ID, Secret: other}, callback, verifier)
	refused(domain.Unauthorized, access.Client{ID: l.client.ID}, callback, verifier)
	refused(domain.Forbidden, l.client, callback+"/", verifier)
	refused(domain.Forbidden, l.client, callback, verifier+"x")
	refused(domain.Forbidden, l.client, callback, "")
	l.clock.Advance(access.CodeLife)
	refused(domain.Forbidden, l.client, callback, verifier)
	late := l.code(t)
	l.clock.Advance(access.CodeLife - time.Second)
	if _, err := l.access.Exchange(t.Context(), l.client, late, callback, verifier); err != nil {
		t.Error("in its last second:", err)
	}
}

func TestARefreshTokenIsGoodOnceAndASecondUseEndsTheFamily(t *testing.T) {
	t.Parallel()
	l := link(t, access.App{Public: true})
	first := l.granted(t)
	second, err := l.access.Refresh(t.Context(), l.client, first.Refresh)
	if err != nil || second.Refresh == first.Refresh || !l.opens(t, second.Access) {
		t.Fatalf("%v", err)
	}
	_, err = l.access.Refresh(t.Context(), l.client, first.Refresh)
	wantCode(t, err, domain.Forbidden)
	if l.opens(t, first.Access) || l.opens(t, second.Access) {
		t.Error("a stolen token was noticed and the app goes on")
	}
	_, err = l.access.Refresh(t.Context(), l.client, second.Refresh)
	wantCode(t, err, domain.Forbidden)
	log, err := l.access.Log(t.Context(), l.person)
	if err != nil || log[0].What != access.AppReplayed {
		t.Errorf("the person is not told: %v, %v", log, err)
	}
}

func TestAnAssistantKeepsItsRefreshTokenAndNeedsNoChallenge(t *testing.T) {
	t.Parallel()
	l := link(t, access.App{Assistant: true})
	code, err := l.access.Consent(t.Context(), l.person, access.Ask{Client: l.client.ID, Redirect: callback}, l.limits())
	if err != nil {
		t.Fatal(err)
	}
	got, err := l.access.Exchange(t.Context(), l.client, code, callback, "")
	if err != nil {
		t.Fatal(err)
	}
	for range access.MaxAccess {
		l.clock.Advance(time.Second)
		next, err := l.access.Refresh(t.Context(), l.client, got.Refresh)
		if err != nil || next.Refresh != got.Refresh || !l.opens(t, next.Access) {
			t.Fatalf("%+v, %v", next, err)
		}
	}
	if l.opens(t, got.Access) {
		t.Error("more tokens than there may be")
	}
	_, err = l.access.Refresh(t.Context(), access.Client{ID: l.client.ID}, got.Refresh)
	wantCode(t, err, domain.Unauthorized)
}

func TestAnAppEndsOnOpenDoorsByPersonByItselfAndWithItsRegistration(t *testing.T) {
	t.Parallel()
	l := link(t, access.App{Public: true})
	for name, end := range map[string]func(access.Granted) error{
		"person": func(access.Granted) error {
			grants, err := l.access.Grants(t.Context(), l.person)
			if err != nil {
				return err
			}
			return l.access.EndGrant(t.Context(), l.person, grants[len(grants)-1].ID)
		},
		"access token":  func(g access.Granted) error { return l.access.GiveBack(t.Context(), l.client, g.Access) },
		"refresh token": func(g access.Granted) error { return l.access.GiveBack(t.Context(), l.client, g.Refresh) },
	} {
		got := l.granted(t)
		p, err := l.access.Authenticate(t.Context(), got.Access, l.home)
		if err != nil {
			t.Fatal(err)
		}
		if err := end(got); err != nil {
			t.Fatal(name, err)
		}
		still, err := l.access.Still(t.Context(), l.home, access.ReadHome, []access.Principal{p})
		if err != nil || still[0] != access.Gone {
			t.Errorf("%s: %v, %v", name, still, err)
		}
	}
	if err := l.access.GiveBack(t.Context(), l.client, "nothing"); err != nil {
		t.Error("a token that opens nothing is no error:", err)
	}
	got := l.granted(t)
	wantCode(t, l.access.RemoveApp(t.Context(), l.person, l.app.ID), domain.NotFound) // not theirs
	if err := l.access.RemoveApp(t.Context(), access.Principal{}, l.app.ID); err != nil || l.opens(t, got.Access) {
		t.Error("the app outlives its registration:", err)
	}
}

func TestNobodyIsAskedForAnAppThatCouldNotHearTheAnswer(t *testing.T) {
	t.Parallel()
	l := link(t, access.App{Public: true})
	for name, change := range map[string]func(*access.Ask){
		"an unknown app":         func(a *access.Ask) { a.Client = "018f0000-0000-7000-8000-000000000000" },
		"no app":                 func(a *access.Ask) { a.Client = "x" },
		"another address":        func(a *access.Ask) { a.Redirect += "?x" },
		"no challenge":           func(a *access.Ask) { a.Challenge, a.Method = "", "" },
		"a challenge in clear":   func(a *access.Ask) { a.Method = "plain" },
		"a challenge cut short":  func(a *access.Ask) { a.Challenge = a.Challenge[1:] },
		"a method and nothing":   func(a *access.Ask) { a.Challenge = "" },
		"a challenge, no method": func(a *access.Ask) { a.Method = "" },
	} {
		ask := l.ask()
		change(&ask)
		_, err := l.access.Consent(t.Context(), l.person, ask, l.limits())
		if domain.CodeOf(err) != domain.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, eve := l.signIn(t, l.bundle.person(t, "Eve"))
	_, err := l.access.Consent(t.Context(), eve, l.ask(), l.limits())
	wantCode(t, err, domain.NotFound) // nobody gives what they have not
}

func TestAnAddressWhereOthersCouldReadTheCodeIsNotRegistered(t *testing.T) {
	t.Parallel()
	l := link(t, access.App{})
	register := func(redirects ...string) error {
		_, _, err := l.access.NewApp(t.Context(), l.person, access.App{Name: "x", Redirects: redirects})
		return err
	}
	for _, address := range []string{
		"", "x", "http://app.example.org/", "http://10.0.0.1/", "https://", "https://a.example/#x", "https://u@a.example/",
		"javascript:alert(1)", "data:text/html,x", "file:///x", "myapp:/cb", "http://localhost.example.org/", "https://a.example/a b",
	} {
		wantCode(t, register(address), domain.Invalid)
	}
	wantCode(t, register(), domain.Invalid)
	wantCode(t, register(make([]string, 11)...), domain.Invalid)
	for _, address := range []string{"https://a.example/x?y=z", "http://127.0.0.1:8976/cb", "http://[::1]/", "http://localhost/cb", "org.example.app:/cb"} {
		if err := register(address); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	_, _, err := l.access.NewApp(t.Context(), l.person, access.App{Name: "x", Redirects: []string{callback}, Assistant: true})
	wantCode(t, err, domain.Invalid)
	for {
		if err := register(callback); err != nil {
			wantCode(t, err, domain.Conflict)
			break
		}
	}
	apps, err := l.access.Apps(t.Context(), l.person)
	if err != nil || len(apps) != access.MaxApps {
		t.Errorf("%d apps, %v", len(apps), err)
	}
}
