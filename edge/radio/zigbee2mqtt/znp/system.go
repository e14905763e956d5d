package znp

import (
	"encoding/binary"
	"slices"
)

// coordinatorAddress is the coordinator's own IEEE address.
const coordinatorAddress = 0x00124b0004030201

// Items of the coordinator's non-volatile memory that have a meaning here.
const (
	startupOption   = 0x03
	networkInfo     = 0x21 // NIB
	extendedPanID   = 0x2d
	activeKeyInfo   = 0x3a
	alternateKey    = 0x3b
	addressTable    = 0x60
	preConfigured   = 0x62 // network key
	panID           = 0x83
	channelList     = 0x84
	networkKey      = 0x82
	trustCenterSeed = 0x101
)

const (
	clearNetwork    = 2   // bit of startupOption: forget the network at reset
	networkInfoSize = 110 // bytes of the NIB in Z-Stack 3
	memoryChunk     = 240 // bytes one read returns at most
	stateFormed     = 9   // device state: coordinator started
)

// version answers reset and version requests: transport 2, product 1 (Z-Stack
// 3.x.0), release 2.7.1.
func version() []byte { return []byte{2, 1, 2, 7, 1} }

// firmwareDate is the revision of a coordinator firmware Zigbee2MQTT knows.
const firmwareDate = 20230507

func factoryMemory() map[uint16][]byte {
	return map[uint16][]byte{
		networkKey:      make([]byte, 21), // this size says: structures are not aligned
		preConfigured:   make([]byte, 16),
		trustCenterSeed: make([]byte, 16),
		0x64:            {0},
	}
}

// system answers reset, version and memory requests.
func (n *Network) system(f frame, in fields) {
	switch f.command {
	case 0x00: // reset; itself an asynchronous request
		n.reset()
	case 0x01: // ping: capabilities
		n.reply(f, 0x79, 0x07)
	case 0x02: // version
		n.reply(f, join(version(), u32(firmwareDate))...)
	case 0x04: // extended address
		n.reply(f, u64(coordinatorAddress)...)
	case 0x13: // length of an item
		n.reply(f, u16(uint16(len(n.memory[in.u16()])))...)
	case 0x07: // create an item
		id, size := in.u16(), in.u16()
		item := make([]byte, size)
		copy(item, in.bytes(int(in.u8())))
		n.memory[id] = item
		n.reply(f, 9)
	case 0x08: // read an item
		n.reply(f, n.readItem(in.u16(), int(in.u8()))...)
	case 0x1c: // read an item, long offset
		n.reply(f, n.readItem(in.u16(), int(in.u16()))...)
	case 0x1d: // write an item
		id, offset, size := in.u16(), in.u16(), in.u16()
		n.writeItem(id, int(offset), in.bytes(int(size)))
		n.reply(f, 0)
	case 0x12: // delete an item
		delete(n.memory, in.u16())
		n.reply(f, 0)
	case 0x32: // length in the extended tables: there are none
		n.reply(f, 0, 0, 0, 0)
	default:
		n.reply(f, 0)
	}
}

func (n *Network) reset() {
	if o := n.memory[startupOption]; len(o) > 0 && o[0]&clearNetwork != 0 {
		delete(n.memory, networkInfo)
		delete(n.memory, addressTable)
		for _, v := range n.nodes {
			v.joined = false
		}
	}
	n.formed, n.open, n.endpoints = false, false, nil
	n.tell(sysSubsystem, 0x80, []byte{0}, version())
}

func (n *Network) readItem(id uint16, offset int) []byte {
	item, ok := n.memory[id]
	if !ok || offset > len(item) {
		return []byte{2, 0}
	}
	chunk := item[offset:min(len(item), offset+memoryChunk)]
	return join([]byte{0, byte(len(chunk))}, chunk)
}

func (n *Network) writeItem(id uint16, offset int, data []byte) {
	item := n.memory[id]
	if missing := offset + len(data) - len(item); missing > 0 {
		item = append(item, make([]byte, missing)...)
	}
	copy(item[offset:], data)
	n.memory[id] = item
}

// utility answers what the program asks about the coordinator itself.
func (n *Network) utility(f frame) {
	switch f.command {
	case 0x00: // device info
		state := byte(0)
		if n.formed {
			state = stateFormed
		}
		n.reply(f, join([]byte{0}, u64(coordinatorAddress), u16(0), []byte{7, state, 0})...)
	case 0x4a: // association of an address: none
		n.reply(f, 0xfe, 0xff, 0xff, 0xff, 0xff)
	default:
		n.reply(f, 0)
	}
}

// commission forms the network the program has written into memory.
func (n *Network) commission(f frame) {
	n.reply(f, 0)
	if f.command == 0x05 { // start commissioning
		n.form()
	}
}

func (n *Network) form() {
	n.formed = true
	if _, known := n.memory[networkInfo]; !known {
		n.memory[networkInfo] = n.newNetworkInfo()
	}
	key := join([]byte{0}, n.memory[preConfigured])
	n.memory[activeKeyInfo], n.memory[alternateKey] = key, slices.Clone(key)
	n.tell(zdoSubsystem, 0xc0, []byte{stateFormed})
}

// newNetworkInfo lays out the network information base from the items the
// program wrote before it started the network.
func (n *Network) newNetworkInfo() []byte {
	info := make([]byte, networkInfoSize)
	info[12] = 5 // stack profile version
	info[22] = n.channel()
	copy(info[25:33], u64(coordinatorAddress))
	copy(info[33:35], n.memory[panID])
	info[35] = stateFormed
	copy(info[36:40], n.memory[channelList])
	copy(info[53:61], n.memory[extendedPanID])
	info[61] = 1
	return info
}

// channel is the lowest one of the list the program chose.
func (n *Network) channel() byte {
	list := n.memory[channelList]
	if len(list) == 4 {
		for c := byte(11); c <= 26; c++ {
			if binary.LittleEndian.Uint32(list)&(1<<c) != 0 {
				return c
			}
		}
	}
	return 11
}
