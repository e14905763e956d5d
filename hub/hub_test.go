package hub_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
	"logis/wire"
	"logis/wire/wiretest"
)

func on(value thing.Value) map[string]thing.Value { return map[string]thing.Value{"onOff": value} }

func TestAReportIsRecordedOnceHoweverOftenItIsSent(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.connect(t)
	lamp := b.lamp(t, s)
	for range 3 {
		b.send(t, s, 2, wiretest.Report(lamp, time.Now(), on("true")))
	}
	ack := b.send(t, s, 2, wiretest.Report(lamp, time.Now(), on("true")), wiretest.Report(lamp, time.Now(), on("false")))
	reports := b.events(t, "device.reported")
	if len(reports) != 2 {
		t.Fatalf("%d reports recorded, want 2", len(reports))
	}
	last := reports[1]
	if last.Edge != (domain.EdgeRef{Gateway: b.gateway.ID, Epoch: 1, Seq: 3}) {
		t.Errorf("edge identity %+v", last.Edge)
	}
	if ack.Cursor != 3 || ack.Head.Seq != last.Seq || string(ack.Head.Hash) != string(last.Hash[:]) {
		t.Errorf("ack %+v does not witness event %d", ack, last.Seq)
	}
	home := b.picture(t)
	if got := home.Twins[lamp].Properties["onOff"].Reported; got.Value != "false" || got.Seq != last.Seq {
		t.Errorf("twin says %+v", got)
	}
	if d := home.Devices[lamp]; d.Room.IsZero() {
		t.Error("the lamp is in no room")
	}
}

func TestMissingEntriesEndTheSession(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.connect(t)
	lamp := b.lamp(t, s)
	if err := s.Write(t.Context(), wire.Entries{First: 3, Entries: []wire.Entry{wiretest.Report(lamp, time.Now(), on("true"))}}); err != nil {
		t.Fatal(err)
	}
	if _, err := wiretest.Next[*wire.Ack](t.Context(), s); wiretest.CloseCode(err) != wire.CloseOutOfOrder {
		t.Fatalf("closed with %v", err)
	}
	if len(b.events(t, "device.reported")) != 0 {
		t.Error("the report was recorded")
	}
}

func TestAGapIsRecordedAndTheCursorMovesPastIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.connect(t)
	lamp := b.lamp(t, s)
	b.send(t, s, 2, wire.Entry{Kind: wire.KindGap, To: 41, Reason: "full"})
	if ack := b.send(t, s, 42, wiretest.Report(lamp, time.Now(), on("true"))); ack.Cursor != 42 {
		t.Errorf("cursor %d", ack.Cursor)
	}
	gaps := b.events(t, "gateway.gap_recorded")
	if len(gaps) != 1 || string(gaps[0].Data) != `{"from":2,"to":41,"count":40,"reason":"full"}` {
		t.Errorf("gaps %v", gaps)
	}
}

func TestAJumpOfTheClockIsRecorded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.connect(t)
	b.send(t, s, 1, wire.Entry{Kind: wire.KindClock, ByMS: -7200000})
	steps := b.events(t, "gateway.clock_stepped")
	if len(steps) != 1 || string(steps[0].Data) != `{"by_ms":-7200000}` || steps[0].Entity != b.gateway.ID.Entity() {
		t.Errorf("steps %v", steps)
	}
}

func TestOnlyTheNewestSessionSpeaks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	lamp := b.lamp(t, b.connect(t))
	old := b.connect(t)
	newer := b.connect(t)
	if _, err := wiretest.Next[*wire.Ack](t.Context(), old); wiretest.CloseCode(err) != wire.CloseReplaced {
		t.Errorf("the old session ended with %v", err)
	}
	b.send(t, newer, 2, wiretest.Report(lamp, time.Now(), on("true")))
	eventually(t, "the gateway is connected by the newest session", func() bool {
		g := b.picture(t).Gateways[b.gateway.ID]
		return g.Connected && g.Session == newer.Welcome.Session
	})
}

// The old socket's late end must not take the new one with it (KubeEdge 4070).
func TestConnectingInAHurryLeavesTheNewestConnected(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for range 40 {
		var group sync.WaitGroup
		for range 2 {
			group.Go(func() {
				if s, err := b.gateway.Connect(t.Context(), b.url); err == nil {
					t.Cleanup(s.Cut)
				}
			})
		}
		group.Wait()
	}
	s := b.connect(t)
	lamp := b.lamp(t, s)
	eventually(t, "only one session is left", func() bool { return b.hub.Connected() == 1 })
	b.send(t, s, 2, wiretest.Report(lamp, time.Now(), on("true")))
	if g := b.picture(t).Gateways[b.gateway.ID]; !g.Connected || g.Session != s.Welcome.Session {
		t.Errorf("the log says %+v", g)
	}
}

