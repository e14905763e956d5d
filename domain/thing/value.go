package thing

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"unicode/utf8"
)

// MaxValueBytes bounds one property value, in bytes of JSON. Ditto allows
// 100 kB for a whole thing; one value of a radio device is a few bytes.
const MaxValueBytes = 4096

// Value is one JSON value in canonical form: no white space, object keys
// sorted, numbers as the shortest text that reads back the same. Two values are
// equal exactly when they are ==. The zero Value is no value.
type Value string

var errValueSize = fmt.Errorf("value is longer than %d bytes", MaxValueBytes)

// ParseValue brings JSON text into canonical form. It refuses what is not one
// JSON value, is too long, or holds a number that float64 cannot.
func ParseValue(text []byte) (Value, error) {
	if len(text) > MaxValueBytes {
		return "", errValueSize
	}
	if plain(text) {
		return Value(text), nil
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	var v any
	if err := decoder.Decode(&v); err != nil {
		return "", fmt.Errorf("not a JSON value: %w", err)
	}
	if decoder.More() {
		return "", errors.New("more than one JSON value")
	}
	return Of(v)
}

// Of returns the Value of a Go value that encoding/json can write.
func Of(v any) (Value, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return "", fmt.Errorf("not a JSON value: %w", err)
	}
	if out.Len()-1 > MaxValueBytes {
		return "", errValueSize
	}
	return Value(out.Bytes()[:out.Len()-1]), nil
}

// Bool returns the Value of b.
func Bool(b bool) Value {
	if b {
		return "true"
	}
	return "false"
}

// Number returns the Value of f, which must be finite.
func Number(f float64) Value {
	v, err := Of(f)
	if err != nil {
		return ""
	}
	return v
}

// Text returns the Value of the JSON string s.
func Text(s string) Value {
	v, err := Of(s)
	if err != nil {
		return ""
	}
	return v
}

// plain reports whether text is already canonical by a look at its bytes: a
// literal, a small integer, or a string without escapes. Most reports are.
func plain(text []byte) bool {
	switch string(text) {
	case "true", "false", "null", "0":
		return true
	case "":
		return false
	}
	if text[0] == '"' {
		return plainString(text)
	}
	if text[0] < '1' || text[0] > '9' || len(text) > 15 {
		return false
	}
	for _, c := range text {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

func plainString(text []byte) bool {
	if len(text) < 2 || text[len(text)-1] != '"' {
		return false
	}
	for _, c := range text[1 : len(text)-1] {
		if c < 0x20 || c >= utf8.RuneSelf || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// Float returns the number v holds.
func (v Value) Float() (float64, bool) {
	var f float64
	if len(v) == 0 || (v[0] != '-' && (v[0] < '0' || v[0] > '9')) {
		return 0, false
	}
	if err := json.Unmarshal([]byte(v), &f); err != nil || math.IsInf(f, 0) {
		return 0, false
	}
	return f, true
}

// Str returns the string v holds.
func (v Value) Str() (string, bool) {
	if len(v) < 2 || v[0] != '"' {
		return "", false
	}
	var s string
	if err := json.Unmarshal([]byte(v), &s); err != nil {
		return "", false
	}
	return s, true
}

// MarshalJSON writes the value as it stands; the zero Value becomes null.
func (v Value) MarshalJSON() ([]byte, error) {
	if v == "" {
		return []byte("null"), nil
	}
	return []byte(v), nil
}

// UnmarshalJSON reads and canonicalises a value.
func (v *Value) UnmarshalJSON(text []byte) error {
	parsed, err := ParseValue(text)
	if err != nil {
		return err
	}
	*v = parsed
	return nil
}
