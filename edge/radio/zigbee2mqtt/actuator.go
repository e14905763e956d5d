package zigbee2mqtt

import (
	"strings"

	"logis/domain/thing"
	"logis/edge/radio/lamp"
)

// action is what an action of a model becomes.
type action struct {
	set map[string]any
	// wants are the values that confirm it; when empty, an answer of the device to
	// alive that leaves nothing to doubt does.
	wants map[string]thing.Value
	alive probe
}

// part collects what becomes one device of Logis.
type part struct {
	endpoint string
	where    endpoints
	sleepy   bool
	kind     string // decided by an actuator, else by the sensors
	bindings map[string]binding
	actions  map[string]action
	presses  map[string]press
	more     []Mapping
}

// bind adds bindings; the first for a property wins.
func (p *part) bind(all ...binding) {
	for _, b := range all {
		if _, taken := p.bindings[b.property]; !taken {
			p.bindings[b.property] = b
		}
	}
}

// actuate maps one of the grouped exposes. It reports how many of its features
// it could not use.
func (p *part) actuate(e expose, about string) (unmapped int) {
	before, features := len(p.bindings), len(e.Features)
	switch e.Type {
	case "light":
		p.light(e)
	case "switch":
		p.relay(e, about)
	case "cover":
		p.cover(e, about)
	case "lock":
		p.lock(e)
	case "climate":
		p.climate(e)
	}
	return max(0, features-(len(p.bindings)-before))
}

// ownState reports whether the "state" of a group is the device's own. Zigbee2MQTT
// also groups settings, such as a child lock, under these types.
func (p *part) ownState(e expose) (expose, bool) {
	f, ok := e.feature("state")
	own := f.Property == "state" || p.endpoint != "" && f.Property == "state_"+p.endpoint ||
		f.Endpoint != "" && f.Property == "state_"+f.Endpoint
	return f, ok && own
}

func (p *part) onOff(f expose) binding {
	b := binding{
		property: "onOff",
		decode:   readState(f, "true", "false"),
		probe:    p.where.probe(clusterOnOff, decodeOnOff, 0),
		get:      getKey(f),
	}
	if f.Access.has(settable) {
		b.encode = func(v thing.Value, into map[string]any) error {
			into[f.Property] = f.Off
			if v == "true" {
				into[f.Property] = f.On
			}
			return nil
		}
	}
	return b
}

func (p *part) light(e expose) {
	f, ok := p.ownState(e)
	if !ok {
		return
	}
	p.kind = "light"
	p.bind(p.onOff(f))
	if f, ok := e.feature("brightness"); ok {
		p.kind = "dimmable-light"
		p.bind(p.level(f))
	}
	temperature, white := e.feature("color_temp")
	if white {
		p.bind(p.mireds(temperature))
	}
	color, colorful := e.feature("color_hs")
	if !colorful {
		color, colorful = e.feature("color_xy")
	}
	if colorful {
		p.bind(bindColor(color, p.where)...)
	}
	if white && colorful && p.kind == "dimmable-light" {
		p.kind = "color-light"
	}
}

func (p *part) level(f expose) binding {
	full := float64(fullLevel)
	if f.Max != nil && *f.Max > 0 {
		full = *f.Max
	}
	b := binding{
		property: "currentLevel",
		decode: func(s state) (thing.Value, bool) {
			level, ok := number(s[f.Property])
			return thing.Number(lamp.Percent(level, full)), ok
		},
		encode:  p.writeLevel(f, full),
		get:     getKey(f),
		matches: within(1),
	}
	if full == fullLevel {
		b.probe = p.where.probe(clusterLevel, decodeLevel, 0)
	}
	return b
}

// writeLevel encodes a level. Level 0 is the darkest a lamp can be, as in Matter,
// and not off: without a state of its own a brightness of 0 would be an order to
// turn off, and a lamp that is off already would not take the level.
func (p *part) writeLevel(f expose, full float64) func(thing.Value, map[string]any) error {
	write := writeNumber(f, func(percent float64) float64 { return lamp.Level(percent, full) })
	return func(v thing.Value, into map[string]any) error {
		if v == "0" {
			into[strings.Replace(f.Property, "brightness", "state", 1)] = nil
		}
		return write(v, into)
	}
}

func (p *part) mireds(f expose) binding {
	told := readNumber(f.Property, 0)
	return binding{
		property: "colorTemperatureMireds",
		decode: func(s state) (thing.Value, bool) {
			// In colour mode a lamp has no temperature: Zigbee2MQTT reckons one.
			if mode, ok := word(s["color_mode"]); ok && mode != "color_temp" {
				return "", false
			}
			return told(s)
		},
		encode:  writeNumber(f, same),
		probe:   p.where.probe(clusterColor, decodeMireds, attributeMireds, attributeMode),
		get:     getKey(f),
		matches: within(2),
	}
}

