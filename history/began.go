package history

import (
	"context"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
)

// WhyValue returns why a property of a device has the value it had after an event (0:
// now), beginning with the report that first told it. It refuses with NotFound when
// there was no such device or its value was never told, and as At does.
func (p *Past) WhyValue(ctx context.Context, home domain.HomeID, device domain.DeviceID, property string, asOf domain.Seq) (Story, error) {
	if asOf == 0 {
		head, err := eventstore.HeadOf(ctx, p.store.Pool(), home)
		if err != nil {
			return Story{}, err
		}
		asOf = head.Seq
	}
	state, err := p.At(ctx, home, asOf)
	if err != nil {
		return Story{}, err
	}
	twin, ok := state.Twins[device]
	if !ok || twin.Properties[property] == nil || twin.Properties[property].Reported.Seq == 0 {
		return Story{}, domain.Errorf(domain.NotFound, "the device has not told this of itself")
	}
	seq, err := p.began(ctx, home, device, property, twin.Properties[property].Reported)
	if err != nil {
		return Story{}, err
	}
	return p.why(ctx, home, seq, property)
}

// How far the beginning of a value is looked for.
const (
	beforeSince = time.Minute // a gateway's clock may be ahead by less
	beganPages  = 20          // of eventstore.MaxList reports
)

// began returns the report since which a device says the same: the one that happened
// when the value did. When it came later than anybody looks, it is the last one that
// said so.
func (p *Past) began(ctx context.Context, home domain.HomeID, device domain.DeviceID, property string, now domain.Reported) (domain.Seq, error) {
	if now.At.Equal(now.Since) {
		return now.Seq, nil
	}
	after, err := p.SeqSince(ctx, home, now.Since.Add(-beforeSince))
	if err != nil {
		return 0, err
	}
	for range beganPages {
		rows, err := p.store.List(ctx, eventstore.Filter{
			Home: home, After: after, Before: now.Seq, Entity: device.Entity(),
			Type: domain.DeviceReported{}.EventType(), AtLimit: eventstore.MaxList,
		})
		if err != nil || len(rows) == 0 {
			return now.Seq, err
		}
		for _, row := range rows {
			if row.OccurredAt.Equal(now.Since) && told(&row, property) == now.Value {
				return row.Seq, nil
			}
		}
		after = rows[len(rows)-1].Seq
	}
	return now.Seq, nil
}

// told returns what a report says of a property, "" when nothing.
func told(row *eventstore.Row, property string) thing.Value {
	fact, err := domain.DecodeFact(row.Type, row.Schema, row.Data)
	if report, ok := fact.(domain.DeviceReported); ok && err == nil {
		return report.Values[property]
	}
	return ""
}
