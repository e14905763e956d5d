package wire_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"logis/domain"
	"logis/wire"
)

var serverKey = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))

// longBundle takes several frames.
func longBundle(rules int) *domain.Bundle {
	b := &domain.Bundle{Home: home, Gateway: gateway, Version: 90, Profile: domain.Profile{TimeZone: "UTC"}}
	for n := range rules {
		doc := domain.RuleDocument{
			Triggers: []domain.Trigger{{Time: &domain.TimeTrigger{At: "07:30"}}},
			Actions:  []domain.Action{{Notify: &domain.NotifyAction{}}}, // an empty object means something
		}
		b.Rules = append(b.Rules, domain.Rule{ID: domain.RuleID{15: byte(n)}, Version: 88, Enabled: true, Document: doc})
	}
	return b
}

func TestABundleGoesThroughFramesAndIsWhatWasSigned(t *testing.T) {
	t.Parallel()
	want := longBundle(200)
	signed, err := wire.SignBundle(serverKey, want)
	if err != nil {
		t.Fatal(err)
	}
	var joiner wire.Joiner
	var got wire.SignedBundle
	parts := signed.Split()
	for i, part := range parts {
		text, err := wire.Encode(part)
		if err != nil || len(text) > wire.MaxCloudFrame {
			t.Fatalf("part %d takes %d bytes (%v)", i, len(text), err)
		}
		frame, err := wire.DecodeFromCloud(text)
		if err != nil {
			t.Fatal(err)
		}
		read, _ := frame.(*wire.Bundle)
		var whole bool
		if got, whole, err = joiner.Join(read); err != nil || whole != (i == len(parts)-1) {
			t.Fatalf("part %d of %d: whole %v (%v)", i, len(parts), whole, err)
		}
	}
	if len(parts) < 2 {
		t.Errorf("%d parts", len(parts))
	}
	b, err := got.Open(nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, b); diff != "" {
		t.Errorf("the bundle changed (-sent +read):\n%s", diff)
	}
}

func TestABundleThatWasTouchedIsRefused(t *testing.T) {
	t.Parallel()
	signed, err := wire.SignBundle(serverKey, longBundle(1))
	if err != nil {
		t.Fatal(err)
	}
	for name, touch := range map[string]func(*wire.SignedBundle) ed25519.PublicKey{
		"a byte of it":    func(s *wire.SignedBundle) ed25519.PublicKey { s.Body[len(s.Body)/2] ^= 1; return nil },
		"its end is lost": func(s *wire.SignedBundle) ed25519.PublicKey { s.Body = s.Body[:len(s.Body)-9]; return nil },
		"its version":     func(s *wire.SignedBundle) ed25519.PublicKey { s.Version++; return nil },
		"its signature":   func(s *wire.SignedBundle) ed25519.PublicKey { s.Signature[0] ^= 1; return nil },
		"another server":  func(*wire.SignedBundle) ed25519.PublicKey { return make(ed25519.PublicKey, ed25519.PublicKeySize) },
	} {
		s := signed
		s.Body, s.Signature = bytes.Clone(s.Body), bytes.Clone(s.Signature)
		if _, err := s.Open(touch(&s)); err == nil {
			t.Errorf("%s: it was read", name)
		}
	}
	if _, err := signed.Open(signed.Key); err != nil {
		t.Error(err)
	}
	if _, err := wire.SignBundle(serverKey, longBundle(5000)); err == nil {
		t.Error("a bundle without end was signed")
	}
}

func TestPartsThatDoNotBelongTogetherAreRefused(t *testing.T) {
	t.Parallel()
	for name, parts := range map[string][]wire.Bundle{
		"it begins in the middle": {{Version: 1, Part: 1, Parts: 2}},
		"one is missing":          {{Version: 1, Parts: 3}, {Version: 1, Part: 2, Parts: 3}},
		"another bundle's":        {{Version: 1, Parts: 2}, {Version: 2, Part: 1, Parts: 2}},
		"beyond the last":         {{Version: 1, Parts: 0}},
	} {
		var joiner wire.Joiner
		var err error
		for i := range parts {
			_, _, failed := joiner.Join(&parts[i])
			err = errors.Join(err, failed)
		}
		if err == nil {
			t.Errorf("%s: nobody noticed", name)
		}
	}
	var joiner wire.Joiner
	part := wire.Bundle{Version: 1, Parts: 1000, Body: make([]byte, wire.MaxBundle/2)}
	var err error
	for range 3 {
		if _, _, err = joiner.Join(&part); err != nil {
			break
		}
		part.Part++
	}
	if err == nil {
		t.Error("a bundle without end was taken")
	}
}
