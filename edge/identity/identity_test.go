package identity_test

import (
	"crypto/ed25519"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"logis/domain"
	"logis/edge/identity"
)

func TestAKeyIsMadeOnceAndKept(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "identity.json")
	first, err := identity.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if first.Enrolled() {
		t.Error("a new gateway is enrolled")
	}
	first.Gateway, first.Home, first.Server = domain.GatewayID{1}, domain.HomeID{2}, "ws://localhost:8080"
	if err := first.Save(path); err != nil {
		t.Fatal(err)
	}
	second, err := identity.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(first, second) || !second.Enrolled() {
		t.Errorf("kept %+v, read %+v", first, second)
	}
	message := []byte("hello")
	if !ed25519.Verify(first.PublicKey(), message, ed25519.Sign(second.Key(), message)) {
		t.Error("the key has changed")
	}
	other, err := identity.Load(filepath.Join(t.TempDir(), "identity.json"))
	if err != nil || reflect.DeepEqual(other.Seed, first.Seed) {
		t.Errorf("another gateway has the same key, or %v", err)
	}
}

func TestTheKeyIsHiddenFromOthers(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "identity.json")
	for range 2 { // made, then found with loose rights
		if _, err := identity.Load(path); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestADamagedIdentityIsNotReplaced(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"empty": "", "torn": `{"seed":"AAAA`, "short seed": `{"seed":"AAAA"}`, "huge": string(make([]byte, 5000)),
	} {
		path := filepath.Join(t.TempDir(), "identity.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := identity.Load(path); err == nil {
			t.Errorf("%s: accepted", name)
		}
		if kept, _ := os.ReadFile(path); string(kept) != text {
			t.Errorf("%s: the file was changed", name)
		}
	}
}

func TestADirectoryThatCannotBeWrittenIsAnError(t *testing.T) {
	t.Parallel()
	if _, err := identity.Load(filepath.Join(t.TempDir(), "missing", "identity.json")); err == nil {
		t.Error("no error")
	}
}
