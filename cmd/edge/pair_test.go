package main

import (
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"logis/domain"
	"logis/edge/identity"
	"logis/edge/link/linktest"
)

// pairWith runs pair against a cloud whose owner decides so, one after the other.
func pairWith(t *testing.T, dir string, decisions ...linktest.Decision) (code int, out, says, letters string) {
	t.Helper()
	cloud := linktest.NewCloud(t)
	var asked atomic.Int32
	cloud.Owner = func(seen string) linktest.Decision {
		letters = seen
		return decisions[min(int(asked.Add(1)), len(decisions))-1]
	}
	code, out, says = say(t, cloud.Claim.String()+"\n", nil, "pair", "--data", dir, "--server", cloud.URL)
	return code, out, says, letters
}

func TestPairShowsItsLettersAndWaitsForTheOwner(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "gateway")
	code, out, says, letters := pairWith(t, dir, linktest.Wait, linktest.LetIn)
	if code != exitOK || !strings.Contains(out, letters) || !strings.Contains(out, "The app asks for them now") || !strings.Contains(out, "Paired") {
		t.Errorf("code %d, %q, says %q", code, out, says)
	}
	id, err := identity.Read(filepath.Join(dir, "identity.json"))
	if err != nil || letters != domain.KeyLetters(id.PublicKey()) || !id.Enrolled() {
		t.Errorf("the cloud saw %s, the key is %+v, %v", letters, id, err)
	}
	if _, out, _ := say(t, "", nil, "status", "--data", dir); !strings.Contains(out, letters) {
		t.Errorf("status does not tell the letters: %q", out)
	}
}

func TestPairEndsWithASentenceWhenItIsNotConfirmed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		decisions []linktest.Decision
		says      string
	}{
		"refused":          {[]linktest.Decision{linktest.Wait, linktest.Refuse}, "was refused"},
		"nobody looked":    {[]linktest.Decision{linktest.Wait, linktest.TooLate}, "nobody confirmed this gateway in time"},
		"a claim too late": {[]linktest.Decision{linktest.TooLate}, "the claim was refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "gateway")
			code, out, says, _ := pairWith(t, dir, c.decisions...)
			if code != exitFailed || !strings.Contains(says, c.says) || strings.Contains(out, "Paired") {
				t.Errorf("code %d, %q, says %q", code, out, says)
			}
			if id, err := identity.Read(filepath.Join(dir, "identity.json")); err != nil || id.Enrolled() {
				t.Errorf("%+v, %v", id, err)
			}
		})
	}
}

// Whoever was paired gets another key, and is the gateway that it was.
func TestPairAgainMakesAnotherKey(t *testing.T) {
	t.Parallel()
	cloud := linktest.NewCloud(t)
	dir := paired(t, cloud)
	path := filepath.Join(dir, "identity.json")
	before, err := identity.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	code, _, says := say(t, cloud.Claim.String()+"\n", nil, "pair", "--again", "--data", dir, "--server", cloud.URL)
	after, err := identity.Read(path)
	if code != exitOK || err != nil || after.Gateway != before.Gateway || after.Fingerprint() == before.Fingerprint() || after.Next != nil {
		t.Errorf("code %d, %+v, %v, says %q", code, after, err, says)
	}
}
