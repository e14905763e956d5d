package api

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
	"logis/migrations/pgtest"
)

func TestALiveSocketTellsWhatHappensAndWhatItTouched(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	l := h.follow("")
	if w := l.welcome(); w.Seq != h.head() || w.Now.IsZero() {
		t.Fatalf("%+v at head %d", w, h.head())
	}
	lamp := h.device("dimmable-light", "Lamp")
	if n := l.news(); len(n.Events) != 1 || len(n.Devices) != 1 || n.Devices[0].Name != "Lamp" || len(n.Twins) != 1 || n.Seq != h.head() {
		t.Errorf("a new device: %+v", n)
	}
	h.turn(lamp, true)
	if n := l.news(); len(n.Twins) != 1 || n.Twins[0].Properties["onOff"].Reported.value.Value != "true" || len(n.Devices) != 0 || len(n.Gateways) != 0 {
		t.Errorf("a report: %+v", n)
	}
	var command Command
	h.owner.ask("POST", h.deviceAt(lamp)+"/commands", `{"set":{"currentLevel":5}}`).want(202).into(&command)
	n := l.news()
	if len(n.Commands) != 1 || n.Commands[0].ID != command.ID || *n.Commands[0].Actor.Name != "Ada" || n.Twins[0].Delta["currentLevel"] != "5" {
		t.Errorf("a command: %+v", n)
	}
	h.end(lamp, command.ID, domain.Succeeded)
	if n := l.news(); len(n.Commands) != 1 || n.Commands[0].Status != "succeeded" || len(n.Twins) != 1 || len(n.Twins[0].Delta) != 0 {
		t.Errorf("its end: %+v", n)
	}
	var room Room
	h.owner.ask("POST", h.path+"/rooms", `{"name":"Hall"}`).want(201).into(&room)
	if n := l.news(); len(n.Rooms) != 1 || n.Rooms[0].Name != "Hall" {
		t.Errorf("a room: %+v", n)
	}
	match := h.owner.ask("GET", h.deviceAt(lamp), "").match()
	h.owner.ask("PATCH", h.deviceAt(lamp), `{"room":"`+room.ID.String()+`"}`, match).want(200)
	l.news()
	h.owner.ask("DELETE", h.path+"/rooms/"+room.ID.String(), "", header{"If-Match", etag(room.Revision)}).want(204)
	if n := l.news(); len(n.Removed.Rooms) != 1 || len(n.Devices) != 1 || n.Devices[0].Room != nil {
		t.Errorf("a removed room: %+v", n)
	}
	h.disconnect()
	if n := l.news(); len(n.Gateways) != 1 || n.Gateways[0].Connected {
		t.Errorf("a gateway that is away: %+v", n)
	}
	h.owner.ask("DELETE", h.deviceAt(lamp), "", h.owner.ask("GET", h.deviceAt(lamp), "").match()).want(204)
	if n := l.news(); len(n.Removed.Devices) != 1 || len(n.Devices) != 0 || len(n.Twins) != 0 {
		t.Errorf("a removed device: %+v", n)
	}
}

func TestAnAppThatWasAwayHearsExactlyWhatItMissed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	lamp := h.busy()
	reports := make([]domain.Event, 0, 1200)
	h.append(func(ctx context.Context, tx *eventstore.Tx) error {
		for i := range cap(reports) {
			ev, err := tx.Home(h.id).Report(h.gateway, lamp, map[string]thing.Value{"onOff": thing.Bool(i%2 == 0)}, domain.CommandID{})
			if err != nil {
				return err
			}
			ev.Edge = h.edge()
			if _, err := tx.Record(ctx, h.id, ev); err != nil {
				return err
			}
		}
		return nil
	})
	l := h.follow("?after=3")
	if w := l.welcome(); w.Seq != 3 {
		t.Errorf("%+v", w)
	}
	last := domain.Seq(3)
	for last < h.head() {
		n := l.news()
		if len(n.Events) > livePage {
			t.Errorf("%d events in a page", len(n.Events))
		}
		for _, ev := range n.Events {
			if ev.Seq != last+1 {
				t.Fatalf("event %d after %d", ev.Seq, last)
			}
			last = ev.Seq
		}
		if n.Seq != last {
			t.Errorf("seq %d, last event %d", n.Seq, last)
		}
	}
	h.turn(lamp, true)
	if n := l.news(); len(n.Events) != 1 || n.Seq != last+1 {
		t.Errorf("%+v", n)
	}
}

