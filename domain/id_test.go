package domain_test

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"logis/domain"
)

func TestAnIDHasOneForm(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		id := domain.DeviceID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
		text := id.String()
		if len(text) != 36 || text != strings.ToLower(text) || strings.Count(text, "-") != 4 {
			t.Fatalf("written as %s", text)
		}
		marshalled, err := id.MarshalText()
		if err != nil || string(marshalled) != text {
			t.Fatalf("MarshalText gives %s (%v)", marshalled, err)
		}
		if appended, err := id.AppendText([]byte("id:")); err != nil || string(appended) != "id:"+text {
			t.Fatalf("AppendText gives %s (%v)", appended, err)
		}
		if read, err := domain.ParseID[domain.DeviceKind](text); err != nil || read != id {
			t.Fatalf("%s is read as %s (%v)", text, read, err)
		}
		if domain.DeviceID(id.Entity()) != id {
			t.Fatalf("as an entity it is %s", id.Entity())
		}
	})
	if got := (domain.RoomID{0x01, 0x8f, 0xab, 15: 0x0c}).String(); got != "018fab00-0000-0000-0000-00000000000c" {
		t.Errorf("written as %s", got)
	}
}

func TestWhatIsNotTheOneFormOfAnIDIsRefused(t *testing.T) {
	t.Parallel()
	good := "018fab00-0000-7000-8000-00000000000c"
	for _, text := range []string{
		"", "-", good[:35], good + "0", strings.ToUpper(good), "{" + good[1:35] + "}", "urn:uuid:" + good,
		strings.ReplaceAll(good, "-", ""), strings.ReplaceAll(good, "-", "_"), good[:35] + "g", good[:35] + "\x00",
		" " + good[1:], good[:8] + "0" + good[9:], "018fab0-00000-7000-8000-00000000000c", "018fab00-0000-7000-8000-0000000000é",
	} {
		id, err := domain.ParseID[domain.HomeKind](text)
		if err == nil || !strings.HasPrefix(err.Error(), "not an id: ") || !id.IsZero() {
			t.Errorf("%q is read as %s (%v)", text, id, err)
		}
	}
	_, err := domain.ParseID[domain.HomeKind](good[:35] + "G")
	if err == nil || err.Error() != "not an id: character 36 is not a lower-case hexadecimal digit" {
		t.Errorf("the reason is %v", err)
	}
}

func TestAnIDLeavesTheOneItIsReadIntoAloneWhenItFails(t *testing.T) {
	t.Parallel()
	id := domain.HomeID{1, 2, 3}
	if err := json.Unmarshal([]byte(`"018fab00-0000-7000-8000-00000000000x"`), &id); err == nil || id != (domain.HomeID{1, 2, 3}) {
		t.Errorf("the id became %s (%v)", id, err)
	}
}

func TestTheZeroIDNamesNothing(t *testing.T) {
	t.Parallel()
	if !(domain.HomeID{}).IsZero() || (domain.HomeID{15: 1}).IsZero() {
		t.Error("zero and not zero are mixed up")
	}
	text, err := json.Marshal(struct {
		Room domain.RoomID `json:"room,omitzero"`
	}{})
	if err != nil || string(text) != `{}` {
		t.Errorf("written as %s (%v)", text, err)
	}
}

func TestAHashIsWrittenInHexadecimalDigits(t *testing.T) {
	t.Parallel()
	if got := (domain.Hash{0xab, 31: 0x01}).String(); got != "ab"+strings.Repeat("0", 60)+"01" {
		t.Errorf("written as %s", got)
	}
}
