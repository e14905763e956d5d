package outbox

import (
	"context"

	"logis/domain"
	"logis/wire"
)

// Configured tells the cloud what a version of the configuration came to.
func (o *Outbox) Configured(ctx context.Context, version domain.Seq, state domain.ConfigurationState, reason string) error {
	entry := wire.Entry{Kind: wire.KindConfigured, To: int64(version), Event: string(state), Reason: reason}
	return o.do(ctx, func(t *tx) error { return t.add(t.now(), keep, entry) })
}
