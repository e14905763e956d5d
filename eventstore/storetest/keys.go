package storetest

import (
	"context"
	"strings"

	"logis/domain"
)

// turnKey is what becomes of a gateway's key: it is certified anew, which also ends
// a suspension, somebody else is turned away, or two machines have it.
func turnKey(ctx context.Context, t *turn) error {
	g := pick(t, t.home.Gateways)
	if g == nil || g.Revoked {
		return nil
	}
	key := strings.Repeat("0f", 32)
	ev := domain.Event{Entity: g.ID.Entity(), Actor: domain.SystemActor}
	switch t.random.IntN(4) {
	case 0:
		ev.Fact = domain.GatewaySuspended{Reason: domain.KeyCloned}
	case 1:
		ev.Fact = domain.GatewayRefused{KeyFingerprint: key}
	case 2:
		ev.Entity, ev.Fact = t.home.ID.Entity(), domain.GatewayClaimExhausted{Tries: 5}
	default:
		ev.Fact = domain.GatewayKeyCertified{KeyFingerprint: key, Serial: int64(t.random.IntN(9)), EndsMS: 1780142400000}
	}
	return t.record(ctx, nil, ev)
}
