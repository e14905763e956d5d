package zwavejs

import (
	"fmt"
	"math"

	"logis/domain/thing"
)

// cover maps curtains and blinds: devices that speak of window coverings, or
// motors by their device class. Doors are left out: opening one is an order of
// class A, and no kind of Logis says so yet.
func (p *part) cover() bool {
	now, target, stop, ok := p.windowCovering()
	if !ok {
		now, target, stop, ok = p.motor()
	}
	if !ok {
		return false
	}
	if mentions(p.node.Config.Description, "garage", "gate", "door") {
		return true // and nothing of it is mapped
	}
	p.kind = "curtain"
	const lift = "currentPositionLiftPercentage"
	p.bind(binding{
		property: lift, reads: []valueID{now.id}, hopeful: true, moves: true,
		matches: within(2), // covers stop a little early or late
		decode: func(get lookup) (thing.Value, bool) {
			f, ok := finite(get(now.id))
			return thing.Number(math.Round(100 - f*100/fullLevel)), ok && f >= 0 && f <= fullLevel
		},
		encode: func(v thing.Value, into *sets) error {
			f, ok := v.Float()
			if !ok {
				return fmt.Errorf("%s is not a number", v)
			}
			into.put(target.id, math.Round((100-f)*fullLevel/100))
			return nil
		},
	})
	p.actions["upOrOpen"] = action{sets: sets{{target.id, fullLevel}}, wants: map[string]thing.Value{lift: "0"}}
	p.actions["downOrClose"] = action{sets: sets{{target.id, 0}}, wants: map[string]thing.Value{lift: "100"}}
	if stop != nil {
		p.actions["stopMotion"] = action{sets: sets{{stop.id, false}}, alive: now.id}
	}
	return true
}

// windowCovering finds the values of a window covering that knows where it is:
// its parameters with an odd number do.
func (p *part) windowCovering() (now, target value, stop *value, ok bool) {
	for _, v := range p.values {
		if v.id.class != classWindowCovering || v.id.endpoint != p.endpoint || v.id.property != word("currentValue") ||
			v.Metadata.Specific.Parameter%2 == 0 {
			continue
		}
		target, ok = p.find(classWindowCovering, "targetValue", v.id.key)
		if change, found := p.find(classWindowCovering, "levelChangeUp", v.id.key); found {
			stop = &change
		}
		return v, target, stop, ok
	}
	return value{}, value{}, nil, false
}

// motor finds the values of a multilevel switch that is a motor. What starts and
// stops its movement is the first of its switches for it, whatever it is called.
func (p *part) motor() (now, target value, stop *value, ok bool) {
	now, ok1 := p.find(classMultilevelSwitch, "currentValue", name{})
	target, ok2 := p.find(classMultilevelSwitch, "targetValue", name{})
	if !ok1 || !ok2 || !p.node.classOf(p.endpoint).isMotor() {
		return value{}, value{}, nil, false
	}
	for i, v := range p.values {
		if v.id.class == classMultilevelSwitch && v.id.endpoint == p.endpoint && v.Metadata.Type == "boolean" &&
			v.Metadata.Writeable && v.id.property != word("restorePrevious") {
			stop = &p.values[i]
			break
		}
	}
	return now, target, stop, true
}
