package linktest

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// memory is a network of pipes: nothing of it is outside a synctest bubble.
type memory struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

// InMemory serves sockets on a network of its own and returns a client for it;
// stop ends both.
func InMemory(t testing.TB, serve func(p *Peer)) (client *http.Client, stop func()) {
	t.Helper()
	m := &memory{conns: make(chan net.Conn), closed: make(chan struct{})}
	server := &http.Server{Handler: Handler(t, serve), ReadHeaderTimeout: time.Minute}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(m) // it ends when the network is closed
	}()
	client = m.client()
	return client, func() {
		client.CloseIdleConnections()
		_ = m.Close()
		<-served
	}
}

// Accept implements net.Listener.
func (m *memory) Accept() (net.Conn, error) {
	select {
	case conn := <-m.conns:
		return conn, nil
	case <-m.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (m *memory) Close() error {
	m.once.Do(func() { close(m.closed) })
	return nil
}

// Addr implements net.Listener.
func (m *memory) Addr() net.Addr { return &net.TCPAddr{} }

// client returns an HTTP client that connects here.
func (m *memory) client() *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			near, far := net.Pipe()
			select {
			case m.conns <- far:
				return near, nil
			case <-m.closed:
				return nil, net.ErrClosed
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		},
	}}
}
