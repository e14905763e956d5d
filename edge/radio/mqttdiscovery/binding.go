package mqttdiscovery

import (
	"math"
	"strings"
	"time"

	"logis/domain/thing"
)

// binding ties a property of a model to the topics that tell and set it.
type binding struct {
	property string
	sources  []source
	// encode puts a wanted value into an order; nil when only the device moves it.
	// Its error says in words why the device cannot.
	encode func(thing.Value, *batch) error
	// matches reports whether a value said confirms the one wanted; nil means ==.
	matches func(wanted, said thing.Value) bool
	// step is how much the value must change to be told again; 0 means at all.
	step float64
	// hoped is true for what some software tells before it is so.
	hoped bool
	// hidden is true for what confirms orders and is no property of the model.
	hidden bool
	// reset is how long "true" holds when the device does not tell its end; 0 means
	// that it tells.
	reset time.Duration
}

// source is where a value is found.
type source struct {
	topic string
	read  func(*reading) (thing.Value, bool)
}

func (b *binding) confirms(wanted, said thing.Value) bool {
	if b.matches == nil {
		return wanted == said
	}
	return b.matches(wanted, said)
}

// worthTelling reports whether a value differs enough from the one told last.
func (b *binding) worthTelling(last, now thing.Value) bool {
	if b.step == 0 || last == "" {
		return last != now
	}
	was, ok1 := last.Float()
	is, ok2 := now.Float()
	return !ok1 || !ok2 || math.Abs(is-was) >= b.step
}

// within returns a matches for numbers that devices round.
func within(tolerance float64) func(wanted, said thing.Value) bool {
	return func(wanted, said thing.Value) bool {
		w, ok1 := wanted.Float()
		s, ok2 := said.Float()
		return ok1 && ok2 && math.Abs(w-s) <= tolerance
	}
}

// source makes a source of a topic and a template of the entity. There is none
// without topic, nor with a template that is refused.
func (p *part) source(e *entity, topicKey, templateKey string, read func(string) (thing.Value, bool)) []source {
	topic := e.fields.topic(topicKey)
	if topic == "" {
		return nil
	}
	t, err := e.fields.template(templateKey)
	if err != nil {
		p.refuse(e, templateKey, err)
		return nil
	}
	return []source{{topic, func(r *reading) (thing.Value, bool) {
		said, ok := r.text(t)
		if !ok {
			return "", false
		}
		return read(said)
	}}}
}

// word returns a reader of payloads that stand for values.
func word(words map[string]thing.Value) func(string) (thing.Value, bool) {
	delete(words, "") // what is not announced
	return func(said string) (thing.Value, bool) {
		v, ok := words[said]
		return v, ok
	}
}

// numeric returns a reader of numbers, changed by convert and rounded to digits
// after the point.
func numeric(digits int, convert func(float64) float64) func(string) (thing.Value, bool) {
	scale := math.Pow10(digits)
	return func(said string) (thing.Value, bool) {
		n, ok := parseNumber(said)
		if !ok {
			return "", false
		}
		v := thing.Number(math.Round(convert(n.f)*scale) / scale)
		return v, v != ""
	}
}

func asIs(f float64) float64 { return f }

// decimal writes a number for a device.
func decimal(f float64) string { return number{f, f == math.Trunc(f)}.String() }

// mentions reports whether one of the words is in one of the texts, in any case.
func mentions(texts []string, words ...string) bool {
	for _, text := range texts {
		for _, part := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r < 'a' || r > 'z' }) {
			for _, w := range words {
				if part == w {
					return true
				}
			}
		}
	}
	return false
}
