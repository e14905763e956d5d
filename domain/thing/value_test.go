package thing_test

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"logis/domain/thing"
)

func TestAValueIsBroughtIntoCanonicalForm(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]thing.Value{
		`true`:                       `true`,
		" \n\t null\r":               `null`,
		`0`:                          `0`,
		`-0`:                         `0`,
		`-0.0`:                       `0`,
		`0e5`:                        `0`,
		`1e-400`:                     `0`,
		`1.0`:                        `1`,
		`-1.50`:                      `-1.5`,
		`21.37`:                      `21.37`,
		`21.3700000000000001`:        `21.37`,
		`0.1234567890123456789`:      `0.12345678901234568`,
		`100e-2`:                     `1`,
		`1E3`:                        `1000`,
		`0.000001`:                   `0.000001`,
		`0.0000001`:                  `1e-7`,
		`1e20`:                       `100000000000000000000`,
		`1e21`:                       `1e+21`,
		`9007199254740992`:           `9007199254740992`,
		`-9007199254740994`:          `-9007199254740994`,
		`9.70000001e18`:              `9700000010000000000`,
		`9700000010000000000`:        `9700000010000000000`,
		`9007199254740993.5`:         `9007199254740994`,
		`""`:                         `""`,
		`"lamp"`:                     `"lamp"`,
		`"\u006c\u0061mp"`:           `"lamp"`,
		`"a\/b"`:                     `"a/b"`,
		`"\u003c&>"`:                 `"<&>"`,
		`"\"\\\b\f\n\r\t"`:           `"\"\\\b\f\n\r\t"`,
		`"\u0008\u001F\u0000\u007f"`: "\"\\b\\u001f\\u0000\x7f\"",
		`"\u2028 é \ufffd"`:          "\"\u2028 é \ufffd\"",
		`"\ud83d\udca1"`:             `"💡"`,
		`"\\ud800"`:                  `"\\ud800"`,
		`[ ]`:                        `[]`,
		`{ }`:                        `{}`,
		`[1.0,[true , null],"x"]`:    `[1,[true,null],"x"]`,
		`{"b":1,"a":{"d":-0,"c":2}}`: `{"a":{"c":2,"d":0},"b":1}`,
		`{"":1,"\u0061":2,"A":3}`:    `{"":1,"A":3,"a":2}`,
	} {
		got, err := thing.ParseValue([]byte(text))
		if err != nil || got != want {
			t.Errorf("%s became %s (%v), want %s", text, got, err, want)
		}
	}
}