func TestASessionThatEndsIsRecordedAsAway(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.connect(t)
	b.lamp(t, s)
	s.Cut()
	eventually(t, "the gateway is away", func() bool { return !b.picture(t).Gateways[b.gateway.ID].Connected })
}

func TestFramesThatDoNotBelongEndTheSocketWithACodeAndASentence(t *testing.T) {
	t.Parallel()
	b := setup(t)
	cases := map[string]string{
		"not JSON":        `hello`,
		"unknown type":    `{"type":"dance"}`,
		"unknown member":  `{"type":"ping","boot_ms":1,"x":1}`,
		"duplicate":       `{"type":"ping","boot_ms":1,"boot_ms":2}`,
		"case variant":    `{"type":"ping","Boot_MS":1}`,
		"a cloud's frame": `{"type":"ack","cursor":1}`,
		"second hello":    `{"type":"hello","version":1}`,
		"number 0":        `{"type":"entries","first":0,"entries":[{"kind":"reach"}]}`,
		"no entries":      `{"type":"entries","first":1,"entries":[]}`,
		"trailing":        `{"type":"ping","boot_ms":1} {}`,
	}
	for name, text := range cases {
		t.Run(name, func(t *testing.T) {
			s := b.connect(t)
			if err := s.WriteText(t.Context(), []byte(text)); err != nil {
				t.Fatal(err)
			}
			_, err := wiretest.Next[*wire.Ack](t.Context(), s)
			if code := wiretest.CloseCode(err); code != wire.CloseBadFrame {
				t.Errorf("closed with %d: %v", code, err)
			}
		})
	}
	t.Run("too large", func(t *testing.T) {
		s := b.connect(t)
		_ = s.WriteText(t.Context(), []byte(`{"type":"error","message":"`+strings.Repeat("x", wire.MaxEdgeFrame)+`"}`))
		if _, err := wiretest.Next[*wire.Ack](t.Context(), s); err == nil {
			t.Error("the frame was taken")
		}
	})
}

func TestStrangersAreTurnedAway(t *testing.T) {
	t.Parallel()
	b := setup(t)
	claim := b.claim(t)
	seed := make([]byte, 32)
	wrong := claim
	wrong.Secret[0]++
	if _, err := wiretest.Enrol(t.Context(), b.url, wrong, seed, b.confirm); wiretest.CloseCode(err) != wire.CloseUnauthorized {
		t.Errorf("wrong secret: %v", err)
	}
	if _, err := wiretest.Enrol(t.Context(), b.url, claim, seed, b.confirm); err != nil {
		t.Errorf("the right claim after a wrong try: %v", err)
	}
	seed[0]++
	if _, err := wiretest.Enrol(t.Context(), b.url, claim, seed, b.confirm); wiretest.CloseCode(err) != wire.CloseUnauthorized {
		t.Errorf("used claim: %v", err)
	}
	impostor := *b.gateway
	impostor.Key = append([]byte(nil), impostor.Key...)
	impostor.Key[3]++
	if _, err := impostor.Connect(t.Context(), b.url); wiretest.CloseCode(err) != wire.CloseUnauthorized {
		t.Errorf("wrong key: %v", err)
	}
	impostor.ID = domain.GatewayID{7}
	if _, err := impostor.Connect(t.Context(), b.url); wiretest.CloseCode(err) != wire.CloseUnauthorized {
		t.Errorf("unknown gateway: %v", err)
	}
}

func TestACommandReachesTheGatewayAndItsResultEndsIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.connect(t)
	lamp := b.lamp(t, s)
	id, err := b.request(t, domain.CommandRequest{Device: lamp, Set: on("true")})
	if err != nil {
		t.Fatal(err)
	}
	frame, err := wiretest.Next[*wire.Command](t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	c := b.command(t, id)
	if frame.ID != id || frame.Set["onOff"] != "true" || frame.Session != s.Welcome.Session ||
		frame.NotAfterMS != c.Deadline.UnixMilli() || frame.DesiredVersion != c.Requested.Seq {
		t.Errorf("frame %+v for %+v", frame, c)
	}
	if c.Status != domain.Sent || c.Sent.Seq == 0 {
		t.Errorf("before the frame leaves, the log says %s", c.Status)
	}
	report := wiretest.Report(lamp, time.Now(), on("true"))
	report.Cause = id
	b.send(t, s, 2,
		wire.Entry{Kind: wire.KindDelivered, Command: id}, report,
		wire.Entry{Kind: wire.KindResult, Command: id, Device: lamp, Outcome: domain.Succeeded})
	if c = b.command(t, id); c.Status != domain.Status(domain.Succeeded) || c.Open() {
		t.Errorf("ended as %s", c.Status)
	}
	reported := b.events(t, "device.reported")[0]
	if reported.Causation != c.Delivered.Seq || reported.Correlation != c.Requested.Seq {
		t.Errorf("the report follows from %d of story %d; the command was delivered at %d, asked at %d",
			reported.Causation, reported.Correlation, c.Delivered.Seq, c.Requested.Seq)
	}
	b.send(t, s, 5, wire.Entry{Kind: wire.KindResult, Command: id, Device: lamp, Outcome: domain.Failed})
	if len(b.events(t, "command.answered_late")) != 1 || b.command(t, id).Status != domain.Status(domain.Succeeded) {
		t.Error("a second result must be kept beside the first")
	}
}

