package projections

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"logis/domain"
)

// Save writes what changed in the homes since they were loaded or saved. It takes
// one round trip, with one statement per table that changed.
func (t Tables) Save(ctx context.Context, tx pgx.Tx, homes []*domain.Home) error {
	var s saver
	for _, h := range homes {
		if err := s.collect(h); err != nil {
			return err
		}
	}
	batch := &pgx.Batch{}
	s.homes.queue(batch, "homes")
	s.members.queue(batch, "members")
	s.rooms.queue(batch, "rooms")
	s.gateways.queue(batch, "gateways")
	s.devices.queue(batch, "devices")
	s.twins.queue(batch, "twins")
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
	if err := collect(&s.members, h, changes.Members, h.Members, func(m *domain.Member) domain.Seq { return m.Revision }); err != nil {
		return err
	}
	if err := collect(&s.rooms, h, changes.Rooms, h.Rooms, func(r *domain.Room) domain.Seq { return r.Revision }); err != nil {
		return err
	}
	if err := collect(&s.gateways, h, changes.Gateways, h.Gateways, func(g *domain.Gateway) domain.Seq { return g.Revision }); err != nil {
		return err
	}
	if err := collect(&s.devices, h, changes.Devices, h.Devices, func(d *domain.Device) domain.Seq { return d.Revision }); err != nil {
		return err
	}
	if err := collect(&s.twins, h, changes.Twins, h.Twins, func(w *domain.Twin) domain.Seq { return w.Revision }); err != nil {
		return err
	}
	for _, c := range changes.Commands {
		if err := s.commands.add(h.ID, c); err != nil {
			return err
		}
	}
	return nil
}

// collect adds the changed things, and removes the rows of those that are gone.
func collect[K any, V any](into *documents, h *domain.Home, changed map[domain.ID[K]]bool, things map[domain.ID[K]]*V, revision func(*V) domain.Seq) error {
	for id := range changed {
		v, ok := things[id]
		if !ok {
			into.remove(h.ID, id.Entity())
			continue
		}
		if err := into.add(h.ID, id.Entity(), revision(v), v); err != nil {
			return err
		}
	}
	return nil
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

// queue adds the statements for the table. That of homes has one row per home
// and no further id.
func (d *documents) queue(batch *pgx.Batch, table string) {
	if len(d.ids) > 0 && table == "homes" {
		batch.Queue(`INSERT INTO homes (home_id, revision, doc)
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
