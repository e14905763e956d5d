package access_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/access"
	"logis/domain"
	"logis/domain/thing"
)

func TestATokenKeepsItsDoorOpenUntilItEnds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person(t, "Ada")
	home, other := b.home(t, ada), b.home(t, ada)
	_, p := b.signIn(t, ada)
	secret, made, err := b.access.NewToken(t.Context(), p, "Script", access.Limits{Home: home, Actions: []access.Action{access.ReadHome}}, 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	program, err := b.access.Authenticate(t.Context(), secret, home)
	if err != nil || !program.ByToken() || program.Person != ada {
		t.Fatalf("%+v, %v", program, err)
	}
	want := func(standing access.Standing) {
		t.Helper()
		got, err := b.access.Still(t.Context(), home, access.ReadHome, []access.Principal{program})
		if err != nil || got[0] != standing {
			t.Errorf("standing %v, %v, want %v", got, err, standing)
		}
	}
	want(access.Stays)
	wantCode(t, b.access.Allow(t.Context(), program, other, access.ReadHome), domain.NotFound)
	for _, action := range access.Actions() {
		if err := b.access.Allow(t.Context(), program, home, action); (err == nil) != (action == access.ReadHome) {
			t.Errorf("%s: %v", action, err)
		}
	}
	_, eve := b.signIn(t, b.person(t, "Eve"))
	wantCode(t, b.access.EndToken(t.Context(), eve, made.ID), domain.NotFound)
	if err := b.access.EndToken(t.Context(), p, made.ID); err != nil {
		t.Fatal(err)
	}
	want(access.Gone)
}

// Whoever was let in with a token that ends before their change is made is refused
// then, and sees no other difference.
func TestATokenThatEndedMeanwhileChangesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person(t, "Ada")
	_, p := b.signIn(t, ada)
	home := b.home(t, ada)
	secret, made, err := b.access.NewToken(t.Context(), p, "Script", access.Limits{Home: home, Actions: []access.Action{access.ReadHome}}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	program, err := b.access.Authenticate(t.Context(), secret, home)
	if err != nil || program.Token() != made.ID || !p.Token().IsZero() {
		t.Fatalf("%v, %v", program.Token(), err)
	}
	lasts := func(p access.Principal) error {
		return pgx.BeginFunc(t.Context(), b.pool, func(tx pgx.Tx) error { return b.access.Lasts(t.Context(), tx, p) })
	}
	if err := lasts(program); err != nil {
		t.Error(err)
	}
	if err := b.access.EndToken(t.Context(), p, made.ID); err != nil {
		t.Fatal(err)
	}
	wantCode(t, lasts(program), domain.Unauthorized)
	if err := lasts(p); err != nil {
		t.Errorf("their session: %v", err)
	}
	wantCode(t, b.access.EndToken(t.Context(), p, made.ID), domain.NotFound)
}

func TestATokenExpires(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person(t, "Ada")
	home := b.home(t, ada)
	_, p := b.signIn(t, ada)
	secret, _, err := b.access.NewToken(t.Context(), p, "Script", access.Limits{Home: home, Actions: []access.Action{access.ReadHome}}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(time.Hour)
	_, err = b.access.Authenticate(t.Context(), secret, home)
	wantCode(t, err, domain.Unauthorized)
}

func TestATokenThatCouldDoTooMuchIsNotMade(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person(t, "Ada")
	home := b.home(t, ada)
	_, p := b.signIn(t, ada)
	read := []access.Action{access.ReadHome}
	for name, c := range map[string]struct {
		limits access.Limits
		life   time.Duration
	}{
		"no action":                {access.Limits{Home: home}, time.Hour},
		"an action there is not":   {access.Limits{Home: home, Actions: []access.Action{"home.burn"}}, time.Hour},
		"one who lets people in":   {access.Limits{Home: home, Actions: []access.Action{access.ManageMembers}}, time.Hour},
		"commands of no class":     {access.Limits{Home: home, Actions: []access.Action{access.CommandDevice}}, time.Hour},
		"classes without commands": {access.Limits{Home: home, Actions: read, Classes: []thing.Class{thing.Comfort}}, time.Hour},
		"a class there is not":     {access.Limits{Home: home, Actions: []access.Action{access.CommandDevice}, Classes: []thing.Class{'G'}}, time.Hour},
		"no life":                  {access.Limits{Home: home, Actions: read}, 0},
		"too long a life":          {access.Limits{Home: home, Actions: read}, access.TokenLife + time.Second},
	} {
		_, _, err := b.access.NewToken(t.Context(), p, name, c.limits, c.life)
		if domain.CodeOf(err) != domain.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, _, err := b.access.NewToken(t.Context(), p, "x", access.Limits{Home: domain.HomeID{9}, Actions: read}, time.Hour)
	wantCode(t, err, domain.NotFound)
}