func TestASocketEndsWithTheSessionAndWithTheMembership(t *testing.T) {
	t.Parallel()
	tune := quick()
	tune.recheck = asInLife().recheck
	b := setupWith(t, tune)
	ada, bob := b.person("Ada"), b.person("Bob")
	h := ada.house("Home")
	join := func(role domain.Role) {
		h.record(domain.Event{Entity: h.id.Entity(), Actor: domain.SystemActor, Fact: domain.MemberJoined{Person: bob.id, Role: role}})
	}
	join(domain.Owner)
	stays := h.follow("")
	stays.welcome()
	bobs, _, err := h.dial(bob, "")
	if err != nil {
		t.Fatal(err)
	}
	bobs.welcome()
	second := &person{b: b, id: ada.id, token: ada.signIn()}
	leaves, _, err := h.dial(second, "")
	if err != nil {
		t.Fatal(err)
	}
	leaves.welcome()
	began := time.Now()
	second.ask("DELETE", "/api/v1/session", "").want(204)
	join("visitor")
	if code := leaves.closed(); code != closeSignedOut {
		t.Errorf("signed out: closed with %d", code)
	}
	if code := bobs.closed(); code != closeSignedOut {
		t.Errorf("not a member any more: closed with %d", code)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("closed after %v", took)
	}
	head := h.head()
	h.device("light", "Lamp")
	for n := stays.news(); n.Seq <= head; n = stays.news() {
	}
}

func TestARestartSaysSo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	first, second := h.follow(""), h.follow("?after=0")
	first.welcome()
	second.welcome()
	b.stop()
	if code := first.closed(); code != closeRestart {
		t.Errorf("closed with %d", code)
	}
	if code := second.closed(); code != closeRestart {
		t.Errorf("closed with %d", code)
	}
	_, answer, err := h.dial(h.owner, "")
	if err == nil || answer == nil {
		t.Fatalf("a socket of a stopped server: %v", err)
	}
	answer.refused(503, domain.Overloaded)
}

func TestAQuietSocketGivesSignsOfLife(t *testing.T) {
	t.Parallel()
	fast := quick()
	fast.pulse = 20 * time.Millisecond
	b := setupWith(t, fast)
	h := b.person("Ada").house("Home")
	l := h.follow("")
	l.welcome()
	for range 3 {
		var p Pulse
		if kind, text, err := l.read(); err != nil || kind != "pulse" || decodeAnswer(text, &p) != nil || p.Now.IsZero() {
			t.Fatalf("%q %v", text, err)
		}
	}
}

func TestOnlyTheAppOfAMemberMayListen(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada, eve := b.person("Ada"), b.person("Eve")
	h := ada.house("Home")
	refused := func(p *person, query string, status int, code domain.Code, headers ...header) {
		t.Helper()
		_, answer, err := h.dial(p, query, headers...)
		if err == nil || answer == nil {
			t.Errorf("%s: %v, want status %d", query, err, status)
			return
		}
		answer.refused(status, code)
	}
	refused(ada, "", 403, domain.Forbidden, header{"Origin", ""})
	refused(ada, "", 403, domain.Forbidden, header{"Origin", "null"})
	refused(ada, "", 403, domain.Forbidden, header{"Origin", "https://evil.example"})
	refused(ada, "", 403, domain.Forbidden, header{"Sec-Fetch-Site", "cross-site"})
	refused(ada, "", 401, domain.Unauthorized, header{"Cookie", ""})
	refused(eve, "", 404, domain.NotFound)
	for _, wrong := range []string{
		"?after=-1", "?after=x", "?after=", "?after=" + seqText(h.head()+1), "?after=1&after=2", "?token=x", "?after=9223372036854775808",
	} {
		refused(ada, wrong, 422, domain.Invalid)
	}
	ada.ask("GET", h.path+"/live", "").refused(426, domain.Invalid)
	for range maxSockets {
		h.follow("").welcome()
	}
	refused(ada, "", 429, domain.Overloaded)
}

