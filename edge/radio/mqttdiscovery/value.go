package mqttdiscovery

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// What a template works with, as Python would: nil is None; bool, string, number,
// []any and map[string]any are what they are; undefined is what is not there.
type (
	undefined struct{}
	number    struct {
		f     float64
		whole bool // written without a point
	}
)

// decodeJSON reads one JSON value. Numbers stay json.Number until looked at.
func decodeJSON(text []byte) (any, bool) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil || d.More() {
		return nil, false
	}
	return v, true
}

// settle makes a json.Number a number; one that float64 cannot hold is a text.
func settle(v any) any {
	text, ok := v.(json.Number)
	if !ok {
		return v
	}
	n, ok := parseNumber(string(text))
	if !ok {
		return string(text)
	}
	return n
}

// parseNumber reads a finite number.
func parseNumber(text string) (number, bool) {
	text = strings.TrimSpace(text)
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) || strings.ContainsAny(text, "xXpP_") {
		return number{}, false
	}
	return number{f, !strings.ContainsAny(text, ".eE")}, true
}

// write says a value as Python's str does; false for what has no short form.
func write(v any) (string, bool) {
	switch v := settle(v).(type) {
	case nil:
		return "None", true
	case undefined:
		return "", true
	case bool:
		if v {
			return "True", true
		}
		return "False", true
	case string:
		return v, true
	case number:
		return v.String(), true
	}
	return "", false
}

// maxWhole is the largest number that is written without an exponent.
const maxWhole = 1e15

func (n number) String() string {
	switch {
	case n.whole && math.Abs(n.f) < maxWhole:
		return strconv.FormatFloat(n.f, 'f', 0, 64)
	case n.f == math.Trunc(n.f) && math.Abs(n.f) < maxWhole:
		return strconv.FormatFloat(n.f, 'f', 1, 64)
	case math.Abs(n.f) >= 1e-4 && math.Abs(n.f) < maxWhole:
		return strconv.FormatFloat(n.f, 'f', -1, 64)
	}
	return strconv.FormatFloat(n.f, 'g', -1, 64)
}

// truth is what counts as true.
func truth(v any) bool {
	switch v := settle(v).(type) {
	case nil, undefined:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case number:
		return v.f != 0
	case []any:
		return len(v) > 0
	case map[string]any:
		return len(v) > 0
	}
	return true
}

// arithmetic returns v as a number to calculate with: True is 1.
func arithmetic(v any) (number, bool) {
	switch v := settle(v).(type) {
	case number:
		return v, true
	case bool:
		if v {
			return number{1, true}, true
		}
		return number{0, true}, true
	}
	return number{}, false
}

// same reports whether two values are equal; lists and objects never are.
func same(a, b any) bool {
	a, b = settle(a), settle(b)
	if x, ok := arithmetic(a); ok {
		y, ok := arithmetic(b)
		return ok && x.f == y.f
	}
	switch x := a.(type) {
	case nil:
		return b == nil
	case string:
		y, ok := b.(string)
		return ok && x == y
	case undefined:
		_, ok := b.(undefined)
		return ok
	}
	return false
}
