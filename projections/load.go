package projections

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"logis/domain"
)

// Load returns each of the homes as its rows say, empty where there are none. It
// takes one round trip. Seq and Hash are left to the caller, who holds the head.
func (t Tables) Load(ctx context.Context, tx pgx.Tx, ids []domain.HomeID) (map[domain.HomeID]*domain.Home, error) {
	l := t.loader(ids)
	l.profiles()
	queue(l, "rooms", "", func(h *domain.Home, r *domain.Room) { h.Rooms[r.ID] = r })
	queue(l, "gateways", "", func(h *domain.Home, g *domain.Gateway) { h.Gateways[g.ID] = g })
	queue(l, "devices", "", func(h *domain.Home, d *domain.Device) { h.Devices[d.ID] = d })
	queue(l, "twins", "", func(h *domain.Home, w *domain.Twin) { h.Twins[w.Device] = w })
	queue(l, "commands", " AND open", func(h *domain.Home, c *domain.Command) { h.Commands[c.ID] = c })
	queue(l, "rules", "", func(h *domain.Home, r *domain.Rule) { h.Rules[r.ID] = r })
	queue(l, "rule_runs", "", func(h *domain.Home, r *domain.RuleRun) { h.Runs[r.Rule] = r })
	queue(l, "scenes", "", func(h *domain.Home, s *domain.Scene) { h.Scenes[s.ID] = s })
	queue(l, "paces", "", func(h *domain.Home, p *domain.Pace) { h.Paces[p.Device] = p })
	queue(l, "home_tests", "", func(h *domain.Home, t *domain.Test) { h.Tests[t.ID] = t })
	queue(l, "corrections", "", func(h *domain.Home, c *domain.Correction) { h.Corrections[c.ID] = c })
	queue(l, "webhooks", "", func(h *domain.Home, w *domain.Webhook) { h.Webhooks[w.ID] = w })
	return l.load(ctx, tx)
}

// outlines is Load of what there is to know of homes themselves and who belongs to
// them, and of nothing that is in them.
func (t Tables) outlines(ctx context.Context, tx pgx.Tx, ids []domain.HomeID) (map[domain.HomeID]*domain.Home, error) {
	l := t.loader(ids)
	l.profiles()
	return l.load(ctx, tx)
}

// loader fills homes from the answers to one batch of queries.
type loader struct {
	batch pgx.Batch
	homes map[domain.HomeID]*domain.Home
	ids   [][16]byte
}

func (t Tables) loader(ids []domain.HomeID) *loader {
	l := &loader{homes: make(map[domain.HomeID]*domain.Home, len(ids)), ids: make([][16]byte, len(ids))}
	for i, id := range ids {
		l.ids[i] = id
		l.homes[id] = domain.NewHome(id, t.Catalog)
	}
	return l
}

func (l *loader) profiles() {
	queue(l, "homes", "", func(h *domain.Home, p *domain.Profile) { h.Profile = *p })
	queue(l, "members", "", func(h *domain.Home, m *domain.Member) { h.Members[m.Person] = m })
}

func (l *loader) load(ctx context.Context, tx pgx.Tx) (map[domain.HomeID]*domain.Home, error) {
	if err := tx.SendBatch(ctx, &l.batch).Close(); err != nil {
		return nil, fmt.Errorf("load homes: %w", err)
	}
	return l.homes, nil
}

// queue asks for the rows of one table and puts each into its home.
func queue[T any](l *loader, table, condition string, put func(*domain.Home, *T)) {
	sql := `SELECT home_id, doc FROM ` + table + ` WHERE home_id = ANY($1)` + condition
	l.batch.Queue(sql, l.ids).Query(func(rows pgx.Rows) error {
		var id [16]byte
		var doc []byte
		_, err := pgx.ForEachRow(rows, []any{&id, &doc}, func() error {
			v := new(T)
			if err := json.Unmarshal(doc, v); err != nil {
				return fmt.Errorf("read a row of %s: %w", table, err)
			}
			put(l.homes[id], v)
			return nil
		})
		return err
	})
}
