package znp

import (
	"slices"
	"sync"
	"time"
)

// Node is what all virtual devices have in common: an address, attributes, a
// history, and faults that a test may switch on.
type Node struct {
	ieee      uint64
	model     string
	maker     string
	battery   bool // sleeps most of the time, as end devices do
	endpoints []endpoint
	obey      func(order) byte // carries out an order under mu; returns the ZCL status

	net    *Network // set once, by Add
	short  uint16   // set once, by Add
	joined bool     // guarded by net.mu

	mu          sync.Mutex
	attrs       map[attributeKey]attribute
	writable    map[attributeKey]string // what may be written, and what that is called in the history
	away        bool
	missed      int // frames while away
	deaf        bool
	unreadable  bool
	slow        time.Duration
	changes     []Change
	orders      []Order
	pending     []report // made by what runs under mu, sent by flush
	groups      []membership
	transaction byte     // of what the device sends of itself
	letters     []letter // received and not processed yet

	serial sync.Mutex // held while one letter is processed; taken before mu
}

// endpoint is one of the up to 240 parts of a Zigbee device.
type endpoint struct {
	id      byte
	device  uint16 // home automation device id
	in, out []uint16
}

// Change is one moment of a device's true history.
type Change struct {
	At    time.Time
	What  string // "on", "level", "lock", "position", …
	Value int
}

// Order is one order that reached the device and was carried out.
type Order struct {
	At   time.Time
	Name string // "on", "off", "moveToLevel", "lock", …
}

// maxHistory bounds what a device remembers of each kind; older entries go.
const maxHistory = 10_000

type report struct {
	key attributeKey
	attribute
}

func newNode(ieee uint64, maker, model string, endpoints ...endpoint) *Node {
	n := &Node{ieee: ieee, maker: maker, model: model, endpoints: endpoints, attrs: map[attributeKey]attribute{}}
	for _, e := range endpoints {
		n.attrs[attributeKey{e.id, clusterBasic, 0x0000}] = unsigned8(3) // ZCL version
		n.attrs[attributeKey{e.id, clusterBasic, 0x0004}] = text(maker)
		n.attrs[attributeKey{e.id, clusterBasic, 0x0005}] = text(model)
		n.attrs[attributeKey{e.id, clusterBasic, 0x0007}] = enum8(1) // mains
		n.attrs[attributeKey{e.id, clusterBasic, 0x4000}] = text("2.3.100")
	}
	return n
}

// onBattery makes the node an end device that sleeps.
func (n *Node) onBattery() *Node {
	n.battery = true
	for _, e := range n.endpoints {
		n.attrs[attributeKey{e.id, clusterBasic, 0x0007}] = enum8(3)
	}
	return n
}

func (n *Node) node() *Node { return n }

// IEEE returns the address burnt into the device.
func (n *Node) IEEE() uint64 { return n.ieee }

// SetReachable takes the device out of the air or brings it back. What is sent
// to it meanwhile is answered by the coordinator with MAC_NO_ACK.
func (n *Node) SetReachable(reachable bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.away = !reachable
}

// SetDeaf makes the device acknowledge radio frames and do nothing else with
// them: firmware that hangs.
func (n *Node) SetDeaf(deaf bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.deaf = deaf
}

// SetUnreadable makes the device answer every read with UNSUPPORTED_ATTRIBUTE, as
// those do that keep their values in places of their own.
func (n *Node) SetUnreadable(unreadable bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.unreadable = unreadable
}

// SetSlow makes the device take d before it acts on a frame and answers it.
func (n *Node) SetSlow(d time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.slow = d
}

// History returns every change of the device's true state, oldest first.
func (n *Node) History() []Change {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.changes)
}

// Orders returns every order the device carried out, oldest first.
func (n *Node) Orders() []Order {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.orders)
}

// Missed returns how many frames were sent to the device while it was out of reach.
func (n *Node) Missed() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.missed
}

func (n *Node) miss() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.missed++
}

func (n *Node) reachable() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return !n.away
}

func (n *Node) logicalType() byte {
	if n.battery {
		return 2
	}
	return 1
}

func (n *Node) capabilities() byte {
	if n.battery {
		return 0x80
	}
	return 0x8e
}

func (n *Node) simpleDescriptor(id byte) []byte {
	i := slices.IndexFunc(n.endpoints, func(e endpoint) bool { return e.id == id })
	if i < 0 {
		return nil
	}
	e := n.endpoints[i]
	d := join([]byte{e.id}, u16(homeAutomation), u16(e.device), []byte{1, byte(len(e.in))})
	for _, c := range e.in {
		d = append(d, u16(c)...)
	}
	d = append(d, byte(len(e.out)))
	for _, c := range e.out {
		d = append(d, u16(c)...)
	}
	return d
}

// homeAutomation is the Zigbee profile of every endpoint here.
const homeAutomation = 0x0104

// change sets an attribute, remembers it as history and has it reported. It is
// called under mu; flush sends what it made.
func (n *Node) change(what string, value int, key attributeKey, a attribute) {
	if n.attrs[key].equal(a) {
		return
	}
	n.attrs[key] = a
	n.changes = remember(n.changes, Change{At: time.Now(), What: what, Value: value})
	n.pending = append(n.pending, report{key, a})
}

func remember[T any](past []T, entry T) []T {
	if len(past) >= maxHistory {
		past = past[1:]
	}
	return append(past, entry)
}

// flush tells the program what changed, in one frame for each cluster. It is
// called without any lock.
func (n *Node) flush() {
	n.mu.Lock()
	pending := n.pending
	n.pending = nil
	n.mu.Unlock()
	for len(pending) > 0 {
		first := pending[0].key
		var together, rest []report
		for _, r := range pending {
			if r.key.endpoint == first.endpoint && r.key.cluster == first.cluster {
				together = append(together, r)
			} else {
				rest = append(rest, r)
			}
		}
		n.say(first.endpoint, first.cluster, reportFrame(n.nextTransaction(), together))
		pending = rest
	}
}

// nextTransaction numbers what the device sends of itself; Zigbee2MQTT takes a
// number it has just seen for the same frame heard twice.
func (n *Node) nextTransaction() byte {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.transaction++
	return n.transaction
}

// say sends a ZCL frame to the program, if the device is in the air.
func (n *Node) say(endpoint byte, cluster uint16, zcl []byte) {
	if n.net == nil || !n.reachable() {
		return
	}
	n.net.mu.Lock()
	defer n.net.mu.Unlock()
	if n.joined {
		n.net.deliver(n, endpoint, cluster, zcl)
	}
}

// by runs an act of somebody standing at the device, and has it reported.
func (n *Node) by(act func()) {
	n.mu.Lock()
	act()
	n.mu.Unlock()
	n.flush()
}
