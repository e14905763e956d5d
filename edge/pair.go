package edge

import (
	"context"
	"errors"

	"logis/edge/identity"
)

// ErrPaired says that the gateway in a folder belongs to a home already.
var ErrPaired = errors.New("this gateway belongs to a home already")

// Pair makes the key of a new gateway in the folder, if it has none yet, redeems
// the claim with it and keeps what the cloud calls the gateway. It asks until the
// cloud has answered or ctx ends. No agent may run on the folder meanwhile.
func Pair(ctx context.Context, o Options) (identity.Identity, error) {
	a, err := New(o)
	if err != nil {
		return identity.Identity{}, err
	}
	if a.identity.Enrolled() {
		return a.identity, ErrPaired
	}
	err = a.enrol(ctx)
	return a.identity, err
}
