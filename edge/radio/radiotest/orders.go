package radiotest

import (
	"encoding/binary"
	"maps"
	"math"
	"slices"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/radio"
)

// commandID returns the n-th command of a test.
func commandID(n int) domain.CommandID {
	var id domain.CommandID
	id[6], id[8] = 0x70, 0x80                      // version 7, RFC variant
	binary.BigEndian.PutUint32(id[12:], uint32(n)) //nolint:gosec // n counts orders
	return id
}

// trial is an order and the values it must lead to.
type trial struct {
	order radio.Order
	wants map[string]thing.Value
	told  bool // a report must name the command
}

// trials returns orders for everything a device can be asked, each leading away
// from its present values.
func trials(d radio.Device, model *thing.Model, present map[string]thing.Value) []trial {
	var all []trial
	order := radio.Order{Address: d.Address, Kind: d.Kind}
	for _, name := range model.PropertyNames() {
		p := model.Properties[name]
		if value := other(p.Schema, present[name]); !p.ReadOnly && value != "" {
			order := order
			order.Set = map[string]thing.Value{name: value}
			all = append(all, trial{order, order.Set, true})
		}
	}
	for _, name := range model.ActionNames() {
		action := model.Actions[name]
		if action.Input != nil {
			continue
		}
		order := order
		order.Action = name
		all = append(all, trial{order, action.Desires, action.Class != thing.Momentary})
	}
	return all
}

// other returns a value the schema allows that is not the present one.
func other(s thing.Schema, present thing.Value) thing.Value {
	switch {
	case len(s.Enum) > 0:
		choices := slices.DeleteFunc(slices.Clone(s.Enum), func(v thing.Value) bool { return v == present })
		if len(choices) > 0 {
			return choices[0]
		}
	case s.Type == "boolean":
		return thing.Bool(present != thing.Bool(true))
	case s.Minimum != nil && s.Maximum != nil:
		middle := thing.Number(math.Round((*s.Minimum + *s.Maximum) / 2))
		if middle != present {
			return middle
		}
		// Not the least: a device may take less than its model allows.
		return thing.Number(math.Round(*s.Minimum + (*s.Maximum-*s.Minimum)/4))
	}
	return ""
}

// near reports whether got is what was wanted. Radios carry numbers in steps of
// their own, so a number may be one hundredth of the wanted one off.
func near(got, want thing.Value) bool {
	g, ok1 := got.Float()
	w, ok2 := want.Float()
	if !ok1 || !ok2 {
		return got == want
	}
	return math.Abs(g-w) <= math.Max(1, math.Abs(w)/100)
}

// told merges the values of reports, later ones over earlier ones.
func told(reports []radio.Report) map[string]thing.Value {
	values := map[string]thing.Value{}
	for _, report := range reports {
		maps.Copy(values, report.Values)
	}
	return values
}
