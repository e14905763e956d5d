package matter

import (
	"encoding/json"
	"fmt"
	"math"

	"logis/domain/thing"
)

// binding ties a property of a model to attributes of an endpoint.
type binding struct {
	property string
	// paths are what the value is made of. A change of any is a change of it.
	paths []path
	// decode makes the value; false when the device has none now, or it makes no
	// sense.
	decode func(attributes) (thing.Value, bool)
	// encode makes the step that sets a wanted value; nil when only the device
	// moves it. Its error says in words why the device cannot.
	encode func(thing.Value, attributes) (step, error)
	// tolerance is how far a number may be from the one wanted: devices round.
	tolerance float64
	// round is true for degrees of a circle.
	round bool
	// moves is true for what takes a motor to reach.
	moves bool
}

// step is one request to the server on the way to what is ordered: a command, or
// the writing of an attribute.
type step struct {
	command string // "" for a write
	path    path   // of the attribute; of a command, endpoint and cluster
	payload map[string]any
	value   any
	timed   bool // the device takes it only when announced
}

func (st step) request(node uint64) (command string, args map[string]any) {
	if st.command == "" {
		return "write_attribute", map[string]any{"node_id": node, "attribute_path": st.path.String(), "value": st.value}
	}
	payload := st.payload
	if payload == nil {
		payload = map[string]any{}
	}
	args = map[string]any{
		"node_id": node, "endpoint_id": st.path.endpoint, "cluster_id": st.path.cluster,
		"command_name": st.command, "payload": payload,
	}
	if st.timed {
		args["timed_request_timeout_ms"] = timedTimeout.Milliseconds()
	}
	return "device_command", args
}

// confirms reports whether a value said is the one wanted.
func (b *binding) confirms(wanted, said thing.Value) bool {
	if wanted == said {
		return true
	}
	w, ok1 := wanted.Float()
	s, ok2 := said.Float()
	apart := math.Abs(w - s)
	if b.round {
		apart = min(apart, circle-apart)
	}
	return ok1 && ok2 && apart <= b.tolerance
}

// number reads a finite number; null is none.
func number(text json.RawMessage) (float64, bool) {
	var f *float64
	if json.Unmarshal(text, &f) != nil || f == nil {
		return 0, false
	}
	return *f, true
}

// whole reads a whole number that is not negative, such as an enum or a bitmap.
func whole(text json.RawMessage) (uint64, bool) {
	var n *uint64
	if json.Unmarshal(text, &n) != nil || n == nil {
		return 0, false
	}
	return *n, true
}

// flag reads a truth value.
func flag(text json.RawMessage) (value, ok bool) {
	var b *bool
	if json.Unmarshal(text, &b) != nil || b == nil {
		return false, false
	}
	return *b, true
}

// text reads a string, cut to what is kept of one.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s[:min(len(s), maxName)]
}

// bindFlag binds a truth value that only the device moves.
func bindFlag(property string, at path) binding {
	return binding{property: property, paths: []path{at}, decode: func(a attributes) (thing.Value, bool) {
		b, ok := flag(a[at])
		return thing.Bool(b), ok
	}}
}

// bindNumber binds a number that only the device moves: that of the attribute by
// a factor, rounded to digits after the point.
func bindNumber(property string, at path, factor float64, digits int) binding {
	scale := math.Pow10(digits)
	return binding{property: property, paths: []path{at}, decode: func(a attributes) (thing.Value, bool) {
		f, ok := number(a[at])
		return thing.Number(math.Round(f*factor*scale) / scale), ok
	}}
}

// bindWord binds an enum that only the device moves; words are by its number.
func bindWord(property string, at path, words map[uint64]string) binding {
	return binding{property: property, paths: []path{at}, decode: func(a attributes) (thing.Value, bool) {
		n, ok := whole(a[at])
		if !ok {
			return "", false
		}
		word, known := words[n]
		return thing.Text(word), known
	}}
}

// limited returns a wanted number, or an error when the device's own limits, if
// it tells any, forbid it. scale turns them into the terms of the model.
func limited(v thing.Value, a attributes, low, high path, scale float64) (float64, error) {
	f, ok := v.Float()
	if !ok {
		return 0, fmt.Errorf("%s is not a number", v)
	}
	if least, ok := number(a[low]); ok && f < least*scale {
		return 0, fmt.Errorf("this device takes no less than %v", least*scale)
	}
	if most, ok := number(a[high]); ok && f > most*scale {
		return 0, fmt.Errorf("this device takes no more than %v", most*scale)
	}
	return f, nil
}
