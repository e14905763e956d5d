package link_test

import (
	"crypto/ed25519"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/link/linktest"
	"logis/edge/outbox"
	"logis/wire"
)

func TestPresentStateComesFirstThenTheBacklogThenWhatIsNew(t *testing.T) {
	t.Parallel()
	heard := make(chan wire.Frame, 1000)
	step, last := make(chan struct{}), make(chan struct{})
	first := make(chan wire.Hello, 1)
	sessions := int64(0)
	server := linktest.Serve(t, func(p *linktest.Peer) {
		sessions++
		hello := p.Welcome(sessions, (sessions-1)*3)
		if sessions == 1 { // record the device and two reports, say nothing, and be gone
			for n := 0; n < 3; {
				n += len(p.Entries().Entries)
			}
			first <- hello
			return
		}
		for {
			f := p.Recv()
			if f == nil {
				return
			}
			heard <- f
			if e, ok := f.(*wire.Entries); ok && e.Historic && e.First+int64(len(e.Entries)) > 8 {
				close(step)
			} else if ok && !e.Historic {
				close(last)
			}
		}
	})
	path := file(t)
	e := start(t, server.URL, path)
	e.tell(2)
	hello := <-first
	key := e.identity.Key().Public().(ed25519.PublicKey)
	if !ed25519.Verify(key, hello.SigningBytes(linktest.Nonce()), hello.Signature) || hello.Gateway != e.identity.Gateway ||
		hello.Outbox == "" || hello.Agent != "test" {
		t.Errorf("hello %+v", hello)
	}
	e.stop()
	server.Config.SetKeepAlivesEnabled(false)

	// Away from the cloud five more reports are written.
	away := start(t, "ws://127.0.0.1:1", path)
	away.tell(5)
	away.stop()
	e = start(t, server.URL, path)
	<-step
	e.tell(1)
	<-last
	e.stop()
	close(heard)
	checkOrder(t, heard)
}

// checkOrder looks at a session that began with 3 of 8 entries recorded.
func checkOrder(t *testing.T, heard <-chan wire.Frame) {
	t.Helper()
	snapshot, next := false, int64(4)
	for f := range heard {
		switch f := f.(type) {
		case *wire.Snapshot:
			if next != 4 || f.AsOf != 8 || len(f.Devices) != 1 || f.Devices[0].Values["currentLevel"] != "4" {
				t.Errorf("after entry %d: %+v", next-1, f)
			}
			snapshot = true
		case *wire.Entries:
			if !snapshot || f.First != next {
				t.Errorf("snapshot %t, entries from %d, want %d", snapshot, f.First, next)
			}
			next += int64(len(f.Entries))
			if historic := f.First <= 8; f.Historic != historic {
				t.Errorf("entries from %d: historic %t", f.First, f.Historic)
			}
		}
	}
	if next != 10 {
		t.Errorf("heard up to entry %d, want 9", next-1)
	}
}

// A cloud that cuts the socket at any moment, before or after it recorded, ends
// up with every entry once and in order.
func TestEveryEntryArrivesOnceHoweverOftenTheSocketIsCut(t *testing.T) {
	t.Parallel()
	const reports, cuts = 800, 200
	var mu sync.Mutex
	var recorded []string
	session, rng := int64(0), rand.New(rand.NewPCG(1, 2))
	done := make(chan struct{})
	record := func(f *wire.Entries) (int64, bool) {
		mu.Lock()
		defer mu.Unlock()
		if f.First > int64(len(recorded))+1 {
			t.Errorf("entries from %d came, %d was expected", f.First, len(recorded)+1)
		}
		for i, e := range f.Entries {
			if f.First+int64(i) == int64(len(recorded))+1 {
				text, _ := json.Marshal(e.Values)
				recorded = append(recorded, string(text))
			}
		}
		full := len(recorded) == reports+1
		if full {
			close(done)
		}
		return int64(len(recorded)), full || (session < cuts && rng.IntN(2) == 0)
	}
	server := linktest.Serve(t, func(p *linktest.Peer) {
		mu.Lock()
		session++
		number, cursor := session, int64(len(recorded))
		mu.Unlock()
		p.Welcome(number, cursor)
		for f := p.Entries(); f != nil; f = p.Entries() {
			cursor, cut := record(f)
			if cut {
				return
			}
			p.Send(wire.Ack{Cursor: cursor, Head: wire.Head{Seq: domain.Seq(1000 + cursor)}})
		}
	})
	e := start(t, server.URL, file(t))
	e.tell(reports)
	<-done
	e.stop()
	for i, got := range recorded[1:] {
		want, _ := json.Marshal(map[string]thing.Value{"currentLevel": thing.Number(float64(i % 100))})
		if got != string(want) {
			t.Fatalf("report %d is %s, want %s", i, got, want)
		}
	}
	if session < 10 {
		t.Errorf("only %d sessions: this tested little", session)
	}
}

func TestNoMoreIsInFlightThanAllowed(t *testing.T) {
	t.Parallel()
	var counted, acked int
	enough := make(chan struct{})
	server := linktest.Serve(t, func(p *linktest.Peer) {
		p.Welcome(1, 0)
		half := 0 // the end of the frame in the middle
		for f := p.Entries(); f != nil; f = p.Entries() {
			counted += len(f.Entries)
			if counted-acked > wire.MaxInFlight {
				t.Errorf("%d entries in flight", counted-acked)
			}
			if counted <= wire.MaxInFlight/2 {
				half = counted
			}
			switch counted {
			case wire.MaxInFlight:
				acked = half
				p.Send(wire.Ack{Cursor: int64(half), Head: wire.Head{Seq: 2000}})
			case wire.MaxInFlight + half:
				close(enough)
			}
		}
	})
	e := start(t, server.URL, file(t))
	e.tell(0)
	var all sync.WaitGroup
	for range 50 { // together, so that they share syncs of the disk
		all.Go(func() { e.tell(2 * wire.MaxInFlight / 50) })
	}
	all.Wait()
	<-enough
	e.stop()
	if counted != wire.MaxInFlight+acked {
		t.Errorf("%d entries came after an ack of %d", counted, acked)
	}
}

