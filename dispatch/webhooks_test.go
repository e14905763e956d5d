package dispatch_test

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"testing"
	"time"

	"logis/dispatch/outside"
	"logis/dispatch/webhook"
	"logis/domain"
	"logis/eventstore"
)

// listen makes a webhook of the home at a path of the server.
func (b *bundle) listen(t *testing.T, url string, types ...string) {
	t.Helper()
	id := eventstore.NewID[domain.WebhookKind](time.Now())
	err := b.store.Append(t.Context(), []domain.HomeID{b.home}, func(ctx context.Context, tx *eventstore.Tx) error {
		ev, err := tx.Home(b.home).EditWebhook(id, domain.WebhookEdited{Types: types}, domain.SystemActor)
		if err != nil {
			return err
		}
		if _, err := tx.Record(ctx, b.home, ev); err != nil {
			return err
		}
		_, err = webhook.Add(ctx, tx.PG(), b.home, id, url, tx.Home(b.home).Seq)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A11: webhooks that never answer keep neither the others nor a command waiting, and
// what happens reaches a webhook through jobs that exist with the events.
func TestDeadWebhooksHoldUpNeitherOthersNorCommands(t *testing.T) {
	t.Parallel()
	got, hangs := make(chan []domain.Seq, 64), make(chan struct{}, 64)
	server := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var body struct {
			Data struct {
				Events []struct{ Seq domain.Seq } `json:"events"`
			} `json:"data"`
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		if r.URL.Path == "/dead" {
			hangs <- struct{}{}
			<-r.Context().Done()
			return
		}
		var seqs []domain.Seq
		for _, ev := range body.Data.Events {
			seqs = append(seqs, ev.Seq)
		}
		got <- seqs
	}))
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	b := setupWith(t, outside.New(outside.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Roots: roots}))
	const dead = domain.MaxWebhooks - 1
	for range dead {
		b.listen(t, server.URL+"/dead", "room")
	}
	b.listen(t, server.URL+"/well", "room")
	room := func() domain.Seq {
		t.Helper()
		var seq domain.Seq
		if err := b.record(t, func(h *domain.Home, now time.Time) ([]domain.Event, error) {
			seq = h.Seq + 1
			return []domain.Event{{Entity: eventstore.NewID[domain.EntityKind](now), Actor: domain.SystemActor, Fact: domain.RoomAdded{}}}, nil
		}); err != nil {
			t.Fatal(err)
		}
		return seq
	}
	want := []domain.Seq{room()}
	for range dead {
		<-hangs // all of them are at it
	}
	for range 5 {
		want = append(want, room())
	}
	var told []domain.Seq
	for len(told) < len(want) {
		told = append(told, <-got...)
	}
	if !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
	b.connect(t, 1, replica)
	id := b.request(t, domain.CommandRequest{Device: b.lamp, Set: on()})
	if sent := <-b.sender.sent; sent != id {
		t.Errorf("sent %s", sent)
	}
	if len(hangs) > 0 {
		t.Errorf("%d more calls of the dead ones while the first has not ended", len(hangs))
	}
}
