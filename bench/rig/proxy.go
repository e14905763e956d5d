package rig

import (
	"errors"
	"io"
	"net"
	"sync"
)

// Proxy is a line between programs that fails as networks do. It holds back and
// passes on later, as TCP does after a black hole; what it cuts is lost.
type Proxy struct {
	listener net.Listener
	target   string
	done     sync.WaitGroup

	mu     sync.Mutex
	change *sync.Cond
	held   [2]bool // by direction
	sliced bool
	closed bool // lets nobody through
	bytes  [2]int64
	links  map[*link]bool
}

// The directions of a proxy.
const (
	Up   = iota // from whoever connected
	Down        // to whoever connected
)

// link is one connection through the proxy.
type link struct{ near, far *net.TCPConn }

// NewProxy listens on a loopback address and passes on to target, a host:port.
func NewProxy(target string) (*Proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{listener: listener, target: target, links: map[*link]bool{}}
	p.change = sync.NewCond(&p.mu)
	p.done.Go(p.accept)
	return p, nil
}

// Addr is the host:port to connect to.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Hold stops what flows in the directions; whatever is sent waits.
func (p *Proxy) Hold(directions ...int) {
	p.set(func() {
		for _, d := range directions {
			p.held[d] = true
		}
	})
}

// Slice passes on one byte at a time from now on.
func (p *Proxy) Slice() { p.set(func() { p.sliced = true }) }

// Cut resets every connection and lets nobody through.
func (p *Proxy) Cut() {
	p.set(func() { p.closed = true })
	p.Reset()
}

// Heal passes on what was held, and everything from now on.
func (p *Proxy) Heal() {
	p.set(func() { p.held, p.sliced, p.closed = [2]bool{}, false, false })
}

// Reset ends every connection at once, both ends with an RST.
func (p *Proxy) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.links {
		l.reset()
	}
	clear(p.links)
	p.change.Broadcast()
}

// Carried returns how many bytes went each way since the proxy began.
func (p *Proxy) Carried() (up, down int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.bytes[Up], p.bytes[Down]
}

// Close resets every connection and stops listening.
func (p *Proxy) Close() error {
	err := p.listener.Close()
	p.Cut()
	p.done.Wait()
	return err
}

func (p *Proxy) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
	p.change.Broadcast()
}

func (l *link) reset() {
	for _, c := range []*net.TCPConn{l.near, l.far} {
		_ = c.SetLinger(0)
		_ = c.Close()
	}
}

func (p *Proxy) accept() {
	for {
		near, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.done.Go(func() { p.serve(near.(*net.TCPConn)) }) //nolint:forcetypeassert // of a TCP listener
	}
}

func (p *Proxy) serve(near *net.TCPConn) {
	far, err := net.Dial("tcp", p.target) //nolint:noctx // it is on this machine
	if err != nil {
		_ = near.Close()
		return
	}
	l := &link{near: near, far: far.(*net.TCPConn)} //nolint:forcetypeassert // tcp was dialed
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		l.reset()
		return
	}
	p.links[l] = true
	p.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { p.pass(l, Up, l.far, l.near) })
	both.Go(func() { p.pass(l, Down, l.near, l.far) })
	both.Wait()
	p.mu.Lock()
	delete(p.links, l)
	p.mu.Unlock()
	_ = l.near.Close()
	_ = l.far.Close()
}

// pieces is what is passed on at a time, in bytes.
const pieces = 16 << 10

// pass carries one direction until it ends.
func (p *Proxy) pass(l *link, direction int, to, from *net.TCPConn) {
	buffer := make([]byte, pieces)
	for {
		n, err := from.Read(buffer)
		size, alive := p.wait(l, direction)
		if !alive {
			return
		}
		p.set(func() { p.bytes[direction] += int64(n) })
		for rest := buffer[:n]; len(rest) > 0 && alive; {
			piece := rest[:min(size, len(rest))]
			if _, err := to.Write(piece); err != nil {
				l.reset()
				return
			}
			rest = rest[len(piece):]
			size, alive = p.wait(l, direction)
		}
		if errors.Is(err, io.EOF) {
			_ = to.CloseWrite()
			return
		}
		if err != nil {
			l.reset()
			return
		}
	}
}

// wait returns once the direction flows, with how much may be passed on at a time;
// false when the link was reset.
func (p *Proxy) wait(l *link, direction int) (size int, alive bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.held[direction] && p.links[l] {
		p.change.Wait()
	}
	if p.sliced {
		return 1, p.links[l]
	}
	return pieces, p.links[l]
}
