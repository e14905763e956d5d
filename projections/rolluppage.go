package projections

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/domain/rollup"
	"logis/domain/thing"
	"logis/eventstore"
)

// rollupWork is what a stretch of the log adds to a home's buckets.
//
// A sample that is the newest of its day is added to its buckets. Any other one, and
// every reading that is rejected, makes the whole day of its device anew from the log,
// in the order in which things happened. Both come to the same, to the bit.
type rollupWork struct {
	*rollupCursor
	samples  []rollupSample
	verdicts []verdict
	anew     map[time.Time]map[domain.DeviceID]bool // days to be made anew, by their beginning
	rows     map[rollupKey]*rollup.Row
	changed  map[rollupKey]bool
}

// rollupSample is one value that a device told.
type rollupSample struct {
	device   domain.DeviceID
	property string
	at       time.Time
	value    thing.Value
}

// verdict is that a reading counts no more, or counts again.
type verdict struct {
	correction domain.CorrectionID
	rejected   *domain.ReadingRejected // nil: the correction was withdrawn
}

// rollupKey names a bucket of a home.
type rollupKey struct {
	device   domain.DeviceID
	property string
	size     rollup.Size
	start    int64 // Unix microseconds
}

func newRollupWork(c *rollupCursor) *rollupWork {
	return &rollupWork{
		rollupCursor: c, anew: map[time.Time]map[domain.DeviceID]bool{},
		rows: map[rollupKey]*rollup.Row{}, changed: map[rollupKey]bool{},
	}
}

// take notes what an event brings.
func (p *rollupWork) take(ev *domain.RecordedEvent) {
	switch fact := ev.Fact.(type) {
	case domain.DeviceReported:
		if ev.RecordedAt.Sub(ev.OccurredAt) > maxRollupLate {
			return
		}
		at := eventstore.HappenedAt(ev)
		if p.isSettled(at) {
			return
		}
		for _, property := range slices.Sorted(maps.Keys(fact.Values)) {
			if value := fact.Values[property]; rollup.Tells(value) {
				p.samples = append(p.samples, rollupSample{domain.DeviceID(ev.Entity), property, at, value})
			}
		}
	case domain.ReadingRejected:
		p.verdicts = append(p.verdicts, verdict{domain.CorrectionID(ev.Entity), &fact})
	case domain.CorrectionWithdrawn:
		p.verdicts = append(p.verdicts, verdict{correction: domain.CorrectionID(ev.Entity)})
	}
}

// write brings the buckets up to what was taken.
func (p *rollupWork) write(ctx context.Context, tx pgx.Tx) error {
	for _, v := range p.verdicts {
		if err := p.judge(ctx, tx, v); err != nil {
			return err
		}
	}
	if err := p.load(ctx, tx); err != nil {
		return err
	}
	for _, s := range p.samples {
		p.add(s)
	}
	if err := p.save(ctx, tx); err != nil {
		return err
	}
	for _, day := range slices.SortedFunc(maps.Keys(p.anew), time.Time.Compare) {
		if err := p.makeDay(ctx, tx, day); err != nil {
			return err
		}
	}
	return nil
}

func (p *rollupWork) key(s rollupSample, size rollup.Size) (rollupKey, time.Time) {
	start, _ := p.calendar.Bucket(size, s.at)
	return rollupKey{s.device, s.property, size, start.UnixMicro()}, start
}

// sizes returns the sizes of the buckets that are kept of a time.
func (p *rollupWork) sizes(at time.Time) []rollup.Size {
	if at.Before(p.fineSince(p.recordedAt)) {
		return []rollup.Size{rollup.Hour, rollup.Day}
	}
	return rollup.Sizes()
}

// add adds a sample to its buckets, or has its day made anew.
func (p *rollupWork) add(s rollupSample) {
	_, day := p.key(s, rollup.Day)
	if p.anew[day][s.device] {
		return
	}
	for _, size := range p.sizes(s.at) {
		key, _ := p.key(s, size)
		if row, ok := p.rows[key]; ok && !row.Goes(s.at, s.value) {
			p.again(day, s.device)
			return
		}
	}
	p.put(s)
}

// put adds a sample that is the newest in its buckets.
func (p *rollupWork) put(s rollupSample) {
	for _, size := range p.sizes(s.at) {
		key, start := p.key(s, size)
		row, ok := p.rows[key]
		if !ok {
			row = &rollup.Row{Start: start}
			p.rows[key] = row
		}
		row.Add(s.at, s.value, rollup.Meters(s.property))
		p.changed[key] = true
	}
}