func TestAnAppThatTalksIsHungUpOn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	for _, said := range []string{"hello", strings.Repeat("x", maxInbound+1)} {
		l := h.follow("")
		l.welcome()
		if err := l.conn.Write(t.Context(), websocket.MessageText, []byte(said)); err != nil {
			t.Fatal(err)
		}
		if code := l.closed(); code != websocket.StatusPolicyViolation && code != websocket.StatusMessageTooBig {
			t.Errorf("closed with %d", code)
		}
	}
}

func TestAFeedEndsWithItsLastSocket(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	lines := []*line{h.follow(""), h.follow("?after=1"), h.follow("")}
	for _, l := range lines {
		l.welcome()
	}
	for _, l := range lines {
		if err := l.conn.Close(websocket.StatusNormalClosure, ""); err != nil {
			t.Error(err)
		}
	}
	b.waitUntilEmpty()
}

func TestWhatAnotherServerRecordsIsHeardByLooking(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	l := h.follow("")
	l.welcome()
	elsewhere := eventstore.New(b.store.Pool(), eventstore.Options{Catalog: b.store.Catalog(), Projection: b.server.options.Tables})
	err := elsewhere.Append(t.Context(), []domain.HomeID{h.id}, func(ctx context.Context, tx *eventstore.Tx) error {
		_, err := tx.Record(ctx, h.id, domain.Event{Entity: h.id.Entity(), Actor: domain.SystemActor, Fact: domain.HomeRenamed{}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := l.news(); len(n.Events) != 1 || n.Events[0].Type != "home.renamed" {
		t.Errorf("%+v", n)
	}
}

func TestAnEventOfANewerReleaseEndsTheSocketAndIsLogged(t *testing.T) {
	t.Parallel()
	dsn := pgtest.DSN(t)
	b := setupOn(t, pgtest.Pool(t, dsn), quick())
	h := b.person("Ada").house("Home")
	l := h.follow("")
	l.welcome()
	_, err := pgtest.Superuser(t, dsn).Exec(t.Context(), `
		WITH head AS (UPDATE home_heads SET seq = seq + 1 WHERE home_id = $1 RETURNING seq)
		INSERT INTO events SELECT home_id, head.seq, recorded_at, occurred_at, event_id, entity, gateway_id, edge_seq, causation,
			correlation, edge_epoch, schema, flags, 'home.teleported', actor, model, data, hash
		FROM events, head WHERE home_id = $1 AND events.seq = 1`, [16]byte(h.id))
	if err != nil {
		t.Fatal(err)
	}
	if code := l.closed(); code != closeFault {
		t.Errorf("closed with %d", code)
	}
	if !strings.Contains(b.log.String(), "home.teleported") {
		t.Errorf("the log says %s", b.log)
	}
}

func TestAnAppThatIsAheadOfTheFeedHearsNothingTwice(t *testing.T) {
	t.Parallel()
	blind := quick()
	blind.poll, blind.recheck = time.Hour, time.Hour
	b := setupWith(t, blind)
	h := b.person("Ada").house("Home")
	first := h.follow("")
	first.welcome()
	elsewhere := eventstore.New(b.store.Pool(), eventstore.Options{Catalog: b.store.Catalog(), Projection: b.server.options.Tables})
	renamed := func(ctx context.Context, tx *eventstore.Tx) error {
		_, err := tx.Record(ctx, h.id, domain.Event{Entity: h.id.Entity(), Actor: domain.SystemActor, Fact: domain.HomeRenamed{}})
		return err
	}
	if err := elsewhere.Append(t.Context(), []domain.HomeID{h.id}, renamed); err != nil {
		t.Fatal(err)
	}
	ahead := h.follow("?after=" + seqText(h.head())) // which the feed has not heard of
	ahead.welcome()
	h.append(renamed) // which it hears of
	if n := ahead.news(); len(n.Events) != 1 || n.Seq != h.head() {
		t.Errorf("ahead: %d events to %d of %d", len(n.Events), n.Seq, h.head())
	}
	if n := first.news(); len(n.Events) != 2 || n.Seq != h.head() {
		t.Errorf("with the feed: %d events to %d of %d", len(n.Events), n.Seq, h.head())
	}
}
