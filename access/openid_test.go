package access_test

import (
	"context"
	"testing"

	"logis/access"
	"logis/access/openidlab"
	"logis/domain"
	"logis/eventstore"
)

const returned = "http://localhost/openid/callback"

// abroad is a server whose people can sign in at a provider.
type abroad struct {
	*bundle
	lab    *openidlab.Provider
	openid *access.OpenID
}

func travel(t *testing.T) *abroad {
	t.Helper()
	b := setup(t)
	b.access = access.New(b.store, nil) // the provider's clock is everybody's
	lab := openidlab.Start(t, returned)
	return &abroad{b, lab, b.access.OpenID(access.Provider{
		Issuer: lab.Issuer, Client: openidlab.Client, Secret: openidlab.Secret, Name: "Lab",
	})}
}

// visit goes to the provider under the name and comes back.
func (a *abroad) visit(t *testing.T, p access.Principal, name string) access.Answer {
	t.Helper()
	address, ceremony, err := a.openid.Begin(t.Context(), p, returned)
	if err != nil {
		t.Fatal(err)
	}
	said := a.lab.SignIn(t, address, name)
	return access.Answer{Ceremony: ceremony, State: said.Get("state"), Code: said.Get("code")}
}

func TestAProviderSignsInWhoLinkedItAndNobodyElse(t *testing.T) {
	t.Parallel()
	a := travel(t)
	ada, eve := a.person(t, "Ada"), a.person(t, "Eve")
	_, p := a.signIn(t, ada)
	_, q := a.signIn(t, eve)
	_, _, err := a.openid.SignIn(t.Context(), a.visit(t, access.Principal{}, "ada"), "", "")
	wantCode(t, err, domain.Unauthorized) // known there, and linked to nobody
	if err := a.openid.Link(t.Context(), p, a.visit(t, p, "ada")); err != nil {
		t.Fatal(err)
	}
	token, in, err := a.openid.SignIn(t.Context(), a.visit(t, access.Principal{}, "ada"), "", "")
	if err != nil || in.Person != ada {
		t.Fatalf("%+v, %v", in, err)
	}
	if again, err := a.access.Authenticate(t.Context(), token, domain.HomeID{}); err != nil || again.Person != ada {
		t.Errorf("%+v, %v", again, err)
	}
	// The lab gives everybody the same e-mail address: it counts for nothing.
	_, _, err = a.openid.SignIn(t.Context(), a.visit(t, access.Principal{}, "eve"), "", "")
	wantCode(t, err, domain.Unauthorized)
	wantCode(t, a.openid.Link(t.Context(), q, a.visit(t, q, "ada")), domain.Conflict)
	if err := a.access.Unlink(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	wantCode(t, a.access.Unlink(t.Context(), p), domain.NotFound)
	_, _, err = a.openid.SignIn(t.Context(), a.visit(t, access.Principal{}, "ada"), "", "")
	wantCode(t, err, domain.Unauthorized)
}

func TestAnAnswerOfAProviderIsGoodOnceForWhoBeganAndUnchanged(t *testing.T) {
	t.Parallel()
	a := travel(t)
	_, p := a.signIn(t, a.person(t, "Ada"))
	_, eve := a.signIn(t, a.person(t, "Eve"))
	good := a.visit(t, p, "ada")
	if err := a.openid.Link(t.Context(), p, good); err != nil {
		t.Fatal(err)
	}
	for name, answer := range map[string]access.Answer{
		"a second time": good, "no ceremony": {State: good.State, Code: good.Code}, "nothing": {},
		"another state":         change(a.visit(t, p, "ada"), func(x *access.Answer) { x.State += "x" }),
		"no state":              change(a.visit(t, p, "ada"), func(x *access.Answer) { x.State = "" }),
		"another code":          change(a.visit(t, p, "ada"), func(x *access.Answer) { x.Code = "x" }),
		"the code of another's": change(a.visit(t, p, "ada"), func(x *access.Answer) { x.Code = a.visit(t, eve, "eve").Code }),
	} {
		err := a.openid.Link(t.Context(), p, answer)
		if domain.CodeOf(err) != domain.Unauthorized {
			t.Errorf("%s: %v", name, err)
		}
	}
	wantCode(t, a.openid.Link(t.Context(), eve, a.visit(t, p, "eve")), domain.Unauthorized) // Ada began it
	_, _, err := a.openid.SignIn(t.Context(), a.visit(t, p, "ada"), "", "")                 // to link, not to sign in
	wantCode(t, err, domain.Unauthorized)
}

func change(answer access.Answer, do func(*access.Answer)) access.Answer {
	do(&answer)
	return answer
}

func TestSomebodyNewComesByAProviderOnlyWithAnInvitation(t *testing.T) {
	t.Parallel()
	a := travel(t)
	ada := a.person(t, "Ada")
	home := a.home(t, ada)
	var link string
	err := a.store.Append(t.Context(), []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) (err error) {
		link, _, err = a.access.NewInvitation(ctx, tx.PG(), home, access.Invitation{
			ID: eventstore.NewID[domain.InvitationKind](tx.Now()), Role: domain.Resident, CreatedBy: ada,
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = a.openid.SignIn(t.Context(), a.visit(t, access.Principal{}, "bob"), "logis-invite-x", "Bob")
	wantCode(t, err, domain.Unauthorized)
	_, bob, err := a.openid.SignIn(t.Context(), a.visit(t, access.Principal{}, "bob"), link, "Bob")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.access.Allow(t.Context(), bob, home, access.ReadHome); err != nil {
		t.Error(err)
	}
	_, again, err := a.openid.SignIn(t.Context(), a.visit(t, access.Principal{}, "bob"), "", "")
	if err != nil || again.Person != bob.Person {
		t.Errorf("%+v, %v", again, err)
	}
}
