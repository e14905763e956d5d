package api

import (
	"context"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"logis/domain"
	"logis/eventstore"
)

func TestResumingAcrossTwoThousandCutsLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	const apps, cutsEach = 4, 500
	b := setup(t)
	ada := b.person("Ada")
	h := ada.house("Home")
	lamp := h.device("dimmable-light", "Lamp")
	done := make(chan struct{})
	var writers, readers sync.WaitGroup
	writers.Go(func() { // something happens all the time
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			default:
				h.turn(lamp, i%2 == 0)
			}
		}
	})
	begin := h.head()
	for app := range apps {
		readers.Go(func() {
			random := rand.New(rand.NewPCG(uint64(app), 7))
			screen := newScreen(h.picture(begin))
			last := begin
			for range cutsEach {
				last = h.hear(screen, last, random.IntN(4))
			}
			if app == 0 {
				t.Logf("%d events over %d cuts", last-begin, cutsEach)
			}
		})
	}
	readers.Wait()
	close(done)
	writers.Wait()
	screen := newScreen(h.picture(begin))
	for last := begin; last < h.head(); {
		last = h.hear(screen, last, 1)
	}
	if got, want := screen.text(), newScreen(h.picture(h.head())).text(); got != want {
		t.Errorf("the screen shows\n%s\nthe home is\n%s", got, want)
	}
}

// hear resumes after an event, reads up to so many pages, hangs up without a
// word, and returns the last event it heard. A hole or a double fails the test.
func (h *house) hear(screen *screen, last domain.Seq, pages int) domain.Seq {
	l, _, err := h.dial(h.owner, "?after="+seqText(last))
	if err != nil {
		h.b.t.Error(err)
		return last
	}
	defer func() { _ = l.conn.CloseNow() }()
	if w := l.welcome(); w.Seq != last {
		h.b.t.Errorf("welcomed at %d after %d", w.Seq, last)
	}
	for range pages {
		n := l.news()
		for _, ev := range n.Events {
			if ev.Seq != last+1 {
				h.b.t.Errorf("event %d after %d", ev.Seq, last)
			}
			last = ev.Seq
		}
		screen.replace(n.Devices, n.Twins, n.Rooms, n.Gateways)
	}
	return last
}

func TestASlowReaderIsClosedAndResumesWithoutAHole(t *testing.T) {
	t.Parallel()
	few := quick()
	few.queue = 4
	b := setupWith(t, few)
	b.narrow()
	h := b.person("Ada").house("Home")
	l := h.follow("")
	last := l.welcome().Seq
	h.append(h.manyDevices)
	b.waitForFeed(h)
	for range few.queue + 2 {
		h.record(domain.Event{Entity: h.id.Entity(), Actor: h.owner.actor(), Fact: domain.HomeRenamed{}})
		b.waitForFeed(h)
	}
	for {
		kind, text, err := l.read()
		if err != nil {
			if code := websocket.CloseStatus(err); code != closeSlow {
				t.Fatalf("closed with %d: %v", code, err)
			}
			break
		}
		var n News
		if kind == "news" && decodeAnswer(text, &n) == nil {
			last = n.Seq
		}
	}
	if last >= h.head() {
		t.Fatal("it was not slow")
	}
	for last < h.head() {
		last = h.hear(newScreen(Picture{}), last, 1)
	}
}

func TestAStopDoesNotWaitForSomebodyDeaf(t *testing.T) {
	t.Parallel()
	brief := quick()
	brief.goodbye = 50 * time.Millisecond
	b := setupWith(t, brief)
	b.narrow()
	h := b.person("Ada").house("Home")
	h.follow("").welcome() // and reads no more
	h.append(h.manyDevices)
	b.waitForFeed(h)
	began := time.Now()
	b.stop()
	b.waitUntilEmpty()
	if took := time.Since(began); took > writeLimit/2 {
		t.Errorf("the stop took %v", took)
	}
}

// manyDevices records more than any buffer on a narrow way holds.
func (h *house) manyDevices(ctx context.Context, tx *eventstore.Tx) error {
	for range 60 {
		ev, err := tx.Home(h.id).Register(h.gateway, eventstore.NewID[domain.DeviceKind](tx.Now()),
			domain.DeviceRegistered{Address: "simulated/x", Kind: "color-light"})
		if err != nil {
			return err
		}
		ev.Edge = h.edge()
		if _, err := tx.RecordNamed(ctx, h.id, ev, strings.Repeat("L", maxName)); err != nil {
			return err
		}
	}
	return nil
}

// narrow puts another listener in front of the server whose connections hold
// little on the way, at both ends.
func (b *bundle) narrow() {
	b.t.Helper()
	b.http = httptest.NewUnstartedServer(b.server)
	b.http.Config.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		if err := conn.(*net.TCPConn).SetWriteBuffer(4 << 10); err != nil {
			b.t.Error(err)
		}
		return ctx
	}
	b.http.Start()
	b.t.Cleanup(b.http.Close)
	b.http.Client().Transport = &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if err == nil {
			err = conn.(*net.TCPConn).SetReadBuffer(4 << 10)
		}
		return conn, err
	}}
}

// waitForFeed returns once the feed of the home has told everything.
func (b *bundle) waitForFeed(h *house) {
	b.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		b.server.hall.mu.Lock()
		f := b.server.hall.feeds[h.id]
		b.server.hall.mu.Unlock()
		if f == nil {
			return
		}
		f.mu.Lock()
		seq := f.view.home.Seq
		f.mu.Unlock()
		if seq == h.head() {
			return
		}
	}
	b.t.Fatal("the feed does not follow")
}
