package api

import (
	"context"
	"time"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
	"logis/history/audit"
)

// auditSight returns what the caller may see of who did what. It refuses with
// Forbidden a question about another person from whoever may not see others.
func (s *Server) auditSight(ctx context.Context, home domain.HomeID, q audit.Query) (audit.Sight, error) {
	sight := audit.Sight{Home: home}
	p, who := permit(ctx), principal(ctx)
	if p.May(access.ReadAudit) && !p.Narrow() {
		return sight, nil
	}
	sight.Only = who.Person
	if !q.Person.IsZero() && q.Person != who.Person {
		return sight, domain.Errorf(domain.Forbidden, "your role in this home does not show what others did")
	}
	var err error
	sight.Begins, err = s.begins(ctx, home)
	return sight, err
}

// auditBook is where who did what is read.
func (s *Server) auditBook() audit.Book {
	return audit.Book{
		Store: s.options.Store, Past: s.options.Past, People: s.options.Access.PersonNames, Doors: s.auditDoors,
	}
}

// auditDoors returns what happened at the door to the people of a home: how they
// signed in since they joined, and whom this home refused.
func (s *Server) auditDoors(ctx context.Context, home *domain.Home, q audit.Query, before audit.Entry, limit int) ([]audit.Entry, error) {
	f := access.DoorFilter{
		Home: home.ID, Persons: map[domain.PersonID]time.Time{}, Here: q.Person.IsZero(), From: q.From, To: q.To,
		Before: access.DoorEntry{ID: before.Door, At: before.At}, Limit: limit,
	}
	for id, m := range home.Members {
		if q.Person.IsZero() || q.Person == id {
			f.Persons[id] = m.Since
		}
	}
	lines, err := s.options.Access.Doors(ctx, f)
	return all(lines, func(l access.DoorEntry) audit.Entry {
		e := audit.Entry{
			Place: audit.Place{Door: l.ID}, At: l.At, Kind: audit.Door, What: string(l.What),
			Actor: domain.PersonActor(l.Person), Outcome: audit.Done, From: l.Place,
		}
		if l.Here {
			e.Entity = home.ID.Entity()
		}
		if l.Refused {
			e.Outcome = audit.Refused
		}
		return e
	}), err
}

// viewedAgain is after what time a further look at the same people is an event
// again: who reads on is still looking.
const viewedAgain = 30 * time.Minute

// viewed records that the caller looks at what others did. What they take along is
// recorded each time.
func (s *Server) viewed(ctx context.Context, sight audit.Sight, q audit.Query, exported bool) error {
	who := principal(ctx)
	if sight.Only == who.Person || q.Person == who.Person {
		return nil
	}
	fact := domain.HistoryViewed{Exported: exported}
	entity := q.Person.Entity()
	if q.Person.IsZero() {
		entity = sight.Home.Entity()
	}
	if !exported {
		before, err := s.options.Store.List(ctx, eventstore.Filter{
			Home: sight.Home, Newest: true, Entity: entity, Type: fact.EventType(), AtLimit: viewsLooked,
		})
		if err != nil {
			return err
		}
		now, err := s.now(ctx)
		if err != nil {
			return err
		}
		for i := range before {
			if before[i].Actor == who.Actor() && now.Sub(before[i].RecordedAt) < viewedAgain {
				return nil
			}
		}
	}
	return s.change(ctx, sight.Home, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		if q.Person.IsZero() && !exported && len(tx.Home(sight.Home).Members) == 1 {
			return nil // nobody else is there to be looked at
		}
		return v.record(ctx, tx, entity, who, fact)
	})
}

// viewsLooked is how many looks are compared with a new one: more than a home has
// people who may look.
const viewsLooked = 100
