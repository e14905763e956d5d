package release_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"logis/edge/release"
)

func document() release.Document {
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	return release.Document{
		Product: release.Product, Version: "1.2.3", Number: 7, ReleasedAt: at, ExpiresAt: at.AddDate(0, 3, 0), Floor: "1.0.0",
		Artifacts: map[string]release.Artifact{"linux/amd64": {File: "logis-edge_1.2.3_linux_amd64", Size: 5, SHA256: strings.Repeat("0a", 32)}},
	}
}

// holders are three people with a key each, and the set that believes two.
func holders() ([]release.PrivateKey, release.KeySet) {
	set := release.KeySet{Threshold: 2}
	var keys []release.PrivateKey
	for range 3 {
		k := release.NewPrivateKey("")
		keys, set.Keys = append(keys, k), append(set.Keys, k.Public())
	}
	return keys, set
}

func sealed(t *testing.T, d release.Document, keys ...release.PrivateKey) []byte {
	t.Helper()
	e, err := release.Seal(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		e.Sign(k)
	}
	return encoded(t, e)
}

func encoded(t *testing.T, e release.Envelope) []byte {
	t.Helper()
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestAnyTwoOfThreeKeysVouchForARelease(t *testing.T) {
	t.Parallel()
	keys, set := holders()
	for _, pair := range [][]int{{0, 1}, {0, 2}, {2, 1}, {0, 1, 2}} {
		var with []release.PrivateKey
		for _, i := range pair {
			with = append(with, keys[i])
		}
		if d, err := release.Verify(sealed(t, document(), with...), set); err != nil || d.Version != "1.2.3" || d.Number != 7 {
			t.Errorf("%v: %+v, %v", pair, d, err)
		}
	}
	// A document may be signed for those who know older keys, too.
	others, old := holders()
	both := sealed(t, document(), keys[0], keys[1], others[1], others[2])
	for _, known := range []release.KeySet{set, old} {
		if _, err := release.Verify(both, known); err != nil {
			t.Error(err)
		}
	}
}

func TestWhatTooFewKeysVouchForIsRefused(t *testing.T) {
	t.Parallel()
	keys, set := holders()
	stranger := release.NewPrivateKey("")
	change := func(with func(e *release.Envelope)) []byte {
		e, _, err := release.Open(sealed(t, document(), keys[0], keys[1]))
		if err != nil {
			t.Fatal(err)
		}
		with(&e)
		return encoded(t, e)
	}
	for name, text := range map[string][]byte{
		"nobody":           sealed(t, document()),
		"one":              sealed(t, document(), keys[0]),
		"one and stranger": sealed(t, document(), keys[0], stranger),
		"the same twice": change(func(e *release.Envelope) {
			e.Signatures = []release.Signature{e.Signatures[0], e.Signatures[0]}
		}),
		"a signature under another's name": change(func(e *release.Envelope) {
			e.Signatures[1] = e.Signatures[0]
			e.Signatures[1].KeyID = keys[1].Public().ID()
		}),
		"another algorithm": change(func(e *release.Envelope) { e.Signatures[1].Algorithm = "ed25519ph" }),
		"another payload": change(func(e *release.Envelope) {
			e.Payload = bytes.Replace(e.Payload, []byte("1.2.3"), []byte("1.2.4"), 1)
		}),
		"a cut signature": change(func(e *release.Envelope) { e.Signatures[1].Signature = e.Signatures[1].Signature[:63] }),
	} {
		if _, err := release.Verify(text, set); !errors.Is(err, release.ErrSignatures) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, text := range map[string][]byte{
		"another type":        change(func(e *release.Envelope) { e.PayloadType = "text/plain" }),
		"too many signatures": change(func(e *release.Envelope) { e.Signatures = slices.Repeat(e.Signatures, 9) }),
		"too large":           append(sealed(t, document(), keys...), bytes.Repeat([]byte(" "), release.MaxEnvelope)...),
		"cut":                 sealed(t, document(), keys...)[:200],
		"nothing":             nil,
	} {
		if _, err := release.Verify(text, set); err == nil {
			t.Errorf("%s is believed", name)
		}
	}
}

// Every byte of a signed document matters.
func TestNoByteOfASignedDocumentCanBeChanged(t *testing.T) {
	t.Parallel()
	keys, set := holders()
	text := sealed(t, document(), keys[0], keys[2])
	want, err := release.Verify(text, set)
	if err != nil {
		t.Fatal(err)
	}
	for i := range text {
		bent := bytes.Clone(text)
		bent[i] ^= 1
		if got, err := release.Verify(bent, set); err == nil && fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("byte %d: %+v", i, got)
		}
	}
}

func TestADocumentThatMakesNoSenseIsRefusedByName(t *testing.T) {
	t.Parallel()
	for says, bend := range map[string]func(d *release.Document){
		"product":    func(d *release.Document) { d.Product = "other" },
		"version":    func(d *release.Document) { d.Version = "v1" },
		"floor":      func(d *release.Document) { d.Floor = "" },
		"above":      func(d *release.Document) { d.Floor = "1.2.4" },
		"number":     func(d *release.Document) { d.Number = 0 },
		"expires_at": func(d *release.Document) { d.ExpiresAt = d.ReleasedAt },
		"0 artifact": func(d *release.Document) { d.Artifacts = nil },
		"17":         func(d *release.Document) { addArtifacts(d, 16) },
		"plain name": func(d *release.Document) { bendArtifact(d, func(a *release.Artifact) { a.File = "../logis-edge" }) },
		"size": func(d *release.Document) {
			bendArtifact(d, func(a *release.Artifact) { a.Size = release.MaxArtifact + 1 })
		},
		"sha256": func(d *release.Document) { bendArtifact(d, func(a *release.Artifact) { a.SHA256 = "00" }) },
	} {
		d := document()
		bend(&d)
		if err := d.Check(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
	d := document()
	addArtifacts(&d, 15)
	bendArtifact(&d, func(a *release.Artifact) { a.Size = release.MaxArtifact })
	if err := d.Check(); err != nil {
		t.Errorf("at the limits: %v", err)
	}
}

func addArtifacts(d *release.Document, n int) {
	for i := range n {
		d.Artifacts[fmt.Sprint("linux/", i)] = d.Artifacts["linux/amd64"]
	}
}

func bendArtifact(d *release.Document, bend func(a *release.Artifact)) {
	a := d.Artifacts["linux/amd64"]
	bend(&a)
	d.Artifacts["linux/amd64"] = a
}

func TestVersionsAreComparedAsSemanticOnes(t *testing.T) {
	t.Parallel()
	rising := []string{"0.0.0-dev.20261101000000.gabc", "1.0.0-rc.2", "1.0.0-rc.10", "1.0.0", "1.0.9", "1.0.10", "2.0.0"}
	for i, older := range rising {
		for _, newer := range rising[i+1:] {
			if !release.Newer(newer, older) || release.Newer(older, newer) {
				t.Errorf("%s is not newer than %s", newer, older)
			}
		}
	}
	for _, bad := range []string{"", "dev", "1", "1.2", "v1.2.3", "1.2.3/..", "01.2.3", "1.2.3 ", "../1.2.3", "1.2.3-" + strings.Repeat("a", 200)} {
		if release.ValidVersion(bad) || release.Newer("1.0.0", bad) || release.Newer(bad, "0.0.1") {
			t.Errorf("%q is a version", bad)
		}
	}
}

func TestASetOfKeysThatIsNotSafeIsRefused(t *testing.T) {
	t.Parallel()
	_, set := holders()
	for name, bad := range map[string]release.KeySet{
		"one is enough":     {Threshold: 1, Keys: set.Keys},
		"more than all":     {Threshold: 4, Keys: set.Keys},
		"one key twice":     {Threshold: 2, Keys: []release.PublicKey{set.Keys[0], set.Keys[0]}},
		"another algorithm": {Threshold: 2, Keys: []release.PublicKey{set.Keys[0], {Algorithm: "rot13", Key: set.Keys[1].Key}}},
		"half a key":        {Threshold: 2, Keys: []release.PublicKey{set.Keys[0], {Algorithm: release.Ed25519, Key: set.Keys[1].Key[:16]}}},
	} {
		if bad.Check() == nil {
			t.Errorf("%s is fine", name)
		}
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "keys")
	if _, err := release.ReadKeys(path); !errors.Is(err, release.ErrNoKeys) {
		t.Errorf("without a file: %v", err)
	}
	for text, none := range map[string]bool{`{"threshold":2,"keys":[]}`: true, `{"seed":"AAAA"}`: false, `{`: false} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := release.ReadKeys(path); err == nil || errors.Is(err, release.ErrNoKeys) != none {
			t.Errorf("%s: %v", text, err)
		}
	}
}
