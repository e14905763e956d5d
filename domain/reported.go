package domain

import (
	"bytes"

	"logis/domain/thing"
)

// Most of a log is device.reported, so its JSON is written and read here without
// reflection: {"values":{"name":value,…}}, names in order.

func (f DeviceReported) appendJSON(a *appender) {
	a.raw(`{"values":`)
	if f.Values == nil {
		a.raw(`null`)
	} else {
		appendObject(a, f.Values, func(v thing.Value) { a.value(v) })
	}
	a.raw(`}`)
}

// cutReported reads a report of scalars, as appendJSON writes it. ok is false for
// everything else, right or wrong.
func cutReported(data []byte) (f DeviceReported, ok bool) {
	rest, ok := bytes.CutPrefix(data, []byte(`{"values":{`))
	if !ok {
		return f, false
	}
	values := make(map[string]thing.Value, 1)
	for {
		name, after, ok := thing.CutScalar(rest)
		if !ok || name[0] != '"' || len(after) == 0 || after[0] != ':' {
			return f, false
		}
		value, after, ok := thing.CutScalar(after[1:])
		if !ok || len(after) == 0 {
			return f, false
		}
		values[string(name[1:len(name)-1])] = value
		switch {
		case after[0] == ',':
			rest = after[1:]
		case string(after) == "}}":
			return DeviceReported{Values: values}, true
		default:
			return f, false
		}
	}
}