func TestACommandWaitsForItsGatewayUnlessItOpensSomething(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.connect(t)
	lamp, lock := b.lamp(t, s), b.device(t, s, 2, "lock")
	s.Cut()
	eventually(t, "the gateway is away", func() bool { return !b.picture(t).Gateways[b.gateway.ID].Connected })
	if _, err := b.request(t, domain.CommandRequest{Device: lock, Action: "unlockDoor"}); domain.CodeOf(err) != domain.EdgeOffline {
		t.Errorf("unlocking an absent door: %v", err)
	}
	older, err := b.request(t, domain.CommandRequest{Device: lamp, Set: on("true")})
	if err != nil {
		t.Fatal(err)
	}
	newer, err := b.request(t, domain.CommandRequest{Device: lamp, Set: on("false")})
	if err != nil {
		t.Fatal(err)
	}
	if c := b.command(t, older); c.Status != domain.Status(domain.Superseded) {
		t.Errorf("the older is %s", c.Status)
	}
	frame, err := wiretest.Next[*wire.Command](t.Context(), b.connect(t))
	if err != nil || frame.ID != newer {
		t.Fatalf("got %+v, %v", frame, err)
	}
}

func TestACommandIsSentAgainOnTheNextSessionUnlessAtMostOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.connect(t)
	lamp, lock := b.lamp(t, s), b.device(t, s, 2, "lock")
	light, err := b.request(t, domain.CommandRequest{Device: lamp, Set: on("true")})
	if err != nil {
		t.Fatal(err)
	}
	open, err := b.request(t, domain.CommandRequest{Device: lock, Action: "unlockDoor"})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := wiretest.Next[*wire.Command](t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	s.Cut()
	s = b.connect(t)
	frame, err := wiretest.Next[*wire.Command](t.Context(), s)
	if err != nil || frame.ID != light {
		t.Fatalf("got %+v, %v", frame, err)
	}
	if c := b.command(t, open); c.Sends != 1 {
		t.Errorf("the lock's command was sent %d times", c.Sends)
	}
}

func TestTheSnapshotIsNewsOnlyWhereItDiffers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.connect(t)
	lamp := b.lamp(t, s)
	b.send(t, s, 2, wiretest.Report(lamp, time.Now(), on("true")))
	s.Cut()
	s = b.connect(t)
	same := wire.Present{Device: lamp, Available: true, Values: on("true"), AtMS: time.Now().UnixMilli()}
	if err := s.Write(t.Context(), wire.Snapshot{AsOf: 2, Devices: []wire.Present{same}}); err != nil {
		t.Fatal(err)
	}
	b.send(t, s, 3, wiretest.Report(lamp, time.Now(), on("true")))
	if n := len(b.events(t, "device.reported")); n != 2 {
		t.Errorf("%d reports, want the two of the outbox", n)
	}
	s.Cut()
	s = b.connect(t)
	differs := wire.Present{Device: lamp, Available: true, Values: on("false"), AtMS: time.Now().UnixMilli()}
	if err := s.Write(t.Context(), wire.Snapshot{AsOf: 5, Devices: []wire.Present{differs}}); err != nil {
		t.Fatal(err)
	}
	// The backlog behind the snapshot is older than it and must not show.
	late := wire.Entries{First: 4, Historic: true, Entries: []wire.Entry{
		wiretest.Report(lamp, time.Now(), on("false")), wiretest.Report(lamp, time.Now(), on("true")),
	}}
	if err := s.Write(t.Context(), late); err != nil {
		t.Fatal(err)
	}
	if _, err := wiretest.Next[*wire.Ack](t.Context(), s); err != nil {
		t.Fatal(err)
	}
	reports := b.events(t, "device.reported")
	if len(reports) != 5 || !reports[2].Flags.Has(domain.Snapshot) || !reports[4].Flags.Has(domain.Historic) {
		t.Errorf("%d reports", len(reports))
	}
	if got := b.picture(t).Twins[lamp].Properties["onOff"].Reported.Value; got != "false" {
		t.Errorf("the twin says %s, the snapshot said false", got)
	}
}