func TestWhatIsNoValueIsRefusedWithAReason(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		``:                            "not a JSON value",
		` `:                           "not a JSON value",
		`tru`:                         "not a JSON value",
		`truex`:                       "more than one JSON value",
		`True`:                        "not a JSON value",
		`NaN`:                         "not a JSON value",
		`Infinity`:                    "not a JSON value",
		`+1`:                          "not a JSON value",
		`.5`:                          "not a JSON value",
		`01`:                          "more than one JSON value",
		`1.`:                          "not a JSON value",
		`-`:                           "not a JSON value",
		`0x10`:                        "more than one JSON value",
		`1_000`:                       "more than one JSON value",
		`"open`:                       "not a JSON value",
		`'x'`:                         "not a JSON value",
		"\"a\nb\"":                    "not a JSON value",
		`"\x41"`:                      "not a JSON value",
		`[1,]`:                        "not a JSON value",
		`[1 2]`:                       "not a JSON value",
		`[1`:                          "not a JSON value",
		`[}`:                          "not a JSON value",
		`{"a"}`:                       "not a JSON value",
		`{"a":1,}`:                    "not a JSON value",
		`{a:1}`:                       "not a JSON value",
		`{1:1}`:                       "not a JSON value",
		`1 2`:                         "more than one JSON value",
		`{}{}`:                        "more than one JSON value",
		`true // yes`:                 "more than one JSON value",
		"\ufefftrue":                  "not a JSON value",
		`{"a":1,"a":1}`:               `member "a" stands twice`,
		`{"a":1,"\u0061":2}`:          `member "a" stands twice`,
		`[{"b":{"c":1,"c":2}}]`:       `member "c" stands twice`,
		`1e400`:                       "not a number that can be kept",
		`-1e400`:                      "not a number that can be kept",
		`1e131071`:                    "not a number that can be kept",
		`[1e131071]`:                  "not a number that can be kept",
		`9007199254740993`:            "9007199254740993 would become 9007199254740992",
		`-9223372036854775807`:        "not a number that can be kept",
		"\"\xff\"":                    "not valid Unicode",
		"\"\xed\xa0\x80\"":            "not valid Unicode",
		`"\ud800"`:                    "not valid Unicode",
		`"\udc00\ud800"`:              "not valid Unicode",
		`"\ud800\u0041"`:              "not valid Unicode",
		`"\ud83dx\udca1"`:             "not valid Unicode",
		`{"\udfff":1}`:                "not valid Unicode",
		nested(33):                    "nested deeper than 32",
		strings.Repeat("[", 4000):     "nested deeper than 32",
		quoted(4095):                  "longer than 4096 bytes",
		"\"" + escapes(4095) + "\"":   "longer than 4096 bytes",
		strings.Repeat(" ", 6*4096+1): "longer than 4096 bytes",
		`[` + strings.Repeat("1e20,", 400) + `1]`: "longer than 4096 bytes",
	} {
		got, err := thing.ParseValue([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) || got != "" {
			t.Errorf("%.40q became %.40q with error %v, want one about %q", text, got, err, want)
		}
	}
}

func quoted(n int) string  { return `"` + strings.Repeat("x", n) + `"` }
func escapes(n int) string { return strings.Repeat(`\u003c`, n) }
func nested(n int) string  { return strings.Repeat("[", n) + strings.Repeat("]", n) }

func TestAValueMayBeAsLongAndAsDeepAsTheLimitsSay(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		quoted(thing.MaxValueBytes - 2), `"` + escapes(thing.MaxValueBytes-2) + `"`, nested(32), " " + quoted(thing.MaxValueBytes-2),
	} {
		v, err := thing.ParseValue([]byte(text))
		if err != nil {
			t.Fatalf("%.20s… of %d bytes: %v", text, len(text), err)
		}
		// However it is written down, it can be read again.
		stored, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var again thing.Value
		if err := json.Unmarshal(stored, &again); err != nil || again != v {
			t.Errorf("%.20s… came back as %.20s… (%v)", v, again, err)
		}
	}
}

// text draws a JSON text and, by another drawing of its accidents (white space,
// the order of members, escapes, ways to write a number), a second one that means
// the same.
func drawTwice(t *rapid.T, depth int) (one, two string) {
	kinds := 4
	if depth > 0 {
		kinds = 6
	}
	switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
	case 0:
		one = rapid.SampledFrom([]string{"true", "false", "null"}).Draw(t, "literal")
		return one, " " + one + "\n"
	case 1:
		n := rapid.Int64Range(-1<<53, 1<<53).Draw(t, "integer")
		return strconv.FormatInt(n, 10), strconv.FormatInt(n, 10) + ".0"
	case 2:
		f := rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64).Draw(t, "float")
		return strconv.FormatFloat(f, 'e', -1, 64), strconv.FormatFloat(f, 'E', 20, 64)
	case 3:
		return drawText(t)
	case 4:
		return drawArray(t, depth-1)
	default:
		return drawObject(t, depth-1)
	}
}

func drawText(t *rapid.T) (one, two string) {
	var plain, escaped strings.Builder
	for _, c := range rapid.SliceOfN(rapid.Rune(), 0, 8).Draw(t, "text") {
		b, err := json.Marshal(string(c))
		if err != nil {
			t.Fatal(err)
		}
		plain.Write(b[1 : len(b)-1])
		if c < 1<<16 {
			escaped.WriteString(`\u` + strconv.FormatInt(int64(c)+1<<16, 16)[1:])
		} else {
			escaped.WriteRune(c)
		}
	}
	return `"` + plain.String() + `"`, `"` + escaped.String() + `"`
}

