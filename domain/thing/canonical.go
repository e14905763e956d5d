package thing

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Bounds of what canonical reads.
const (
	// maxValueText bounds the text of a value before it is canonical. JSON can
	// say one byte in six ("<" as "\u003c"), and what fits once must fit however
	// it was written down in between.
	maxValueText = 6 * MaxValueBytes
	// maxValueDepth bounds how deep arrays and objects may stand in each other:
	// no device nests more than two.
	maxValueDepth = 32
)

var (
	errValueSize    = fmt.Errorf("value is longer than %d bytes", MaxValueBytes)
	errValueDepth   = fmt.Errorf("value is nested deeper than %d", maxValueDepth)
	errValueUnicode = errors.New("value is not valid Unicode")
	errValueMore    = errors.New("more than one JSON value")
)

// canonical is ParseValue for any text.
func canonical(text []byte) (Value, error) {
	if len(text) > maxValueText {
		return "", errValueSize
	}
	if !utf8.Valid(text) || hasLoneSurrogate(text) {
		return "", errValueUnicode
	}
	w := writer{decoder: json.NewDecoder(bytes.NewReader(text)), out: make([]byte, 0, len(text))}
	w.decoder.UseNumber()
	if err := w.value(0); err != nil {
		return "", err
	}
	if _, err := w.decoder.Token(); !errors.Is(err, io.EOF) {
		return "", errValueMore
	}
	if len(w.out) > MaxValueBytes {
		return "", errValueSize
	}
	return Value(w.out), nil
}

// writer writes the tokens of a JSON text in canonical form.
type writer struct {
	decoder *json.Decoder
	out     []byte
}

func (w *writer) token() (json.Token, error) {
	token, err := w.decoder.Token()
	if err != nil {
		return nil, fmt.Errorf("not a JSON value: %w", err)
	}
	return token, nil
}

func (w *writer) value(depth int) error {
	token, err := w.token()
	if err != nil {
		return err
	}
	switch t := token.(type) {
	case bool:
		w.out = strconv.AppendBool(w.out, t)
	case nil:
		w.out = append(w.out, "null"...)
	case string:
		w.out = appendText(w.out, t)
	case json.Number:
		return w.number(string(t))
	case json.Delim:
		switch {
		case depth == maxValueDepth:
			return errValueDepth
		case t == '[':
			return w.array(depth)
		}
		return w.object(depth)
	}
	return nil
}

func (w *writer) array(depth int) error {
	w.out = append(w.out, '[')
	for first := true; w.decoder.More(); first = false {
		if !first {
			w.out = append(w.out, ',')
		}
		if err := w.value(depth + 1); err != nil {
			return err
		}
	}
	w.out = append(w.out, ']')
	_, err := w.token()
	return err
}

// object writes the members one behind the other and then puts them in order.
func (w *writer) object(depth int) error {
	begin := len(w.out)
	members := map[string]string{}
	for w.decoder.More() {
		token, err := w.token()
		if err != nil {
			return err
		}
		name, ok := token.(string)
		if _, twice := members[name]; twice || !ok {
			return fmt.Errorf("not a JSON value: member %q stands twice", name)
		}
		w.out = appendText(w.out[:begin], name)
		w.out = append(w.out, ':')
		if err := w.value(depth + 1); err != nil {
			return err
		}
		members[name] = string(w.out[begin:])
	}
	w.out = append(w.out[:begin], '{')
	for i, name := range sortedKeys(members) {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.out = append(w.out, members[name]...)
	}
	w.out = append(w.out, '}')
	_, err := w.token()
	return err
}

// firstInexact is the least integer whose successor float64 cannot hold.
const firstInexact = 1 << 53

func (w *writer) number(text string) error {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return fmt.Errorf("not a number that can be kept: %w", err)
	}
	if math.Abs(f) >= firstInexact && !strings.ContainsAny(text, ".eE") {
		if kept := strconv.FormatFloat(f, 'f', -1, 64); kept != text {
			return fmt.Errorf("not a number that can be kept: %s would become %s", text, kept)
		}
	}
	if f == 0 {
		f = 0 // minus zero is zero
	}
	number, err := json.Marshal(f)
	w.out = append(w.out, number...)
	return err
}

const hexDigits = "0123456789abcdef"

// appendText writes a JSON string with the escapes JSON asks for and no others.
func appendText(out []byte, text string) []byte {
	out = append(out, '"')
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			out = append(out, '\\', c)
		case c >= 0x20:
			out = append(out, c)
		default:
			if short := strings.IndexByte("\b\f\n\r\t", c); short >= 0 {
				out = append(out, '\\', "bfnrt"[short])
			} else {
				out = append(out, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			}
		}
	}
	return append(out, '"')
}

// hasLoneSurrogate reports whether an escape in the text is half of a character.
// encoding/json would make U+FFFD of it, and two values would become one.
func hasLoneSurrogate(text []byte) bool {
	for {
		at := bytes.IndexByte(text, '\\')
		if at < 0 {
			return false
		}
		text = text[at:]
		first, ok := escaped(text)
		if !ok { // another escape, or none: the decoder judges
			text = text[min(2, len(text)):]
			continue
		}
		text = text[escapeLength:]
		if !utf16.IsSurrogate(first) {
			continue
		}
		second, ok := escaped(text)
		if !ok || utf16.DecodeRune(first, second) == utf8.RuneError {
			return true
		}
		text = text[escapeLength:]
	}
}

// escapeLength is the length of \uXXXX.
const escapeLength = 6

// escaped returns the code unit of the \uXXXX that the text begins with.
func escaped(text []byte) (rune, bool) {
	if len(text) < escapeLength || text[1] != 'u' || text[0] != '\\' {
		return 0, false
	}
	unit, err := strconv.ParseUint(string(text[2:escapeLength]), 16, 16)
	return rune(unit), err == nil
}
