package projections_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
	"logis/projections"
)

// request asks a light for something and returns the command.
func (b *bundle) request(t testing.TB, home domain.HomeID, device domain.DeviceID, value thing.Value, ttl time.Duration) domain.CommandID {
	t.Helper()
	id := eventstore.NewID[domain.CommandKind](b.clock())
	b.append(t, home, func(h *domain.Home, now time.Time) []domain.Event {
		events, err := h.RequestCommand(domain.CommandRequest{
			Command: id, Device: device, Set: map[string]thing.Value{"onOff": value}, TTL: ttl, Actor: domain.SystemActor,
		}, now)
		if err != nil {
			t.Fatal(err)
		}
		return events
	})
	return id
}

func (b *bundle) append(t testing.TB, home domain.HomeID, decide func(h *domain.Home, now time.Time) []domain.Event) {
	t.Helper()
	err := b.store.Append(t.Context(), []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
		for _, ev := range decide(tx.Home(home), tx.Now()) {
			if _, err := tx.Record(ctx, home, ev); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// lights makes a home with a gateway and n lights.
func (b *bundle) lights(t testing.TB, n int) (home domain.HomeID, lights []domain.DeviceID) {
	t.Helper()
	home = eventstore.NewID[domain.HomeKind](b.clock())
	gateway := eventstore.NewID[domain.GatewayKind](b.clock())
	err := b.store.Found(t.Context(), home, func(ctx context.Context, tx *eventstore.Tx) error {
		created, joined := domain.FoundHome(home, eventstore.NewID[domain.PersonKind](tx.Now()), "UTC")
		events := []domain.Event{created, joined, {Entity: gateway.Entity(), Fact: domain.GatewayEnrolled{}}}
		for i := range n {
			lights = append(lights, eventstore.NewID[domain.DeviceKind](tx.Now()))
			events = append(events, domain.Event{
				Entity: lights[i].Entity(), Edge: domain.EdgeRef{Gateway: gateway, Epoch: 1, Seq: int64(i) + 1},
				Fact: domain.DeviceRegistered{Address: "made-up/1", Kind: "light"},
			})
		}
		for _, ev := range events {
			if _, err := tx.Record(ctx, home, ev); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return home, lights
}

func (b *bundle) commands(t testing.TB, f projections.CommandFilter) (ids []domain.CommandID) {
	t.Helper()
	list, err := projections.Commands(t.Context(), b.pool, f)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		ids = append(ids, c.ID)
	}
	return ids
}

func TestCommandsAreChosenNewestFirst(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home, lights := b.lights(t, 2)
	elsewhere, others := b.lights(t, 1)
	b.request(t, elsewhere, others[0], "true", 0)
	first := b.request(t, home, lights[0], "true", 0)
	second := b.request(t, home, lights[1], "true", 0)
	third := b.request(t, home, lights[0], "false", 0) // supersedes the first
	all, err := projections.Commands(t.Context(), b.pool, projections.CommandFilter{Home: home, Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	if all[2].Status != domain.Status(domain.Superseded) || all[2].Open() {
		t.Errorf("the first is %s", all[2].Status)
	}
	for name, c := range map[string]struct {
		filter projections.CommandFilter
		want   []domain.CommandID
	}{
		"all":           {projections.CommandFilter{Limit: 10}, []domain.CommandID{third, second, first}},
		"two":           {projections.CommandFilter{Limit: 2}, []domain.CommandID{third, second}},
		"no limit":      {projections.CommandFilter{}, []domain.CommandID{third}},
		"of a device":   {projections.CommandFilter{Limit: 10, Device: lights[0]}, []domain.CommandID{third, first}},
		"open":          {projections.CommandFilter{Limit: 10, Open: true}, []domain.CommandID{third, second}},
		"open of one":   {projections.CommandFilter{Limit: 10, Open: true, Device: lights[1]}, []domain.CommandID{second}},
		"before":        {projections.CommandFilter{Limit: 10, Before: all[1].Requested.Seq}, []domain.CommandID{first}},
		"before of one": {projections.CommandFilter{Limit: 10, Before: all[0].Requested.Seq, Device: lights[0]}, []domain.CommandID{first}},
	} {
		c.filter.Home = home
		if got := b.commands(t, c.filter); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	byID, err := projections.CommandsByID(t.Context(), b.pool, home, []domain.CommandID{first, third, eventstore.NewID[domain.CommandKind](b.clock())})
	if err != nil || len(byID) != 2 {
		t.Errorf("%d by id (%v)", len(byID), err)
	}
	if byID, err = projections.CommandsByID(t.Context(), b.pool, elsewhere, []domain.CommandID{first}); err != nil || len(byID) != 0 {
		t.Errorf("another home shows %d of the commands (%v)", len(byID), err)
	}
}

func TestNoMoreThanMaxCommandsAreListed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home, lights := b.lights(t, 1)
	b.append(t, home, func(h *domain.Home, now time.Time) (events []domain.Event) {
		for range projections.MaxCommands + 1 {
			events = append(events, domain.Event{Entity: lights[0].Entity(), Fact: domain.CommandRequested{
				Command: eventstore.NewID[domain.CommandKind](now), Class: thing.Comfort,
			}})
		}
		return events
	})
	if got := len(b.commands(t, projections.CommandFilter{Home: home, Limit: projections.MaxCommands + 1})); got != projections.MaxCommands {
		t.Errorf("%d commands", got)
	}
}

func TestCommandsAreDueAtTheirDeadlineAndAfterGraceOnceSent(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	home, lights := b.lights(t, 3)
	waiting := b.request(t, home, lights[0], "true", 10*time.Second)
	sent := b.request(t, home, lights[1], "true", 10*time.Second)
	ended := b.request(t, home, lights[2], "true", 10*time.Second)
	b.append(t, home, func(*domain.Home, time.Time) []domain.Event {
		return []domain.Event{
			{Entity: lights[1].Entity(), Fact: domain.CommandSent{Command: sent, Session: 1}},
			{Entity: lights[2].Entity(), Fact: domain.CommandEnded{Command: ended, Outcome: domain.Succeeded}},
		}
	})
	deadline := b.now.Add(10 * time.Second)
	for _, c := range []struct {
		at    time.Time
		limit int
		want  []domain.CommandID
	}{
		{deadline.Add(-time.Millisecond), 10, nil},
		{deadline, 10, []domain.CommandID{waiting}},
		{deadline.Add(domain.AnswerGrace - time.Millisecond), 10, []domain.CommandID{waiting}},
		{deadline.Add(domain.AnswerGrace), 10, []domain.CommandID{waiting, sent}},
		{deadline.Add(time.Hour), 1, []domain.CommandID{waiting}},
	} {
		due, err := projections.DueCommands(t.Context(), b.pool, c.at, c.limit)
		if err != nil {
			t.Fatal(err)
		}
		var ids []domain.CommandID
		for _, d := range due {
			if d.Home != home {
				t.Errorf("of home %s", d.Home)
			}
			ids = append(ids, d.Command)
		}
		if !slices.Equal(ids, c.want) {
			t.Errorf("at %v: %v, want %v", c.at, ids, c.want)
		}
	}
}

func TestAPersonsHomesAreThoseTheyAreAMemberOf(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w, other := b.lived(t, 6, 5), b.lived(t, 7, 5)
	got, err := projections.HomesOf(t.Context(), b.pool, w.Owner)
	if err != nil || !slices.Equal(got, []domain.HomeID{w.Home}) {
		t.Errorf("%v (%v)", got, err)
	}
	b.append(t, other.Home, func(*domain.Home, time.Time) []domain.Event {
		return []domain.Event{{Entity: w.Owner.Entity(), Fact: domain.MemberJoined{Person: w.Owner, Role: domain.Owner}}}
	})
	if got, err = projections.HomesOf(t.Context(), b.pool, w.Owner); err != nil || len(got) != 2 {
		t.Errorf("%v (%v)", got, err)
	}
}

func TestAPictureIsAsOfOneEventWhateverIsWritten(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.lived(t, 8, 200)
	ctx, cancel := context.WithCancel(t.Context())
	var writing errgroup.Group
	writing.Go(func() error {
		for ctx.Err() == nil {
			if err := w.Write(t.Context(), b.store, 5); err != nil {
				return err
			}
		}
		return nil
	})
	for range 25 {
		picture, err := b.tables.Picture(t.Context(), b.pool, w.Home)
		if err != nil {
			t.Fatal(err)
		}
		want := b.fold(t, w.Home, picture.Seq)
		if picture.Hash != want.Hash {
			t.Fatalf("at event %d the hash is %s, want %s", picture.Seq, picture.Hash, want.Hash)
		}
		checkSame(t, picture, want)
	}
	cancel()
	if err := writing.Wait(); err != nil {
		t.Error(err)
	}
	if _, err := b.tables.Picture(t.Context(), b.pool, eventstore.NewID[domain.HomeKind](b.clock())); domain.CodeOf(err) != domain.NotFound {
		t.Errorf("a home that is not there: %v", err)
	}
}
