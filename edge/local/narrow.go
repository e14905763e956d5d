package local

import (
	"net"
	"sync"
)

// narrow is a listener with a bound on its open connections, of all and of each
// address. Those beyond it are closed unheard.
type narrow struct {
	net.Listener

	mu   sync.Mutex
	open map[string]int // by address
	all  int
}

func newNarrow(l net.Listener) *narrow { return &narrow{Listener: l, open: map[string]int{}} }

// Accept implements net.Listener.
func (n *narrow) Accept() (net.Conn, error) {
	for {
		conn, err := n.Listener.Accept()
		if err != nil {
			return nil, err
		}
		host, _, err := net.SplitHostPort(conn.RemoteAddr().String())
		if err != nil || !n.enter(host) {
			_ = conn.Close()
			continue
		}
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetWriteBuffer(writeBuffer) // else the machine keeps megabytes for who does not read
		}
		return &counted{Conn: conn, leave: sync.OnceFunc(func() { n.leave(host) })}, nil
	}
}

func (n *narrow) enter(host string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.all >= maxConns || n.open[host] >= maxConnsOfAddress {
		return false
	}
	n.all++
	n.open[host]++
	return true
}

func (n *narrow) leave(host string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all--
	if n.open[host]--; n.open[host] == 0 {
		delete(n.open, host)
	}
}

type counted struct {
	net.Conn

	leave func()
}

// Close implements net.Conn.
func (c *counted) Close() error {
	c.leave()
	return c.Conn.Close()
}
