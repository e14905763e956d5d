package domain_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"logis/domain"
)

// What two releases show for one key must be the same: people compare it.
func TestTheLettersOfAKeyNeverChange(t *testing.T) {
	t.Parallel()
	for key, want := range map[byte]string{0x00: "AJ8E-L45B", 0xab: "MX4R-LT52"} {
		if got := domain.KeyLetters(bytes.Repeat([]byte{key}, 32)); got != want {
			t.Errorf("key %02x…: %s, want %s", key, got, want)
		}
	}
}

func TestLettersCannotBeTakenForOneAnother(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$`)
	seen := map[string]bool{}
	for i := range 2000 {
		key := bytes.Repeat([]byte{byte(i), byte(i >> 8)}, 16)
		text := domain.KeyLetters(key)
		if !form.MatchString(text) || strings.ContainsAny(text, "01OI") {
			t.Fatalf("%q", text)
		}
		if seen[text] {
			t.Errorf("%s stands for two keys", text)
		}
		seen[text] = true
	}
	if one, two := domain.KeyLetters([]byte{1, 2}), domain.KeyLetters([]byte{1}); one == two {
		t.Error("a longer key has the same letters")
	}
}
