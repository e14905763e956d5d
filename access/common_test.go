package access_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"logis/access"
)

var update = flag.Bool("update", false, "write the hashes of common passwords anew (make generate)")

const (
	leaked = "commonlab/node_modules/@zxcvbn-ts/language-common/src/passwords.json"
	ours   = "commonlab/ours.txt"
	hashes = "common-passwords.bin"
)

// words returns the list of what leaked and ours, in lower case.
func words(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(leaked)
	if err != nil {
		t.Fatalf("%v: run `npm ci` in access/commonlab", err)
	}
	var all []string
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	if text, err = os.ReadFile(ours); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if word := strings.TrimSpace(line); word != "" && !strings.HasPrefix(word, "#") {
			all = append(all, word)
		}
	}
	return all
}

func TestTheHashesAreThoseOfTheListOfCommonPasswords(t *testing.T) {
	t.Parallel()
	all := words(t)
	sums := make([][]byte, len(all))
	for i, word := range all {
		sum := sha256.Sum256([]byte(strings.ToLower(word)))
		sums[i] = sum[:access.CommonHash]
	}
	slices.SortFunc(sums, bytes.Compare)
	want := bytes.Join(slices.CompactFunc(sums, bytes.Equal), nil)
	got, err := os.ReadFile(hashes)
	if err == nil && bytes.Equal(got, want) {
		return
	}
	if !*update {
		t.Fatalf("%s is not made from the list; run make generate (%v)", hashes, err)
	}
	if err := os.WriteFile(hashes, want, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestWhatLeakedOftenIsNoPasswordAndAnythingElseIs(t *testing.T) {
	t.Parallel()
	for _, word := range words(t) {
		last := word[len(word)-1]
		if !access.Common(word) || !access.Common(strings.ToUpper(word)) || last >= 'a' && last <= 'z' && !access.Common(word+"2024!") {
			t.Errorf("%q is let through", word)
		}
	}
	for i := range 100_000 {
		if word := fmt.Sprintf("the house number %d by the lake", i); access.Common(word) {
			t.Errorf("%q is called common", word)
		}
	}
}
