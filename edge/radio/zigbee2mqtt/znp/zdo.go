package znp

// deviceObject answers what the program asks of the coordinator and, through
// it, of devices about themselves.
func (n *Network) deviceObject(f frame, in fields) {
	switch f.command {
	case 0x40: // start up from the application
		n.reply(f, 0)
		n.form()
	case 0x50: // network information
		info := n.memory[networkInfo]
		channel := n.channel()
		if len(info) > 22 {
			channel = info[22]
		}
		n.reply(f, join(u16(0), []byte{stateFormed}, n.memory[panID], u16(0),
			n.memory[extendedPanID], make([]byte, 8), []byte{channel})...)
	case 0x4a: // find a group
		_ = in.u8() // endpoint
		n.reply(f, join([]byte{1}, in.bytes(2), []byte{0})...)
	case 0x45, 0x4b: // discover a route, add a group
		n.reply(f, 0)
	case 0x36: // permit joining: address mode, address, seconds
		n.reply(f, 0)
		n.tell(zdoSubsystem, 0xb6, []byte{0, 0, 0})
		_ = in.bytes(3)
		if n.open = in.u8() > 0; n.open {
			n.admit()
		}
	case 0x00: // which short address has this device?
		n.reply(f, 0)
		ieee := in.u64()
		for _, v := range n.nodes {
			if v.ieee == ieee && v.reachable() {
				n.tell(zdoSubsystem, 0x80, []byte{0}, u64(v.ieee), u16(v.short))
			}
		}
	default:
		n.reply(f, 0)
		n.describe(f.command, in)
	}
}

// admit lets every device in that has not joined, and announces it.
func (n *Network) admit() {
	for _, v := range n.nodes {
		if !v.joined && v.reachable() {
			v.joined = true
			n.announce(v)
		}
	}
}

func (n *Network) announce(v *Node) {
	n.tell(zdoSubsystem, 0xca, u16(v.short), u64(v.ieee), u16(0))
	n.tell(zdoSubsystem, 0xc1, u16(v.short), u16(v.short), u64(v.ieee), []byte{v.capabilities()})
}

// describe answers a question about a device, or about the coordinator, which
// has address 0. A device that is not there does not answer.
func (n *Network) describe(command byte, in fields) {
	address, _ := in.u16(), in.u16() // whom to ask, whom about: the same
	v := n.byShort(address)
	if address != 0 && (v == nil || !v.reachable()) {
		return
	}
	head := join(u16(address), []byte{0}, u16(address))
	switch command {
	case 0x05: // active endpoints
		n.tell(zdoSubsystem, 0x85, head, n.endpointList(v))
	case 0x02: // node descriptor
		kind, capabilities := byte(0), byte(0x8e)
		if v != nil {
			kind, capabilities = v.logicalType(), v.capabilities()
		}
		n.tell(zdoSubsystem, 0x82, head,
			[]byte{kind, 0x40, capabilities, 0x7c, 0x11, 82, 255, 0, 0, 0x2c, 255, 0, 0})
	case 0x04: // simple descriptor
		if descriptor := n.simpleDescriptor(v, in.u8()); descriptor != nil {
			n.tell(zdoSubsystem, 0x84, head, []byte{byte(len(descriptor))}, descriptor)
		}
	case 0x21, 0x22: // bind, unbind
		n.tell(zdoSubsystem, 0x80|command, u16(address), []byte{0})
	case 0x31: // neighbours: none
		n.tell(zdoSubsystem, 0xb1, u16(address), []byte{0, 0, 0, 0})
	case 0x34: // leave
		if v != nil {
			v.joined = false
		}
		n.tell(zdoSubsystem, 0xb4, u16(address), []byte{0})
	}
}

func (n *Network) endpointList(v *Node) []byte {
	if v != nil {
		list := []byte{byte(len(v.endpoints))}
		for _, e := range v.endpoints {
			list = append(list, e.id)
		}
		return list
	}
	list := []byte{byte(len(n.endpoints))}
	for _, registration := range n.endpoints {
		list = append(list, registration[0])
	}
	return list
}

// simpleDescriptor says what an endpoint is. The coordinator's endpoints are
// those the program registered: endpoint, profile, device, version, latency,
// clusters; a descriptor is the same without the latency.
func (n *Network) simpleDescriptor(v *Node, id byte) []byte {
	if v != nil {
		return v.simpleDescriptor(id)
	}
	for _, r := range n.endpoints {
		if r[0] == id {
			return join(r[:6], r[7:])
		}
	}
	return nil
}
