package zigbee2mqtt

import (
	"encoding/json"
	"fmt"
	"math"

	"logis/domain/thing"
)

// state is the content of a state message.
type state map[string]json.RawMessage

// binding ties a property of a model to what Zigbee2MQTT calls it.
type binding struct {
	property string
	// decode takes the value out of a state message; false when it is not there
	// or makes no sense.
	decode func(state) (thing.Value, bool)
	// encode puts a wanted value into a set message; nil when only the device
	// moves it. Its error says in words why the device cannot.
	encode func(thing.Value, map[string]any) error
	// probe reads the value from the device itself; its zero value means that
	// this cannot be done.
	probe probe
	// get is the key of a get message, "" when there is none.
	get string
	// matches reports whether a value said confirms the one wanted; nil means ==.
	matches func(wanted, said thing.Value) bool
	// step is how much the value must change to be told again; 0 means at all.
	step float64
	// moves is true for what takes a motor to reach.
	moves bool
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

// number reads a finite JSON number.
func number(text json.RawMessage) (float64, bool) {
	var f *float64
	if json.Unmarshal(text, &f) != nil || f == nil || math.IsNaN(*f) || math.IsInf(*f, 0) {
		return 0, false
	}
	return *f, true
}

// word reads a JSON string.
func word(text json.RawMessage) (string, bool) {
	var s *string
	if json.Unmarshal(text, &s) != nil || s == nil {
		return "", false
	}
	return *s, true
}

// readState returns a decoder of the state of an actuator: "ON" and "OFF", "LOCK"
// and "UNLOCK", or whatever the device's definition says.
func readState(e expose, yes, no thing.Value) func(state) (thing.Value, bool) {
	return func(s state) (thing.Value, bool) {
		text, ok := s[e.Property]
		switch {
		case !ok:
			return "", false
		case sameJSON(text, e.On):
			return yes, true
		case sameJSON(text, e.Off):
			return no, true
		}
		return "", false
	}
}

// readFlag returns a decoder of a binary expose that is true or false. What its
// definition calls "on" does not matter: of a contact it is false.
func readFlag(key string, yes, no thing.Value) func(state) (thing.Value, bool) {
	return func(s state) (thing.Value, bool) {
		var flag *bool
		if json.Unmarshal(s[key], &flag) != nil || flag == nil {
			return "", false
		}
		if *flag {
			return yes, true
		}
		return no, true
	}
}

// readNumber returns a decoder of a numeric expose, rounded to digits after the
// point.
func readNumber(key string, digits int) func(state) (thing.Value, bool) {
	scale := math.Pow10(digits)
	return func(s state) (thing.Value, bool) {
		f, ok := number(s[key])
		if !ok {
			return "", false
		}
		return thing.Number(math.Round(f*scale) / scale), true
	}
}

// writeNumber returns an encoder of a numeric expose that refuses what is out of
// the device's own range.
func writeNumber(e expose, convert func(float64) float64) func(thing.Value, map[string]any) error {
	return func(v thing.Value, into map[string]any) error {
		f, ok := v.Float()
		if !ok {
			return fmt.Errorf("%s is not a number", v)
		}
		raw := convert(f)
		if e.Min != nil && raw < *e.Min || e.Max != nil && raw > *e.Max {
			return fmt.Errorf("this device takes %v to %v", deref(e.Min), deref(e.Max))
		}
		into[e.Property] = raw
		return nil
	}
}

func deref(f *float64) any {
	if f == nil {
		return "any"
	}
	return *f
}

func same(f float64) float64 { return f }

// getKey returns the key of a get message for the expose.
func getKey(e expose) string {
	if e.Access.has(gettable) {
		return e.Property
	}
	return ""
}
