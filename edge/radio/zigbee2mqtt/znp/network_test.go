package znp

import (
	"bufio"
	"bytes"
	"context"
	"net"
	"testing"
	"time"
)

// program is the host's end of the serial line.
type program struct {
	t    *testing.T
	conn net.Conn
	r    *bufio.Reader
	seen []frame // asynchronous frames that came while another was awaited
}

// connect serves the network for the test and connects to it.
func connect(t *testing.T, n *Network) *program {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- n.Serve(ctx, l) }()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve returned %v after its context ended", err)
		}
		_ = conn.Close()
	})
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return &program{t: t, conn: conn, r: bufio.NewReader(conn)}
}

func (p *program) send(f frame) {
	p.t.Helper()
	if _, err := p.conn.Write(f.encode()); err != nil {
		p.t.Fatal(err)
	}
}

// ask sends a request and returns its response.
func (p *program) ask(subsystem, command byte, data ...byte) []byte {
	p.t.Helper()
	p.send(frame{kind: syncRequest, subsystem: subsystem, command: command, data: data})
	return p.await(syncResponse, subsystem, command)
}

// await returns the data of the next such frame, one already seen included.
func (p *program) await(kind, subsystem, command byte) []byte {
	p.t.Helper()
	for i, f := range p.seen {
		if f.kind == kind && f.subsystem == subsystem && f.command == command {
			p.seen = append(p.seen[:i], p.seen[i+1:]...)
			return f.data
		}
	}
	for {
		f, err := readFrame(p.r)
		if err != nil {
			p.t.Fatalf("waiting for subsystem %d command %#x: %v", subsystem, command, err)
		}
		if f.kind == kind && f.subsystem == subsystem && f.command == command {
			return f.data
		}
		p.seen = append(p.seen, f)
	}
}

// permit opens the network.
func (p *program) permit() { p.ask(zdoSubsystem, 0x36, 2, 0, 0, 60, 0) }

// zcl sends a ZCL frame to the first device.
func (p *program) zcl(cluster uint16, zcl ...byte) (confirm byte) {
	p.t.Helper()
	p.ask(afSubsystem, 0x01, join(u16(firstShortAddress), []byte{onlyEndpoint, 1}, u16(cluster), []byte{7, 0, 30, byte(len(zcl))}, zcl)...)
	return p.await(asyncRequest, afSubsystem, 0x80)[0]
}

// heard returns the ZCL part of the next frame from the air.
func (p *program) heard() []byte { return p.await(asyncRequest, afSubsystem, 0x81)[17:] }

func TestADeviceJoinsObeysAndReports(t *testing.T) {
	t.Parallel()
	lamp := NewLamp(0x000d6f0000000001)
	p := connect(t, New(lamp))
	p.permit()
	announced := p.await(asyncRequest, zdoSubsystem, 0xca)
	if want := join(u16(firstShortAddress), u64(lamp.IEEE())); !bytes.HasPrefix(announced, want) {
		t.Fatalf("announced %x, want %x", announced, want)
	}
	if confirm := p.zcl(clusterOnOff, clusterSpecific, 5, 1); confirm != delivered {
		t.Fatalf("the transmission is confirmed with %#x", confirm)
	}
	if got, want := p.heard(), []byte{serverToClient | noDefaultResponse, 5, defaultResponse, 1, statusSuccess}; !bytes.Equal(got, want) {
		t.Errorf("the order is answered with %x, want %x", got, want)
	}
	if got := p.heard(); !bytes.HasSuffix(got, []byte{reportAttributes, 0, 0, 0x10, 1}) {
		t.Errorf("the change is reported as %x", got)
	}
	if !lamp.On() || len(lamp.Orders()) != 1 || len(lamp.History()) != 1 {
		t.Errorf("the lamp is on: %v, after orders %v and changes %v", lamp.On(), lamp.Orders(), lamp.History())
	}
	p.zcl(clusterOnOff, noDefaultResponse, 6, readAttributes, 0, 0, 9, 9)
	want := []byte{serverToClient | noDefaultResponse, 6, readAttributesResponse, 0, 0, statusSuccess, 0x10, 1, 9, 9, statusUnsupportedAttribute}
	if got := p.heard(); !bytes.Equal(got, want) {
		t.Errorf("the read is answered with %x, want %x", got, want)
	}
}

