package projections

import (
	"context"
	"fmt"
	"slices"
	"time"

	"logis/domain"
	"logis/domain/rollup"
	"logis/eventstore"
)

// MaxPoints bounds the points of one chart: five days of five minutes, two months of
// hours, four years of days. More than a screen has columns.
const MaxPoints = 1500

// Chart chooses what a property was like: over a stretch of time in equal parts, as
// told by the devices that played a role one after the other.
type Chart struct {
	Home     domain.HomeID
	Cast     []domain.Played
	Property string
	Size     rollup.Size
	From, To time.Time // To lies beyond the last part
}

// Points returns the parts of a chart in their order, by the calendar of the home's
// zone. A value holds until the next one, or until now. It refuses with Invalid more
// than MaxPoints.
func (r *Rollups) Points(ctx context.Context, c Chart, calendar *rollup.Calendar, now time.Time) ([]rollup.Point, error) {
	if !c.To.After(c.From) {
		return nil, domain.InvalidInput(domain.Fault{Field: "to", Message: "must be after from"})
	}
	var points []rollup.Point
	for start, end := calendar.Bucket(c.Size, c.From); start.Before(c.To); start, end = calendar.Bucket(c.Size, end) {
		if len(points) == MaxPoints {
			return nil, domain.InvalidInput(domain.Fault{
				Field: "to", Message: fmt.Sprintf("must be nearer to from: a chart has at most %d points; larger buckets reach further", MaxPoints),
			})
		}
		points = append(points, rollup.Point{Start: start, End: end})
	}
	c.From, c.To = points[0].Start, points[len(points)-1].End
	series, err := r.series(ctx, c)
	if err != nil {
		return nil, err
	}
	for i, p := range points {
		points[i] = series.Next(p.Start, p.End, now)
	}
	return points, nil
}

// series returns the buckets of a chart, those of one device after those of the other.
func (r *Rollups) series(ctx context.Context, c Chart) (*rollup.Series, error) {
	var devices []domain.DeviceID
	for _, p := range c.Cast {
		devices = append(devices, p.Device)
	}
	rows := map[domain.DeviceID][]rollup.Row{}
	choice := rollupChoice{home: c.Home, devices: devices, property: c.Property, size: c.Size, from: c.From, to: c.To}
	err := r.each(ctx, choice, func(device domain.DeviceID, row *rollup.Row) {
		rows[device] = append(rows[device], *row)
	})
	if err != nil {
		return nil, err
	}
	var carry *rollup.Row
	var all []rollup.Row
	for _, p := range c.Cast {
		for i := range rows[p.Device] {
			row := &rows[p.Device][i]
			switch {
			case !played(p, row.Start, c.Size):
			case row.Start.Before(c.From):
				carry = row
			default:
				all = append(all, *row)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b rollup.Row) int { return a.Start.Compare(b.Start) })
	return rollup.NewSeries(carry, all), nil
}

// played reports whether a bucket lies in the time in which a device played a role, at
// least in part: in the bucket of a swap both devices count.
func played(p domain.Played, start time.Time, size rollup.Size) bool {
	return (p.To.IsZero() || start.Before(p.To)) && start.Add(size.Longest()).After(p.From)
}

// rollupChoice chooses buckets of one property.
type rollupChoice struct {
	home     domain.HomeID
	devices  []domain.DeviceID
	property string
	size     rollup.Size
	from, to time.Time
}

// each calls visit for the buckets, device by device, each in their order and with what
// the meter counted before it. The last bucket before the stretch comes first.
func (r *Rollups) each(ctx context.Context, c rollupChoice, visit func(domain.DeviceID, *rollup.Row)) error {
	rows, err := r.pool.Query(ctx, `
		SELECT `+rollupFields+` FROM unnest($2::uuid[]) d (id), LATERAL (
			(SELECT * FROM rollups WHERE home_id = $1 AND device = d.id AND property = $3 AND size = $4 AND start < $5 ORDER BY start DESC LIMIT 1)
			UNION ALL
			(SELECT * FROM rollups WHERE home_id = $1 AND device = d.id AND property = $3 AND size = $4 AND start >= $5 AND start < $6)
		) r ORDER BY r.device, r.start`,
		[16]byte(c.home), deviceIDs(c.devices), c.property, int16(c.size), c.from, c.to)
	if err != nil {
		return eventstore.Translate(err)
	}
	defer rows.Close()
	var pair [2]rollup.Row
	var last domain.DeviceID
	for rows.Next() {
		key, row, err := scanRollup(rows)
		if err != nil {
			return eventstore.Translate(err)
		}
		pair[0], pair[1] = pair[1], row
		if key.device == last {
			rollup.Lead(pair[:], rollup.Meters(c.property))
		}
		last = key.device
		visit(key.device, &pair[1])
	}
	return eventstore.Translate(rows.Err())
}
