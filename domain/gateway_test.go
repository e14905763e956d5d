package domain_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"logis/domain"
)

func TestAGatewayConnectsWithItsOutboxAndIsKnownByIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.report(lamp, "onOff", "true")
	g := h.Gateways[gateway]
	cursor := g.Cursor
	want := domain.Gateway{
		ID: gateway, Revision: g.Revision, KeyFingerprint: "f00d", Version: "1.2.3", Connected: true, Since: began,
		Session: 1, Replica: "a", Outbox: "outbox-1", Epoch: 1, Cursor: 6,
	}
	if diff := cmp.Diff(want, *g); diff != "" {
		t.Errorf("the gateway is not as it said (-want +got):\n%s", diff)
	}

	h.connect(gateway, "outbox-1", 2)
	if g.Epoch != 1 || g.Cursor != cursor || g.Session != 2 {
		t.Errorf("with the same outbox it is in epoch %d at %d, session %d", g.Epoch, g.Cursor, g.Session)
	}
	h.connect(gateway, "outbox-2", 3)
	if g.Epoch != 2 || g.Cursor != 0 || g.Session != 3 {
		t.Errorf("with a new outbox it is in epoch %d at %d, session %d", g.Epoch, g.Cursor, g.Session)
	}
}

func TestAHelloThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.connect(gateway, "outbox-1", 5)
	for _, c := range []struct {
		hello domain.Hello
		code  domain.Code
	}{
		{h.hello(other, "outbox-1", 9), domain.NotFound},
		{h.hello(gateway, "", 6), domain.Invalid},
		{h.hello(gateway, "outbox-1", 5), domain.Conflict},
		{h.hello(gateway, "outbox-2", 4), domain.Conflict},
		{h.hello(gateway, "outbox-1", -1), domain.Conflict},
	} {
		events, err := h.Connect(c.hello)
		wantCode(t, err, c.code)
		if events != nil {
			t.Errorf("%+v is refused and recorded", c.hello)
		}
	}
}

// I-4: a gateway that remembers more than there is makes the loss visible.
func TestAGatewayThatRemembersMoreOfTheLogMakesTheLossVisible(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(h *house, hello *domain.Hello)
		want   *domain.HistoryRegressed
		cursor int64
	}{
		{"nothing is lost", func(*house, *domain.Hello) {}, nil, 7},
		{"it missed the last events", func(_ *house, hello *domain.Hello) {
			hello.Seq, hello.Hash, hello.Here = 3, domain.Hash{9}, domain.Hash{9}
		}, nil, 7},
		{"it was told of nothing yet", func(_ *house, hello *domain.Hello) { hello.Seq, hello.Hash = 0, domain.Hash{} }, nil, 7},
		{
			"the head it saw is not here", func(h *house, hello *domain.Hello) { hello.Seq++ },
			&domain.HistoryRegressed{WitnessedSeq: 14, EdgeSeq: 7}, 7,
		},
		{
			"the head is another", func(_ *house, hello *domain.Hello) { hello.Hash[0]++ },
			&domain.HistoryRegressed{WitnessedSeq: 13, EdgeSeq: 7}, 7,
		},
		{
			"the log was set back and has grown past the head it saw",
			func(_ *house, hello *domain.Hello) {
				hello.Seq, hello.Hash, hello.Here = 3, domain.Hash{9}, domain.Hash{8}
			},
			&domain.HistoryRegressed{WitnessedSeq: 3, EdgeSeq: 7}, 7,
		},
		{
			"acknowledged entries are not here", func(_ *house, hello *domain.Hello) { hello.Acked = 9 },
			&domain.HistoryRegressed{WitnessedSeq: 13, EdgeSeq: 9}, 9,
		},
		{
			// Nothing of a new outbox was ever here: its first entry is number one.
			"the head it saw is not here and its outbox is new",
			func(_ *house, hello *domain.Hello) { hello.Seq, hello.Outbox, hello.Acked = hello.Seq+5, "outbox-2", 3 },
			&domain.HistoryRegressed{WitnessedSeq: 18}, 0,
		},
		{"only the outbox is new", func(_ *house, hello *domain.Hello) { hello.Outbox, hello.Acked = "outbox-2", 9 }, nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.report(lamp, "onOff", "true")
			h.report(lamp, "onOff", "false")
			if h.Seq != 11 {
				t.Fatalf("the house has %d events", h.Seq)
			}
			h.record(domain.Event{Fact: domain.HomeRenamed{}})
			h.record(domain.Event{Fact: domain.HomeRenamed{}})
			hello := h.hello(gateway, "outbox-1", 2)
			c.change(h, &hello)
			events, err := h.Connect(hello)
			if err != nil {
				t.Fatal(err)
			}
			for _, ev := range events {
				h.record(ev)
			}
			if c.want == nil && len(events) != 1 {
				t.Errorf("%d events", len(events))
			}
			if c.want != nil {
				c.want.WitnessedHash = hello.Hash.String()
				if diff := cmp.Diff(domain.Fact(*c.want), events[len(events)-1].Fact); diff != "" || len(events) != 2 {
					t.Errorf("%d events, the last (-want +got):\n%s", len(events), diff)
				}
			}
			if cursor := h.Gateways[gateway].Cursor; cursor != c.cursor {
				t.Errorf("the cursor is %d, want %d", cursor, c.cursor)
			}
			if fresh, err := h.Place(gateway, c.cursor+1, c.cursor+1); !fresh || err != nil {
				t.Errorf("the next entry is fresh: %v (%v)", fresh, err)
			}
		})
	}
}

