package dispatch_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"logis/dispatch"
	"logis/dispatch/notify"
	"logis/dispatch/outside"
	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
	"logis/migrations/pgtest"
	"logis/projections"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// sender stands where the hub would and keeps what it was handed.
type sender struct {
	mu   sync.Mutex
	sent chan domain.CommandID
	err  error
}

func (s *sender) SendConfiguration(domain.GatewayID, int64, domain.Configured) error {
	return nil
}
func (s *sender) SendRules(domain.GatewayID, int64, *domain.Bundle) error { return nil }

func (s *sender) SendCommand(_ domain.GatewayID, _ int64, c *domain.Command) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.sent <- c.ID
	}
	return s.err
}

type bundle struct {
	pool    *pgxpool.Pool
	store   *eventstore.Store
	sender  *sender
	home    domain.HomeID
	gateway domain.GatewayID
	lamp    domain.DeviceID
	lock    domain.DeviceID
	allowed bool
	forgot  chan struct{}
	outside *outside.Caller
	teller  func(notify.Options) *notify.Teller // nil: nobody is told
}

const replica = "one"

func setup(t *testing.T) *bundle {
	t.Helper()
	return setupWith(t, nil)
}

// setupWith is setup with a caller of webhooks.
func setupWith(t *testing.T, caller *outside.Caller) *bundle {
	t.Helper()
	return (&bundle{outside: caller}).begin(t)
}

// begin founds the home and runs the first server.
func (b *bundle) begin(t *testing.T) *bundle {
	t.Helper()
	*b = bundle{
		outside: b.outside, teller: b.teller,
		pool: pgtest.New(t), sender: &sender{sent: make(chan domain.CommandID, 16)}, allowed: true,
		forgot: make(chan struct{}, 1),
		home:   eventstore.NewID[domain.HomeKind](time.Now()), gateway: eventstore.NewID[domain.GatewayKind](time.Now()),
		lamp: eventstore.NewID[domain.DeviceKind](time.Now()), lock: eventstore.NewID[domain.DeviceKind](time.Now()),
	}
	b.store = b.server(t, replica)
	b.found(t)
	return b
}

