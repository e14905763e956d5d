package znp

// Contact is an Aqara door and window sensor (MCCGQ11LM). It sleeps: it cannot
// be asked, only heard.
type Contact struct{ *Node }

// NewContact returns a sensor on a closed door.
func NewContact(ieee uint64) *Contact {
	c := &Contact{newNode(ieee, "LUMI", "lumi.sensor_magnet.aq2", endpoint{onlyEndpoint, 0x5f01,
		[]uint16{clusterBasic, clusterIdentify, 0xffff, clusterOnOff}, []uint16{clusterBasic, clusterGroups, 0xffff}}).onBattery()}
	c.attrs[onOff(onlyEndpoint)] = boolean(false)
	return c
}

// IsOpen reports whether the door truly stands open.
func (c *Contact) IsOpen() bool { return c.state(onOff(onlyEndpoint)) == 1 }

// Open opens the door.
func (c *Contact) Open() { c.swing(true) }

// Close closes the door.
func (c *Contact) Close() { c.swing(false) }

func (c *Contact) swing(open bool) {
	value := 0
	if open {
		value = 1
	}
	c.by(func() { c.change("open", value, onOff(onlyEndpoint), boolean(open)) })
}

// Climate is an Aqara temperature, humidity and pressure sensor (WSDCGQ11LM).
type Climate struct{ *Node }

// NewClimate returns a sensor that has measured nothing yet.
func NewClimate(ieee uint64) *Climate {
	return &Climate{newNode(ieee, "LUMI", "lumi.weather", endpoint{onlyEndpoint, 0x5f01,
		[]uint16{clusterBasic, clusterIdentify, 0xffff, clusterTemperature, clusterPressure, clusterHumidity},
		[]uint16{clusterBasic, clusterGroups, 0xffff}}).onBattery()}
}

// Measure sets the air, in hundredths of a degree Celsius, hundredths of a
// percent and hectopascals, and reports what is new.
func (c *Climate) Measure(centiCelsius, centiPercent, hectopascal int) {
	c.by(func() {
		c.change("temperature", centiCelsius, attributeKey{onlyEndpoint, clusterTemperature, 0}, signed16(centiCelsius))
		c.change("humidity", centiPercent, attributeKey{onlyEndpoint, clusterHumidity, 0}, unsigned16(centiPercent))
		c.change("pressure", hectopascal, attributeKey{onlyEndpoint, clusterPressure, 0}, signed16(hectopascal))
	})
}

// Motion is a Philips Hue motion sensor (SML001), which measures light and warmth,
// too.
type Motion struct{ *Node }

// motionEndpoint is the one of two where this maker keeps what it measures.
const motionEndpoint = 2

// NewMotion returns a sensor that sees nobody.
func NewMotion(ieee uint64) *Motion {
	m := &Motion{newNode(ieee, "Philips", "SML001",
		endpoint{onlyEndpoint, 0x0850, []uint16{clusterBasic}, []uint16{clusterBasic, clusterGroups, clusterOnOff}},
		endpoint{motionEndpoint, 0x0107, []uint16{
			clusterBasic, clusterPower, clusterIdentify, clusterIlluminance, clusterTemperature, clusterOccupancy,
		}, []uint16{0x19}}).onBattery()}
	m.attrs[m.occupancy()] = bitmap8(0)
	return m
}

func (m *Motion) occupancy() attributeKey { return attributeKey{motionEndpoint, clusterOccupancy, 0} }

// See lets somebody come into its sight, or leave it.
func (m *Motion) See(somebody bool) {
	value := 0
	if somebody {
		value = 1
	}
	m.by(func() { m.change("occupancy", value, m.occupancy(), bitmap8(value)) })
}

// Remote is an IKEA on/off switch (E1743) with two buttons. It sends commands
// instead of reports.
type Remote struct{ *Node }

// NewRemote returns a remote.
func NewRemote(ieee uint64) *Remote {
	r := &Remote{newNode(ieee, "IKEA of Sweden", "TRADFRI on/off switch", endpoint{onlyEndpoint, 0x0820,
		[]uint16{clusterBasic, clusterPower, clusterIdentify, clusterPoll},
		[]uint16{clusterIdentify, clusterGroups, clusterOnOff, clusterLevel, 0x19, clusterCovering}}).onBattery()}
	r.attrs[attributeKey{onlyEndpoint, clusterPower, 0x0021}] = unsigned8(87) // this maker counts whole percents
	return r
}

// PressOn presses the upper button once.
func (r *Remote) PressOn() { r.send(clusterOnOff, 1) }

// PressOff presses the lower button once.
func (r *Remote) PressOff() { r.send(clusterOnOff, 0) }

// HoldOn holds the upper button; Release lets go of it.
func (r *Remote) HoldOn() { r.send(clusterLevel, 5, 0, 83) }

// HoldOff holds the lower button; Release lets go of it.
func (r *Remote) HoldOff() { r.send(clusterLevel, 1, 1, 83) }

// Release lets go of the button held.
func (r *Remote) Release() { r.send(clusterLevel, 7) }

// send speaks as a client of the cluster, with no wish for a response.
func (r *Remote) send(cluster uint16, command byte, payload ...byte) {
	r.say(onlyEndpoint, cluster, append([]byte{clusterSpecific | noDefaultResponse, r.nextTransaction(), command}, payload...))
}
