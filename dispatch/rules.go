package dispatch

import (
	"context"
	"time"

	"logis/domain"
	"logis/domain/rule"
	"logis/eventstore"
	"logis/projections"
)

// Reactors returns what follows from events, in the order in which they must see
// each of them: rules record further events, and whoever comes after them would see
// a home that has moved on.
func Reactors() []eventstore.Reactor {
	return []eventstore.Reactor{Reactor{}, Webhooks{}, Notices{}, Rules{}, Placing{}}
}

// Rules lets the rules of a home that run in the cloud react to its events, in the
// transaction of each. It implements eventstore.Reactor.
type Rules struct{}

// React records what the rules make of the event.
func (Rules) React(ctx context.Context, tx *eventstore.Tx, ev *domain.RecordedEvent) error {
	home := tx.Home(ev.HomeID)
	for _, decision := range rule.React(home, ev, cloud) {
		err := rule.Carry(home, decision, ev, func(follows domain.Event) (*domain.RecordedEvent, error) {
			return tx.Record(ctx, ev.HomeID, follows)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// cloud is where rules run that run on no gateway.
var cloud domain.GatewayID //nolint:gochecknoglobals // the zero id

// Rules wait for time in the rows of the projection, not in jobs: a job would be
// found up to five seconds late, and a rebuild would not bring it back.
const (
	timePeriod = 100 * time.Millisecond // how late a time may be noticed
	timeBatch  = 200                    // homes looked at in one go
)

// keepTime ends the waits whose time has come, until ctx ends. Several servers may:
// the second one finds that there is nothing left to do.
func (d *Dispatcher) keepTime(ctx context.Context) error {
	ticker := time.NewTicker(timePeriod)
	defer ticker.Stop()
	for {
		if err := d.endWaits(ctx); err != nil && ctx.Err() == nil {
			d.options.Log.WarnContext(ctx, "rules wait longer than they should", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

func (d *Dispatcher) endWaits(ctx context.Context) error {
	now, err := d.store.Now(ctx)
	if err != nil {
		return err
	}
	due, err := projections.HomesDue(ctx, d.store.Pool(), now, timeBatch)
	if err != nil {
		return err
	}
	for _, home := range due {
		if endErr := d.endWaitsOf(ctx, home); endErr != nil {
			err = endErr // a home that cannot go on must not keep the others
		}
	}
	return err
}

func (d *Dispatcher) endWaitsOf(ctx context.Context, home domain.HomeID) error {
	return d.store.Append(ctx, []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
		return rule.EndWaits(tx.Home(home), cloud, tx.Now(), func(ev domain.Event) (*domain.RecordedEvent, error) {
			return tx.Record(ctx, home, ev)
		})
	})
}