func TestFaultsAreThoseOfTheAir(t *testing.T) {
	t.Parallel()
	lamp := NewLamp(0x000d6f0000000001)
	p := connect(t, New(lamp))
	p.permit()
	p.await(asyncRequest, zdoSubsystem, 0xca) // it has joined
	lamp.SetReachable(false)
	if confirm := p.zcl(clusterOnOff, clusterSpecific, 1, 1); confirm != macNoAck || lamp.On() {
		t.Errorf("a frame to a lamp out of reach is confirmed with %#x; the lamp is on: %v", confirm, lamp.On())
	}
	lamp.SetReachable(true)
	lamp.SetDeaf(true)
	if confirm := p.zcl(clusterOnOff, clusterSpecific, 2, 1); confirm != delivered || lamp.On() {
		t.Errorf("a frame to a deaf lamp is confirmed with %#x; the lamp is on: %v", confirm, lamp.On())
	}
	lamp.SetDeaf(false)
	lamp.SetSlow(100 * time.Millisecond)
	began := time.Now()
	p.zcl(clusterOnOff, clusterSpecific, 3, 1)
	p.heard()
	if took := time.Since(began); took < 100*time.Millisecond || !lamp.On() {
		t.Errorf("a slow lamp answered after %v; it is on: %v", took, lamp.On())
	}
}

func TestAGroupCommandReachesItsMembersWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	in, out := NewLamp(0x000d6f0000000001), NewLamp(0x000d6f0000000002)
	p := connect(t, New(in, out))
	p.permit()
	p.zcl(clusterGroups, clusterSpecific, 1, addGroup, 42, 0, 0)
	p.heard()
	group := join([]byte{groupAddress}, u64(42), []byte{0xff, 0, 0, 1}, u16(clusterOnOff), []byte{9, 0, 30}, u16(3), []byte{clusterSpecific, 2, 1})
	p.ask(afSubsystem, 0x02, group...)
	if confirm := p.await(asyncRequest, afSubsystem, 0x80)[0]; confirm != delivered {
		t.Errorf("the group command is confirmed with %#x", confirm)
	}
	if got := p.heard(); got[2] != reportAttributes {
		t.Errorf("a group command is answered with %x, want the report of the change alone", got)
	}
	if !in.On() || out.On() {
		t.Errorf("the member is on: %v, the other lamp: %v", in.On(), out.On())
	}
}

func TestTheNetworkOutlivesItsProgram(t *testing.T) {
	t.Parallel()
	n := New(NewLamp(0x000d6f0000000001))
	p := connect(t, n)
	p.ask(sysSubsystem, 0x1d, join(u16(panID), u16(0), u16(2), []byte{0x62, 0x1a})...)
	p.ask(cnfSubsystem, 0x05, 0)
	p.permit()
	p.await(asyncRequest, zdoSubsystem, 0xca)
	n.Unplug()
	again := connect(t, n)
	if got := again.ask(sysSubsystem, 0x08, join(u16(panID), []byte{0})...); !bytes.Equal(got, []byte{0, 2, 0x62, 0x1a}) {
		t.Errorf("the PAN id reads back as %x", got)
	}
	if confirm := again.zcl(clusterOnOff, clusterSpecific, 1, 1); confirm != delivered {
		t.Errorf("a lamp that had joined is confirmed with %#x", confirm)
	}
}

func FuzzRequests(f *testing.F) {
	f.Add(byte(sysSubsystem), byte(0x1d), []byte{1, 0, 0xff, 0xff, 0xff, 0xff})
	f.Add(byte(afSubsystem), byte(0x01), []byte{1, 0x10, 1, 1, 6, 0, 1, 0, 0, 0xff})
	f.Add(byte(zdoSubsystem), byte(0x04), []byte{1})
	f.Fuzz(func(_ *testing.T, subsystem, command byte, data []byte) {
		n := New(NewLamp(1), NewLock(2), NewCurtain(3, time.Millisecond))
		n.handle(frame{kind: syncRequest, subsystem: subsystem, command: command, data: data})
	})
}

func FuzzFramesToDevices(f *testing.F) {
	f.Add(uint16(clusterOnOff), []byte{1, 1, 1})
	f.Add(uint16(clusterGroups), []byte{5})
	f.Fuzz(func(_ *testing.T, cluster uint16, zcl []byte) {
		for _, d := range []Device{NewColorLamp(1), NewLock(2), NewCurtain(3, time.Millisecond), NewPlug(4), NewTwoGang(5), NewContact(6)} {
			d.node().process(letter{onlyEndpoint, cluster, zcl})
		}
	})
}

func TestAFrameSurvivesTheLine(t *testing.T) {
	t.Parallel()
	want := frame{kind: asyncRequest, subsystem: zdoSubsystem, command: 0xca, data: []byte{1, startOfFrame, 3}}
	noise := append([]byte{0, 0xef}, want.encode()...) // a boot loader's skip byte comes before the first frame
	got, err := readFrame(bufio.NewReader(bytes.NewReader(noise)))
	if err != nil || got.kind != want.kind || got.subsystem != want.subsystem || got.command != want.command || !bytes.Equal(got.data, want.data) {
		t.Errorf("got %+v and %v, want %+v", got, err, want)
	}
	broken := want.encode()
	broken[5] ^= 1
	if _, err := readFrame(bufio.NewReader(bytes.NewReader(broken))); err == nil {
		t.Error("a frame with a flipped bit was taken")
	}
}
