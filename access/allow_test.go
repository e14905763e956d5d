package access_test

import (
	"testing"
	"time"

	"logis/access"
	"logis/domain"
	"logis/domain/thing"
)

func TestAnOwnerMayEverythingAndAStrangerNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada, eve := b.person(t, "Ada"), b.person(t, "Eve")
	home := b.home(t, ada)
	_, owner := b.signIn(t, ada)
	_, stranger := b.signIn(t, eve)
	for _, action := range access.Actions() {
		if err := b.access.Allow(t.Context(), owner, home, action); err != nil {
			t.Errorf("%s: the owner is refused: %v", action, err)
		}
		there := b.access.Allow(t.Context(), stranger, home, action)
		wantCode(t, there, domain.NotFound)
		nowhere := b.access.Allow(t.Context(), stranger, domain.HomeID{9}, action)
		if there.Error() != nowhere.Error() {
			t.Errorf("%s: %q tells that the home exists, elsewhere it is %q", action, there, nowhere)
		}
		wantCode(t, b.access.Allow(t.Context(), access.Principal{}, home, action), domain.Unauthorized)
	}
}

// The membership that comes with the session says the same as one looked up, and
// says nothing of another home.
func TestWhatTheSessionBringsIsWhatALookWouldFind(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada, eve := b.person(t, "Ada"), b.person(t, "Eve")
	home, other := b.home(t, ada), b.home(t, eve)
	token, looked := b.signIn(t, ada)
	for _, at := range []domain.HomeID{home, other, {9}, {}} {
		brought, err := b.access.Authenticate(t.Context(), token, at)
		if err != nil {
			t.Fatal(err)
		}
		for _, asked := range []domain.HomeID{home, other, {9}, {}} {
			got := b.access.Allow(t.Context(), brought, asked, access.ReadHome)
			want := b.access.Allow(t.Context(), looked, asked, access.ReadHome)
			if domain.CodeOf(got) != domain.CodeOf(want) || (got == nil) != (want == nil) || (asked == home) != (got == nil) {
				t.Errorf("authenticated at %s, asked of %s: %v, want %v", at, asked, got, want)
			}
		}
	}
}

func TestAnActionThatIsNotInTheMatrixIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person(t, "Ada")
	home := b.home(t, ada)
	_, owner := b.signIn(t, ada)
	wantCode(t, b.access.Allow(t.Context(), owner, home, "home.burn"), domain.Forbidden)
}

func TestARoleThatIsNotInTheMatrixMayNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada, bob := b.person(t, "Ada"), b.person(t, "Bob")
	home := b.home(t, ada)
	b.join(t, home, bob, "wizard")
	_, p := b.signIn(t, bob)
	for _, action := range access.Actions() {
		wantCode(t, b.access.Allow(t.Context(), p, home, action), domain.Forbidden)
	}
}

func TestADoorThatStaysOpenClosesWithTheSessionAndWithTheMembership(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada, bob := b.person(t, "Ada"), b.person(t, "Bob")
	home := b.home(t, ada)
	_, first := b.signIn(t, ada)
	_, second := b.signIn(t, ada)
	_, member := b.signIn(t, bob)
	b.join(t, home, bob, domain.Owner)
	everyone := []access.Principal{first, second, member, {}}
	want := func(want ...access.Standing) {
		t.Helper()
		got, err := b.access.Still(t.Context(), home, access.ReadHome, everyone)
		if err != nil {
			t.Fatal(err)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("principal %d: %v, want %v", i, got[i], want[i])
			}
		}
	}
	want(access.Stays, access.Stays, access.Stays, access.Gone)
	if err := b.access.SignOut(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	b.join(t, home, bob, "wizard")
	want(access.Gone, access.Stays, access.Gone, access.Gone)
	b.clock.Advance(access.SessionLife)
	want(access.Gone, access.Gone, access.Gone, access.Gone)
}

func TestACommandIsOnlySentForWhoeverMayStillAskIt(t *testing.T) {
	t.Parallel()
	member, left := domain.PersonID{1}, domain.PersonID{2}
	home := domain.NewHome(domain.HomeID{1}, nil)
	lamp := domain.DeviceID{3}
	home.Devices[lamp] = &domain.Device{ID: lamp}
	home.Members[member] = &domain.Member{Person: member, Role: domain.Owner}
	for actor, want := range map[domain.Actor]bool{
		domain.PersonActor(member): true,
		domain.PersonActor(left):   false,
		"rule:1":                   true,
		domain.SystemActor:         true,
	} {
		if got := access.Authorize(home, &domain.Command{Actor: actor, Device: lamp, Class: thing.Comfort}, time.Time{}); got != want {
			t.Errorf("%s: %v, want %v", actor, got, want)
		}
	}
}

func TestNamesAreThoseOfPeopleWhoAreStillHere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person(t, "Ada")
	names, err := b.access.PersonNames(t.Context(), []domain.PersonID{ada, {7}})
	if err != nil || len(names) != 1 || names[ada] != "Ada" {
		t.Errorf("%v, %v", names, err)
	}
}
