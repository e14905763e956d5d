package znp

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"
)

// Network is a coordinator and the devices in its air. Its memory outlives the
// connection: a program that connects again finds the network it formed.
type Network struct {
	mu        sync.Mutex
	conn      net.Conn
	memory    map[uint16][]byte // non-volatile items by id
	formed    bool              // commissioning was done since the last reset
	endpoints [][]byte          // AF registrations of the program; it asks for them back
	open      bool              // devices may join
	nodes     []*Node
	sequence  byte // of frames out of the air
}

// firstShortAddress is given to the first device; the next gets one more.
const firstShortAddress = 0x1001

// writeTimeout bounds how long a program that does not read can hold the air.
const writeTimeout = 5 * time.Second

// Device is a virtual device: each type of this package embeds a *Node.
type Device interface {
	// IEEE returns the address burnt into the device.
	IEEE() uint64
	node() *Node
}

// New returns a network of the devices. They join when the program opens it.
func New(devices ...Device) *Network {
	n := &Network{memory: factoryMemory()}
	for _, d := range devices {
		n.Add(d)
	}
	return n
}

// Add brings a further device into the air. It joins at once if the network is
// open, else when it opens.
func (n *Network) Add(d Device) {
	n.mu.Lock()
	defer n.mu.Unlock()
	node := d.node()
	node.short = firstShortAddress + uint16(len(n.nodes))
	node.net = n
	n.nodes = append(n.nodes, node)
	if n.open {
		n.admit()
	}
}

// Serve answers one program after another on l until ctx ends, then returns nil.
// It closes l.
func (n *Network) Serve(ctx context.Context, l net.Listener) error {
	stop := context.AfterFunc(ctx, func() {
		_ = l.Close()
		n.Unplug()
	})
	defer stop()
	for {
		conn, err := l.Accept()
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return fmt.Errorf("accept: %w", err)
		}
		n.plug(conn)
		// A broken stream is how a program leaves; the next one may come.
		_ = n.answer(bufio.NewReader(conn))
		n.unplug(conn)
	}
}

// Unplug cuts the connection, as when the stick is pulled out.
func (n *Network) Unplug() {
	n.mu.Lock()
	conn := n.conn
	n.mu.Unlock()
	n.unplug(conn)
}

// unplug ends one connection; another program may be there by now.
func (n *Network) unplug(conn net.Conn) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if conn == nil {
		return
	}
	_ = conn.Close()
	if n.conn == conn {
		n.conn = nil
	}
}

func (n *Network) plug(conn net.Conn) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.conn, n.open = conn, false
}

func (n *Network) answer(r *bufio.Reader) error {
	for {
		f, err := readFrame(r)
		if err != nil {
			return err
		}
		n.handle(f)
	}
}

// handle answers one request.
func (n *Network) handle(f frame) {
	n.mu.Lock()
	defer n.mu.Unlock()
	in := fields(f.data)
	switch f.subsystem {
	case sysSubsystem:
		n.system(f, in)
	case afSubsystem:
		n.application(f, in)
	case zdoSubsystem:
		n.deviceObject(f, in)
	case utilSubsystem:
		n.utility(f)
	case cnfSubsystem:
		n.commission(f)
	default:
		n.reply(f, 0)
	}
}

// reply sends the synchronous response to f.
func (n *Network) reply(f frame, data ...byte) {
	n.send(frame{kind: syncResponse, subsystem: f.subsystem, command: f.command, data: data})
}

// tell sends an asynchronous message.
func (n *Network) tell(subsystem, command byte, parts ...[]byte) {
	n.send(frame{kind: asyncRequest, subsystem: subsystem, command: command, data: join(parts...)})
}

// send writes to the program if one is there. A failed write ends its reader.
func (n *Network) send(f frame) {
	if n.conn == nil {
		return
	}
	_ = n.conn.SetWriteDeadline(time.Now().Add(writeTimeout))
	if _, err := n.conn.Write(f.encode()); err != nil {
		_ = n.conn.Close()
		n.conn = nil
	}
}

func (n *Network) byShort(address uint16) *Node {
	i := slices.IndexFunc(n.nodes, func(v *Node) bool { return v.short == address })
	if i < 0 {
		return nil
	}
	return n.nodes[i]
}
