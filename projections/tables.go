package projections

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/domain/thing"
)

// Tables keeps folded homes as rows. It implements eventstore.Projection.
type Tables struct {
	Catalog *thing.Catalog
}

// Load returns the homes that have rows, each as of its head.
func (t Tables) Load(ctx context.Context, tx pgx.Tx, ids []domain.HomeID) (map[domain.HomeID]*domain.Home, error) {
	homes := make(map[domain.HomeID]*domain.Home, len(ids))
	raw := make([][16]byte, len(ids))
	for i, id := range ids {
		raw[i] = id
		homes[id] = domain.NewHome(id, t.Catalog)
	}
	batch := &pgx.Batch{}
	queue := func(sql string, put func(h *domain.Home, doc []byte) error) {
		batch.Queue(sql, raw).Query(func(rows pgx.Rows) error {
			var id [16]byte
			var doc []byte
			_, err := pgx.ForEachRow(rows, []any{&id, &doc}, func() error { return put(homes[id], doc) })
			return err
		})
	}
	queue(`SELECT home_id, doc FROM homes WHERE home_id = ANY($1)`, func(h *domain.Home, doc []byte) error {
		return json.Unmarshal(doc, &h.Profile)
	})
	queue(`SELECT home_id, doc FROM members WHERE home_id = ANY($1)`, func(h *domain.Home, doc []byte) error {
		return into(doc, func(m *domain.Member) { h.Members[m.Person] = m })
	})
	queue(`SELECT home_id, doc FROM rooms WHERE home_id = ANY($1)`, func(h *domain.Home, doc []byte) error {
		return into(doc, func(r *domain.Room) { h.Rooms[r.ID] = r })
	})
	queue(`SELECT home_id, doc FROM gateways WHERE home_id = ANY($1)`, func(h *domain.Home, doc []byte) error {
		return into(doc, func(g *domain.Gateway) { h.Gateways[g.ID] = g })
	})
	queue(`SELECT home_id, doc FROM devices WHERE home_id = ANY($1)`, func(h *domain.Home, doc []byte) error {
		return into(doc, func(d *domain.Device) { h.Devices[d.ID] = d })
	})
	queue(`SELECT home_id, doc FROM twins WHERE home_id = ANY($1)`, func(h *domain.Home, doc []byte) error {
		return into(doc, func(w *domain.Twin) { h.Twins[w.Device] = w })
	})
	queue(`SELECT home_id, doc FROM commands WHERE home_id = ANY($1) AND open`, func(h *domain.Home, doc []byte) error {
		return into(doc, func(c *domain.Command) { h.Commands[c.ID] = c })
	})
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return nil, fmt.Errorf("load homes: %w", err)
	}
	return homes, nil
}

func into[T any](doc []byte, put func(*T)) error {
	var v T
	if err := json.Unmarshal(doc, &v); err != nil {
		return err
	}
	put(&v)
	return nil
}

// Save writes what changed in the homes since it was loaded or saved.
func (t Tables) Save(ctx context.Context, tx pgx.Tx, homes []*domain.Home) error {
	var s saver
	for _, h := range homes {
		if err := s.collect(h); err != nil {
			return err
		}
	}
	batch := &pgx.Batch{}
	s.homes.queue(batch, "homes", "home_id")
	s.members.queue(batch, "members", "home_id, id")
	s.rooms.queue(batch, "rooms", "home_id, id")
	s.gateways.queue(batch, "gateways", "home_id, id")
	s.devices.queue(batch, "devices", "home_id, id")
	s.twins.queue(batch, "twins", "home_id, id")
	s.commands.queue(batch)
	if batch.Len() == 0 {
		return nil
	}
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("save homes: %w", err)
	}
	return nil
}

// saver holds changed documents in the shape of one statement per table.
type saver struct {
	homes, members, rooms, gateways, devices, twins documents
	commands                                        commandRows
}

func (s *saver) collect(h *domain.Home) error {
	changes := h.TakeChanges()
	if changes.Profile {
		if err := s.homes.add(h.ID, h.ID.Entity(), h.Profile.Revision, h.Profile); err != nil {
			return err
		}
	}
	for id := range changes.Members {
		if err := s.members.add(h.ID, id.Entity(), h.Members[id].Revision, h.Members[id]); err != nil {
			return err
		}
	}
	for id := range changes.Rooms {
		if err := collectRoom(&s.rooms, h, id); err != nil {
			return err
		}
	}
	for id := range changes.Gateways {
		if g, ok := h.Gateways[id]; ok {
			if err := s.gateways.add(h.ID, id.Entity(), g.Revision, g); err != nil {
				return err
			}
		}
	}
	for id := range changes.Devices {
		if d, ok := h.Devices[id]; ok {
			if err := s.devices.add(h.ID, id.Entity(), d.Revision, d); err != nil {
				return err
			}
		}
	}
	for id := range changes.Twins {
		if err := s.twins.add(h.ID, id.Entity(), h.Twins[id].Revision, h.Twins[id]); err != nil {
			return err
		}
	}
	for _, c := range changes.Commands {
		if err := s.commands.add(h.ID, c); err != nil {
			return err
		}
	}
	return nil
}

func collectRoom(rooms *documents, h *domain.Home, id domain.RoomID) error {
	r, ok := h.Rooms[id]
	if !ok {
		rooms.remove(h.ID, id.Entity())
		return nil
	}
	return rooms.add(h.ID, id.Entity(), r.Revision, r)
}

// documents are changed rows of one table.
type documents struct {
	homes, ids           [][16]byte
	revisions            []int64
	docs                 [][]byte
	goneHomes, goneThere [][16]byte
}

func (d *documents) add(home domain.HomeID, id domain.EntityID, revision domain.Seq, v any) error {
	doc, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode %T: %w", v, err)
	}
	d.homes, d.ids = append(d.homes, home), append(d.ids, id)
	d.revisions, d.docs = append(d.revisions, int64(revision)), append(d.docs, doc)
	return nil
}

func (d *documents) remove(home domain.HomeID, id domain.EntityID) {
	d.goneHomes, d.goneThere = append(d.goneHomes, home), append(d.goneThere, id)
}

// queue adds the statements for the table; key is "home_id" for the table that
// has one row per home.
func (d *documents) queue(batch *pgx.Batch, table, key string) {
	if len(d.ids) > 0 && key == "home_id" {
		batch.Queue(`INSERT INTO `+table+` (home_id, revision, doc)
			SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bytea[])
			ON CONFLICT (home_id) DO UPDATE SET revision = excluded.revision, doc = excluded.doc`,
			d.homes, d.revisions, d.docs)
	} else if len(d.ids) > 0 {
		batch.Queue(`INSERT INTO `+table+` (home_id, id, revision, doc)
			SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bytea[])
			ON CONFLICT (home_id, id) DO UPDATE SET revision = excluded.revision, doc = excluded.doc`,
			d.homes, d.ids, d.revisions, d.docs)
	}
	if len(d.goneThere) > 0 {
		batch.Queue(`DELETE FROM `+table+` USING unnest($1::uuid[], $2::uuid[]) AS gone (home_id, id)
			WHERE `+table+`.home_id = gone.home_id AND `+table+`.id = gone.id`, d.goneHomes, d.goneThere)
	}
}

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
		SET revision = excluded.revision, open = excluded.open, due_at = excluded.due_at, doc = excluded.doc`,
		r.homes, r.ids, r.devices, r.revisions, r.requested, r.open, r.due, r.docs)
}
