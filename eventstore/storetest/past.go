package storetest

import (
	"context"

	"logis/domain"
)

// lookBack lets the owner look at the past, mark it and go back to it.
func lookBack(ctx context.Context, t *turn) error {
	id := newID[domain.IncidentKind](t.random).Entity()
	facts := []domain.Fact{
		domain.HistoryViewed{Exported: t.random.IntN(2) == 0}, domain.HomePutBack{To: t.home.Seq},
		domain.IncidentMarked{After: t.home.Seq - 1, To: t.home.Seq}, domain.IncidentShared{EndsMS: t.tx.Now().UnixMilli()},
		domain.IncidentUnshared{}, domain.IncidentRemoved{}, domain.HomeRetentionSet{Months: domain.KeepMonths + t.random.IntN(12)},
		domain.HomeRangeSealed{UpTo: 1, Root: t.home.Hash.String(), State: t.home.Hash.String()}, // of a base that nobody kept
	}
	return t.record(ctx, nil, domain.Event{
		Entity: id, Actor: domain.PersonActor(t.Owner), Fact: facts[t.random.IntN(len(facts))],
	})
}
