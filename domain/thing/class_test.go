package thing_test

import (
	"encoding/json"
	"testing"
	"time"

	"logis/domain/thing"
)

// The table of safety semantics: what each class allows.
func TestEachClassIsTreatedAsCarefullyAsTheTableSays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		class                       thing.Class
		letter                      string
		standard, longest           time.Duration
		liveOnly, once, leavesWants bool
	}{
		{thing.Opening, "A", 10 * time.Second, 30 * time.Second, true, true, false},
		{thing.Securing, "B", time.Minute, 10 * time.Minute, false, false, true},
		{thing.Comfort, "C", 30 * time.Second, 15 * time.Minute, false, false, true},
		{thing.Config, "D", 0, 0, false, false, true},
		{thing.Momentary, "E", 5 * time.Second, 15 * time.Second, true, true, false},
		{thing.Job, "F", time.Hour, 24 * time.Hour, false, false, false},
	} {
		if c.class.String() != c.letter || !c.class.Valid() {
			t.Errorf("class %s is called %q", c.letter, c.class)
		}
		if got := c.class.Timing(); got.Default != c.standard || got.Max != c.longest {
			t.Errorf("class %s waits %v, at most %v", c.letter, got.Default, got.Max)
		}
		if c.class.LiveOnly() != c.liveOnly || c.class.AtMostOnce() != c.once || c.class.Converges() != c.leavesWants {
			t.Errorf("class %s is treated as another", c.letter)
		}
	}
}

func TestWhatIsNoClassAllowsNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []thing.Class{0, '@', 'G', 'a', 255} {
		if c.Valid() || c.String() != "" || c.Timing() != (thing.Timing{}) || c.LiveOnly() || c.AtMostOnce() || c.Converges() {
			t.Errorf("%d is taken for a class", c)
		}
	}
}

func TestAClassStandsInJSONAsItsLetter(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]thing.Class{`"A"`: thing.Opening, `"F"`: thing.Job, `""`: 0} {
		var c thing.Class
		if err := json.Unmarshal([]byte(text), &c); err != nil || c != want {
			t.Errorf("%s is read as %d (%v)", text, c, err)
		}
		if written, err := json.Marshal(c); err != nil || string(written) != text {
			t.Errorf("%s is written as %s (%v)", text, written, err)
		}
	}
	for _, text := range []string{`"G"`, `"a"`, `"AB"`, `" "`, `65`, `"\u0000"`} {
		c := thing.Comfort
		if err := json.Unmarshal([]byte(text), &c); err == nil || c != thing.Comfort {
			t.Errorf("%s is taken for class %q (%v)", text, c, err)
		}
	}
}
