package projections

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"logis/domain"
)

// Save queues what writes the changes in the homes since they were loaded or saved:
// one statement per table that changed. Where there are many, the answers may find
// things that are new, and queue them in rest.
func (t Tables) Save(batch *pgx.Batch, homes []*domain.Home) (rest *pgx.Batch, err error) {
	var s saver
	for _, h := range homes {
		if err := s.collect(h); err != nil {
			return nil, err
		}
	}
	news := &pgx.Batch{}
	perhaps := false
	for _, table := range []struct {
		name string
		rows *documents
	}{
		{"homes", &s.homes}, {"members", &s.members}, {"rooms", &s.rooms},
		{"gateways", &s.gateways}, {"devices", &s.devices}, {"twins", &s.twins},
		{"rules", &s.rules}, {"rule_runs", &s.runs}, {"scenes", &s.scenes}, {"paces", &s.paces}, {"home_tests", &s.tests}, {"corrections", &s.corrections},
		{"webhooks", &s.webhooks},
	} {
		perhaps = table.rows.queue(table.name, batch, news) || perhaps
	}
	s.commands.queue(batch)
	if !perhaps {
		return nil, nil //nolint:nilnil // nothing is to come
	}
	return news, nil
}

// saver holds changed documents in the shape of one statement per table.
type saver struct {
	homes, members, rooms, gateways, devices, twins documents
	rules, runs, scenes, paces, tests, corrections  documents
	webhooks                                        documents
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
	if err := s.collectRules(h, changes); err != nil {
		return err
	}
	for _, c := range changes.Commands {
		if err := s.commands.add(h.ID, c); err != nil {
			return err
		}
	}
	return nil
}

func (s *saver) collectRules(h *domain.Home, changes domain.Changes) error {
	if err := collect(&s.rules, h, changes.Rules, h.Rules, func(r *domain.Rule) domain.Seq { return r.Revision }); err != nil {
		return err
	}
	before := len(s.runs.ids)
	if err := collect(&s.runs, h, changes.Runs, h.Runs, func(r *domain.RuleRun) domain.Seq { return r.Revision }); err != nil {
		return err
	}
	for _, id := range s.runs.ids[before:] {
		s.runs.dues = append(s.runs.dues, dueHere(h, domain.RuleID(id)))
	}
	if err := collect(&s.scenes, h, changes.Scenes, h.Scenes, func(c *domain.Scene) domain.Seq { return c.Revision }); err != nil {
		return err
	}
	if err := collect(&s.tests, h, changes.Tests, h.Tests, func(t *domain.Test) domain.Seq { return t.Revision }); err != nil {
		return err
	}
	if err := collect(&s.webhooks, h, changes.Webhooks, h.Webhooks, func(w *domain.Webhook) domain.Seq { return w.Revision }); err != nil {
		return err
	}
	err := collect(&s.corrections, h, changes.Corrections, h.Corrections, func(c *domain.Correction) domain.Seq { return c.Revision })
	if err != nil {
		return err
	}
	return collect(&s.paces, h, changes.Paces, h.Paces, func(p *domain.Pace) domain.Seq { return p.Revision })
}

