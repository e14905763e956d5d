package domain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"logis/domain/thing"
)

// appender writes the JSON that is written with every report. encoding/json would
// write the same bytes, several times slower; tests hold the two together.
type appender struct {
	b   []byte
	err error // the first; what follows it is not to be used
}

func (a *appender) raw(text string) { a.b = append(a.b, text...) }

func (a *appender) number(n int64) { a.b = strconv.AppendInt(a.b, n, 10) }

func (a *appender) bool(v bool) { a.b = strconv.AppendBool(a.b, v) }

func (a *appender) time(t time.Time) {
	a.raw(`"`)
	b, err := t.AppendText(a.b)
	a.b = b
	a.fail(err)
	a.raw(`"`)
}

func (a *appender) value(v thing.Value) {
	b, err := v.AppendJSON(a.b)
	a.b = b
	a.fail(err)
}

// text writes a string; nearly all are plain.
func (a *appender) text(s string) {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c >= utf8.RuneSelf || c == '"' || c == '\\' {
			written, err := marshal(s)
			a.b = append(a.b, written...)
			a.fail(err)
			return
		}
	}
	a.b = append(append(append(a.b, '"'), s...), '"')
}

// usualMembers is how many members an object has at most, as a rule.
const usualMembers = 8

// appendObject writes a map in the order of its names.
func appendObject[V any](a *appender, members map[string]V, each func(V)) {
	names := make([]string, 0, usualMembers)
	for name := range members {
		names = append(names, name)
	}
	slices.Sort(names)
	a.raw(`{`)
	for i, name := range names {
		if i > 0 {
			a.raw(`,`)
		}
		a.text(name)
		a.raw(`:`)
		each(members[name])
	}
	a.raw(`}`)
}

func (a *appender) fail(err error) {
	if a.err == nil {
		a.err = err
	}
}

// marshal is json.Marshal that leaves <, > and & as they are, so that a value is
// never longer in the log than its bound.
func marshal(v any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, fmt.Errorf("encode %T: %w", v, err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte{'\n'}), nil
}
