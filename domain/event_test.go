package domain_test

import (
	"testing"

	"logis/domain"
)

func TestWhatAGatewaySaidLaterIsNewer(t *testing.T) {
	t.Parallel()
	at := func(epoch int, seq int64) domain.EdgeRef { return domain.EdgeRef{Epoch: epoch, Seq: seq} }
	for _, c := range []struct {
		a, b domain.EdgeRef
		want bool
	}{
		{at(1, 2), at(1, 1), true},
		{at(1, 1), at(1, 1), false},
		{at(1, 1), at(1, 2), false},
		{at(2, 1), at(1, 9), true},
		{at(1, 9), at(2, 1), false},
		{at(1, 1), at(0, 0), true},
	} {
		if c.a.Newer(c.b) != c.want {
			t.Errorf("%v after %v: %v", c.a, c.b, !c.want)
		}
	}
}

func TestFlagsStandBesideEachOther(t *testing.T) {
	t.Parallel()
	both := domain.Historic | domain.Inferred
	if !both.Has(domain.Historic) || !both.Has(both) || both.Has(domain.Snapshot) || domain.Historic.Has(both) {
		t.Error("flags are mixed up")
	}
}

func TestAnActorLeadsToThePersonBehindIt(t *testing.T) {
	t.Parallel()
	if id, ok := domain.PersonActor(founder).Person(); !ok || id != founder {
		t.Errorf("led to %s, %v", id, ok)
	}
	for _, actor := range []domain.Actor{
		domain.GatewayActor, domain.SystemActor, "", "person:", "person:x", "rule:018f0000-0000-0000-0000-000000000002",
	} {
		if id, ok := actor.Person(); ok || !id.IsZero() {
			t.Errorf("%q led to %s", actor, id)
		}
	}
}