func drawArray(t *rapid.T, depth int) (one, two string) {
	var ones, twos []string
	for range rapid.IntRange(0, 3).Draw(t, "elements") {
		a, b := drawTwice(t, depth)
		ones, twos = append(ones, a), append(twos, b)
	}
	return "[" + strings.Join(ones, ",") + "]", " [ " + strings.Join(twos, "\t,") + "] "
}

func drawObject(t *rapid.T, depth int) (one, two string) {
	var ones, twos []string
	names := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-c<]{0,2}`), 0, 3, rapid.ID[string]).Draw(t, "names")
	for _, name := range names {
		a, b := drawTwice(t, depth)
		ones = append(ones, `"`+name+`":`+a)
		twos = append([]string{`"` + name + `" : ` + b}, twos...)
	}
	return "{" + strings.Join(ones, ",") + "}", "{" + strings.Join(twos, " ,") + "}"
}

func TestEqualJSONGivesTheSameValue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		one, two := drawTwice(t, 3)
		a, errA := thing.ParseValue([]byte(one))
		b, errB := thing.ParseValue([]byte(two))
		if errA != nil || errB != nil {
			t.Fatalf("%s (%v) or %s (%v) is refused", one, errA, two, errB)
		}
		if a != b {
			t.Fatalf("%s became %s, but %s became %s", one, a, two, b)
		}
		checkCanonical(t, a)
	})
}

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// checkCanonical holds a value against what encoding/json knows of it.
func checkCanonical(t fataler, v thing.Value) {
	t.Helper()
	again, err := thing.ParseValue([]byte(v))
	if err != nil || again != v {
		t.Fatalf("%s is not canonical: read again it is %s (%v)", v, again, err)
	}
	var content any
	if err := json.Unmarshal([]byte(v), &content); err != nil {
		t.Fatalf("%s is not JSON: %v", v, err)
	}
	if made, err := thing.Of(content); err != nil || made != v {
		t.Fatalf("%s made from Go values is %s (%v)", v, made, err)
	}
}

func FuzzParseValue(f *testing.F) {
	for _, seed := range []string{
		`true`, `-0`, `21.37`, `1e131071`, `9007199254740993`, `"\ud83d\udca1"`, `"\ud800"`, `{"b":1,"a":[null]}`,
		`{"a":1,"a":2}`, "\"\xff\"", `[[[]]]`, `"<&>"`, ` 1 2`, `0.000001`, `0.0000001`, `123456789012345.6`, `"\\\ud800"`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := thing.ParseValue(text)
		if err != nil {
			return
		}
		if !json.Valid(text) {
			t.Fatalf("%q is not JSON and became %s", text, v)
		}
		checkCanonical(t, v)
		if cut, rest, ok := thing.CutScalar(text); ok && len(rest) == 0 && cut != v {
			t.Fatalf("%q is %s at a look and %s when read", text, cut, v)
		}
	})
}

func TestCutScalarTakesOnlyWhatIsPlainlyCanonical(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, value, rest string }{
		{`true}`, `true`, `}`},
		{`false,"b":1`, `false`, `,"b":1`},
		{`null`, `null`, ``},
		{`0}`, `0`, `}`},
		{`-0.5]`, `-0.5`, `]`},
		{`21.37}}`, `21.37`, `}}`},
		{`123456789012345,`, `123456789012345`, `,`},
		{`0.000001 `, `0.000001`, ` `},
		{`"on"}`, `"on"`, `}`},
		{`""`, `""`, ``},
	} {
		v, rest, ok := thing.CutScalar([]byte(c.text))
		if string(v) != c.value || string(rest) != c.rest || !ok {
			t.Errorf("%s was cut into %q and %q (%v)", c.text, v, rest, ok)
		}
	}
	for _, text := range []string{
		``, ` 1`, `-`, `-0`, `-0}`, `01`, `1.`, `1.50`, `1.`, `.5`, `1e3`, `1.5e3`, `1.5.5`, `1234567890123456`, `0.0000001`,
		`"a\n"`, `"é"`, `"open`, `"`, `[]`, `{}`, `tru`, `n`, "\"\x00\"", quoted(thing.MaxValueBytes),
	} {
		if v, rest, ok := thing.CutScalar([]byte(text)); ok || v != "" || string(rest) != text {
			t.Errorf("%.20s was cut into %q and %.20q", text, v, rest)
		}
	}
}

func TestValuesAreMadeFromAndReadAsGoValues(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ got, want thing.Value }{
		{thing.Bool(true), `true`},
		{thing.Bool(false), `false`},
		{thing.Number(21.5), `21.5`},
		{thing.Number(math.Copysign(0, -1)), `0`},
		{thing.Number(math.Inf(1)), ``},
		{thing.Number(math.NaN()), ``},
		{thing.Text("<off>"), `"<off>"`},
		{thing.Text(strings.Repeat("x", thing.MaxValueBytes)), ``},
		{mustOf(t, json.RawMessage(`{"b":1,"a":2}`)), `{"a":2,"b":1}`},
		{mustOf(t, map[string]int{"count": 2, "button": 1}), `{"button":1,"count":2}`},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
	if _, err := thing.Of(make(chan int)); err == nil {
		t.Error("a channel became a value")
	}
	if f, ok := thing.Value(`-1e-7`).Float(); !ok || f != -1e-7 {
		t.Errorf("-1e-7 is read as %v, %v", f, ok)
	}
	for _, v := range []thing.Value{``, `true`, `"1"`, `null`, `-`, `[1]`} {
		if f, ok := v.Float(); ok {
			t.Errorf("%s is read as the number %v", v, f)
		}
	}
	for v, want := range map[thing.Value]string{`""`: "", `"on"`: "on", `"a\n\"b\""`: "a\n\"b\"", `"💡"`: "💡"} {
		if s, ok := v.Str(); !ok || s != want {
			t.Errorf("%s is read as %q, %v", v, s, ok)
		}
	}
	for _, v := range []thing.Value{``, `1`, `"`, `"a`, `"a\"`, `"a"b"`} {
		if s, ok := v.Str(); ok {
			t.Errorf("%s is read as the text %q", v, s)
		}
	}
}

func mustOf(t *testing.T, v any) thing.Value {
	t.Helper()
	value, err := thing.Of(v)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestAValueStandsInJSONAsItIs(t *testing.T) {
	t.Parallel()
	type document struct {
		Value thing.Value            `json:"value"`
		Maybe thing.Value            `json:"maybe,omitempty"`
		Map   map[string]thing.Value `json:"map,omitempty"`
	}
	for _, c := range []struct {
		doc  document
		want string
	}{
		{document{Value: `{"a":"<"}`, Maybe: `0`}, `{"value":{"a":"\u003c"},"maybe":0}`},
		{document{}, `{"value":null}`},
		{document{Value: "null", Map: map[string]thing.Value{"b": "1", "a": "true"}}, `{"value":null,"map":{"a":true,"b":1}}`},
	} {
		text, err := json.Marshal(c.doc)
		if err != nil || string(text) != c.want {
			t.Errorf("%+v is written as %s (%v), want %s", c.doc, text, err, c.want)
		}
		var read document
		if err := json.Unmarshal(text, &read); err != nil {
			t.Fatal(err)
		}
		if again, err := json.Marshal(read); err != nil || string(again) != c.want {
			t.Errorf("%s came back as %s (%v)", c.want, again, err)
		}
	}
	var v thing.Value
	if err := json.Unmarshal([]byte(`{"a":1,"a":2}`), &v); err == nil {
		t.Error("a value in a document may name a member twice")
	}
}
