package hub_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
	"logis/wire"
	"logis/wire/wiretest"
)

// revoke turns the gateway out as the API does: in the log, and its key with it.
func (b *bundle) revoke(t *testing.T, keyToo bool) {
	t.Helper()
	err := b.store.Append(t.Context(), []domain.HomeID{b.home}, func(ctx context.Context, tx *eventstore.Tx) error {
		ev, _, err := tx.Home(b.home).Revoke(b.gateway.ID, domain.PersonActor(b.owner))
		if err != nil {
			return err
		}
		if _, err := tx.Record(ctx, b.home, ev); err != nil || !keyToo {
			return err
		}
		return b.access.Revoke(ctx, tx.PG(), b.home, b.gateway.ID)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheIdleSocketOfAGatewayThatWasTurnedOutIsClosed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.connect(t)
	err := pgx.BeginFunc(t.Context(), b.pool, func(tx pgx.Tx) error {
		return b.access.Revoke(t.Context(), tx, b.home, b.gateway.ID)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := wiretest.Next[*wire.Ack](t.Context(), s); wiretest.CloseCode(err) != wire.CloseForbidden {
		t.Errorf("ended with %v", err)
	}
	if _, err := b.gateway.Connect(t.Context(), b.url); wiretest.CloseCode(err) != wire.CloseUnauthorized {
		t.Errorf("it may come back: %v", err)
	}
}

func TestWhatAGatewaySaysAfterItWasTurnedOutIsNotRecorded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.connect(t)
	lamp := b.lamp(t, s)
	b.revoke(t, false) // so that only the log knows
	entry := wire.Entries{First: 2, Entries: []wire.Entry{wiretest.Report(lamp, time.Now(), on("true"))}}
	if err := s.Write(t.Context(), entry); err != nil {
		t.Fatal(err)
	}
	if _, err := wiretest.Next[*wire.Ack](t.Context(), s); wiretest.CloseCode(err) != wire.CloseForbidden {
		t.Errorf("ended with %v", err)
	}
	if n := len(b.events(t, "device.reported")); n != 0 {
		t.Errorf("%d reports recorded", n)
	}
	if _, err := b.request(t, domain.CommandRequest{Device: lamp, Action: "identify"}); domain.CodeOf(err) != domain.EdgeOffline {
		t.Errorf("its devices are still commanded: %v", err)
	}
}