// again has a day of a device made anew. What the page added to it is forgotten. A day
// that is settled stays as it is.
func (p *rollupWork) again(day time.Time, device domain.DeviceID) {
	if p.isSettled(day) {
		return
	}
	if p.anew[day] == nil {
		p.anew[day] = map[domain.DeviceID]bool{}
	}
	p.anew[day][device] = true
	_, end := p.calendar.Bucket(rollup.Day, day)
	maps.DeleteFunc(p.changed, func(key rollupKey, _ bool) bool {
		return key.device == device && key.start >= day.UnixMicro() && key.start < end.UnixMicro()
	})
}

// makeDay makes the buckets of a day from the log, of the devices for which it must be.
func (p *rollupWork) makeDay(ctx context.Context, tx pgx.Tx, day time.Time) error {
	_, end := p.calendar.Bucket(rollup.Day, day)
	devices := slices.Collect(maps.Keys(p.anew[day]))
	ids := deviceIDs(devices)
	_, err := tx.Exec(ctx, `DELETE FROM rollups WHERE home_id = $1 AND device = ANY($2) AND start >= $3 AND start < $4`,
		[16]byte(p.home), ids, day, end)
	if err != nil {
		return err
	}
	rejected, err := p.rejected(ctx, tx, ids)
	if err != nil {
		return err
	}
	p.rows, p.changed = map[rollupKey]*rollup.Row{}, map[rollupKey]bool{}
	reports := eventstore.Reports{Home: p.home, Devices: devices, From: day, To: end, Known: p.seq, MaxLate: maxRollupLate}
	err = eventstore.ReportsIn(ctx, tx, reports, func(ev *domain.RecordedEvent, fact domain.DeviceReported) error {
		at := eventstore.HappenedAt(ev)
		for property, value := range fact.Values {
			if rollup.Tells(value) && !rejected[rejection{ev.Seq, property}] {
				p.put(rollupSample{domain.DeviceID(ev.Entity), property, at, value})
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return p.save(ctx, tx)
}

// rejection names a sample that does not count.
type rejection struct {
	reading  domain.Seq
	property string
}

func (p *rollupWork) rejected(ctx context.Context, tx pgx.Tx, devices [][16]byte) (map[rejection]bool, error) {
	rows, err := tx.Query(ctx, `SELECT reading, property FROM rejected_readings WHERE home_id = $1 AND device = ANY($2)`,
		[16]byte(p.home), devices)
	if err != nil {
		return nil, err
	}
	all := map[rejection]bool{}
	var reading int64
	var property string
	_, err = pgx.ForEachRow(rows, []any{&reading, &property}, func() error {
		all[rejection{domain.Seq(reading), property}] = true
		return nil
	})
	return all, err
}

// judge keeps a verdict and has the day of its reading made anew.
func (p *rollupWork) judge(ctx context.Context, tx pgx.Tx, v verdict) error {
	var device [16]byte
	var reading int64
	if v.rejected != nil {
		device, reading = v.rejected.Device, int64(v.rejected.Reading)
		_, err := tx.Exec(ctx, `
			INSERT INTO rejected_readings (home_id, correction, device, reading, property) VALUES ($1, $2, $3, $4, $5)`,
			[16]byte(p.home), [16]byte(v.correction), device, reading, v.rejected.Property)
		if err != nil {
			return err
		}
	} else {
		rows, err := tx.Query(ctx, `DELETE FROM rejected_readings WHERE home_id = $1 AND correction = $2 RETURNING device, reading`,
			[16]byte(p.home), [16]byte(v.correction))
		if err != nil {
			return err
		}
		tag, err := pgx.ForEachRow(rows, []any{&device, &reading}, func() error { return nil })
		if err != nil || tag.RowsAffected() == 0 { // it was about no reading
			return err
		}
	}
	if base, err := eventstore.BaseOf(ctx, tx, p.home); err != nil || domain.Seq(reading) <= base.Seq {
		return err // its day is settled
	}
	return eventstore.Scan(ctx, tx, p.home, domain.Seq(reading)-1, domain.Seq(reading), func(ev *domain.RecordedEvent) error {
		day, _ := p.calendar.Bucket(rollup.Day, eventstore.HappenedAt(ev))
		p.again(day, device)
		return nil
	})
}
