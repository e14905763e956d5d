package storetest

import (
	"context"
	"fmt"

	"logis/domain"
)

func enrolGateway(ctx context.Context, t *turn) error {
	if len(t.home.Gateways) >= maxGateways {
		return nil
	}
	return t.name(ctx, newID[domain.GatewayKind](t.random).Entity(), domain.GatewayEnrolled{
		KeyFingerprint: fmt.Sprintf("%016x", t.random.Uint64()),
	})
}

// connectGateway begins a new session: now and then with an outbox that is new,
// or with the memory of a log that was longer.
func connectGateway(ctx context.Context, t *turn) error {
	g := pick(t, t.home.Gateways)
	if g == nil {
		return nil
	}
	hello := domain.Hello{
		Gateway: g.ID, Outbox: g.Outbox, Acked: g.Cursor, Seq: t.home.Seq, Hash: t.home.Hash,
		Version: "1.0.0", Replica: Replica, Session: g.Session + 1, RunsRules: true,
	}
	switch t.random.IntN(6) {
	case 0:
		hello.Outbox, hello.Acked = fmt.Sprintf("outbox-%x", t.random.Uint32()), 0
	case 1:
		hello.Seq, hello.Acked = t.home.Seq+5, g.Cursor+3
	}
	if g.Revoked {
		return nil
	}
	events, err := t.home.Connect(hello)
	return t.record(ctx, err, events...)
}

func disconnectGateway(ctx context.Context, t *turn) error {
	g := pick(t, t.home.Gateways)
	if g == nil {
		return nil
	}
	ev, ok := t.home.Disconnect(g.ID, g.Session, "connection_lost")
	if !ok {
		return nil
	}
	return t.record(ctx, nil, ev)
}

// revokeGateway now and then ends one of several.
func revokeGateway(ctx context.Context, t *turn) error {
	g := pick(t, t.home.Gateways)
	if g == nil || len(t.home.Gateways) < 2 || t.random.IntN(8) > 0 {
		return nil
	}
	ev, news, err := t.home.Revoke(g.ID, domain.SystemActor)
	if err != nil || !news {
		return err
	}
	return t.record(ctx, nil, ev)
}

func recordGap(ctx context.Context, t *turn) error {
	g := pick(t, t.home.Gateways)
	if g == nil {
		return nil
	}
	count := 1 + t.random.Int64N(9)
	fact := domain.GatewayGapRecorded{From: g.Cursor + 1, To: g.Cursor + count, Count: count, Reason: "full"}
	return t.record(ctx, nil, domain.Event{
		Entity: g.ID.Entity(), Actor: domain.GatewayActor, Fact: fact,
		Edge: domain.EdgeRef{Gateway: g.ID, Epoch: g.Epoch, Seq: fact.To},
	})
}

func stepClock(ctx context.Context, t *turn) error {
	g := pick(t, t.home.Gateways)
	if g == nil {
		return nil
	}
	return t.tell(ctx, g, 0, nil, domain.Event{
		Entity: g.ID.Entity(), Actor: domain.GatewayActor, Fact: domain.GatewayClockStepped{ByMS: t.random.Int64N(20_000) - 10_000},
	})
}

func refuseEntry(ctx context.Context, t *turn) error {
	g := pick(t, t.home.Gateways)
	if g == nil {
		return nil
	}
	return t.tell(ctx, g, 0, nil, domain.Event{
		Entity: g.ID.Entity(), Actor: domain.GatewayActor,
		Fact: domain.GatewayEntryRefused{Code: domain.Invalid, Detail: cutText(t.random), Entry: entry(t.random)},
	})
}
