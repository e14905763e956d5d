package projections

import (
	"context"
	"time"
)

// FollowAllResting follows all homes as Run does, with a rest of the test's own.
func (r *Rollups) FollowAllResting(ctx context.Context, rest func(context.Context, time.Duration)) error {
	return r.followAll(ctx, rest)
}
