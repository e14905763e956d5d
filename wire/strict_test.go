package wire_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/google/go-cmp/cmp"

	"logis/domain"
	"logis/domain/thing"
	"logis/wire"
)

// The corpus of what a hostile or broken peer may send (safety 6.4): each is an
// error that says where, and nothing is guessed.
func TestWhatIsNotExactlyAFrameIsRefused(t *testing.T) {
	t.Parallel()
	const id = "018f0000-0000-0000-0000-000000000003"
	for text, want := range map[string]string{
		``:                            "must begin with",
		`{}`:                          "must begin with",
		`[]`:                          "must begin with",
		`null`:                        "must begin with",
		`"ping"`:                      "must begin with",
		`ping`:                        "must begin with",
		` {"type":"ping"}`:            "must begin with",
		`{ "type":"ping"}`:            "must begin with",
		`{"type": "ping"}`:            "must begin with",
		`{'type':'ping'}`:             "must begin with",
		`{"Type":"ping"}`:             "must begin with",
		`{"typ\u0065":"ping"}`:        "must begin with",
		"\ufeff" + `{"type":"ping"}`:  "must begin with",
		`{"boot_ms":1,"type":"ping"}`: "must begin with",
		`{"type":null}`:               "must begin with",
		`{"type":"ping`:               "must begin with",
		`{"type":"ping"`:              "must begin with",
		`{"type":"` + strings.Repeat("x", 33) + `"}`: "must begin with",
		`{"type":""}`:                                   `type "" is not one`,
		`{"type":"Ping"}`:                               `type "Ping" is not one`,
		`{"type":"p\u0069ng"}`:                          `type "p\\u0069ng" is not one`,
		`{"type":"toString"}`:                           `type "toString" is not one`,
		`{"type":"ping";}`:                              "want a comma",
		`{"type":"ping" }`:                              "want a comma",
		`{"type":"ping"]`:                               "want a comma",
		`{"type":"ping",`:                               "ping: ",
		`{"type":"ping",}`:                              "a comma stands before the end",
		`{"type":"ping","boot_ms":1`:                    "ping: ",
		`{"type":"ping","boot_ms":1}}`:                  "ping: ",
		`{"type":"ping","boot_ms":1} {}`:                "ping: ",
		`{"type":"ping"}{"type":"ping"}`:                "ping: ",
		`{"type":"ping","boot_ms":1,}`:                  "ping: ",
		`{"type":"ping",/**/"boot_ms":1}`:               "ping: ",
		`{"type":"ping","boot_ms":1} // done`:           "ping: ",
		`{"type":"ping","boot_ms":1,"zoom":2}`:          `unknown object member name "zoom"`,
		`{"type":"ping","type":"ping"}`:                 `unknown object member name "type"`,
		`{"type":"ping","boot_ms":1,"boot_ms":1}`:       `duplicate object member name "boot_ms"`,
		`{"type":"ping","boot_ms":1,"boot_\u006ds":1}`:  `duplicate object member name "boot_ms"`,
		`{"type":"ping","BOOT_MS":1}`:                   `unknown object member name "BOOT_MS"`,
		`{"type":"ping","boot_mſ":1}`:                   `unknown object member name "boot_mſ"`,
		`{"type":"ping","boot_ms":"1"}`:                 "boot_ms",
		`{"type":"ping","boot_ms":true}`:                "boot_ms",
		`{"type":"ping","boot_ms":[1]}`:                 "boot_ms",
		`{"type":"ping","boot_ms":1.5}`:                 "boot_ms",
		`{"type":"ping","boot_ms":1.0}`:                 "boot_ms",
		`{"type":"ping","boot_ms":1e3}`:                 "boot_ms",
		`{"type":"ping","boot_ms":9223372036854775808}`: "boot_ms",
		`{"type":"ping","boot_ms":1e131071}`:            "boot_ms",
		`{"type":"ping","boot_ms":NaN}`:                 "ping: ",
		`{"type":"ping","boot_ms":01}`:                  "ping: ",
		`{"type":"ping","boot_ms":+1}`:                  "ping: ",
		"{\"type\":\"ping\",\"\xff\":1}":                "ping: ",
		`{"type":"ping","__proto__":{}}`:                `unknown object member name "__proto__"`,
		`{"type":"ping","":1}`:                          `unknown object member name ""`,

		`{"type":"hello","gateway":"` + strings.ToUpper(id) + `"}`: "gateway",
		`{"type":"hello","gateway":"{` + id + `}"}`:                "gateway",
		`{"type":"hello","gateway":""}`:                            "gateway",
		`{"type":"hello","signature":"not base64"}`:                "signature",
		`{"type":"hello","signature":"AAAA\n"}`:                    "signature",
		`{"type":"hello","signature":"_w=="}`:                      "signature",
		`{"type":"hello","signature":[1,2]}`:                       "signature",
		`{"type":"hello","head":{"seq":1,"hash":"","home":1}}`:     `unknown object member name "home"`,
		`{"type":"hello","outbox":"\ud800"}`:                       "outbox",
		"{\"type\":\"hello\",\"outbox\":\"\xed\xa0\x80\"}":         "hello: ",

		`{"type":"entries","entries":{}}`:                                             "want a list",
		`{"type":"entries","entries":null}`:                                           "want a list",
		`{"type":"entries","entries":"x"}`:                                            "want a list",
		`{"type":"entries","entries":[1]}`:                                            "entries",
		`{"type":"entries","entries":[{"kind":"report","seq":1}]}`:                    `unknown object member name "seq"`,
		`{"type":"entries","entries":[{"kind":"report","kind":"reach"}]}`:             `duplicate object member name "kind"`,
		`{"type":"entries","entries":[{"kind":7}]}`:                                   "kind",
		`{"type":"entries","entries":[{"device":"` + id[1:] + `"}]}`:                  "device",
		`{"type":"entries","entries":[{"values":{"a":1,"a":1}}]}`:                     `duplicate object member name "a"`,
		`{"type":"entries","entries":[{"values":{"a":1e400}}]}`:                       "not a number that can be kept",
		`{"type":"entries","entries":[{"values":{"a":1e131071}}]}`:                    "not a number that can be kept",
		`{"type":"entries","entries":[{"values":{"a":9007199254740993}}]}`:            "not a number that can be kept",
		`{"type":"entries","entries":[{"values":{"a":{"b":1,"b":1}}}]}`:               `duplicate object member name "b"`,
		`{"type":"entries","entries":[{"values":{"a":"\ud800"}}]}`:                    "entries: ",
		`{"type":"entries","entries":[{"values":[]}]}`:                                "values",
		`{"type":"entries","entries":[{"available":1}]}`:                              "available",
		`{"type":"entries","entries":[{"available":"true"}]}`:                         "available",
		`{"type":"entries","entries":[{"data":` + strings.Repeat("[", 10_001):         "entries: ",
		`{"type":"entries","entries":[{"data":"` + strings.Repeat("x", 4096):          "entries: ",
		`{"type":"entries","entries":[{"data":` + nested(33) + `}]}`:                  "nested deeper than 32",
		`{"type":"entries","entries":[{"data":"` + strings.Repeat("x", 4095) + `"}]}`: "longer than 4096 bytes",
		`{"type":"entries","entries":[{}`:                                             "entries: ",
		`{"type":"entries","entries":[{},]}`:                                          "entries: ",
		`{"type":"entries","entries":[{}{}]}`:                                         "entries: ",
	} {
		f, err := wire.DecodeFromEdge([]byte(text))
		if !errors.Is(err, wire.ErrBadFrame) || !strings.Contains(err.Error(), want) || f != nil {
			t.Errorf("%.80q is read as %#v\n with %v\n want   %s", text, f, err, want)
		}
	}
	for text, want := range map[string]string{
		`{"type":"command","class":"Z"}`:               "class",
		`{"type":"command","class":65}`:                "class",
		`{"type":"command","not_after_ms":"soon"}`:     "not_after_ms",
		`{"type":"command","toggle":true}`:             `unknown object member name "toggle"`,
		`{"type":"welcome","versions":[1]}`:            `unknown object member name "versions"`,
		`{"type":"challenge","versions":[1.5]}`:        "versions",
		`{"type":"challenge","nonce":"AAA"}`:           "nonce",
		`{"type":"ack","cursor":1,"head":[]}`:          "head",
		`{"type":"ack","cursor":18446744073709551616}`: "cursor",
	} {
		f, err := wire.DecodeFromCloud([]byte(text))
		if !errors.Is(err, wire.ErrBadFrame) || !strings.Contains(err.Error(), want) || f != nil {
			t.Errorf("%.80q is read as %#v\n with %v\n want   %s", text, f, err, want)
		}
	}
}

