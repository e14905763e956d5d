package storetest

import (
	"context"

	"logis/domain"
)

// configureGateway wants other settings of a gateway's agent.
func configureGateway(ctx context.Context, t *turn) error {
	g := pick(t, t.home.Gateways)
	if g == nil || g.Revoked {
		return nil
	}
	wanted := domain.Configuration{OutboxMiB: 1 + t.random.IntN(100)}
	if t.random.IntN(2) == 0 {
		wanted.RadiosOff = []string{"zigbee"}
	}
	ev, err := t.home.Configure(g.ID, wanted, domain.SystemActor)
	return t.record(ctx, err, ev)
}

// settleConfiguration tells what a version came to, now and then an older one.
func settleConfiguration(ctx context.Context, t *turn) error {
	g := pick(t, t.home.Gateways)
	if g == nil || g.Configuration.Version == 0 {
		return nil
	}
	version := g.Configuration.Version - domain.Seq(t.random.IntN(2))
	state, reason := domain.ConfigurationApplied, ""
	if t.random.IntN(3) == 0 {
		state, reason = domain.ConfigurationRolledBack, cutText(t.random)
	}
	ev, err := t.home.Settle(g.ID, version, state, reason)
	return t.tell(ctx, g, 0, err, ev)
}

// steerGateway is what a person has a gateway do at once.
func steerGateway(ctx context.Context, t *turn) error {
	g := pick(t, t.home.Gateways)
	if g == nil {
		return nil
	}
	facts := []domain.Fact{
		domain.GatewayPairingOpened{Radio: "zigbee", Seconds: 180}, domain.GatewayPairingClosed{Radio: "zigbee"},
		domain.GatewayCommissioningBegun{Radio: "matter"}, domain.GatewayClientEnded{Client: "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
	}
	return t.record(ctx, nil, domain.Event{
		Entity: g.ID.Entity(), Actor: domain.SystemActor, Fact: facts[t.random.IntN(len(facts))],
	})
}
