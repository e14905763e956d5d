package access_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"logis/access"
	"logis/domain"
)

func TestALinkSignsInOnceHoweverManyTryAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	link, err := b.access.NewLink(t.Context(), b.person(t, "Ada"))
	if err != nil {
		t.Fatal(err)
	}
	var signedIn, refused atomic.Int32
	var group sync.WaitGroup
	for range 100 {
		group.Go(func() {
			_, _, err := b.access.Redeem(t.Context(), link)
			switch {
			case err == nil:
				signedIn.Add(1)
			case domain.CodeOf(err) == domain.Unauthorized:
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	group.Wait()
	if signedIn.Load() != 1 || refused.Load() != 99 {
		t.Errorf("%d signed in and %d were refused, want 1 and 99", signedIn.Load(), refused.Load())
	}
	var sessions int
	if err := b.pool.QueryRow(t.Context(), `SELECT count(*) FROM sessions`).Scan(&sessions); err != nil || sessions != 1 {
		t.Errorf("%d sessions (%v), want 1", sessions, err)
	}
}

func TestALinkExpires(t *testing.T) {
	t.Parallel()
	b := setup(t)
	link, err := b.access.NewLink(t.Context(), b.person(t, "Ada"))
	if err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(access.LinkLife)
	_, _, err = b.access.Redeem(t.Context(), link)
	wantCode(t, err, domain.Unauthorized)
}

func TestALinkForNobodyIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.access.NewLink(t.Context(), domain.PersonID{1})
	wantCode(t, err, domain.NotFound)
}

func TestASessionLastsThirtyDaysAndNoLonger(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person(t, "Ada")
	token, _ := b.signIn(t, ada)
	b.clock.Advance(access.SessionLife - time.Second)
	p, err := b.access.Authenticate(t.Context(), token, domain.HomeID{})
	if err != nil || p.Person != ada || p.Name != "Ada" {
		t.Fatalf("after almost 30 days: %+v, %v", p, err)
	}
	b.clock.Advance(time.Second)
	_, err = b.access.Authenticate(t.Context(), token, domain.HomeID{})
	wantCode(t, err, domain.Unauthorized)
}

func TestASessionEndsBySigningOutAndOnlyThatOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person(t, "Ada")
	phone, p := b.signIn(t, ada)
	laptop, _ := b.signIn(t, ada)
	if err := b.access.SignOut(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	_, err := b.access.Authenticate(t.Context(), phone, domain.HomeID{})
	wantCode(t, err, domain.Unauthorized)
	if _, err := b.access.Authenticate(t.Context(), laptop, domain.HomeID{}); err != nil {
		t.Errorf("the other browser: %v", err)
	}
}

func TestTheOldestBrowserIsSignedOutBeyondTheBound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person(t, "Ada")
	oldest, _ := b.signIn(t, ada)
	for range access.MaxSessions - 1 {
		b.clock.Advance(time.Second)
		b.signIn(t, ada)
	}
	if _, err := b.access.Authenticate(t.Context(), oldest, domain.HomeID{}); err != nil {
		t.Fatalf("at the bound: %v", err)
	}
	b.clock.Advance(time.Second)
	newest, _ := b.signIn(t, ada)
	_, err := b.access.Authenticate(t.Context(), oldest, domain.HomeID{})
	wantCode(t, err, domain.Unauthorized)
	if _, err := b.access.Authenticate(t.Context(), newest, domain.HomeID{}); err != nil {
		t.Error(err)
	}
}

func TestWhatIsNotATokenIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	token, _ := b.signIn(t, b.person(t, "Ada"))
	for _, wrong := range []string{
		"", " ", token[:len(token)-1], token + "A", token + " ", strings.ToUpper(token),
		strings.Replace(token, "session", "link", 1), "logis-session-" + strings.Repeat("A", 43),
		strings.Repeat("A", 1<<16), "logis-session-\x00",
	} {
		_, err := b.access.Authenticate(t.Context(), wrong, domain.HomeID{})
		wantCode(t, err, domain.Unauthorized)
		_, _, err = b.access.Redeem(t.Context(), wrong)
		wantCode(t, err, domain.Unauthorized)
	}
}

func TestNoSecretIsKeptInClear(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person(t, "Ada")
	link, err := b.access.NewLink(t.Context(), ada)
	if err != nil {
		t.Fatal(err)
	}
	token, _ := b.signIn(t, ada)
	for _, table := range []string{"sign_in_links", "sessions"} {
		var dump string
		err := b.pool.QueryRow(t.Context(), `SELECT string_agg(row_to_json(r)::text, '') FROM `+table+` r`).Scan(&dump)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(dump, link[len("logis-link-"):]) || strings.Contains(dump, token[len("logis-session-"):]) {
			t.Errorf("%s holds a secret", table)
		}
	}
}

func TestTheSweepTakesWhatExpiredAndNothingElse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person(t, "Ada")
	b.signIn(t, ada)
	b.clock.Advance(access.SessionLife)
	fresh, _ := b.signIn(t, ada)
	gone, err := b.access.Sweep(t.Context())
	if err != nil || gone != 2 { // the old session and its link
		t.Errorf("%d rows gone (%v), want 2", gone, err)
	}
	if _, err := b.access.Authenticate(t.Context(), fresh, domain.HomeID{}); err != nil {
		t.Error(err)
	}
}

func TestTheFirstOwnerIsMadeOnceByAnyNumberOfServers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ids := make([]domain.PersonID, 10)
	var made atomic.Int32
	var group sync.WaitGroup
	for i := range ids {
		group.Go(func() {
			id, first, err := b.access.FirstOwner(t.Context(), "Ada")
			if err != nil {
				t.Error(err)
			}
			if ids[i] = id; first {
				made.Add(1)
			}
		})
	}
	group.Wait()
	for _, id := range ids {
		if id != ids[0] || id.IsZero() {
			t.Errorf("two first owners: %s and %s", id, ids[0])
		}
	}
	if made.Load() != 1 {
		t.Errorf("made %d times", made.Load())
	}
}
