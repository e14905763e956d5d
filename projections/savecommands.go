package projections

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
)

// commandRows are changed rows of the table of commands.
type commandRows struct {
	homes, ids, devices  [][16]byte
	revisions, requested []int64
	open                 []bool
	due                  []*time.Time
	docs                 [][]byte
}

func (r *commandRows) add(home domain.HomeID, c *domain.Command) error {
	doc, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("encode command: %w", err)
	}
	r.homes, r.ids, r.devices = append(r.homes, home), append(r.ids, c.ID), append(r.devices, c.Device)
	r.revisions = append(r.revisions, int64(c.Revision()))
	r.requested, r.open = append(r.requested, int64(c.Requested.Seq)), append(r.open, c.Open())
	var due *time.Time
	if at, ok := c.DueAt(); ok {
		due = &at
	}
	r.due, r.docs = append(r.due, due), append(r.docs, doc)
	return nil
}

func (r *commandRows) queue(batch *pgx.Batch) {
	if len(r.ids) == 0 {
		return
	}
	batch.Queue(`
		INSERT INTO commands (home_id, id, device_id, revision, requested, open, due_at, doc)
		SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[],
			$6::boolean[], $7::timestamptz[], $8::bytea[])
		ON CONFLICT (home_id, id) DO UPDATE
		SET device_id = excluded.device_id, revision = excluded.revision, requested = excluded.requested,
			open = excluded.open, due_at = excluded.due_at, doc = excluded.doc`,
		r.homes, r.ids, r.devices, r.revisions, r.requested, r.open, r.due, r.docs)
}
