package edge

import (
	"context"
	"crypto/ed25519"
	"encoding/binary"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/identity"
	"logis/edge/link/linktest"
	"logis/edge/outbox"
	"logis/edge/radio"
	"logis/edge/radio/simulated"
	"logis/wire"
)

// BenchmarkCommand measures from the command frame leaving the cloud to the
// result frame arriving there, through a real socket, disk and simulated radio.
func BenchmarkCommand(b *testing.B) {
	home, err := simulated.New(simulated.Options{Devices: 200})
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	id := identity.Identity{
		Seed: make([]byte, ed25519.SeedSize), Gateway: linktest.Gateway(), Home: linktest.Home(),
	}
	if err := id.Save(filepath.Join(dir, identityFile)); err != nil {
		b.Fatal(err)
	}
	measured := make(chan struct{})
	server := httptest.NewServer(linktest.Handler(b, func(p *linktest.Peer) {
		p.Welcome(1, 0)
		defer close(measured)
		for n := 0; n < 600; { // the home introduces itself: device, reach and report of each
			f := p.Entries()
			n += len(f.Entries)
			ack(p, f)
		}
		for n := uint32(1); b.Loop(); n++ {
			c := benchCommand(home, n)
			p.Send(c)
			for !resultIn(p, c.ID) {
				continue
			}
		}
	}))
	defer server.Close()
	agent, err := New(Options{Dir: dir, Server: server.URL, Radios: []radio.Radio{home}})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- agent.Run(ctx) }()
	<-measured
	cancel()
	if err := <-ended; err != nil {
		b.Error(err)
	}
}

func benchCommand(home *simulated.Home, n uint32) wire.Command {
	c := wire.Command{
		Device: outbox.DeviceID(linktest.Gateway(), simulated.Name+"/"+home.Address("light")), Class: thing.Comfort,
		Set: map[string]thing.Value{"onOff": thing.Bool(n%2 == 0)}, DesiredVersion: domain.Seq(n), Session: 1,
	}
	binary.BigEndian.PutUint32(c.ID[:], n)
	return c
}

func ack(p *linktest.Peer, f *wire.Entries) {
	cursor := f.First + int64(len(f.Entries)) - 1
	p.Send(wire.Ack{Cursor: cursor, Head: wire.Head{Seq: domain.Seq(1000 + cursor)}})
}

// resultIn reads and acks a frame and reports whether the result is in it.
func resultIn(p *linktest.Peer, id domain.CommandID) bool {
	f := p.Entries()
	if f == nil {
		return true
	}
	ack(p, f)
	return len(linktest.Results(f.Entries, id)) > 0
}
