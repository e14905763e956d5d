package privatepg

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// aStranger is the id of no account and no group.
const aStranger = 1 << 30

func TestAnAccountEntersOnlyWhatEveryDirectoryAboveAllows(t *testing.T) {
	t.Parallel()
	base := filepath.Dir(directory(t)) // open to all
	deep := filepath.Join(base, "a", "b")
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	stranger := &account{UID: aStranger, GID: aStranger}
	owner := &account{UID: uint32(os.Getuid()), GID: aStranger}
	group := &account{UID: aStranger, GID: uint32(os.Getgid())}
	for _, c := range []struct {
		mode                os.FileMode
		asStranger, asGroup bool
	}{
		{0o755, true, true},
		{0o711, true, true},
		{0o701, true, false},
		{0o750, false, true},
		{0o700, false, false},
	} {
		if err := os.Chmod(filepath.Join(base, "a"), c.mode); err != nil {
			t.Fatal(err)
		}
		for name, got := range map[string][2]bool{
			"a stranger": {stranger.canEnter(deep), c.asStranger},
			"the group":  {group.canEnter(deep), c.asGroup},
			"the owner":  {owner.canEnter(deep), true},
		} {
			if got[0] != got[1] {
				t.Errorf("%v: %s can enter: %v", c.mode, name, got[0])
			}
		}
	}
}

func TestAClosedPlaceMovesAndALinkTellsWhere(t *testing.T) {
	t.Parallel()
	stranger := &account{Name: "stranger", UID: aStranger, GID: aStranger}
	closed, base := filepath.Join(t.TempDir(), "cluster"), filepath.Dir(directory(t))
	if err := os.Mkdir(closed, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := opened(closed, closed, stranger); err == nil {
		t.Error("a closed place is taken when there is no other")
	}
	moved, err := opened(closed, closed, stranger, t.TempDir(), base)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(moved, base) || !stranger.canEnter(moved) {
		t.Errorf("it moved to %s", moved)
	}
	if place, err := placeOf(closed); err != nil || place != moved {
		t.Errorf("the link leads to %s, %v", place, err)
	}
	if err := os.Remove(moved); err != nil {
		t.Fatal(err)
	}
	if _, err := placeOf(closed); err == nil {
		t.Error("a place that is gone is begun anew without a word")
	}
}
