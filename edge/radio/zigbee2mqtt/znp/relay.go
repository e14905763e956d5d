package znp

// Plug is a metering smart plug (IKEA INSPELNING, E2206).
type Plug struct{ *Node }

// Attributes of the measuring clusters.
const (
	activePower    = 0x050b
	rmsVoltage     = 0x0505
	rmsCurrent     = 0x0508
	energyConsumed = 0x0000
)

// NewPlug returns a plug that is off, at 230 V, with nothing plugged in.
func NewPlug(ieee uint64) *Plug {
	p := &Plug{newNode(ieee, "IKEA of Sweden", "INSPELNING Smart plug", endpoint{onlyEndpoint, 0x010a,
		[]uint16{clusterBasic, clusterIdentify, clusterGroups, clusterScenes, clusterOnOff, clusterMetering, clusterElectrical, clusterIkeaPlug}, []uint16{0x19}})}
	p.attrs[onOff(onlyEndpoint)] = boolean(false)
	p.attrs[identifyTime(onlyEndpoint)] = unsigned16(0)
	for id, a := range map[uint16]attribute{
		rmsVoltage: unsigned16(2300), 0x0600: unsigned16(1), 0x0601: unsigned16(10),
		rmsCurrent: unsigned16(0), 0x0602: unsigned16(1), 0x0603: unsigned16(1000),
		activePower: signed16(0), 0x0604: unsigned16(1), 0x0605: unsigned16(10),
	} {
		p.attrs[p.electrical(id)] = a
	}
	for id, a := range map[uint16]attribute{
		energyConsumed: unsigned48(0), 0x0301: unsigned24(1), 0x0302: unsigned24(1000),
	} {
		p.attrs[p.metering(id)] = a
	}
	p.obey = p.carryOut
	return p
}

func (p *Plug) electrical(id uint16) attributeKey {
	return attributeKey{onlyEndpoint, clusterElectrical, id}
}

func (p *Plug) metering(id uint16) attributeKey {
	return attributeKey{onlyEndpoint, clusterMetering, id}
}

// On reports whether the plug truly conducts.
func (p *Plug) On() bool { return p.state(onOff(onlyEndpoint)) == 1 }

// SetLoad sets what the plug measures, in watts at 230 V, and reports it.
func (p *Plug) SetLoad(watts int) {
	p.by(func() {
		p.change("watts", watts, p.electrical(activePower), signed16(watts*10))
		p.change("milliamperes", watts*1000/230, p.electrical(rmsCurrent), unsigned16(watts*1000/230))
	})
}

// SetEnergy sets the meter, in watt hours, and reports it.
func (p *Plug) SetEnergy(wattHours int) {
	p.by(func() { p.change("watt hours", wattHours, p.metering(energyConsumed), unsigned48(wattHours)) })
}

func (p *Plug) carryOut(o order) byte {
	switch o.cluster {
	case clusterOnOff:
		return p.obeyOnOff(o)
	case clusterIdentify:
		return p.obeyIdentify(o)
	default:
		return statusUnsupportedCommand
	}
}

// Endpoints of a TwoGang.
const (
	Top    = 11
	Bottom = 12
)

// TwoGang is a wall switch with two relays (Nue HGZB-42), one endpoint each.
type TwoGang struct{ *Node }

// NewTwoGang returns a wall switch with both relays off.
func NewTwoGang(ieee uint64) *TwoGang {
	in := []uint16{clusterBasic, clusterIdentify, clusterGroups, clusterScenes, clusterOnOff}
	s := &TwoGang{newNode(ieee, "3A Smart Home DE", "FNB56-ZSW02LX2.0",
		endpoint{Top, 0x0100, in, nil}, endpoint{Bottom, 0x0100, in, nil})}
	s.attrs[onOff(Top)], s.attrs[onOff(Bottom)] = boolean(false), boolean(false)
	s.obey = func(o order) byte {
		if o.cluster != clusterOnOff {
			return statusUnsupportedCommand
		}
		return s.obeyOnOff(o)
	}
	return s
}

// On reports whether the relay at Top or Bottom truly conducts.
func (s *TwoGang) On(endpoint byte) bool { return s.state(onOff(endpoint)) == 1 }

// Press switches the relay at Top or Bottom by hand.
func (s *TwoGang) Press(endpoint byte) {
	s.by(func() { s.turn(endpoint, s.attrs[onOff(endpoint)].number() == 0) })
}