// server runs a dispatcher and returns the store that gives it work.
func (b *bundle) server(t *testing.T, replica string) *eventstore.Store {
	t.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	queue, err := dispatch.NewQueue(b.pool, replica, log)
	if err != nil {
		t.Fatal(err)
	}
	store := eventstore.New(b.pool, eventstore.Options{
		Catalog: catalog, Projection: projections.Tables{Catalog: catalog},
		Reactors: dispatch.Reactors(), Jobs: queue,
	})
	var teller *notify.Teller
	if b.teller != nil {
		b.store = store
		teller = b.teller(notify.Options{Later: queue.TellLater})
	}
	d := dispatch.New(store, queue, dispatch.Options{
		Teller: teller,
		Log:    log, Sender: b.sender, Outside: b.outside,
		Authorize: func(*domain.Home, *domain.Command, time.Time) bool { return b.allowed },
		Forget: func(context.Context) (int64, error) {
			select {
			case b.forgot <- struct{}{}:
			default:
			}
			return 0, nil
		},
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return store
}

// found makes a home with an enrolled gateway, a lamp and a lock.
func (b *bundle) found(t *testing.T) {
	t.Helper()
	err := b.store.Found(t.Context(), b.home, func(ctx context.Context, tx *eventstore.Tx) error {
		person := eventstore.NewID[domain.PersonKind](time.Now())
		created, joined := domain.FoundHome(b.home, person, "UTC")
		events := []domain.Event{created, joined, {Entity: b.gateway.Entity(), Actor: domain.SystemActor, Fact: domain.GatewayEnrolled{}}}
		for id, kind := range map[domain.DeviceID]string{b.lamp: "light", b.lock: "lock"} {
			events = append(events, domain.Event{
				Entity: id.Entity(), Actor: domain.GatewayActor, Edge: domain.EdgeRef{Gateway: b.gateway, Epoch: 1, Seq: int64(len(events))},
				Fact: domain.DeviceRegistered{Address: kind, Kind: kind},
			})
		}
		for _, ev := range events {
			if _, err := tx.Record(ctx, b.home, ev); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// record appends the events decide returns.
func (b *bundle) record(t *testing.T, decide func(h *domain.Home, now time.Time) ([]domain.Event, error)) error {
	t.Helper()
	return b.store.Append(t.Context(), []domain.HomeID{b.home}, func(ctx context.Context, tx *eventstore.Tx) error {
		events, err := decide(tx.Home(b.home), tx.Now())
		if err != nil {
			return err
		}
		for _, ev := range events {
			if _, err := tx.Record(ctx, b.home, ev); err != nil {
				return err
			}
		}
		return nil
	})
}

func (b *bundle) connect(t *testing.T, session int64, on string) {
	t.Helper()
	err := b.record(t, func(h *domain.Home, _ time.Time) ([]domain.Event, error) {
		return h.Connect(domain.Hello{Gateway: b.gateway, Outbox: "o", Session: session, Replica: on})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bundle) request(t *testing.T, r domain.CommandRequest) domain.CommandID {
	t.Helper()
	r.Command, r.Actor = eventstore.NewID[domain.CommandKind](time.Now()), domain.SystemActor
	err := b.record(t, func(h *domain.Home, now time.Time) ([]domain.Event, error) { return h.RequestCommand(r, now) })
	if err != nil {
		t.Fatal(err)
	}
	return r.Command
}

func (b *bundle) command(t *testing.T, id domain.CommandID) *domain.Command {
	t.Helper()
	commands, err := projections.CommandsByID(t.Context(), b.pool, b.home, []domain.CommandID{id})
	if err != nil || len(commands) != 1 {
		t.Fatalf("%d commands, %v", len(commands), err)
	}
	return commands[0]
}

func (b *bundle) waitFor(t *testing.T, id domain.CommandID, status domain.Outcome) *domain.Command {
	t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if c := b.command(t, id); c.Status == domain.Status(status) {
			return c
		}
		select {
		case <-deadline:
			t.Fatalf("the command is %s, want %s", b.command(t, id).Status, status)
		case <-tick.C:
		}
	}
}

func on() map[string]thing.Value { return map[string]thing.Value{"onOff": "true"} }

// What this server or another one commits must wake the worker: with polling
// alone, ten commands in a row take half a second.
func TestACommandIsHandedToTheSessionWithoutWaitingForAPoll(t *testing.T) {
	t.Parallel()
	t.Run("asked here", func(t *testing.T) {
		t.Parallel()
		handedOver(t, setup(t))
	})
	t.Run("asked elsewhere", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.store = b.server(t, "two")
		handedOver(t, b)
	})
}

func handedOver(t *testing.T, b *bundle) {
	t.Helper()
	b.connect(t, 1, replica)
	b.request(t, domain.CommandRequest{Device: b.lamp, Set: on()})
	<-b.sender.sent // the workers run
	var took []time.Duration
	for range 10 {
		start := time.Now()
		id := b.request(t, domain.CommandRequest{Device: b.lamp, Set: on()})
		if got := <-b.sender.sent; got != id {
			t.Fatalf("sent %s, asked %s", got, id)
		}
		took = append(took, time.Since(start))
	}
	const poll = 100 * time.Millisecond
	slices.Sort(took)
	if third := took[2]; third > poll/2 { // one or two may be lucky and meet a poll
		t.Errorf("the third quickest of ten took %s: notes do not reach the workers", third)
	}
}

func TestWhatHasExpiredIsForgottenFromTheStart(t *testing.T) {
	t.Parallel()
	b := setup(t)
	select {
	case <-b.forgot:
	case <-time.After(30 * time.Second):
		t.Error("nothing was asked to forget")
	}
}

func TestAnotherServersCommandIsLeftAlone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.connect(t, 1, "other")
	waiting := b.request(t, domain.CommandRequest{Device: b.lamp, Set: on()})
	b.connect(t, 2, replica)
	if got := <-b.sender.sent; got != waiting {
		t.Errorf("sent %s", got)
	}
	if c := b.command(t, waiting); c.Session != 2 || c.Sends != 1 {
		t.Errorf("sent %d times, last on session %d", c.Sends, c.Session)
	}
}

func TestACommandOfSomebodyWhoMayNotAnyMoreIsRejected(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.allowed = false
	id := b.request(t, domain.CommandRequest{Device: b.lamp, Set: on()})
	b.connect(t, 1, replica)
	if c := b.waitFor(t, id, domain.Rejected); c.Reason != "not_allowed_any_more" || c.Sends != 0 {
		t.Errorf("ended with %q after %d sends", c.Reason, c.Sends)
	}
}

func TestACommandThatOpensFailsWhenItsFrameCannotLeaveAndALightWaits(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sender.err = errors.New("gone")
	b.connect(t, 1, replica)
	open := b.request(t, domain.CommandRequest{Device: b.lock, Action: "unlockDoor"})
	light := b.request(t, domain.CommandRequest{Device: b.lamp, Set: on()})
	if c := b.waitFor(t, open, domain.Failed); c.Sends != 1 {
		t.Errorf("the lock's command was sent %d times", c.Sends)
	}
	b.waitFor(t, light, domain.Outcome(domain.Sent))
}

func TestACommandNobodyTakesExpiresAndOneNobodyAnswersIsUnknown(t *testing.T) {
	t.Parallel()
	b := setup(t)
	waiting := b.request(t, domain.CommandRequest{Device: b.lamp, Set: on(), TTL: 50 * time.Millisecond})
	c := b.waitFor(t, waiting, domain.Expired)
	if c.Ended.At.Before(c.Deadline) {
		t.Error("it expired before its deadline")
	}
	b.connect(t, 1, replica)
	sent := b.request(t, domain.CommandRequest{Device: b.lamp, Set: on(), TTL: 300 * time.Millisecond})
	<-b.sender.sent
	c = b.waitFor(t, sent, domain.Unknown)
	if waited := c.Ended.At.Sub(c.Deadline); waited < domain.AnswerGrace || waited > 30*time.Second {
		t.Errorf("it was given up %s after its deadline", waited)
	}
}

func TestTheSessionsOfADeadServerAreClosedAndItsJobsDropped(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.connect(t, 7, "dead")
	b.request(t, domain.CommandRequest{Device: b.lamp, Set: on()})
	_, err := b.pool.Exec(t.Context(), `
		INSERT INTO gateway_keys (gateway_id, home_id, public_key, session, replica) VALUES ($1, $2, '\x00', 7, 'dead')`,
		[16]byte(b.gateway), [16]byte(b.home))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.pool.Exec(t.Context(), `INSERT INTO replicas VALUES ('dead', now() - interval '1 minute')`); err != nil {
		t.Fatal(err)
	}
	deadline := time.After(20 * time.Second)
	for {
		rows, err := b.store.List(t.Context(), eventstore.Filter{Home: b.home, Type: "gateway.disconnected", AtLimit: 10})
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) == 1 {
			var fact domain.GatewayDisconnected
			if err := json.Unmarshal(rows[0].Data, &fact); err != nil || fact.Session != 7 || fact.Reason != "server_died" {
				t.Errorf("%+v, %v", fact, err)
			}
			break
		}
		select {
		case <-deadline:
			t.Fatal("the gateway is still connected to a dead server")
		case <-time.After(50 * time.Millisecond):
		}
	}
	for {
		var jobs int
		if err := b.pool.QueryRow(t.Context(), `SELECT count(*) FROM river_job WHERE queue = 'send_dead'`).Scan(&jobs); err != nil {
			t.Fatal(err)
		}
		if jobs == 0 {
			return
		}
		select {
		case <-deadline:
			t.Fatalf("%d jobs of the dead server are left", jobs)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
