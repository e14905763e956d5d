package local

import (
	"crypto/ecdsa"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"logis/domain"
)

func TestACertificateIsRenewedWithAThirdOfItsYearLeftAndKeepsItsKey(t *testing.T) {
	t.Parallel()
	now := time.Date(1970, 1, 2, 0, 0, 0, 0, time.UTC) // no battery behind the clock
	path := filepath.Join(t.TempDir(), certificateFile)
	var said []string
	open := func(names ...string) *certificates {
		return &certificates{path: path, names: names, now: func() time.Time { return now }, say: func(sum string) { said = append(said, sum) }}
	}
	c := open("home.test")
	key := func(c *certificates) *ecdsa.PrivateKey {
		certificate, err := c.get(nil)
		if err != nil {
			t.Fatal(err)
		}
		return certificate.PrivateKey.(*ecdsa.PrivateKey)
	}
	first := key(c)
	for _, step := range []struct {
		now    time.Time
		shown  int
		reopen bool
	}{
		{now.Add(240 * 24 * time.Hour), 1, false},
		{now.Add(245 * 24 * time.Hour), 2, false},
		{time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC), 3, true}, // the time is known
		{now, 4, true}, // and forgotten: the same one is used
	} {
		now = step.now
		if step.reopen {
			c = open("home.test")
		}
		if !key(c).Equal(first) {
			t.Errorf("%v: the key changed", now)
		}
		if len(said) != step.shown {
			t.Errorf("%v: %d fingerprints were shown, want %d", now, len(said), step.shown)
		}
	}
	if said[2] != said[3] || len(slices.Compact(slices.Clone(said))) != 3 {
		t.Errorf("shown were %v", said)
	}
	// Another name needs another certificate; what cannot be read is replaced.
	if !key(open("home.test", "other.test")).Equal(first) || len(said) != 5 || said[4] == said[3] {
		t.Errorf("with another name: %v", said)
	}
	if err := os.WriteFile(path, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	if key(open("home.test")).Equal(first) || len(said) != 6 {
		t.Error("the damaged file was used")
	}
}

// hand is a boot clock moved by hand.
type hand struct{ now time.Duration }

func (h *hand) Boot() time.Duration { return h.now }
func (h *hand) BootID() string      { return "boot" }

func TestACodeIsGoodForTwoMinutes(t *testing.T) {
	t.Parallel()
	clock, code := &hand{}, ""
	p := newPairings(clock, func(_, shown string, _ bool) { code = shown })
	id, err := p.begin("phone", false)
	if err != nil {
		t.Fatal(err)
	}
	clock.now = pairingLife - time.Second
	if _, err := p.begin("another", false); domain.CodeOf(err) != domain.Conflict {
		t.Errorf("a second one: %v", err)
	}
	if _, _, err := p.finish("another id", code); domain.CodeOf(err) != domain.NotFound {
		t.Errorf("for another one: %v", err)
	}
	clock.now = pairingLife
	if _, _, err := p.finish(id, code); domain.CodeOf(err) != domain.NotFound {
		t.Errorf("too late: %v", err)
	}
	id, err = p.begin("another", true)
	if err != nil {
		t.Fatal(err)
	}
	if name, opens, err := p.finish(id, code); err != nil || name != "another" || !opens {
		t.Errorf("in time: %q %v %v", name, opens, err)
	}
}

func TestOnlyIDsBecomeNamesOfFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	client, token, err := AddClient(dir, "phone", false)
	if err != nil {
		t.Fatal(err)
	}
	c := clientsIn(dir)
	if found, err := c.find(token); err != nil || found.ID != client.ID {
		t.Errorf("%v, %v", found, err)
	}
	for _, wrong := range []string{"", ".", token[:26], token[:26] + ".", token + "x", "../../../../../../etc/passwd.x", client.ID + "/." + token[27:]} {
		if _, err := c.find(wrong); err == nil {
			t.Errorf("%q is let in", wrong)
		}
	}
	for n := 1; n < MaxClients; n++ {
		if _, _, err := AddClient(dir, "phone", false); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := AddClient(dir, "one too many", false); err == nil {
		t.Error("there is no end to clients")
	}
	if RemoveClient(dir, "phone") == nil {
		t.Error("a name that several have ends one of them")
	}
	if err := RemoveClient(dir, client.ID); err != nil {
		t.Error(err)
	}
}