func TestACommandIsHandedOnWithItsSession(t *testing.T) {
	t.Parallel()
	want := wire.Command{
		ID: domain.CommandID{7}, Device: domain.DeviceID{8}, Class: thing.Opening, Action: "unlockDoor",
		NotAfterMS: 123, DesiredVersion: 9, Session: 42,
	}
	server := linktest.Serve(t, func(p *linktest.Peer) {
		p.Welcome(42, 0)
		p.Send(want)
		p.Entries()
	})
	e := start(t, server.URL, file(t))
	if s := <-e.asked.begun; s != 42 {
		t.Errorf("session %d began", s)
	}
	got := <-e.asked.commands
	if got.ID != want.ID || got.Action != want.Action || got.NotAfterMS != 123 || got.Session != 42 {
		t.Errorf("handed on %+v", got)
	}
	if s := e.Status(); s.Session != 42 {
		t.Errorf("status %+v", s)
	}
	e.stop()
	if s := <-e.asked.ended; s != 42 {
		t.Errorf("session %d ended", s)
	}
}

func TestACloudThatBreaksTheProtocolIsLeftWithAWord(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"not a frame":        "good morning",
		"an unknown type":    `{"type":"dance"}`,
		"an unknown member":  `{"type":"pong","boot_ms":1,"time_ms":1,"more":1}`,
		"a second welcome":   `{"type":"welcome","version":1,"session":1,"epoch":1,"cursor":0,"time_ms":1,"head":{"seq":0}}`,
		"an ack of nothing":  `{"type":"ack","cursor":99,"head":{"seq":1}}`,
		"a frame of an edge": `{"type":"ping","boot_ms":1}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ended := make(chan websocket.StatusCode, 100)
			server := linktest.Serve(t, func(p *linktest.Peer) {
				p.Welcome(1, 0)
				p.SendText(text)
				for {
					if _, _, err := p.Conn.Read(t.Context()); err != nil {
						ended <- websocket.CloseStatus(err)
						return
					}
				}
			})
			e := start(t, server.URL, file(t))
			if code := <-ended; code != websocket.StatusCode(wire.CloseBadFrame) {
				t.Errorf("the edge closed with %d", code)
			}
			e.stop()
		})
	}
}

func TestAHugeFrameEndsTheSocket(t *testing.T) {
	t.Parallel()
	ended := make(chan struct{}, 100)
	server := linktest.Serve(t, func(p *linktest.Peer) {
		p.Welcome(1, 0)
		p.SendText(`{"type":"error","code":"internal","message":"` + strings.Repeat("x", wire.MaxCloudFrame) + `"}`)
		for p.Recv() != nil {
			continue
		}
		ended <- struct{}{}
	})
	e := start(t, server.URL, file(t))
	<-ended
	e.stop()
}

func TestAnOldCopyOfTheOutboxSaysHelloAnew(t *testing.T) {
	t.Parallel()
	hellos := make(chan wire.Hello, 100)
	got := make(chan *wire.Entries, 100)
	server := linktest.Serve(t, func(p *linktest.Peer) {
		cursor := int64(500) // recorded from an earlier life of this file
		if len(hellos) > 0 {
			cursor = 0
		}
		hellos <- p.Welcome(int64(len(hellos)+1), cursor)
		if f := p.Entries(); f != nil {
			got <- f
		}
		p.Entries()
	})
	path := file(t)
	away := start(t, "ws://127.0.0.1:1", path)
	away.tell(3)
	away.stop()
	e := start(t, server.URL, path)
	f := <-got
	first, second := <-hellos, <-hellos
	if first.Outbox == second.Outbox || f.First != 1 || len(f.Entries) != 4 {
		t.Errorf("outbox %s, then %s with %d entries from %d", first.Outbox, second.Outbox, len(f.Entries), f.First)
	}
	e.stop()
}

func TestAStoppingAgentSaysGoodbye(t *testing.T) {
	t.Parallel()
	goodbye := make(chan websocket.StatusCode, 1)
	server := linktest.Serve(t, func(p *linktest.Peer) {
		p.Welcome(1, 0)
		for {
			if _, _, err := p.Conn.Read(t.Context()); err != nil {
				goodbye <- websocket.CloseStatus(err)
				return
			}
		}
	})
	e := start(t, server.URL, file(t))
	<-e.asked.begun
	begun := time.Now()
	e.stop()
	if code := <-goodbye; code != websocket.StatusGoingAway {
		t.Errorf("closed with %d", code)
	}
	if took := time.Since(begun); took > 3*time.Second {
		t.Errorf("stopping took %v", took)
	}
}

func TestAFaultOfTheDiskEndsTheLink(t *testing.T) {
	t.Parallel()
	server := linktest.Serve(t, func(p *linktest.Peer) { p.Welcome(1, 0); p.Entries() })
	e := start(t, server.URL, file(t), nil...)
	<-e.asked.begun
	e.stop() // the outbox has ended; a link on it cannot go on
	if err := e.Run(t.Context()); err == nil || !strings.Contains(err.Error(), outbox.ErrStopped.Error()) {
		t.Errorf("Run without an outbox gives %v", err)
	}
}
