package mqttdiscovery

import (
	"strings"
	"unicode/utf8"
)

// reading is a message while it is looked at.
type reading struct {
	topic   string
	payload string
	legible bool
	json    any // parsed once, when a template first needs it
	parsed  bool
}

func newReading(topic string, payload []byte) *reading {
	return &reading{topic: topic, payload: string(payload), legible: utf8.Valid(payload)}
}

func (r *reading) scope() scope {
	s := scope{"value": r.payload}
	if !r.parsed {
		r.parsed = true
		r.json = any(undefined{})
		if v, ok := decodeJSON([]byte(r.payload)); ok {
			r.json = v
		}
	}
	if _, not := r.json.(undefined); !not {
		s["value_json"] = r.json
	}
	return s
}

// text returns what the template says of the message, or the message itself.
func (r *reading) text(t *template) (string, bool) {
	if !r.legible {
		return "", false
	}
	if t == nil {
		return r.payload, true
	}
	said, err := t.render(r.scope())
	return said, err == nil
}

// members returns the message as a JSON object.
func (r *reading) members() (map[string]any, bool) {
	if !r.legible {
		return nil, false
	}
	m, ok := r.scope()["value_json"].(map[string]any)
	return m, ok
}

// template compiles a template of an announcement; nil if there is none.
func (f fields) template(key string) (*template, error) {
	source := f.text(key)
	if source == "" {
		return nil, nil //nolint:nilnil // no template is what most entities have
	}
	return compile(source)
}

// matches reports whether a topic is one that the filter asks for.
func matches(filter, topic string) bool {
	if filter == topic {
		return true
	}
	if !strings.Contains(filter, "+") {
		return false
	}
	wanted, levels := strings.Split(filter, "/"), strings.Split(topic, "/")
	if len(wanted) != len(levels) || strings.HasPrefix(topic, "$") {
		return false
	}
	for i, level := range wanted {
		if level != "+" && level != levels[i] {
			return false
		}
	}
	return true
}
