package thing

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// MaxValueBytes bounds one property value, in bytes of its canonical form. Ditto
// allows 100 kB for a whole thing; one value of a radio device is a few bytes.
const MaxValueBytes = 4096

// Value is one JSON value in canonical form: no white space, object keys sorted
// and unique, the least escapes, numbers as the shortest text that reads back the
// same. Two values mean the same exactly when they are ==. The zero Value is no
// value; "null" is one.
type Value string

// ParseValue brings JSON text into canonical form. It refuses what is not one
// JSON value, is too long or too deep, names an object's member twice, is not
// valid Unicode, or holds a number that float64 cannot: out of its range, or an
// integer it would change. A fraction becomes the nearest float64.
func ParseValue(text []byte) (Value, error) {
	if n := scalar(text); n == len(text) && n > 0 && n <= MaxValueBytes {
		return Value(text), nil
	}
	return canonical(text)
}

// CutScalar takes a value off the front of JSON text if a look at its bytes shows
// that it is a scalar and canonical, as nearly every reported value is. What
// follows the value is not looked at. ok is false for every other value, right or
// wrong: ParseValue tells.
func CutScalar(text []byte) (v Value, rest []byte, ok bool) {
	n := scalar(text)
	if n == 0 || n > MaxValueBytes {
		return "", text, false
	}
	return Value(text[:n]), text[n:], true
}

// Of returns the Value of a Go value that encoding/json can write.
func Of(v any) (Value, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("not a JSON value: %w", err)
	}
	return ParseValue(text)
}

// Bool returns the Value of b.
func Bool(b bool) Value {
	if b {
		return "true"
	}
	return "false"
}

// Number returns the Value of f; no value when f is not finite.
func Number(f float64) Value {
	v, err := Of(f)
	if err != nil {
		return ""
	}
	return v
}

// Text returns the Value of the JSON string s; no value when s is too long. What
// is not Unicode in s becomes U+FFFD.
func Text(s string) Value {
	v, err := Of(s)
	if err != nil {
		return ""
	}
	return v
}

// Float returns the number v holds.
func (v Value) Float() (float64, bool) {
	if len(v) == 0 || (v[0] != '-' && (v[0] < '0' || v[0] > '9')) {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(v), 64)
	return f, err == nil && !math.IsInf(f, 0)
}

// Str returns the string v holds.
func (v Value) Str() (string, bool) {
	if len(v) < 2 || v[0] != '"' || v[len(v)-1] != '"' {
		return "", false
	}
	if text := string(v[1 : len(v)-1]); !strings.ContainsAny(text, `\"`) {
		return text, true
	}
	var s string
	err := json.Unmarshal([]byte(v), &s)
	return s, err == nil
}

// MarshalJSON writes the value as it stands; the zero Value becomes null.
func (v Value) MarshalJSON() ([]byte, error) {
	if v == "" {
		return []byte("null"), nil
	}
	return []byte(v), nil
}

// AppendJSON appends the value to b as it stands, the zero Value as null. It
// refuses a Value that is not canonical: no function here returned it.
func (v Value) AppendJSON(b []byte) ([]byte, error) {
	switch {
	case v == "":
		return append(b, "null"...), nil
	case scalar(string(v)) != len(v):
		if same, err := canonical([]byte(v)); err != nil || same != v {
			return b, fmt.Errorf("%.40q is not a value in canonical form", string(v))
		}
	}
	return append(b, v...), nil
}

// UnmarshalJSON reads and canonicalises a value. A null becomes the value "null".
func (v *Value) UnmarshalJSON(text []byte) error {
	parsed, err := ParseValue(text)
	if err != nil {
		return err
	}
	*v = parsed
	return nil
}