// C-6: the late end of an old socket never takes the new one away.
func TestOnlyTheNewestSessionEnds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.connect(gateway, "outbox-1", 2)
	if ev, ok := h.Disconnect(gateway, 1, "connection_lost"); ok {
		t.Errorf("the end of the old session records %+v", ev)
	}
	if _, ok := h.Disconnect(other, 2, "connection_lost"); ok {
		t.Error("a gateway that is not here went away")
	}
	if ev, ok := h.Disconnect(gateway, 2, "connection_lost"); !h.recordIf(ev, ok) {
		t.Error("the newest session does not end")
	}
	if g := h.Gateways[gateway]; g.Connected || g.Replica != "" || g.Session != 2 {
		t.Errorf("the gateway is %+v", g)
	}
	if _, ok := h.Disconnect(gateway, 2, "connection_lost"); ok {
		t.Error("a session ended twice")
	}
	// The fold holds as well, should such an event ever be in a log.
	h.connect(gateway, "outbox-1", 3)
	h.record(domain.Event{Entity: gateway.Entity(), Fact: domain.GatewayDisconnected{Session: 2}})
	if !h.Gateways[gateway].Connected {
		t.Error("an old session's end took the new one away")
	}
}

func TestOnlyTheNewestSessionMaySpeak(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.connect(gateway, "outbox-1", 2)
	if err := h.Current(gateway, 2); err != nil {
		t.Error(err)
	}
	for _, session := range []int64{0, 1, 3} {
		wantCode(t, h.Current(gateway, session), domain.Conflict)
	}
	wantCode(t, h.Current(other, 2), domain.Conflict)
	h.disconnect(gateway)
	wantCode(t, h.Current(gateway, 2), domain.Conflict)
}

// I-1 and I-2: each entry is recorded once, in order, whatever is sent again.
func TestEntriesAreTakenOnceAndInOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if cursor := h.Gateways[gateway].Cursor; cursor != 5 {
		t.Fatalf("the cursor is %d", cursor)
	}
	for _, c := range []struct {
		from, to int64
		fresh    bool
		code     domain.Code
	}{
		{6, 6, true, ""},
		{6, 900, true, ""},
		{5, 6, true, ""}, // part of a gap may be known
		{5, 5, false, ""},
		{1, 5, false, ""},
		{7, 7, false, domain.Conflict},
		{7, 6, false, domain.Invalid},
		{0, 0, false, domain.Invalid},
		{-3, 9, false, domain.Invalid},
		{6, 5, false, domain.Invalid},
		{1<<63 - 1, 1<<63 - 1, false, domain.Conflict},
		{-1 << 63, 1, false, domain.Invalid},
	} {
		fresh, err := h.Place(gateway, c.from, c.to)
		if fresh != c.fresh || (err == nil) != (c.code == "") {
			t.Errorf("%d..%d is fresh: %v (%v)", c.from, c.to, fresh, err)
		}
		if err != nil {
			wantCode(t, err, c.code)
		}
	}
	_, err := h.Place(other, 1, 1)
	wantCode(t, err, domain.NotFound)
}

func TestAGapMovesTheCursorBehindIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.record(domain.Event{
		Entity: gateway.Entity(), Edge: domain.EdgeRef{Gateway: gateway, Epoch: 1, Seq: 20},
		Fact: domain.GatewayGapRecorded{From: 6, To: 20, Count: 15, Reason: "full"},
	})
	if fresh, err := h.Place(gateway, 21, 21); !fresh || err != nil {
		t.Errorf("the entry behind the gap is fresh: %v (%v)", fresh, err)
	}
	h.record(domain.Event{
		Entity: gateway.Entity(), Edge: domain.EdgeRef{Gateway: gateway, Epoch: 1, Seq: 21},
		Fact: domain.GatewayEntryRefused{Code: domain.Invalid},
	})
	if cursor := h.Gateways[gateway].Cursor; cursor != 21 {
		t.Errorf("a refused entry leaves the cursor at %d", cursor)
	}
}

// The snapshot of a session carries the number of the last entry but is none.
func TestASnapshotLeavesTheCursorAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ref := domain.EdgeRef{Gateway: gateway, Epoch: 1, Seq: 40}
	ev, news, err := h.Present(lamp, ref, set("onOff", "true"))
	if err != nil || !news {
		t.Fatalf("news: %v (%v)", news, err)
	}
	h.record(ev)
	if cursor := h.Gateways[gateway].Cursor; cursor != 5 {
		t.Errorf("the cursor is %d", cursor)
	}
}
