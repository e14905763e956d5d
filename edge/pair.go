package edge

import (
	"context"
	"errors"

	"logis/edge/identity"
	"logis/edge/link"
)

// ErrPaired says that the gateway in a folder belongs to a home already.
var ErrPaired = errors.New("this gateway belongs to a home already")

// Pair makes the key of a new gateway in the folder, if it has none yet, redeems
// the claim with it, waits until the owner has confirmed its letters, and keeps
// what the cloud calls the gateway. It asks until the cloud has answered or ctx
// ends. No agent may run on the folder meanwhile.
func Pair(ctx context.Context, o Options) (identity.Identity, error) {
	a, err := New(o)
	if err != nil {
		return identity.Identity{}, err
	}
	switch {
	case a.identity.Enrolled() && o.Again:
		err = a.pairAgain(ctx)
	case a.identity.Enrolled():
		err = ErrPaired
	default:
		err = a.enrol(ctx)
	}
	return a.identity, err
}

// ErrOtherGateway says that a claim was made for another gateway than this one.
var ErrOtherGateway = errors.New("the claim was made for another gateway: in the app, choose \"Pair again\" at this one")

// pairAgain gives the gateway another key. The old one stays until the cloud has
// taken the new one: an agent that is started meanwhile is the gateway it was.
func (a *Agent) pairAgain(ctx context.Context) error {
	was := a.identity.WithNext()
	if err := a.keep(was); err != nil {
		return err
	}
	o := a.linkOptions()
	o.Identity = identity.Identity{Seed: was.Next.Seed}
	is, err := link.Enrol(ctx, o, a.claim)
	if err != nil {
		return err
	}
	if is.Gateway != was.Gateway {
		return ErrOtherGateway
	}
	return a.keep(is)
}
