package webhook_test

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/dispatch/outside"
	"logis/dispatch/webhook"
	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
	"logis/migrations/pgtest"
	"logis/projections"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// told is one message that the receiver got.
type told struct {
	id   string
	text string
	seqs []domain.Seq
	data struct{ After, To domain.Seq }
	sigs int
}

// bundle is a home with a webhook and its receiver, at a time of the test's choice.
type bundle struct {
	t         *testing.T
	store     *eventstore.Store
	deliverer *webhook.Deliverer
	home      domain.HomeID
	id        domain.WebhookID

	mu       sync.Mutex
	now      time.Time
	status   int // of the receiver's answers
	got      []told
	retries  []time.Time // asked for and not yet due
	received func()      // while a message is on its way
}

func setup(t *testing.T, types ...string) *bundle {
	t.Helper()
	b := &bundle{
		t: t, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), status: 204,
		home: domain.HomeID{1, 6: 0x70, 8: 0x80}, id: domain.WebhookID{2, 6: 0x70, 8: 0x80},
	}
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	b.store = eventstore.New(pgtest.New(t), eventstore.Options{
		Catalog: catalog, Projection: projections.Tables{Catalog: catalog},
		Now: func() time.Time { b.mu.Lock(); defer b.mu.Unlock(); return b.now },
	})
	server := httptest.NewTLSServer(http.HandlerFunc(b.receive))
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	caller := outside.New(outside.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Roots: roots})
	t.Cleanup(caller.Close)
	b.deliverer = webhook.New(b.store, caller, func(_ context.Context, _ pgx.Tx, _ domain.HomeID, _ domain.WebhookID, at time.Time, _ bool) error {
		b.retries = append(b.retries, at)
		return nil
	})
	err = b.store.Found(t.Context(), b.home, func(ctx context.Context, tx *eventstore.Tx) error {
		created, joined := domain.FoundHome(b.home, domain.PersonID{3, 6: 0x70, 8: 0x80}, "UTC")
		edited, err := tx.Home(b.home).EditWebhook(b.id, domain.WebhookEdited{Types: types}, domain.SystemActor)
		if err != nil {
			return err
		}
		for _, ev := range []domain.Event{created, joined, edited} {
			if _, err := tx.Record(ctx, b.home, ev); err != nil {
				return err
			}
		}
		_, err = webhook.Add(ctx, tx.PG(), b.home, b.id, server.URL, tx.Home(b.home).Seq)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bundle) receive(w http.ResponseWriter, r *http.Request) {
	text, _ := io.ReadAll(r.Body)
	if b.received != nil {
		b.received()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	m := told{id: r.Header.Get("webhook-id"), text: string(text), sigs: len(strings.Fields(r.Header.Get("webhook-signature")))}
	var body struct {
		Data struct {
			After, To domain.Seq
			Events    []struct{ Seq domain.Seq }
		}
	}
	if err := json.Unmarshal(text, &body); err != nil {
		b.t.Error(err)
	}
	m.data.After, m.data.To = body.Data.After, body.Data.To
	for _, ev := range body.Data.Events {
		m.seqs = append(m.seqs, ev.Seq)
	}
	b.got = append(b.got, m)
	w.WriteHeader(b.status)
}

// happen records n events that the webhook wants and as many that it does not.
func (b *bundle) happen(n int) {
	b.t.Helper()
	err := b.store.Append(context.WithoutCancel(b.t.Context()), []domain.HomeID{b.home}, func(ctx context.Context, tx *eventstore.Tx) error {
		for range n {
			for _, fact := range []domain.Fact{domain.RoomAdded{}, domain.HomeRenamed{}} {
				ev := domain.Event{Entity: eventstore.NewID[domain.EntityKind](tx.Now()), Actor: domain.SystemActor, Fact: fact}
				if _, err := tx.Record(ctx, b.home, ev); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		b.t.Error(err)
	}
}

func (b *bundle) deliver() {
	b.t.Helper()
	if err := b.deliverer.Deliver(b.t.Context(), b.home, b.id); err != nil {
		b.t.Fatal(err)
	}
}

// pass lets the time of the next retry come and does it.
func (b *bundle) pass() time.Duration {
	b.t.Helper()
	if len(b.retries) == 0 {
		b.t.Fatal("nobody will try again")
	}
	b.mu.Lock()
	waited := b.retries[0].Sub(b.now)
	b.now, b.retries = b.retries[0], b.retries[1:]
	b.mu.Unlock()
	b.deliver()
	return waited
}

// seqs are those of all messages in the order in which they came.
func (b *bundle) seqs() []domain.Seq {
	var all []domain.Seq
	for _, m := range b.got {
		all = append(all, m.seqs...)
	}
	return all
}

// odd returns the first n seqs of what happen records that are wanted.
func odd(n int) []domain.Seq {
	var all []domain.Seq
	for i := range n {
		all = append(all, domain.Seq(4+2*i))
	}
	return all
}

func TestAWebhookIsToldEverythingItWantsInOrderAndOnce(t *testing.T) {
	t.Parallel()
	b := setup(t, "room")
	b.happen(250)
	b.deliver()
	if got := b.seqs(); !slices.Equal(got, odd(250)) {
		t.Errorf("told %v", got)
	}
	last := domain.Seq(3)
	for _, m := range b.got {
		if len(m.seqs) > 100 || m.data.After != last {
			t.Errorf("%s: %d events after %d, it was told up to %d", m.id, len(m.seqs), m.data.After, last)
		}
		last = m.data.To
	}
	messages := len(b.got)
	b.deliver()
	if len(b.got) != messages {
		t.Error("it is told again")
	}
}

// A message that was not taken is sent again as it was, whatever has happened since,
// and what follows waits for it.
func TestAMessageThatWasNotTakenIsSentAgainAsItWas(t *testing.T) {
	t.Parallel()
	b := setup(t, "room")
	b.happen(1)
	b.status = 500
	b.deliver()
	b.happen(1)
	b.deliver() // its time has not come
	if len(b.got) != 1 {
		t.Fatalf("%d messages", len(b.got))
	}
	b.pass()
	b.status = 204
	b.pass()
	if got := b.seqs(); !slices.Equal(got, []domain.Seq{4, 4, 4, 6}) {
		t.Fatalf("told %v", got)
	}
	if b.got[1].id != b.got[0].id || b.got[1].text != b.got[0].text || b.got[2].text != b.got[0].text || b.got[3].id == b.got[0].id {
		t.Errorf("%+v", b.got)
	}
}

func TestAWebhookThatTakesNothingForDaysIsSwitchedOffAndTheLogSaysSo(t *testing.T) {
	t.Parallel()
	b := setup(t, "room", "webhook")
	b.happen(1)
	b.status = 503
	b.deliver()
	var waited time.Duration
	for len(b.retries) > 0 {
		waited += b.pass()
	}
	if len(b.got) != webhook.Attempts() || waited < 3*24*time.Hour || waited > 4*24*time.Hour {
		t.Errorf("it was tried %d times in %v", len(b.got), waited)
	}
	stopped, err := b.store.List(t.Context(), eventstore.Filter{Home: b.home, Type: "webhook.stopped", AtLimit: 10})
	if err != nil || len(stopped) != 1 || string(stopped[0].Data) != `{"reason":"failing"}` {
		t.Fatalf("%v (%v)", stopped, err)
	}
	// It is not told of its own end, nor of anything else.
	b.status = 204
	b.happen(1)
	b.deliver()
	if len(b.got) != webhook.Attempts() {
		t.Error("it is told although it is off")
	}
}

func TestAnAddressThatIsGoneIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	b := setup(t, "room")
	b.happen(1)
	b.status = http.StatusGone
	b.deliver()
	stopped, err := b.store.List(t.Context(), eventstore.Filter{Home: b.home, Type: "webhook.stopped", AtLimit: 10})
	if err != nil || len(stopped) != 1 || len(b.retries) != 0 || string(stopped[0].Data) != `{"reason":"gone"}` {
		t.Errorf("%v, %d retries (%v)", stopped, len(b.retries), err)
	}
}

// Two workers of one webhook do not overtake each other, and what happens while one
// of them is at it is not left lying.
func TestWhatHappensDuringACallIsToldAfterIt(t *testing.T) {
	t.Parallel()
	b := setup(t, "room")
	b.happen(1)
	first := true
	b.received = func() {
		if first {
			first = false
			b.happen(1)
			if err := b.deliverer.Deliver(context.WithoutCancel(t.Context()), b.home, b.id); err != nil { // another server's worker
				t.Error(err)
			}
		}
	}
	b.deliver()
	if got := b.seqs(); !slices.Equal(got, []domain.Seq{4, 6}) {
		t.Errorf("told %v", got)
	}
}

// A worker that dies in a call holds nobody up for longer than its lease, and its
// message is sent again.
func TestAWorkerThatDiesIsFollowedByAnother(t *testing.T) {
	t.Parallel()
	b := setup(t, "room")
	b.happen(1)
	_, err := b.store.Pool().Exec(t.Context(), `UPDATE webhook_targets SET lease = 7, lease_until = $1, batch = 4`, b.now.Add(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	b.deliver()
	if len(b.got) != 0 {
		t.Error("two are at it")
	}
	b.now = b.now.Add(time.Second)
	b.deliver()
	if got := b.seqs(); !slices.Equal(got, []domain.Seq{4}) {
		t.Errorf("told %v", got)
	}
}

func TestASecretThatIsReplacedSignsForADayMore(t *testing.T) {
	t.Parallel()
	b := setup(t, "room")
	err := pgx.BeginFunc(t.Context(), b.store.Pool(), func(tx pgx.Tx) error {
		_, err := webhook.NewSecret(t.Context(), tx, b.home, b.id, b.now)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, after := range []time.Duration{0, 24 * time.Hour} {
		b.now = b.now.Add(after)
		b.happen(1)
		b.deliver()
	}
	if got := fmt.Sprint(b.got[0].sigs, b.got[1].sigs); got != "2 1" {
		t.Errorf("signatures: %s", got)
	}
}
