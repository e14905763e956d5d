package access_test

import (
	"context"
	"encoding/base32"
	"strings"
	"testing"
	"time"

	"logis/access"
	"logis/domain"
)

const good = "correct horse battery"

// The test vectors of RFC 6238 for SHA-1, their last six digits.
func TestOneTimeCodesAreThoseOfTheStandard(t *testing.T) {
	t.Parallel()
	for at, want := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		if got := access.OneTimeCode([]byte("12345678901234567890"), at/30); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}

func TestAPasswordSignsInAndEndsOtherSessions(t *testing.T) {
	t.Parallel()
	b := setup(t)
	token, _ := b.signIn(t, b.person(t, "Eve"))
	ada := b.person(t, "Ada")
	other, _ := b.signIn(t, ada)
	_, p := b.signIn(t, ada)
	for _, bad := range []string{"short", "password", "Password1!", "12345678", "correct ada horse", strings.Repeat("x", 129), "a\xff345678"} {
		wantCode(t, b.access.SetPassword(t.Context(), p, "ada", bad), domain.Invalid)
	}
	wantCode(t, b.access.SetPassword(t.Context(), p, "a b", good), domain.Invalid)
	if err := b.access.SetPassword(t.Context(), p, " Ada ", good); err != nil {
		t.Fatal(err)
	}
	_, err := b.access.Authenticate(t.Context(), other, domain.HomeID{})
	wantCode(t, err, domain.Unauthorized)
	if _, err := b.access.Authenticate(t.Context(), token, domain.HomeID{}); err != nil {
		t.Errorf("somebody else was signed out: %v", err)
	}
	_, who, err := b.access.SignIn(t.Context(), "ADA", good, "")
	if err != nil || who.Person != ada || who.Name != "Ada" {
		t.Errorf("%+v, %v", who, err)
	}
	for _, wrong := range [][2]string{{"ada", good + "x"}, {"ada", ""}, {"eve", good}, {"", ""}, {"ada", strings.Repeat("x", 1<<16)}} {
		_, _, err := b.access.SignIn(t.Context(), wrong[0], wrong[1], "")
		wantCode(t, err, domain.Unauthorized)
	}
	var kept string
	if err := b.pool.QueryRow(t.Context(), `SELECT hash FROM passwords`).Scan(&kept); err != nil || !strings.HasPrefix(kept, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("%s, %v", kept, err)
	}
	_, bob := b.signIn(t, b.person(t, "Bob"))
	wantCode(t, b.access.SetPassword(t.Context(), bob, "ada", good), domain.Conflict)
}

func TestAnAccountThatWasGuessedAtTakesNoPasswordForAWhile(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person(t, "Ada")
	_, p := b.signIn(t, ada)
	if err := b.access.SetPassword(t.Context(), p, "ada", good); err != nil {
		t.Fatal(err)
	}
	for range access.MaxRefusals {
		_, _, err := b.access.SignIn(t.Context(), "ada", "not the one", "")
		wantCode(t, err, domain.Unauthorized)
	}
	_, _, err := b.access.SignIn(t.Context(), "ada", good, "")
	wantCode(t, err, domain.Unauthorized)
	if _, p := b.signIn(t, ada); p.Person != ada {
		t.Error("a link does not open the door")
	}
	b.clock.Advance(access.RefusalPeriod + time.Second)
	if _, _, err := b.access.SignIn(t.Context(), "ada", good, ""); err != nil {
		t.Errorf("after a while: %v", err)
	}
	entries, err := b.access.Log(t.Context(), p)
	refused := 0
	for _, e := range entries {
		if e.Refused {
			refused++
		}
	}
	if err != nil || refused != access.MaxRefusals+1 || entries[0].What != access.SignedInByPassword {
		t.Errorf("%d refused in %+v, %v", refused, entries, err)
	}
}

func TestASecondFactorIsAskedForAndEachCodeIsGoodOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person(t, "Ada")
	_, p := b.signIn(t, ada)
	if err := b.access.SetPassword(t.Context(), p, "ada", good); err != nil {
		t.Fatal(err)
	}
	seed := b.seed(t, p)
	code := func() string { return access.OneTimeCode(seed, b.clock.Now().Unix()/30) }
	_, _, err := b.access.SignIn(t.Context(), "ada", good, "")
	if err != nil {
		t.Errorf("codes count that were not confirmed: %v", err)
	}
	_, err = b.access.ConfirmCodes(t.Context(), p, "000000")
	wantCode(t, err, domain.Invalid)
	recovery, err := b.access.ConfirmCodes(t.Context(), p, code())
	if err != nil || len(recovery) != access.RecoveryCodes {
		t.Fatal(recovery, err)
	}
	_, _, err = b.access.SignIn(t.Context(), "ada", good, "")
	wantCode(t, err, domain.ProofNeeded)
	_, _, err = b.access.SignIn(t.Context(), "ada", good, code())
	wantCode(t, err, domain.Unauthorized) // it was used to confirm
	b.clock.Advance(30 * time.Second)
	if _, _, err = b.access.SignIn(t.Context(), "ada", good, code()); err != nil {
		t.Error(err)
	}
	_, _, err = b.access.SignIn(t.Context(), "ada", good, code())
	wantCode(t, err, domain.Unauthorized)
	if _, _, err = b.access.SignIn(t.Context(), "ada", good, strings.ToUpper(recovery[3])); err != nil {
		t.Errorf("a recovery code: %v", err)
	}
	_, _, err = b.access.SignIn(t.Context(), "ada", good, recovery[3])
	wantCode(t, err, domain.Unauthorized)
}

