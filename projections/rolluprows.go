package projections

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"logis/domain"
	"logis/domain/rollup"
	"logis/domain/thing"
)

const rollupFields = `r.device, r.property, r.size, r.start, r.count, r.first_at, r.last_at, r.first, r.last, r.min, r.max, r.area, r.rise, r.states`

// scanRollup reads rollupFields.
func scanRollup(row pgx.CollectableRow) (key rollupKey, out rollup.Row, err error) {
	var device [16]byte
	var first, last string
	var states []byte
	err = row.Scan(&device, &key.property, &key.size, &out.Start, &out.Count, &out.FirstAt, &out.LastAt, &first, &last,
		&out.Min, &out.Max, &out.Area, &out.Rise, &states)
	key.device, key.start = device, out.Start.UnixMicro()
	out.First, out.Last = thing.Value(first), thing.Value(last)
	if err == nil && states != nil {
		out.States, err = decodeStates(states)
	}
	return key, out, err
}

// load reads the rows that the samples go into.
func (p *rollupWork) load(ctx context.Context, tx pgx.Tx) error {
	wanted := map[rollupKey]bool{}
	for _, s := range p.samples {
		for _, size := range p.sizes(s.at) {
			key, _ := p.key(s, size)
			wanted[key] = true
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	var devices pgtype.FlatArray[[16]byte]
	var properties []string
	var sizes []int16
	var starts []time.Time
	for key := range wanted {
		devices, properties = append(devices, key.device), append(properties, key.property)
		sizes, starts = append(sizes, int16(key.size)), append(starts, time.UnixMicro(key.start))
	}
	rows, err := tx.Query(ctx, `
		SELECT `+rollupFields+` FROM unnest($2::uuid[], $3::text[], $4::smallint[], $5::timestamptz[]) AS w (device, property, size, start)
		JOIN rollups r ON r.home_id = $1 AND r.device = w.device AND r.property = w.property AND r.size = w.size AND r.start = w.start`,
		[16]byte(p.home), devices, properties, sizes, starts)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		key, row, err := scanRollup(rows)
		if err != nil {
			return fmt.Errorf("read a roll-up: %w", err)
		}
		p.rows[key] = &row
	}
	return rows.Err()
}

// rollupColumns are rows in the shape of one statement.
type rollupColumns struct {
	devices                   pgtype.FlatArray[[16]byte]
	properties, first, last   []string
	sizes                     []int16
	starts, firstAt, lastAt   []time.Time
	counts                    []int64
	least, most, areas, rises []float64
	states                    pgtype.FlatArray[[]byte]
}

func (c *rollupColumns) add(key rollupKey, row *rollup.Row) error {
	states, err := encodeStates(row.States)
	c.devices, c.properties, c.sizes = append(c.devices, key.device), append(c.properties, key.property), append(c.sizes, int16(key.size))
	c.starts, c.firstAt, c.lastAt = append(c.starts, row.Start), append(c.firstAt, row.FirstAt), append(c.lastAt, row.LastAt)
	c.first, c.last, c.counts = append(c.first, string(row.First)), append(c.last, string(row.Last)), append(c.counts, row.Count)
	c.least, c.most = append(c.least, row.Min), append(c.most, row.Max)
	c.areas, c.rises, c.states = append(c.areas, row.Area), append(c.rises, row.Rise), append(c.states, states)
	return err
}

// save writes the rows that changed.
func (p *rollupWork) save(ctx context.Context, tx pgx.Tx) error {
	if len(p.changed) == 0 {
		return nil
	}
	var c rollupColumns
	for key := range p.changed {
		if err := c.add(key, p.rows[key]); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO rollups (home_id, device, property, size, start, count, first_at, last_at, first, last, min, max, area, rise, states)
		SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::smallint[], $5::timestamptz[], $6::bigint[], $7::timestamptz[], $8::timestamptz[],
			$9::text[], $10::text[], $11::float8[], $12::float8[], $13::float8[], $14::float8[], $15::bytea[])
		ON CONFLICT (home_id, device, property, size, start) DO UPDATE SET
			count = excluded.count, first_at = excluded.first_at, last_at = excluded.last_at, first = excluded.first, last = excluded.last,
			min = excluded.min, max = excluded.max, area = excluded.area, rise = excluded.rise, states = excluded.states`,
		[16]byte(p.home), c.devices, c.properties, c.sizes, c.starts, c.counts, c.firstAt, c.lastAt,
		c.first, c.last, c.least, c.most, c.areas, c.rises, c.states)
	return err
}

// encodeStates writes how long each state held, in microseconds; nil for none.
func encodeStates(states map[thing.Value]time.Duration) ([]byte, error) {
	if states == nil {
		return nil, nil
	}
	held := make(map[string]int64, len(states))
	for v, d := range states {
		held[string(v)] = d.Microseconds()
	}
	return json.Marshal(held) // sorted by key: the same states are the same bytes
}

func decodeStates(doc []byte) (map[thing.Value]time.Duration, error) {
	var held map[string]int64
	if err := json.Unmarshal(doc, &held); err != nil {
		return nil, err
	}
	states := make(map[thing.Value]time.Duration, len(held))
	for v, us := range held {
		states[thing.Value(v)] = time.Duration(us) * time.Microsecond
	}
	return states, nil
}

func deviceIDs(ids []domain.DeviceID) [][16]byte {
	raw := make([][16]byte, len(ids))
	for i, id := range ids {
		raw[i] = id
	}
	return raw
}
