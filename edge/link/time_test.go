package link_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"logis/domain"
	"logis/edge/link"
	"logis/edge/link/linktest"
	"logis/wire"
)

// bubble runs a cloud and a link to it in a synctest bubble, where time passes
// only when everybody waits. The wall clock of the bubble is in the year 2000:
// nothing here may depend on it.
func bubble(t *testing.T, serve func(p *linktest.Peer), test func(t *testing.T, e *edge), change ...func(*link.Options)) {
	t.Helper()
	path := file(t)
	synctest.Test(t, func(t *testing.T) {
		client, stop := linktest.InMemory(t, serve)
		defer stop()
		e := start(t, "ws://cloud", path, append(change, func(o *link.Options) { o.Client = client })...)
		test(t, e)
		e.stop()
	})
}

func TestThePingKeepsTheSessionAndTellsTheTime(t *testing.T) {
	t.Parallel()
	// The server's clock is fifty years and a bit ahead, and answers take a while.
	const ahead = 50*365*24*time.Hour + 1234*time.Millisecond
	const travel = 200 * time.Millisecond
	truth := func() time.Time { return time.Now().Add(ahead) }
	var pings []time.Time
	bubble(t, func(p *linktest.Peer) {
		p.Send(wire.Challenge{Nonce: linktest.Nonce(), TimeMS: truth().UnixMilli(), Versions: wire.Versions()})
		p.Recv()
		p.Send(wire.Welcome{Version: wire.Version, Session: 1, TimeMS: truth().UnixMilli()})
		for {
			f, ok := p.Recv().(*wire.Ping)
			if !ok {
				return
			}
			pings = append(pings, time.Now())
			<-time.After(travel)
			p.Send(wire.Pong{BootMS: f.BootMS, TimeMS: truth().UnixMilli()})
			<-time.After(travel)
		}
	}, func(t *testing.T, e *edge) {
		<-time.After(10 * time.Minute)
		synctest.Wait()
		if len(pings) < 40 || len(pings) > 42 {
			t.Errorf("%d pings in ten minutes", len(pings))
		}
		for i := range pings[1:] {
			if gap := pings[i+1].Sub(pings[i]); gap > wire.PingPeriod+2*travel {
				t.Errorf("%v between two pings", gap)
			}
		}
		now, ok := e.time.Now()
		if off := now.At.Sub(truth()).Abs(); !ok || off > now.Err || now.Err > travel || now.Age > wire.PingPeriod+2*travel {
			t.Errorf("the server's time is %v off, said to be within %v, heard %v ago", off, now.Err, now.Age)
		}
		if s := e.Status(); s.Session != 1 {
			t.Errorf("status %+v", s)
		}
	})
}

func TestASilentCloudIsLeft(t *testing.T) {
	t.Parallel()
	var dials []time.Time
	bubble(t, func(p *linktest.Peer) {
		dials = append(dials, time.Now())
		p.Welcome(int64(len(dials)), 0)
		for p.Recv() != nil {
			continue // hears everything and says nothing
		}
	}, func(t *testing.T, _ *edge) {
		<-time.After(5 * time.Minute)
		synctest.Wait()
		if len(dials) < 4 {
			t.Fatalf("%d sockets in five minutes of silence", len(dials))
		}
		for i := range dials[1:] {
			if lasted := dials[i+1].Sub(dials[i]); lasted < wire.SilenceLimit || lasted > wire.SilenceLimit+3*time.Second {
				t.Errorf("a silent socket was kept for %v", lasted)
			}
		}
	})
}

func TestACloudThatIsAwayIsTriedEverMoreSeldom(t *testing.T) {
	t.Parallel()
	var dials []time.Time
	random := func() float64 { return 0.999999 }
	bubble(t, func(p *linktest.Peer) {
		dials = append(dials, time.Now())
		p.Challenge() // and is gone
	}, func(t *testing.T, _ *edge) {
		<-time.After(10 * time.Minute)
		synctest.Wait()
		var waits []time.Duration
		for i := range dials[1:] {
			waits = append(waits, dials[i+1].Sub(dials[i]).Round(time.Second))
		}
		var want []time.Duration
		for _, seconds := range []int{1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60, 60, 60} {
			want = append(want, time.Duration(seconds)*time.Second)
		}
		if !slices.Equal(waits[:len(want)], want) {
			t.Errorf("waited %v, want %v", waits, want)
		}
	}, func(o *link.Options) { o.Random, o.ReconnectMax = random, 0 })
}

func TestTheBacklogKeepsItsPace(t *testing.T) {
	t.Parallel()
	const backlog, pace = 1500, 300
	path := file(t)
	away := start(t, "ws://127.0.0.1:1", path)
	for range 10 {
		away.tell(backlog / 10)
	}
	away.stop()
	var took time.Duration
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		done := make(chan struct{})
		client, stop := linktest.InMemory(t, func(p *linktest.Peer) {
			p.Welcome(1, 0)
			for n := 0; n < backlog; {
				f := p.Entries()
				if f == nil {
					return
				}
				n += len(f.Entries)
				p.Send(wire.Ack{Cursor: int64(n), Head: wire.Head{Seq: domain.Seq(1000 + n)}})
			}
			took = time.Since(begun)
			close(done)
			p.Entries()
		})
		defer stop()
		e := start(t, "ws://cloud", path, func(o *link.Options) { o.Client, o.Pace = client, pace })
		<-done
		e.stop()
	})
	// The first second's worth goes at once.
	if least := time.Second * (backlog - pace) / pace; took < least || took > least+time.Second {
		t.Errorf("%d entries took %v, want %v", backlog, took, least)
	}
}