func TestWhatIsDangerousWantsAFreshProof(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person(t, "Ada")
	_, p := b.signIn(t, ada)
	if err := b.access.Fresh(t.Context(), p); err != nil {
		t.Errorf("just signed in: %v", err)
	}
	b.clock.Advance(access.ProofLife + time.Second)
	wantCode(t, b.access.Fresh(t.Context(), p), domain.FactorNeeded)
	if err := b.access.FreshOrFirst(t.Context(), p); err != nil {
		t.Errorf("the first password of somebody with links only: %v", err)
	}
	if err := b.access.SetPassword(t.Context(), p, "ada", good); err != nil {
		t.Fatal(err)
	}
	wantCode(t, b.access.Fresh(t.Context(), p), domain.ProofNeeded)
	wantCode(t, b.access.FreshOrFirst(t.Context(), p), domain.ProofNeeded)
	wantCode(t, b.access.Prove(t.Context(), p, "not the one", ""), domain.Unauthorized)
	wantCode(t, b.access.Fresh(t.Context(), p), domain.ProofNeeded)
	if err := b.access.Prove(t.Context(), p, good, ""); err != nil {
		t.Fatal(err)
	}
	if err := b.access.Fresh(t.Context(), p); err != nil {
		t.Error(err)
	}
}

// A password alone lets nobody open something for others: a passkey does, and so do
// codes beside the password.
func TestWhoLetsOthersOpenNeedsASecondFactor(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, p := b.signIn(t, b.person(t, "Ada"))
	wantCode(t, b.access.Twofold(t.Context(), p), domain.FactorNeeded)
	if err := b.access.SetPassword(t.Context(), p, "ada", good); err != nil {
		t.Fatal(err)
	}
	wantCode(t, b.access.Twofold(t.Context(), p), domain.FactorNeeded)
	seed := b.seed(t, p)
	wantCode(t, b.access.Twofold(t.Context(), p), domain.FactorNeeded) // codes that nobody has shown count nothing
	if _, err := b.access.ConfirmCodes(t.Context(), p, access.OneTimeCode(seed, b.clock.Now().Unix()/30)); err != nil {
		t.Fatal(err)
	}
	if err := b.access.Twofold(t.Context(), p); err != nil {
		t.Error(err)
	}
	if w, err := b.access.Ways(t.Context(), p); err != nil || !w.Second || !w.Codes || !w.Password {
		t.Errorf("%+v, %v", w, err)
	}
	b.clock.Advance(access.ProofLife)
	wantCode(t, b.access.Twofold(t.Context(), p), domain.ProofNeeded)
	_, eve := b.signIn(t, b.person(t, "Eve"))
	_, err := b.pool.Exec(t.Context(), `
		INSERT INTO passkeys (credential_id, person_id, passkey_id, name, doc, created_at)
		VALUES ('key', $1, gen_random_uuid(), 'Phone', '{}', now())`, [16]byte(eve.Person))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.access.Twofold(t.Context(), eve); err != nil {
		t.Errorf("with a passkey: %v", err)
	}
}

func TestWhichRolesLetSomebodyOpen(t *testing.T) {
	t.Parallel()
	for role, want := range map[domain.Role][2]bool{
		domain.Owner: {true, true}, domain.Admin: {true, true}, domain.Resident: {true, true}, domain.Guest: {false, true},
		domain.Installer: {false, false}, domain.Support: {false, false}, domain.Child: {false, false},
	} {
		plain, named := access.LetsOpen(role, domain.Scope{}), access.LetsOpen(role, domain.Scope{Functions: []string{"unlockDoor"}})
		if got := [2]bool{plain, named}; got != want {
			t.Errorf("%s: %v, want %v", role, got, want)
		}
	}
}

// seed begins with one-time codes and returns what they are made from.
func (b *bundle) seed(t *testing.T, p access.Principal) []byte {
	t.Helper()
	address, err := b.access.NewCodes(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	_, secret, _ := strings.Cut(address, "secret=")
	seed, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	return seed
}

// While as many passwords are hashed as may be, the next one waits and is sent
// away when its turn does not come.
func TestAFloodOfSignInsWaitsForItself(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	release := b.access.HoldHashing()
	_, _, err := b.access.SignIn(t.Context(), "ada", good, "")
	wantCode(t, err, domain.Overloaded)
	_, _, err = b.access.SignIn(ctx, "ada", good, "")
	if err == nil {
		t.Error("signed in without a turn")
	}
	release()
	_, _, err = b.access.SignIn(t.Context(), "ada", good, "")
	wantCode(t, err, domain.Unauthorized)
}

// One sign-in more than may wait is sent away at once, without a look at the database:
// its context has ended, and nobody notices. Whoever is signed in is.
func TestMoreSignInsThanMayWaitAreSentAwayAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	token, _ := b.signIn(t, b.person(t, "Ada"))
	release := b.access.FillSignIns()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := b.access.SignIn(ended, "ada", good, "")
	wantCode(t, err, domain.Overloaded)
	if _, err := b.access.Authenticate(t.Context(), token, domain.HomeID{}); err != nil {
		t.Errorf("somebody who is signed in: %v", err)
	}
	release()
	_, _, err = b.access.SignIn(t.Context(), "ada", good, "")
	wantCode(t, err, domain.Unauthorized)
}
