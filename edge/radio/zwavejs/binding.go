package zwavejs

import (
	"encoding/json"
	"math"

	"logis/domain/thing"
)

// lookup returns what is known of a value, nil if nothing is.
type lookup func(valueID) json.RawMessage

// binding ties a property of a model to the values of a node.
type binding struct {
	property string
	// reads are the values it is made of.
	reads []valueID
	// decode makes the property of them; false when they are not there or make no
	// sense.
	decode func(lookup) (thing.Value, bool)
	// encode adds what sets it; nil when only the device moves it. Its error says
	// in words why the device cannot.
	encode func(thing.Value, *sets) error
	// asked is true where the device itself can be asked.
	asked bool
	// hopeful is true for what Z-Wave JS tells before the device has: what can be
	// set, by whomever.
	hopeful bool
	// matches reports whether a value said confirms the one wanted; nil means ==.
	matches func(wanted, said thing.Value) bool
	// moves is true for what takes a motor to reach.
	moves bool
}

func (b *binding) confirms(wanted, said thing.Value) bool {
	if b.matches == nil {
		return wanted == said
	}
	return b.matches(wanted, said)
}

// set is one set_value.
type set struct {
	id    valueID
	value any
}

// sets are the set_values of an order, in their order.
type sets []set

// put adds a set; a later one of the same value replaces the first.
func (s *sets) put(id valueID, v any) {
	for i := range *s {
		if (*s)[i].id == id {
			(*s)[i].value = v
			return
		}
	}
	*s = append(*s, set{id, v})
}

func (s *sets) get(id valueID) (any, bool) {
	for _, one := range *s {
		if one.id == id {
			return one.value, true
		}
	}
	return nil, false
}

// within returns a matches for numbers that devices round.
func within(tolerance float64) func(wanted, said thing.Value) bool {
	return func(wanted, said thing.Value) bool {
		w, ok1 := wanted.Float()
		s, ok2 := said.Float()
		return ok1 && ok2 && math.Abs(w-s) <= tolerance
	}
}

// finite reads a finite JSON number.
func finite(text json.RawMessage) (float64, bool) {
	var f *float64
	if json.Unmarshal(text, &f) != nil || f == nil || math.IsNaN(*f) || math.IsInf(*f, 0) {
		return 0, false
	}
	return *f, true
}

// flag reads a JSON boolean.
func flag(text json.RawMessage) (it, ok bool) {
	var b *bool
	if json.Unmarshal(text, &b) != nil || b == nil {
		return false, false
	}
	return *b, true
}

// readFlag returns a decoder of a boolean value.
func readFlag(id valueID, yes, no thing.Value) func(lookup) (thing.Value, bool) {
	return func(get lookup) (thing.Value, bool) {
		it, ok := flag(get(id))
		if it {
			return yes, ok
		}
		return no, ok
	}
}

// readNumber returns a decoder of a number, converted and then rounded to digits
// after the point.
func readNumber(id valueID, digits int, convert func(float64) float64) func(lookup) (thing.Value, bool) {
	scale := math.Pow10(digits)
	return func(get lookup) (thing.Value, bool) {
		f, ok := finite(get(id))
		return thing.Number(math.Round(convert(f)*scale) / scale), ok
	}
}

// readState returns a decoder of a number that stands for a state.
func readState(id valueID, states map[int]thing.Value) func(lookup) (thing.Value, bool) {
	return func(get lookup) (thing.Value, bool) {
		f, ok := finite(get(id))
		if !ok || f != math.Trunc(f) || math.Abs(f) > math.MaxUint16 {
			return "", false
		}
		v, ok := states[int(f)]
		return v, ok
	}
}

func same(f float64) float64 { return f }

func celsius(fahrenheit float64) float64 { return (fahrenheit - 32) * 5 / 9 }

func fahrenheit(celsius float64) float64 { return celsius*9/5 + 32 }

// fits reports whether a value is one the model allows.
func fits(m *thing.Model, property string, v thing.Value) bool {
	p, ok := m.Properties[property]
	return ok && p.Check(v) == ""
}
