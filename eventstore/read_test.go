package eventstore_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

func seqs(rows []eventstore.Row) string {
	all := make([]string, len(rows))
	for i, row := range rows {
		all[i] = fmt.Sprint(row.Seq)
	}
	return strings.Join(all, " ")
}

func TestListChoosesByPlaceEntityAndType(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home, other := b.found(t), b.found(t) // events 1 and 2 of each
	attic := newID[domain.RoomKind]()
	for _, h := range []domain.HomeID{home, other} {
		b.append(t, func(ctx context.Context, tx *eventstore.Tx) error {
			for n := range 6 { // 3 to 8: even ones about the attic
				ev := roomAdded(newID[domain.RoomKind]())
				if n%2 == 1 {
					ev = domain.Event{Entity: attic.Entity(), Fact: domain.RoomRenamed{}}
				}
				if _, err := tx.RecordNamed(ctx, h, ev, fmt.Sprint("name ", n)); err != nil {
					return err
				}
			}
			return nil
		}, h)
	}
	for _, c := range []struct {
		filter eventstore.Filter
		want   string
	}{
		{eventstore.Filter{AtLimit: 100}, "1 2 3 4 5 6 7 8"},
		{eventstore.Filter{AtLimit: 100, Newest: true}, "8 7 6 5 4 3 2 1"},
		{eventstore.Filter{AtLimit: 3}, "1 2 3"},
		{eventstore.Filter{AtLimit: 3, Newest: true}, "8 7 6"},
		{eventstore.Filter{AtLimit: 0}, "1"},
		{eventstore.Filter{AtLimit: -5, Newest: true}, "8"},
		{eventstore.Filter{AtLimit: 100, After: 3, Before: 6}, "4 5"},
		{eventstore.Filter{AtLimit: 100, After: 3, Before: 6, Newest: true}, "5 4"},
		{eventstore.Filter{AtLimit: 1, Before: 6, Newest: true}, "5"},
		{eventstore.Filter{AtLimit: 100, After: 8}, ""},
		{eventstore.Filter{AtLimit: 100, Before: 1}, ""},
		{eventstore.Filter{AtLimit: 100, Entity: attic.Entity()}, "4 6 8"},
		{eventstore.Filter{AtLimit: 1, Entity: attic.Entity(), Before: 8, Newest: true}, "6"},
		{eventstore.Filter{AtLimit: 100, Type: "room.added"}, "3 5 7"},
		{eventstore.Filter{AtLimit: 100, Type: "room.added", After: 3, Newest: true}, "7 5"},
		{eventstore.Filter{AtLimit: 100, Type: "room.added", Entity: attic.Entity()}, ""},
		{eventstore.Filter{AtLimit: 100, Type: "room.'; --"}, ""},
	} {
		c.filter.Home = home
		rows, err := b.store.List(t.Context(), c.filter)
		if err != nil || seqs(rows) != c.want {
			t.Errorf("%+v: got %q (%v), want %q", c.filter, seqs(rows), err, c.want)
		}
	}
	for i, row := range b.list(t, eventstore.Filter{Home: home, After: 2}) {
		if row.Words != fmt.Sprint("name ", i) || row.HomeID != home {
			t.Errorf("event %d of %s carries %q", row.Seq, row.HomeID, row.Words)
		}
	}
	if rows := b.list(t, eventstore.Filter{Home: newID[domain.HomeKind]()}); len(rows) != 0 {
		t.Errorf("a home without a log has %d events", len(rows))
	}
}

