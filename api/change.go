package api

import (
	"context"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
)

// change runs do inside an append of the home, with a view of its locked state
// that follows what do records, without names. The view must not be kept.
func (s *Server) change(ctx context.Context, id domain.HomeID, do func(context.Context, *eventstore.Tx, *view) error) error {
	return s.options.Store.Append(ctx, []domain.HomeID{id}, func(ctx context.Context, tx *eventstore.Tx) error {
		return do(ctx, tx, &view{home: tx.Home(id), names: map[domain.EntityID]string{}, permit: narrow(ctx)})
	})
}

// changeNamed is change with the names of the parts of the home in the view.
func (s *Server) changeNamed(ctx context.Context, id domain.HomeID, do func(context.Context, *eventstore.Tx, *view) error) error {
	return s.change(ctx, id, func(ctx context.Context, tx *eventstore.Tx, v *view) (err error) {
		if v.names, err = tx.Names(ctx, id); err != nil {
			return err
		}
		return do(ctx, tx, v)
	})
}

// deed answers a request inside an append of its home.
type deed func(context.Context, *eventstore.Tx, *view) (answer, error)

// changeOnce is change for a request that happens once. It refuses a caller whose
// token has ended by the time the home is locked.
func changeOnce[T any](ctx context.Context, s *Server, id domain.HomeID, key string, do deed) (out *made[T], err error) {
	err = s.change(ctx, id, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		err := s.options.Access.Lasts(ctx, tx.PG(), principal(ctx))
		if err != nil {
			return err
		}
		out, err = once[T](ctx, tx, id.Entity(), key, func() (answer, error) { return do(ctx, tx, v) })
		return err
	})
	return out, err
}

// settle records what the home decides when the caller asks for one thing.
func (s *Server) settle(ctx context.Context, id domain.HomeID, decide func(*domain.Home, domain.Actor) (domain.Event, error)) error {
	return s.change(ctx, id, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		ev, err := decide(v.home, principal(ctx).Actor())
		if err == nil {
			_, err = tx.Record(ctx, id, ev)
		}
		return err
	})
}

// rename records the new name of a part of the home, unless it has it already.
func (v *view) rename(ctx context.Context, tx *eventstore.Tx, part domain.EntityID, p access.Principal, fact domain.Fact, name Name) error {
	if v.names[part] == name.trimmed() {
		return nil
	}
	_, err := tx.RecordNamed(ctx, v.home.ID, domain.Event{Entity: part, Actor: p.Actor(), Fact: fact}, name.trimmed())
	v.names[part] = name.trimmed()
	return err
}

// record records what the caller did to a part of the home.
func (v *view) record(ctx context.Context, tx *eventstore.Tx, part domain.EntityID, p access.Principal, fact domain.Fact) error {
	_, err := tx.Record(ctx, v.home.ID, domain.Event{Entity: part, Actor: p.Actor(), Fact: fact})
	return err
}
