package mqttdiscovery

import (
	"strings"
	"unicode/utf8"
)

// fields are what an announcement says, by their long names.
type fields map[string]any

// object reads a JSON object and gives its members their long names.
func object(v any, names map[string]string) (fields, bool) {
	members, ok := v.(map[string]any)
	if !ok {
		return nil, false
	}
	f := fields{}
	for key, value := range members {
		if long, ok := names[key]; ok {
			if _, both := members[long]; both {
				continue // the long name is the one that counts
			}
			key = long
		}
		f[key] = settle(value)
	}
	return f, true
}

// text returns a text, "" for anything else.
func (f fields) text(key string) string {
	s, _ := f[key].(string)
	return s
}

// label returns a text that people read, cut to a bound.
func (f fields) label(key string) string {
	s := strings.ToValidUTF8(strings.TrimSpace(f.text(key)), "")
	for len(s) > maxName {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}

// payload returns what a message holds that means something, or what it holds if
// nothing is announced. As elsewhere, true is written True and 1 is written 1.
func (f fields) payload(key, usual string) string {
	v, ok := f[key]
	if !ok {
		return usual
	}
	s, ok := write(v)
	if !ok || v == nil {
		return ""
	}
	return s
}

// topic returns a topic that may be used, "" for none.
func (f fields) topic(key string) string {
	t := f.text(key)
	if t == "" || len(t) > maxTopic || strings.ContainsAny(t, "#\x00") || !utf8.ValidString(t) {
		return ""
	}
	for _, level := range strings.Split(t, "/") {
		if strings.Contains(level, "+") && level != "+" {
			return ""
		}
	}
	if strings.Trim(t, "+/") == "" { // the whole broker
		return ""
	}
	return t
}

// target returns a topic that can be sent to, "" for none.
func (f fields) target(key string) string {
	t := f.topic(key)
	if strings.Contains(t, "+") {
		return ""
	}
	return t
}

func (f fields) number(key string, usual float64) float64 {
	switch v := f[key].(type) {
	case number:
		return v.f
	case string:
		if n, ok := parseNumber(v); ok {
			return n.f
		}
	}
	return usual
}

func (f fields) flag(key string) bool { return truth(f[key]) && f[key] != "false" }

// texts returns the texts of a list; one text alone is a list of one.
func (f fields) texts(key string) []string {
	switch v := f[key].(type) {
	case string:
		return []string{v}
	case []any:
		var all []string
		for _, item := range v {
			if s, ok := write(item); ok && len(all) < maxEntities {
				all = append(all, s)
			}
		}
		return all
	}
	return nil
}

// expandBase puts the base topic "~" into all topics.
func (f fields) expandBase(base string) {
	if base == "" {
		return
	}
	for key, v := range f {
		if s, ok := v.(string); ok && strings.HasSuffix(key, "topic") {
			f[key] = withBase(s, base)
		}
	}
	list, _ := f["availability"].([]any)
	for _, item := range list {
		if one, ok := item.(map[string]any); ok {
			for _, key := range []string{"topic", "t"} {
				if s, ok := one[key].(string); ok {
					one[key] = withBase(s, base)
				}
			}
		}
	}
}

func withBase(topic, base string) string {
	switch {
	case strings.HasPrefix(topic, "~"):
		return base + topic[1:]
	case strings.HasSuffix(topic, "~"):
		return topic[:len(topic)-1] + base
	}
	return topic
}