func nested(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

// A reason for a peer must not carry what the peer sent at length.
func TestAnErrorAboutAFrameIsShort(t *testing.T) {
	t.Parallel()
	_, err := wire.DecodeFromEdge([]byte(`{"type":"ping","` + strings.Repeat("x", 200_000) + `":1}`))
	if err == nil || len(err.Error()) > 210 || !errors.Is(err, wire.ErrBadFrame) {
		t.Errorf("an error of %d bytes", len(err.Error()))
	}
}

func TestWhiteSpaceBehindTheTypeIsReadAsJSONSays(t *testing.T) {
	t.Parallel()
	f, err := wire.DecodeFromEdge([]byte("{\"type\":\"ping\", \"boot_ms\" :\n1 }\r\n"))
	if diff := cmp.Diff(wire.Frame(&wire.Ping{BootMS: 1}), f); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestTheTextOfAFrameMayBeUsedAgainOnceItIsRead(t *testing.T) {
	t.Parallel()
	for name, want := range fromEdge() {
		text, err := os.ReadFile(filepath.Join("testdata", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := wire.DecodeFromEdge(text)
		if err != nil {
			t.Fatal(err)
		}
		for i := range text {
			text[i] = '#'
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s changed with the buffer it was read from:\n%s", name, diff)
		}
	}
}

var drawValues = rapid.MapOfN(rapid.StringN(0, 6, -1), rapid.Custom(func(t *rapid.T) thing.Value {
	return rapid.OneOf(
		rapid.Map(rapid.Bool(), thing.Bool), rapid.Map(rapid.Float64(), thing.Number), rapid.Map(rapid.StringN(0, 6, -1), thing.Text),
		rapid.Just(thing.Value(`{"a":[1,null],"b":"<"}`)),
	).Draw(t, "value")
}), 1, 3)

func drawEntry(t *rapid.T) wire.Entry {
	e := wire.Entry{
		Kind: rapid.SampledFrom([]wire.Kind{wire.KindReport, wire.KindDevice, wire.KindGap, "newer"}).Draw(t, "kind"),
		AtMS: rapid.Int64().Draw(t, "at"), Inferred: rapid.Bool().Draw(t, "inferred"), Available: rapid.Bool().Draw(t, "available"),
		Device:  domain.DeviceID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "device")),
		Command: domain.CommandID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "command")),
		Event:   rapid.String().Draw(t, "event"), Reason: rapid.String().Draw(t, "reason"), To: rapid.Int64().Draw(t, "to"),
		Outcome: rapid.SampledFrom(append(domain.Outcomes(), "")).Draw(t, "outcome"),
	}
	if rapid.Bool().Draw(t, "with values") {
		e.Values, e.Observed = drawValues.Draw(t, "values"), drawValues.Draw(t, "observed")
	}
	if rapid.Bool().Draw(t, "with a description") {
		e.Capabilities = rapid.SliceOfN(rapid.String(), 1, 3).Draw(t, "capabilities")
		e.Attributes = rapid.MapOfN(rapid.String(), rapid.String(), 1, 3).Draw(t, "attributes")
		e.Address, e.Name = rapid.String().Draw(t, "address"), rapid.String().Draw(t, "name")
	}
	return e
}

func TestAnyFrameIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		entries := &wire.Entries{First: rapid.Int64().Draw(t, "first"), Historic: rapid.Bool().Draw(t, "historic"), Entries: wire.EntryList{}}
		for range rapid.IntRange(0, 4).Draw(t, "entries") {
			entries.Entries = append(entries.Entries, drawEntry(t))
		}
		sameAgain(t, entries, wire.DecodeFromEdge)
		sameAgain(t, &wire.Command{
			ID: domain.CommandID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "command")), Class: thing.Comfort, Set: drawValues.Draw(t, "set"),
			Action: rapid.String().Draw(t, "action"), NotAfterMS: rapid.Int64().Draw(t, "not after"),
			DesiredVersion: domain.Seq(rapid.Int64().Draw(t, "version")), Session: rapid.Int64().Draw(t, "session"),
		}, wire.DecodeFromCloud)
		sameAgain(t, &wire.Ack{
			Cursor: rapid.Int64().Draw(t, "cursor"), Head: wire.Head{Seq: 1, Hash: rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "hash")},
		}, wire.DecodeFromCloud)
	})
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// sameAgain reads what Encode wrote, and writes it again.
func sameAgain(t failer, f wire.Frame, decode func([]byte) (wire.Frame, error)) {
	t.Helper()
	text, err := wire.Encode(f)
	if err != nil {
		t.Fatalf("%+v: %v", f, err)
	}
	got, err := decode(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if diff := cmp.Diff(f, got); diff != "" {
		t.Fatalf("%s is read as another frame (-want +got):\n%s", text, diff)
	}
	if again, err := wire.Encode(got); err != nil || string(again) != string(text) {
		t.Fatalf("%s is written again as %s (%v)", text, again, err)
	}
}

func FuzzDecodeFromEdge(f *testing.F)  { fuzzDecode(f, fromEdge(), wire.DecodeFromEdge) }
func FuzzDecodeFromCloud(f *testing.F) { fuzzDecode(f, fromCloud(), wire.DecodeFromCloud) }

func fuzzDecode(f *testing.F, seeds map[string]wire.Frame, decode func([]byte) (wire.Frame, error)) {
	f.Helper()
	for _, frame := range seeds {
		text, err := wire.Encode(frame)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		frame, err := decode(text)
		if err != nil {
			if !errors.Is(err, wire.ErrBadFrame) || frame != nil {
				t.Fatalf("%q gives %#v and %v", text, frame, err)
			}
			return
		}
		// What is taken has one meaning: written again it is taken as the same.
		written, err := wire.Encode(frame)
		if err != nil {
			t.Fatalf("%q cannot be written again: %v", text, err)
		}
		again, err := decode(written)
		if err != nil {
			t.Fatalf("%s cannot be read again: %v", written, err)
		}
		if twice, err := wire.Encode(again); err != nil || string(twice) != string(written) {
			t.Fatalf("%q becomes %s and then %s (%v)", text, written, twice, err)
		}
	})
}
