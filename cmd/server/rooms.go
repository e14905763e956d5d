package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"

	"github.com/jackc/pgx/v5/pgxpool"

	"logis/access"
	"logis/dispatch"
	"logis/domain/thing"
	"logis/eventstore"
	"logis/history"
	"logis/projections"
)

// rooms are the parts of the server, wired.
type rooms struct {
	replica string
	app     *pgxpool.Pool
	river   *pgxpool.Pool
	tables  projections.Tables
	queue   *dispatch.Queue
	store   *eventstore.Store
	access  *access.Access
	past    *history.Past
	rollups *projections.Rollups
}

// openRooms wires what every subcommand needs. Whoever was erased and came back with a
// backup is erased again before anything else.
func openRooms(ctx context.Context, db *database, c config, log *slog.Logger) (*rooms, error) {
	catalog, err := thing.Standard()
	if err != nil {
		return nil, err
	}
	r := &rooms{replica: newReplica(), tables: projections.Tables{Catalog: catalog}}
	if r.app, err = db.appPool(ctx); err != nil {
		return nil, err
	}
	if r.river, err = db.riverPool(ctx); err != nil {
		r.close()
		return nil, err
	}
	if r.queue, err = dispatch.NewQueue(r.river, r.replica, log); err != nil {
		r.close()
		return nil, err
	}
	r.store = eventstore.New(r.app, eventstore.Options{
		Catalog: catalog, Projection: r.tables, Reactors: dispatch.Reactors(), Jobs: r.queue,
	})
	r.access = access.New(r.store, nil)
	r.past = history.New(r.store, log)
	again, err := r.access.KeepErasures(ctx, c.second())
	if err != nil {
		r.close()
		return nil, err
	}
	if len(again) > 0 {
		log.WarnContext(ctx, "a backup brought back persons who were erased; they are erased again", "persons", len(again))
	}
	r.rollups = projections.NewRollups(r.app, log)
	return r, nil
}

func (r *rooms) close() {
	if r.river != nil {
		r.river.Close()
	}
	r.app.Close()
}

// newReplica names this run of the server. A new name each time: the jobs and
// sessions of a former run are not this one's.
func newReplica() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
