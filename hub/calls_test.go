package hub_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"logis/domain"
	"logis/domain/call"
	"logis/eventstore"
	"logis/hub"
	"logis/wire"
	"logis/wire/wiretest"
)

// address is where the gateway can be reached, by the log.
func (b *bundle) address(t *testing.T) call.Address {
	t.Helper()
	g := b.picture(t).Gateways[b.gateway.ID]
	return call.Address{Gateway: g.ID, Session: g.Session, Replica: g.Replica}
}

type answered struct {
	page call.LogPage
	err  error
}

// ask begins a call for lines of the log; its answer comes over the channel.
func ask(t *testing.T, h *hub.Hub, to call.Address, lines int) <-chan answered {
	t.Helper()
	done := make(chan answered, 1)
	go func() {
		var a answered
		a.err = h.Call(t.Context(), to, call.Logs, call.LogsQuery{Lines: lines}, &a.page)
		done <- a
	}()
	return done
}

// called returns the next call that reaches the gateway.
func called(t *testing.T, s *wiretest.Socket) *wire.Call {
	t.Helper()
	c, err := wiretest.Next[*wire.Call](t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func say(t *testing.T, s *wiretest.Socket, f wire.Frame) {
	t.Helper()
	if err := s.Write(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func line(text string) wire.Answer {
	return wire.Answer{Result: jsontext.Value(`{"lines":[{"at_ms":1,"text":"` + text + `"}],"cut":false,"of a later agent":1}`)}
}

func TestACallIsAnsweredAndAnswersMayComeInAnyOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.connect(t)
	to := b.address(t)
	waiting := map[string]<-chan answered{}
	for _, lines := range []string{"1", "2", "3"} {
		waiting[`{"lines":`+lines+`}`] = ask(t, b.hub, to, int(lines[0]-'0'))
	}
	var calls []*wire.Call
	for range waiting {
		c := called(t, s)
		if c.Method != call.Logs || c.NotAfterMS < time.Now().UnixMilli() {
			t.Errorf("%+v", c)
		}
		calls = append(calls, c)
	}
	for _, c := range []*wire.Call{calls[2], calls[0], calls[1]} {
		a := line(strings.ReplaceAll(string(c.Params), `"`, "'"))
		a.ID = c.ID
		say(t, s, a)
		say(t, s, a) // once more is for nobody
	}
	for params, done := range waiting {
		got := <-done
		if got.err != nil || len(got.page.Lines) != 1 || got.page.Lines[0].Text != strings.ReplaceAll(params, `"`, "'") {
			t.Errorf("%s is answered %+v (%v)", params, got.page, got.err)
		}
	}
}

func TestTheGatewaysRefusalIsTold(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.connect(t)
	for code, want := range map[domain.Code]domain.Code{
		domain.NotFound: domain.NotFound, domain.Invalid: domain.Invalid,
		domain.Forbidden: domain.Conflict, domain.Internal: domain.Conflict, "made up": domain.Conflict,
	} {
		done := ask(t, b.hub, b.address(t), 1)
		c := called(t, s)
		say(t, s, wire.Answer{ID: c.ID, Error: &wire.CallError{Code: code, Message: "no"}})
		if got := <-done; domain.CodeOf(got.err) != want || !strings.Contains(got.err.Error(), "no") {
			t.Errorf("%s is told as %v", code, got.err)
		}
	}
}

func TestACallToAGatewayThatIsAwayIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.connect(t)
	to := b.address(t)
	older := to
	older.Session--
	if got := <-ask(t, b.hub, older, 1); domain.CodeOf(got.err) != domain.EdgeOffline {
		t.Errorf("an older session: %v", got.err)
	}
	done := ask(t, b.hub, to, 1)
	called(t, s)
	s.Cut()
	if got := <-done; domain.CodeOf(got.err) != domain.EdgeOffline {
		t.Errorf("it left meanwhile: %v", got.err)
	}
	eventually(t, "the session is gone", func() bool { return b.hub.Connected() == 0 })
	if got := <-ask(t, b.hub, to, 1); domain.CodeOf(got.err) != domain.EdgeOffline {
		t.Errorf("it is away: %v", got.err)
	}
}

func TestFewCallsAreUnderWayAtATime(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.connect(t)
	to := b.address(t)
	var waiting []<-chan answered
	var last *wire.Call
	for range wire.MaxCalls {
		waiting = append(waiting, ask(t, b.hub, to, 1))
		last = called(t, s)
	}
	if got := <-ask(t, b.hub, to, 1); domain.CodeOf(got.err) != domain.Overloaded {
		t.Errorf("one more: %v", got.err)
	}
	a := line("x")
	a.ID = last.ID
	say(t, s, a)
	<-waiting[wire.MaxCalls-1]
	ask(t, b.hub, to, 1)
	called(t, s) // there is room again
}

func TestACallThatIsNotAnsweredEnds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.connect(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.hub.Call(ctx, b.address(t), call.Health, call.Nothing{}, &call.HealthReport{}) }()
	called(t, s)
	cancel()
	if err := <-done; domain.CodeOf(err) != domain.EdgeOffline || !strings.Contains(err.Error(), "in time") {
		t.Errorf("%v", err)
	}
}

func TestAnAgentOfTheVersionBeforeIsToldNothingItDoesNotKnow(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.gateway.Version = wire.VersionCalls - 1
	s := b.connect(t)
	if got := <-ask(t, b.hub, b.address(t), 1); domain.CodeOf(got.err) != domain.Conflict || !strings.Contains(got.err.Error(), "too old") {
		t.Errorf("%v", got.err)
	}
	if err := b.hub.SendConfiguration(b.gateway.ID, s.Welcome.Session, domain.Configured{Version: 1}); domain.CodeOf(err) != domain.Conflict {
		t.Errorf("a configuration: %v", err)
	}
	say(t, s, wire.Answer{ID: 1, Result: jsontext.Value(`{}`)})
	if _, err := wiretest.Next[*wire.Ack](t.Context(), s); wiretest.CloseCode(err) != wire.CloseBadFrame {
		t.Errorf("an answer in version 1: %v", err)
	}
}

func TestAnAnswerBeyondItsBoundEndsTheSession(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]wire.Answer{
		"too long": {ID: 1, Result: jsontext.Value(`"` + strings.Repeat("x", wire.MaxAnswer) + `"`)},
		"neither":  {ID: 1},
		"both":     {ID: 1, Result: jsontext.Value(`1`), Error: &wire.CallError{Code: domain.Invalid}},
	} {
		b := setup(t)
		s := b.connect(t)
		say(t, s, a)
		if _, err := wiretest.Next[*wire.Ack](t.Context(), s); wiretest.CloseCode(err) != wire.CloseBadFrame {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// second is another server on the same database.
func (b *bundle) second(t *testing.T) *hub.Hub {
	t.Helper()
	batcher := eventstore.NewBatcher(b.store)
	other := hub.New(hub.Options{
		Store: b.store, Batcher: batcher, Access: b.access, Replica: "second", Log: slog.New(slog.DiscardHandler), Authorize: b.authorize,
	})
	run(t, batcher.Run)
	run(t, other.Run)
	return other
}

func TestACallReachesAGatewayThatAnotherServerHolds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	other := b.second(t)
	s := b.connect(t)
	to := b.address(t)
	done := ask(t, other, to, 7)
	c := called(t, s)
	a := line("far")
	a.ID = c.ID
	say(t, s, a)
	if got := <-done; got.err != nil || got.page.Lines[0].Text != "far" {
		t.Errorf("%+v", got)
	}
	done = ask(t, other, to, 7)
	c = called(t, s)
	say(t, s, wire.Answer{ID: c.ID, Error: &wire.CallError{Code: domain.NotFound, Message: "nobody"}})
	if got := <-done; domain.CodeOf(got.err) != domain.NotFound {
		t.Errorf("%+v", got)
	}
	to.Session++
	if got := <-ask(t, other, to, 7); domain.CodeOf(got.err) != domain.EdgeOffline {
		t.Errorf("another session: %+v", got)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	to.Replica = "dead"
	if err := other.Call(ctx, to, call.Health, call.Nothing{}, &call.HealthReport{}); domain.CodeOf(err) != domain.EdgeOffline {
		t.Errorf("a server that is gone: %v", err)
	}
	var left int
	if err := b.pool.QueryRow(t.Context(), `SELECT count(*) FROM gateway_calls`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d rows are left (%v)", left, err)
	}
}

// configure records a wish of the owner and returns its version.
func (b *bundle) configure(t *testing.T, wanted domain.Configuration) domain.Seq {
	t.Helper()
	var version domain.Seq
	err := b.store.Append(t.Context(), []domain.HomeID{b.home}, func(ctx context.Context, tx *eventstore.Tx) error {
		ev, err := tx.Home(b.home).Configure(b.gateway.ID, wanted, domain.PersonActor(b.owner))
		if err != nil {
			return err
		}
		rec, err := tx.Record(ctx, b.home, ev)
		if err == nil {
			version = rec.Seq
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return version
}

func TestAConfigurationIsToldAtOnceAndInEverySession(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.connect(t)
	version := b.configure(t, domain.Configuration{OutboxMiB: 5})
	for range 2 { // the second time because of the new session
		f, err := wiretest.Next[*wire.Configure](t.Context(), s)
		if err != nil || f.Version != version || f.Settled || f.Configuration.OutboxMiB != 5 {
			t.Fatalf("%+v, %v", f, err)
		}
		s.Cut()
		eventually(t, "the session is gone", func() bool { return b.hub.Connected() == 0 })
		version = b.configure(t, domain.Configuration{OutboxMiB: 5}) // while it is away
		s = b.connect(t)
	}
	b.send(t, s, 1,
		wire.Entry{Kind: wire.KindConfigured, To: int64(version), Event: "rolled_back", Reason: "because"},
		wire.Entry{Kind: wire.KindConfigured, To: int64(version) + 100, Event: "applied"},
		wire.Entry{Kind: wire.KindConfigured, To: int64(version), Event: "exploded"},
	)
	c := b.picture(t).Gateways[b.gateway.ID].Configuration
	if c.State != domain.ConfigurationRolledBack || c.Reason != "because" || c.Version != version {
		t.Errorf("%+v", c)
	}
	if n := len(b.events(t, "gateway.entry_refused")); n != 2 {
		t.Errorf("%d entries are refused", n)
	}
	s.Cut()
	eventually(t, "the session is gone", func() bool { return b.hub.Connected() == 0 })
	s = b.connect(t)
	if f, err := wiretest.Next[*wire.Configure](t.Context(), s); err != nil || f.Version != version || !f.Settled {
		t.Errorf("what is settled is told as %+v, %v", f, err)
	}
}
