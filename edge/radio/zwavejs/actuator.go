package zwavejs

import (
	"fmt"
	"math"

	"logis/domain/thing"
)

// actuate maps what the part's endpoint can do; what it mainly is comes first.
func (p *part) actuate() {
	switch {
	case p.lock(), p.thermostat(), p.cover(), p.dimmer(), p.relay():
		p.identify()
	}
}

// relay maps a binary switch. One that is a valve becomes a valve: opening it is
// an order of class A.
func (p *part) relay() bool {
	now, ok1 := p.find(classBinarySwitch, "currentValue", name{})
	target, ok2 := p.find(classBinarySwitch, "targetValue", name{})
	if !ok1 || !ok2 {
		return false
	}
	if p.node.classOf(p.endpoint).isValve() || mentions(p.node.Config.Description, "valve") {
		p.kind = "valve"
		p.bind(binding{
			property: "valveState", reads: []valueID{now.id}, hopeful: true, moves: true,
			decode: readFlag(now.id, `"open"`, `"closed"`),
		})
		p.actions["openValve"] = action{sets: sets{{target.id, true}}, wants: map[string]thing.Value{"valveState": `"open"`}}
		p.actions["closeValve"] = action{sets: sets{{target.id, false}}, wants: map[string]thing.Value{"valveState": `"closed"`}}
		return true
	}
	if mentions(p.node.Config.Description, "garage", "gate") {
		return false // opening one is an order of class A, and no kind says so yet
	}
	p.kind = "switch"
	p.bind(binding{
		property: "onOff", reads: []valueID{now.id}, hopeful: true,
		decode: readFlag(now.id, "true", "false"),
		encode: func(v thing.Value, into *sets) error {
			into.put(target.id, v == "true")
			return nil
		},
	})
	return true
}

// Levels of a multilevel switch: 0 is off, or closed, and 255 asks for the level
// it had before.
const (
	fullLevel = 99
	lastLevel = 255
)

// dimmer maps a multilevel switch without a motor.
func (p *part) dimmer() bool {
	now, ok1 := p.find(classMultilevelSwitch, "currentValue", name{})
	target, ok2 := p.find(classMultilevelSwitch, "targetValue", name{})
	if !ok1 || !ok2 {
		return false
	}
	p.kind = "dimmable-light"
	level := func(get lookup) (float64, bool) {
		f, ok := finite(get(now.id))
		return f, ok && f >= 0 && f <= fullLevel
	}
	p.bind(binding{
		property: "onOff", reads: []valueID{now.id}, hopeful: true,
		decode: func(get lookup) (thing.Value, bool) {
			f, ok := level(get)
			return thing.Bool(f > 0), ok
		},
		encode: func(v thing.Value, into *sets) error {
			if _, taken := into.get(target.id); v == "true" && !taken {
				into.put(target.id, lastLevel)
			} else if v == "false" {
				into.put(target.id, 0)
			}
			return nil
		},
	}, binding{
		property: "currentLevel", reads: []valueID{now.id}, hopeful: true, matches: within(1),
		// A lamp that is off has no level to tell: the one it had will come back.
		decode: func(get lookup) (thing.Value, bool) {
			f, ok := level(get)
			return thing.Number(max(1, math.Round(f*100/fullLevel))), ok && f > 0
		},
		// Level 0 is the darkest a lamp can be, as in Matter, and not off.
		encode: func(v thing.Value, into *sets) error {
			f, ok := v.Float()
			if !ok {
				return fmt.Errorf("%s is not a number", v)
			}
			into.put(target.id, max(1, math.Round(f*fullLevel/100)))
			return nil
		},
	})
	p.color()
	return true
}

// identify maps what makes a device blink. That leaves no value behind, so that
// the device answers afterwards has to do.
func (p *part) identify() {
	v, ok := p.find(classIndicator, "identify", name{})
	if !ok || !v.Metadata.Writeable {
		return
	}
	for _, property := range []string{"onOff", "currentPositionLiftPercentage", "lockState", "systemMode"} {
		if b, ok := p.bindings[property]; ok {
			p.actions["identify"] = action{sets: sets{{v.id, true}}, alive: b.reads[0]}
			return
		}
	}
}

// Modes of a door lock.
const (
	modeSecured = 255
	modeUnknown = 254
)

// lock maps a door lock. Its bolt is where the lock's own sensor says, never
// where it was told to go.
func (p *part) lock() bool {
	mode, ok1 := p.find(classDoorLock, "currentMode", name{})
	target, ok2 := p.find(classDoorLock, "targetMode", name{})
	if !ok1 || !ok2 {
		return false
	}
	p.kind = "lock"
	reads := []valueID{mode.id}
	bolt, hasBolt := p.find(classDoorLock, "boltStatus", name{})
	if hasBolt {
		reads = append(reads, bolt.id)
	}
	p.bind(binding{
		property: "lockState", reads: reads, hopeful: true, moves: true,
		decode: func(get lookup) (thing.Value, bool) {
			f, ok := finite(get(mode.id))
			switch {
			case !ok || f < 0 || f > modeSecured:
				return "", false
			case f == modeUnknown:
				return `"notFullyLocked"`, true
			case f < modeUnknown:
				return `"unlocked"`, true
			case hasBolt && string(get(bolt.id)) == `"unlocked"`:
				return `"notFullyLocked"`, true
			}
			return `"locked"`, true
		},
	})
	p.actions["lockDoor"] = action{sets: sets{{target.id, modeSecured}}, wants: map[string]thing.Value{"lockState": `"locked"`}}
	p.actions["unlockDoor"] = action{sets: sets{{target.id, 0}}, wants: map[string]thing.Value{"lockState": `"unlocked"`}}
	return true
}