func TestASnapshotThatMakesNoSenseIsAnsweredAndTheRestCounts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.connect(t)
	lamp := b.lamp(t, s)
	broken := wire.Present{Device: lamp, Available: true, Values: on("7")}
	stranger := wire.Present{Device: eventstore.NewID[domain.DeviceKind](time.Now()), Available: true, Values: on("true")}
	if err := s.Write(t.Context(), wire.Snapshot{AsOf: 1, Devices: []wire.Present{stranger, broken}}); err != nil {
		t.Fatal(err)
	}
	refused, err := wiretest.Next[*wire.Error](t.Context(), s)
	if err != nil || refused.Code != domain.Invalid || !strings.Contains(refused.Message, lamp.String()) {
		t.Errorf("%+v (%v), want a word about %s alone", refused, err, lamp)
	}
	if got := b.picture(t).Twins[lamp].Available; !got.Is {
		t.Errorf("that the lamp can be reached is lost: %+v", got)
	}
}

func TestAGatewayThatRemembersMoreThanTheLogSaysSo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.connect(t)
	b.lamp(t, s)
	s.Cut()
	b.gateway.Acked, b.gateway.Head = 9, wire.Head{Seq: 1000, Hash: make([]byte, 32)}
	s = b.connect(t)
	if s.Welcome.Cursor != 9 {
		t.Errorf("cursor %d, want 9: what was acked will not come again", s.Welcome.Cursor)
	}
	if before := b.events(t, "gateway.connected"); s.Welcome.Head.Seq >= before[len(before)-1].Seq {
		t.Errorf("the welcome tells head %d, which this very session made", s.Welcome.Head.Seq)
	}
	if n := len(b.events(t, "home.history_regressed")); n != 1 {
		t.Errorf("%d regressions recorded", n)
	}
	s.Cut()
	b.gateway.Head = wire.Head{Seq: 2, Hash: make([]byte, 32)} // which the log has grown past, as another
	b.connect(t)
	if n := len(b.events(t, "home.history_regressed")); n != 2 {
		t.Errorf("%d regressions recorded, want a second one", n)
	}
	b.gateway.Head = wire.Head{Seq: s.Welcome.Head.Seq, Hash: s.Welcome.Head.Hash}
	b.connect(t)
	if n := len(b.events(t, "home.history_regressed")); n != 2 {
		t.Errorf("%d regressions recorded, the last head was right", n)
	}
}

func TestManyGatewaysInOneCommitKeepTheirOwnOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var group sync.WaitGroup
	for n := range 8 {
		g := b.enrol(t, fmt.Sprint("many", n))
		group.Go(func() {
			s, err := g.Connect(t.Context(), b.url)
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Cut()
			id := eventstore.NewID[domain.DeviceKind](time.Now())
			b.send(t, s, 1, wire.Entry{Kind: wire.KindDevice, Device: id, Address: "x", Model: "light"})
			for first := int64(2); first < 200; first += 9 {
				entries := make([]wire.Entry, 9)
				for i := range entries {
					entries[i] = wiretest.Report(id, time.Now(), on(thing.Bool(i%2 == 0)))
				}
				if err := s.Write(t.Context(), wire.Entries{First: first, Entries: entries}); err != nil {
					t.Error(err)
					return
				}
			}
			for ack := (&wire.Ack{}); ack.Cursor < 199; {
				if ack, err = wiretest.Next[*wire.Ack](t.Context(), s); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	rows, err := b.pool.Query(t.Context(), `
		SELECT gateway_id, count(*), min(edge_seq), max(edge_seq), bool_and(ordered) FROM (
			SELECT gateway_id, edge_seq, edge_seq = row_number() OVER (PARTITION BY gateway_id ORDER BY seq) AS ordered
			FROM events WHERE home_id = $1 AND gateway_id IS NOT NULL) AS e GROUP BY gateway_id`, [16]byte(b.home))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	gateways := 0
	for rows.Next() {
		var id [16]byte
		var count, least, most int64
		var ordered bool
		if err := rows.Scan(&id, &count, &least, &most, &ordered); err != nil {
			t.Fatal(err)
		}
		gateways++
		if count != 199 || least != 1 || most != 199 || !ordered {
			t.Errorf("gateway %x: %d entries from %d to %d, in order %v", id, count, least, most, ordered)
		}
	}
	if gateways != 8 {
		t.Errorf("%d gateways spoke", gateways)
	}
}
