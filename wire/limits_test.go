package wire_test

import (
	"slices"
	"strings"
	"testing"

	"logis/domain"
	"logis/domain/thing"
	"logis/wire"
)

func TestTheNewestVersionBothEndsSpeakIsChosen(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		offered []int
		want    int
	}{
		{[]int{1}, 1},
		{[]int{3, 2, 1}, wire.Version},
		{[]int{1, 1, 99}, 1},
		{[]int{0}, 0},
		{[]int{2, 1}, 2},
		{[]int{2}, 2},
		{[]int{wire.Version + 1}, 0},
		{[]int{-1}, 0},
		{[]int{1 << 40, 0}, 0},
		{nil, 0},
	} {
		if got, ok := wire.Choose(c.offered); got != c.want || ok != (c.want != 0) {
			t.Errorf("of %v version %d is chosen (%v)", c.offered, got, ok)
		}
	}
	offered := wire.Versions()
	if best, ok := wire.Choose(offered); !ok || best != wire.Version || !slices.Contains(offered, wire.Oldest) || offered[0] != wire.Version {
		t.Errorf("this build offers %v and of that chooses %d", offered, best)
	}
}

func entriesOf(n int) wire.Entries {
	return wire.Entries{First: 1, Entries: slices.Repeat(wire.EntryList{{Kind: wire.KindReach, Device: device}}, n)}
}

func TestAFrameHoldsAsManyElementsAsItsBoundSays(t *testing.T) {
	t.Parallel()
	text, err := wire.Encode(entriesOf(wire.MaxEntries))
	if err != nil {
		t.Fatal(err)
	}
	if f, err := wire.DecodeFromEdge(text); err != nil || len(f.(*wire.Entries).Entries) != wire.MaxEntries {
		t.Errorf("%d entries: %v", wire.MaxEntries, err)
	}
	devices := slices.Repeat(wire.PresentList{{Device: device}}, wire.MaxSnapshot)
	if text, err = wire.Encode(wire.Snapshot{Devices: devices}); err != nil {
		t.Fatal(err)
	}
	if f, err := wire.DecodeFromEdge(text); err != nil || len(f.(*wire.Snapshot).Devices) != wire.MaxSnapshot {
		t.Errorf("%d devices: %v", wire.MaxSnapshot, err)
	}
	for name, f := range map[string]wire.Frame{
		"entries":  entriesOf(wire.MaxEntries + 1),
		"snapshot": wire.Snapshot{Devices: append(devices, wire.Present{})},
	} {
		text, err := wire.Encode(f)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := wire.DecodeFromEdge(text); err == nil || !strings.Contains(err.Error(), "a list holds at most") {
			t.Errorf("one more in %s: %v", name, err)
		}
	}
}

// a frame must not take much more memory than it is long, so what stands
// behind the bound is not even looked at.
func TestAListIsNotReadBehindItsBound(t *testing.T) {
	t.Parallel()
	text := `{"type":"entries","first":1,"entries":[{}` + strings.Repeat(",{}", wire.MaxEntries) + `,nonsense`
	if _, err := wire.DecodeFromEdge([]byte(text)); err == nil || !strings.Contains(err.Error(), "a list holds at most 500 elements here") {
		t.Errorf("it is read to the end: %v", err)
	}
}

// What the cloud sends fits the edge's limit: the longest command there can be is
// one that sets every property of a device to a text of every byte allowed.
func TestTheLongestCommandFitsAFrame(t *testing.T) {
	t.Parallel()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range catalog.Kinds() {
		all := map[string]thing.Value{}
		for name := range m.Properties {
			all[name] = thing.Value(`"` + strings.Repeat("💡", 256) + `"`)
		}
		text, err := wire.Encode(wire.Command{Set: all, Action: "x", Input: thing.Value(`"` + strings.Repeat("x", thing.MaxValueBytes-2) + `"`)})
		if err != nil || len(text) > wire.MaxCloudFrame {
			t.Errorf("a command for a %s takes %d bytes (%v)", m.Kind, len(text), err)
		}
	}
	faults := make([]domain.Fault, 1000)
	for i := range faults {
		faults[i] = domain.Fault{Field: strings.Repeat(`"`, 1000), Message: "is not a property of this device"}
	}
	for _, refusal := range []*domain.Error{domain.InvalidInput(faults...), domain.InvalidInput(faults[0])} {
		text, err := wire.Encode(wire.Error{Code: refusal.Code, Message: refusal.Message, Entry: 1 << 60})
		if err != nil || len(text) > wire.MaxCloudFrame {
			t.Errorf("an error takes %d bytes (%v)", len(text), err)
		}
	}
}
