package eventstore_test

import (
	"context"
	"maps"
	"testing"

	"logis/domain"
	"logis/eventstore"
)

func TestNamesAreAsOfAnEventAndCanBeErased(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home, other := b.found(t), b.found(t)
	attic, cellar := newID[domain.RoomKind](), newID[domain.RoomKind]()
	name := func(home domain.HomeID, room domain.RoomID, name string) {
		b.append(t, func(ctx context.Context, tx *eventstore.Tx) error {
			_, err := tx.RecordNamed(ctx, home, roomAdded(room), name)
			return err
		}, home)
	}
	name(home, attic, "Attic")   // 3
	name(home, cellar, "Cellar") // 4
	name(home, attic, "Loft")    // 5
	name(other, attic, "Elsewhere")
	b.exec(t, `UPDATE words SET text = '' WHERE home_id = $1 AND entity = $2`, [16]byte(home), [16]byte(cellar))
	for _, c := range []struct {
		asOf domain.Seq
		want map[domain.EntityID]string
	}{
		{2, map[domain.EntityID]string{}},
		{3, map[domain.EntityID]string{attic.Entity(): "Attic"}},
		{4, map[domain.EntityID]string{attic.Entity(): "Attic"}},
		{5, map[domain.EntityID]string{attic.Entity(): "Loft"}},
		{0, map[domain.EntityID]string{attic.Entity(): "Loft"}},
	} {
		got, err := eventstore.Names(t.Context(), b.pool, home, c.asOf)
		if err != nil || !maps.Equal(got, c.want) {
			t.Errorf("as of %d: %v (%v), want %v", c.asOf, got, err, c.want)
		}
	}
	b.checkSound(t, home) // the chain does not cover what can be erased
}

func TestNamesOfATransactionHoldThoseItGave(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home, other := b.found(t), b.found(t)
	attic, cellar := newID[domain.RoomKind](), newID[domain.RoomKind]()
	b.append(t, func(ctx context.Context, tx *eventstore.Tx) error {
		for _, give := range []struct {
			home domain.HomeID
			room domain.RoomID
			name string
		}{{home, attic, "Attic"}, {other, attic, "Elsewhere"}, {home, cellar, "Cellar"}, {home, cellar, ""}} {
			if _, err := tx.RecordNamed(ctx, give.home, roomAdded(give.room), give.name); err != nil {
				return err
			}
		}
		got, err := tx.Names(ctx, home)
		if want := map[domain.EntityID]string{attic.Entity(): "Attic"}; !maps.Equal(got, want) {
			t.Errorf("names %v, want %v", got, want)
		}
		return err
	}, home, other)
	if got := b.list(t, eventstore.Filter{Home: home, After: 2})[0].Words; got != "Attic" {
		t.Errorf("the event carries %q", got)
	}
}