// dueHere returns when the server must look at a rule: a gateway keeps its own time.
func dueHere(h *domain.Home, id domain.RuleID) *time.Time {
	at := h.Runs[id].DueAt(domain.GatewayID{})
	if at.IsZero() || h.Rules[id] == nil {
		return nil
	}
	return &at
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

// documents are changed rows of one table. Flat arrays spare the driver a look
// by reflection at every element.
type documents struct {
	homes, ids           pgtype.FlatArray[[16]byte]
	revisions            []int64
	docs                 pgtype.FlatArray[[]byte]
	dues                 []*time.Time // of rule_runs only
	goneHomes, goneThere pgtype.FlatArray[[16]byte]
}

func (d *documents) add(home domain.HomeID, id domain.EntityID, revision domain.Seq, v any) error {
	doc, err := encode(v)
	if err != nil {
		return fmt.Errorf("encode %T: %w", v, err)
	}
	d.homes, d.ids = append(d.homes, home), append(d.ids, id)
	d.revisions, d.docs = append(d.revisions, int64(revision)), append(d.docs, doc)
	return nil
}

// encode writes a twin the quick way: there is one to write with nearly every report.
func encode(v any) ([]byte, error) {
	if twin, ok := v.(*domain.Twin); ok {
		return twin.AppendJSON(nil)
	}
	return json.Marshal(v)
}

func (d *documents) remove(home domain.HomeID, id domain.EntityID) {
	d.goneHomes, d.goneThere = append(d.goneHomes, home), append(d.goneThere, id)
}

// fewRows is up to how many rows one round trip less is worth more than writing
// them in the cheapest way.
const fewRows = 16

// queue adds the statements for the table, and reports whether the answers may add
// to news. Nearly all that changes has a row, and an UPDATE of it costs a fifth
// less than an INSERT that finds it (and leaves less in the WAL); so many rows are
// inserted only when fewer of them than things were there.
func (d *documents) queue(table string, changes, news *pgx.Batch) (perhaps bool) {
	if len(d.goneThere) > 0 {
		changes.Queue(`DELETE FROM `+table+` USING unnest($1::uuid[], $2::uuid[]) AS gone (home_id, id)
			WHERE `+table+`.home_id = gone.home_id AND `+table+`.id = gone.id`, d.goneHomes, d.goneThere)
	}
	if len(d.ids) == 0 {
		return false
	}
	update, insert, args := d.statements(table)
	if len(d.ids) <= fewRows {
		changes.Queue(insert, args...)
		return false
	}
	changes.Queue(update, args...).Exec(func(tag pgconn.CommandTag) error {
		if tag.RowsAffected() < int64(len(d.ids)) {
			news.Queue(insert, args...)
		}
		return nil
	})
	return true
}

// statements returns how to update rows and how to insert them. The table of
// homes has one row per home and no further id; that of runs one column more.
func (d *documents) statements(table string) (update, insert string, args []any) {
	if table == "homes" {
		return `UPDATE homes SET revision = n.revision, doc = n.doc
				FROM unnest($1::uuid[], $2::bigint[], $3::bytea[]) AS n (home_id, revision, doc)
				WHERE homes.home_id = n.home_id`,
			`INSERT INTO homes (home_id, revision, doc)
				SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bytea[])
				ON CONFLICT (home_id) DO UPDATE SET revision = excluded.revision, doc = excluded.doc`,
			[]any{d.homes, d.revisions, d.docs}
	}
	if table == "rule_runs" {
		return `UPDATE rule_runs SET revision = n.revision, doc = n.doc, due_at = n.due_at
				FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bytea[], $5::timestamptz[]) AS n (home_id, id, revision, doc, due_at)
				WHERE rule_runs.home_id = n.home_id AND rule_runs.id = n.id`,
			`INSERT INTO rule_runs (home_id, id, revision, doc, due_at)
				SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bytea[], $5::timestamptz[])
				ON CONFLICT (home_id, id) DO UPDATE SET revision = excluded.revision, doc = excluded.doc, due_at = excluded.due_at`,
			[]any{d.homes, d.ids, d.revisions, d.docs, d.dues}
	}
	return `UPDATE ` + table + ` SET revision = n.revision, doc = n.doc
			FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bytea[]) AS n (home_id, id, revision, doc)
			WHERE ` + table + `.home_id = n.home_id AND ` + table + `.id = n.id`,
		`INSERT INTO ` + table + ` (home_id, id, revision, doc)
			SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bytea[])
			ON CONFLICT (home_id, id) DO UPDATE SET revision = excluded.revision, doc = excluded.doc`,
		[]any{d.homes, d.ids, d.revisions, d.docs}
}
