package znp

// Thermostat is an eCozy radiator thermostat (1TST-EU), whose set points are
// attributes that are written.
type Thermostat struct{ *Node }

// thermostatEndpoint is where this maker keeps it.
const thermostatEndpoint = 3

// NewThermostat returns a thermostat that heats to 21 °C in a room of 19.5 °C.
func NewThermostat(ieee uint64) *Thermostat {
	t := &Thermostat{newNode(ieee, "eCozy", "Thermostat", endpoint{thermostatEndpoint, 0x0301,
		[]uint16{clusterBasic, clusterPower, clusterIdentify, clusterPoll, clusterThermostat}, []uint16{0x000a, 0x19}}).onBattery()}
	for id, a := range map[uint16]attribute{0x0000: signed16(1950), 0x0012: signed16(2100), 0x001c: enum8(4), 0x0029: bitmap16(0)} {
		t.attrs[t.at(id)] = a
	}
	t.attrs[attributeKey{thermostatEndpoint, clusterPower, 0x0021}] = unsigned8(80 * 2)
	t.writable = map[attributeKey]string{t.at(0x0012): "setPoint", t.at(0x001c): "mode"}
	return t
}

func (t *Thermostat) at(id uint16) attributeKey {
	return attributeKey{thermostatEndpoint, clusterThermostat, id}
}

// SetPoint returns what it truly heats to, in hundredths of a degree Celsius.
func (t *Thermostat) SetPoint() int { return t.state(t.at(0x0012)) }

// Warm sets how warm the room is, in hundredths of a degree Celsius.
func (t *Thermostat) Warm(centiCelsius int) {
	t.by(func() { t.change("temperature", centiCelsius, t.at(0x0000), signed16(centiCelsius)) })
}

// Turn sets it by hand.
func (t *Thermostat) Turn(centiCelsius int) {
	t.by(func() { t.change("setPoint", centiCelsius, t.at(0x0012), signed16(centiCelsius)) })
}

// write carries out a write of attributes and answers it. What is not to be written
// is left alone and answered with success, as devices do with what they ignore.
func (n *Node) write(l letter, in fields) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for len(in) > 3 {
		key := attributeKey{l.endpoint, l.cluster, in.u16()}
		a := attribute{kind: in.u8()}
		a.value = in.bytes(len(n.attrs[key].value))
		if name, ok := n.writable[key]; ok && n.attrs[key].kind == a.kind {
			n.obeyed(name)
			n.change(name, a.number(), key, a)
		}
	}
}