func TestListAndScanKeepToTheirPages(t *testing.T) {
	t.Parallel()
	const events = 2*eventstore.ScanPage + 2000
	b := setup(t)
	home := b.found(t)
	b.append(t, func(ctx context.Context, tx *eventstore.Tx) error {
		for range events - 2 {
			if _, err := tx.Record(ctx, home, domain.Event{Entity: home.Entity(), Fact: domain.HomeRenamed{}}); err != nil {
				return err
			}
		}
		return nil
	}, home)
	rows, err := b.store.List(t.Context(), eventstore.Filter{Home: home, AtLimit: eventstore.MaxList + 1})
	if err != nil || len(rows) != eventstore.MaxList {
		t.Errorf("%d events in one list (%v)", len(rows), err)
	}
	const page = eventstore.ScanPage
	for _, c := range []struct{ after, to, first, last domain.Seq }{
		{0, 0, 1, events}, {0, page, 1, page}, {0, page + 1, 1, page + 1}, {0, 2 * page, 1, 2 * page},
		{page - 1, page, page, page}, {page, page + 1, page + 1, page + 1}, {1, 2*page + 1, 2, 2*page + 1},
		{events - 1, 0, events, events}, {events, 0, 0, 0}, {5, 5, 0, 0}, {5, 4, 0, 0}, {0, events + 10, 1, events},
	} {
		got := []domain.Seq{0, 0}
		last := c.after
		err := eventstore.Scan(t.Context(), b.pool, home, c.after, c.to, func(ev *domain.RecordedEvent) error {
			if last++; ev.Seq != last {
				t.Fatalf("event %d after %d", ev.Seq, last-1)
			}
			if got[0] == 0 {
				got[0] = ev.Seq
			}
			got[1] = ev.Seq
			return nil
		})
		if want := []domain.Seq{c.first, c.last}; err != nil || !slices.Equal(got, want) {
			t.Errorf("after %d to %d: %v (%v), want %v", c.after, c.to, got, err, want)
		}
	}
}

func TestScanStopsAtTheFirstErrorOfVisit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := b.lived(t, 21, 50).Home
	visits := 0
	err := eventstore.Scan(t.Context(), b.pool, home, 0, 0, func(*domain.RecordedEvent) error {
		if visits++; visits == 7 {
			return errTest
		}
		return nil
	})
	if !errors.Is(err, errTest) || visits != 7 {
		t.Errorf("%d visits, %v", visits, err)
	}
}

func TestScanRefusesALogWithAGapOrAnUnknownEvent(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, c := range map[string]struct {
		sql  string
		want error
	}{
		"a gap":           {`DELETE FROM events WHERE seq = 3`, nil},
		"an unknown type": {`UPDATE events SET type = 'door.dreamt' WHERE seq = 3`, domain.ErrUnknownEventType},
		"a newer schema":  {`UPDATE events SET schema = 999 WHERE seq = 3`, domain.ErrUnknownEventType},
	} {
		home := b.lived(t, 22+uint64(len(name)), 20).Home
		b.superuser(t, `SET session_replication_role = replica; `+c.sql+` AND home_id = '`+home.String()+`'`)
		last := domain.Seq(0)
		err := eventstore.Scan(t.Context(), b.pool, home, 0, 0, func(ev *domain.RecordedEvent) error {
			last = ev.Seq
			return nil
		})
		wantCode(t, err, domain.Internal)
		if last != 2 || (c.want != nil && !errors.Is(err, c.want)) {
			t.Errorf("%s: came to event %d, %v", name, last, err)
		}
	}
}

// Pages deep in a long log must not cost more than the first.
func TestEveryQuestionIsAnsweredByAnIndex(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.lived(t, 23, 3000)
	head := b.head(t, w.Home)
	b.superuser(t, `ANALYZE`)
	entity := b.list(t, eventstore.Filter{Home: w.Home, Type: "device.registered"})[0].Entity
	for _, c := range []struct {
		filter eventstore.Filter
		index  string
	}{
		{eventstore.Filter{After: head.Seq - 10}, "events_pkey"},
		{eventstore.Filter{Before: 10, Newest: true}, "events_pkey"},
		{eventstore.Filter{Entity: entity, Newest: true}, "events_entity"},
	} {
		c.filter.Home, c.filter.AtLimit = w.Home, 5
		sql, args := c.filter.Query()
		plan := strings.Join(b.explain(t, sql, len(args)-1), "\n")
		if !strings.Contains(plan, c.index) || strings.Contains(plan, "Filter:") || strings.Contains(plan, "Sort") {
			t.Errorf("%+v:\n%s", c.filter, plan)
		}
	}
}

// explain returns the plan that PostgreSQL keeps for a statement, whatever its
// arguments will be.
func (b *bundle) explain(t testing.TB, sql string, args int) []string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), b.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	nulls := strings.TrimSuffix(strings.Repeat("NULL,", args), ",")
	for _, statement := range []string{
		`SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off`, // the tables of a test are small
		`PREPARE question AS ` + sql,
	} {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := conn.Query(t.Context(), `EXPLAIN EXECUTE question(`+nulls+`)`, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func TestHomesAreListedInOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	want := []domain.HomeID{b.found(t), b.found(t), b.found(t)}
	slices.SortFunc(want, func(x, y domain.HomeID) int { return strings.Compare(x.String(), y.String()) })
	got, err := b.store.Homes(t.Context())
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v (%v), want %v", got, err, want)
	}
}