// relay maps a switch. One that is a valve becomes a valve: opening it is an
// order of class A, whatever Zigbee2MQTT calls it.
func (p *part) relay(e expose, about string) {
	f, ok := p.ownState(e)
	if !ok {
		return
	}
	if !mentions(about, "valve") {
		p.kind = "switch"
		p.bind(p.onOff(f))
		return
	}
	p.kind = "valve"
	position := func(v thing.Value, ok bool) (thing.Value, bool) {
		if v == "true" {
			return `"open"`, ok
		}
		return `"closed"`, ok
	}
	p.bind(binding{
		property: "valveState",
		decode:   readState(f, `"open"`, `"closed"`),
		probe:    p.where.probe(clusterOnOff, func(a attributes) (thing.Value, bool) { return position(decodeOnOff(a)) }, 0),
		get:      getKey(f),
		moves:    true,
	})
	p.actions["openValve"] = action{set: map[string]any{f.Property: f.On}, wants: map[string]thing.Value{"valveState": `"open"`}}
	p.actions["closeValve"] = action{set: map[string]any{f.Property: f.Off}, wants: map[string]thing.Value{"valveState": `"closed"`}}
}

// cover maps curtains and blinds. Doors are left out: opening one is an order of
// class A, and no kind of Logis says so yet.
func (p *part) cover(e expose, about string) {
	position, ok := e.feature("position")
	if !ok || mentions(about, "garage") || mentions(about, "gate") || mentions(about, "door") {
		return
	}
	p.kind = "curtain"
	const lift = "currentPositionLiftPercentage"
	flip := func(percent float64) float64 { return 100 - percent }
	told := readNumber(position.Property, 0)
	where := p.where.probe(clusterCovering, nil, 8)
	p.bind(binding{
		property: lift,
		decode: func(s state) (thing.Value, bool) {
			v, ok := told(s)
			f, _ := v.Float()
			return thing.Number(flip(f)), ok
		},
		encode:  writeNumber(position, flip),
		probe:   where,
		get:     getKey(position),
		matches: within(2), // covers stop a little early or late
		moves:   true,
	})
	if f, ok := e.feature("state"); ok {
		p.actions["upOrOpen"] = action{set: map[string]any{f.Property: "OPEN"}, wants: map[string]thing.Value{lift: "0"}}
		p.actions["downOrClose"] = action{set: map[string]any{f.Property: "CLOSE"}, wants: map[string]thing.Value{lift: "100"}}
		if where.exists() {
			p.actions["stopMotion"] = action{set: map[string]any{f.Property: "STOP"}, alive: where}
		}
	}
}

// lock maps a door lock. Its bolt is where the lock's own sensor says, never
// where it was told to go.
func (p *part) lock(e expose) {
	f, ok := p.ownState(e)
	if !ok {
		return
	}
	p.kind = "lock"
	decode := readState(f, `"locked"`, `"unlocked"`)
	if bolt, ok := e.feature("lock_state"); ok {
		decode = readLock(bolt.Property)
	}
	p.bind(binding{
		property: "lockState",
		decode:   decode,
		probe:    p.where.probe(clusterLock, decodeLock, 0),
		get:      getKey(f),
		moves:    true,
	})
	p.actions["lockDoor"] = action{set: map[string]any{f.Property: f.On}, wants: map[string]thing.Value{"lockState": `"locked"`}}
	p.actions["unlockDoor"] = action{set: map[string]any{f.Property: f.Off}, wants: map[string]thing.Value{"lockState": `"unlocked"`}}
}

func readLock(key string) func(state) (thing.Value, bool) {
	return func(s state) (thing.Value, bool) {
		switch bolt, _ := word(s[key]); bolt {
		case "locked":
			return `"locked"`, true
		case "unlocked":
			return `"unlocked"`, true
		case "not_fully_locked":
			return `"notFullyLocked"`, true
		}
		return "", false
	}
}

// identify adds the action to devices that are awake to hear it.
func (p *part) identify(e expose) bool {
	if p.sleepy || !e.Access.has(settable) {
		return false
	}
	alive := p.where.probe(clusterIdentify, func(a attributes) (thing.Value, bool) {
		left, ok := a[0]
		return thing.Number(float64(left)), ok && left > 0
	}, 0)
	if !alive.exists() {
		return false
	}
	p.actions["identify"] = action{set: map[string]any{e.Property: "identify"}, alive: alive}
	return true
}
