package znp

import "time"

// Statuses of the radio, as the coordinator confirms a transmission.
const (
	delivered = 0x00
	macNoAck  = 0xe9
)

// linkQuality is what every device is heard with, of 255.
const linkQuality = 180

// groupAddress marks the address of an extended data request as a group's.
const groupAddress = 1

// application carries frames from the program to devices.
func (n *Network) application(f frame, in fields) {
	switch f.command {
	case 0x00: // register an endpoint of the program
		n.endpoints = append(n.endpoints, f.data)
		n.reply(f, 0)
	case 0x01: // data request
		n.reply(f, 0)
		n.dataRequest(in)
	case 0x02: // data request, extended: broadcasts and groups
		n.reply(f, 0)
		n.groupRequest(in)
	default:
		n.reply(f, 0)
	}
}

// dataRequest carries one frame to one device and confirms the transmission.
func (n *Network) dataRequest(in fields) {
	to, endpoint, from, cluster, transaction := in.u16(), in.u8(), in.u8(), in.u16(), in.u8()
	_ = in.bytes(2) // options, radius
	zcl := in.bytes(int(in.u8()))
	v := n.byShort(to)
	if v == nil || !v.joined || !v.reachable() {
		if v != nil {
			v.miss()
		}
		n.tell(afSubsystem, 0x80, []byte{macNoAck, from, transaction})
		return
	}
	n.tell(afSubsystem, 0x80, []byte{delivered, from, transaction})
	v.receive(endpoint, cluster, zcl)
}

// groupRequest confirms at once, as the air does for what nobody acknowledges,
// and carries the frame to the members in reach. They do not answer.
func (n *Network) groupRequest(in fields) {
	mode, to := in.u8(), uint16(in.u64())
	_ = in.bytes(3) // endpoint, network
	from, cluster, transaction := in.u8(), in.u16(), in.u8()
	_ = in.bytes(2) // options, radius
	zcl := in.bytes(int(in.u16()))
	n.tell(afSubsystem, 0x80, []byte{delivered, from, transaction})
	if mode != groupAddress {
		return
	}
	for _, v := range n.nodes {
		for _, e := range v.endpoints {
			if v.joined && v.reachable() && v.inGroup(e.id, to) {
				v.receive(e.id, cluster, disableResponse(zcl))
			}
		}
	}
}

// letter is a ZCL frame on its way into a device.
type letter struct {
	endpoint byte
	cluster  uint16
	zcl      []byte
}

// maxLetters bounds what a slow device keeps waiting; the rest it never hears.
const maxLetters = 64

// receive hands a frame to the device's own processor, now or after the time the
// device takes, in order. It returns at once: the program must not wait for it.
func (n *Node) receive(endpoint byte, cluster uint16, zcl []byte) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.deaf || len(n.letters) == maxLetters {
		return
	}
	n.letters = append(n.letters, letter{endpoint, cluster, zcl})
	time.AfterFunc(n.slow, n.processNext)
}

func (n *Node) processNext() {
	n.serial.Lock()
	defer n.serial.Unlock()
	n.mu.Lock()
	next := n.letters[0]
	n.letters = n.letters[1:]
	n.mu.Unlock()
	n.process(next)
}

// deliver carries a frame from a device to the program. It is called under mu.
func (n *Network) deliver(v *Node, endpoint byte, cluster uint16, zcl []byte) {
	n.sequence++
	n.tell(afSubsystem, 0x81, u16(0), u16(cluster), u16(v.short),
		[]byte{endpoint, 1, 0, linkQuality, 0}, u32(0), []byte{n.sequence, byte(len(zcl))}, zcl)
}
