package znp

import "time"

// Lamp is a dimmable IKEA TRADFRI bulb; some can change colour.
type Lamp struct {
	*Node
	runs map[attributeKey]int // counts orders; a fade ends when its order is not the last
}

// fullLevel is the highest level of a dimmable device.
const fullLevel = 254

// onlyEndpoint is the endpoint of devices that have one.
const onlyEndpoint = 1

// Attributes of the colour cluster.
const (
	colorX        = 0x0003
	colorY        = 0x0004
	colorMireds   = 0x0007
	colorMode     = 0x0008
	colorAbility  = 0x400a
	coldestMireds = 0x400b
	warmestMireds = 0x400c
)

// NewLamp returns a warm white bulb (LED1836G9) that is off.
func NewLamp(ieee uint64) *Lamp {
	return newLamp(ieee, "TRADFRI bulb E27 WW 806lm", 0x0101, clusterLevel)
}

// NewColorLamp returns a colour bulb (LED1924G9) that is off.
func NewColorLamp(ieee uint64) *Lamp {
	l := newLamp(ieee, "TRADFRI bulb E27 CWS 806lm", 0x010d, clusterLevel, clusterColor)
	for id, a := range map[uint16]attribute{
		colorX: unsigned16(24939), colorY: unsigned16(24701), colorMireds: unsigned16(370), colorMode: enum8(2),
		colorAbility: bitmap16(0x18), coldestMireds: unsigned16(250), warmestMireds: unsigned16(454),
	} {
		l.attrs[l.color(id)] = a
	}
	return l
}

func newLamp(ieee uint64, model string, device uint16, clusters ...uint16) *Lamp {
	in := append([]uint16{clusterBasic, clusterIdentify, clusterGroups, clusterScenes, clusterOnOff}, clusters...)
	l := &Lamp{runs: map[attributeKey]int{}, Node: newNode(ieee, "IKEA of Sweden", model, endpoint{onlyEndpoint, device, in, []uint16{0x19}})}
	l.attrs[onOff(onlyEndpoint)] = boolean(false)
	l.attrs[l.level()] = unsigned8(fullLevel)
	l.attrs[identifyTime(onlyEndpoint)] = unsigned16(0)
	l.obey = l.carryOut
	return l
}

func (l *Lamp) level() attributeKey           { return attributeKey{onlyEndpoint, clusterLevel, 0} }
func (l *Lamp) color(id uint16) attributeKey  { return attributeKey{onlyEndpoint, clusterColor, id} }
func onOff(endpoint byte) attributeKey        { return attributeKey{endpoint, clusterOnOff, 0} }
func identifyTime(endpoint byte) attributeKey { return attributeKey{endpoint, clusterIdentify, 0} }

// On reports whether the lamp truly burns.
func (l *Lamp) On() bool { return l.state(onOff(onlyEndpoint)) == 1 }

// Level returns the true level, 0 to 254.
func (l *Lamp) Level() int { return l.state(l.level()) }

// Mireds returns the true colour temperature of a colour lamp.
func (l *Lamp) Mireds() int { return l.state(l.color(colorMireds)) }

// Press switches the lamp by hand; it reports that like any change.
func (l *Lamp) Press() {
	l.by(func() { l.turn(onlyEndpoint, l.attrs[onOff(onlyEndpoint)].number() == 0) })
}

func (l *Lamp) carryOut(o order) byte {
	switch {
	case o.cluster == clusterOnOff:
		return l.obeyOnOff(o)
	case o.cluster == clusterIdentify:
		return l.obeyIdentify(o)
	case o.cluster == clusterLevel && (o.command == 0 || o.command == 4): // move to level, with on or off
		l.moveToLevel(o)
	case o.cluster == clusterColor && o.command == 0x07: // move to colour
		x, y, over := int(o.payload.u16()), int(o.payload.u16()), tenths(o.payload.u16())
		l.obeyed("moveToColor")
		l.attrs[l.color(colorMode)] = enum8(1)
		l.fade("x", x, l.color(colorX), unsigned16, over)
		l.fade("y", y, l.color(colorY), unsigned16, over)
	case o.cluster == clusterColor && o.command == 0x0a: // move to colour temperature
		mireds, over := int(o.payload.u16()), tenths(o.payload.u16())
		l.obeyed("moveToColorTemperature")
		l.attrs[l.color(colorMode)] = enum8(2)
		l.fade("mireds", mireds, l.color(colorMireds), unsigned16, over)
	default:
		return statusUnsupportedCommand
	}
	return statusSuccess
}

// moveToLevel dims, and with on or off turns the lamp on as it begins or off as it has
// ended. It is called under mu.
func (l *Lamp) moveToLevel(o order) {
	level, over := int(o.payload.u8()), tenths(o.payload.u16())
	l.obeyed("moveToLevel")
	if o.command == 4 && level > 0 {
		l.turn(o.endpoint, true)
	}
	l.fade("level", level, l.level(), unsigned8, over)
	if o.command == 4 && level == 0 {
		l.later(l.level(), over, func() { l.turn(o.endpoint, false) })
	}
}

// tenths is a transition time as it stands on the air.
func tenths(n uint16) time.Duration { return time.Duration(n) * time.Second / 10 }

// fadeSteps is in how many steps a lamp goes to a value.
const fadeSteps = 10

// fade takes an attribute to a value over a time. It is called under mu.
func (l *Lamp) fade(what string, to int, key attributeKey, encode func(int) attribute, over time.Duration) {
	l.runs[key]++
	from := l.attrs[key].number()
	if over == 0 {
		l.change(what, to, key, encode(to))
		return
	}
	for step := 1; step <= fadeSteps; step++ {
		value := from + (to-from)*step/fadeSteps
		l.later(key, over*time.Duration(step)/fadeSteps, func() { l.change(what, value, key, encode(value)) })
	}
}

// later does something unless another order for the attribute comes. It is called
// under mu.
func (l *Lamp) later(key attributeKey, wait time.Duration, do func()) {
	run := l.runs[key]
	if wait == 0 {
		do()
		return
	}
	time.AfterFunc(wait, func() {
		l.by(func() {
			if l.runs[key] == run {
				do()
			}
		})
	})
}

// state reads a number out of the device, the true one.
func (n *Node) state(key attributeKey) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.attrs[key].number()
}

// obeyed remembers that an order was carried out. It is called under mu.
func (n *Node) obeyed(name string) {
	n.orders = remember(n.orders, Order{At: time.Now(), Name: name})
}

// obeyOnOff carries out off, on and toggle. It is called under mu.
func (n *Node) obeyOnOff(o order) byte {
	switch o.command {
	case 0:
		n.obeyed("off")
		n.turn(o.endpoint, false)
	case 1:
		n.obeyed("on")
		n.turn(o.endpoint, true)
	case 2:
		n.obeyed("toggle")
		n.turn(o.endpoint, n.attrs[onOff(o.endpoint)].number() == 0)
	default:
		return statusUnsupportedCommand
	}
	return statusSuccess
}

// turn sets an on/off attribute. It is called under mu.
func (n *Node) turn(endpoint byte, on bool) {
	value := 0
	if on {
		value = 1
	}
	n.change("on", value, onOff(endpoint), boolean(on))
}

// obeyIdentify makes the device blink for the seconds asked. It is called under mu.
func (n *Node) obeyIdentify(o order) byte {
	if o.command != 0 {
		return statusUnsupportedCommand
	}
	n.obeyed("identify")
	n.attrs[identifyTime(o.endpoint)] = unsigned16(int(o.payload.u16()))
	return statusSuccess
}
