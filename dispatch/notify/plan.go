// Package notify tells people what happens in their homes.
//
// A notice is an event of a home's log and what it is about. Planning it decides, by
// the home as it is then, who is to be told and when: their choices, their quiet
// hours, and by which channels they can be told. Telling hands all that is due to one
// person by one channel over in one message, and the home's log says so in ids. So a
// flood becomes a digest, and a message that does not get through is tried again as
// part of the next.
package notify

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
)

// When a notice is planned.
const (
	// LostAfter is how long a gateway is away before somebody is told: a restart of
	// the box or of the line is none of their business.
	LostAfter = 5 * time.Minute
	// KeyEndsBefore is how long before a key's end: a gateway renews it long before,
	// so something is in the way.
	KeyEndsBefore = 7 * 24 * time.Hour
)

// About returns what an event has to be told as, and how long after it; ok is false
// for nearly all. The event is the last one of the home.
func About(home *domain.Home, ev *domain.RecordedEvent) (about domain.NoticeKind, at time.Time, ok bool) {
	switch fact := ev.Fact.(type) {
	case domain.NoticeRaised:
		return fact.About, time.Time{}, true
	case domain.WebhookStopped:
		return domain.NoticeOfWebhook, time.Time{}, fact.Reason != domain.StopAsked
	case domain.NotificationFailed: // a program of the person's own, which ended with it
		return domain.NoticeOfWebhook, time.Time{}, fact.Channel == domain.ByWebhook
	case domain.GatewayDisconnected:
		return domain.NoticeOfGateway, ev.RecordedAt.Add(LostAfter), true
	case domain.GatewayKeyCertified:
		return domain.NoticeOfKey, time.UnixMilli(fact.EndsMS).Add(-KeyEndsBefore), fact.EndsMS != 0
	case domain.CommandEnded:
		c := home.EndedCommand()
		doubtful := []domain.Outcome{domain.Failed, domain.Rejected, domain.Expired, domain.Unknown}
		return domain.NoticeOfDoubt, time.Time{}, c != nil && c.Class == thing.Securing && slices.Contains(doubtful, fact.Outcome)
	}
	return "", time.Time{}, false
}

// still reports whether what was to be told later is still so.
func still(home *domain.Home, row *eventstore.Row) bool {
	fact, err := domain.DecodeFact(row.Type, row.Schema, row.Data)
	g := home.Gateways[domain.GatewayID(row.Entity)]
	switch fact := fact.(type) {
	case domain.GatewayDisconnected:
		return g != nil && !g.Revoked && !g.Connected && g.Session == fact.Session
	case domain.GatewayKeyCertified:
		return g != nil && !g.Revoked && g.KeyEnds.UnixMilli() == fact.EndsMS
	}
	return err == nil
}

// recipients are those who are to be told: the member a rule names or whose own
// webhook it is about, or the owners.
func recipients(home *domain.Home, row *eventstore.Row, now time.Time) []domain.PersonID {
	var named domain.PersonID
	if fact, err := domain.DecodeFact(row.Type, row.Schema, row.Data); err == nil {
		switch fact := fact.(type) {
		case domain.NoticeRaised:
			named = fact.Person
		case domain.NotificationFailed:
			named = domain.PersonID(row.Entity)
		}
	}
	var all []domain.PersonID
	for id, m := range home.Members {
		wanted := m.Role == domain.Owner && named.IsZero() || id == named
		if wanted && m.Scope.Lasts(now) {
			all = append(all, id)
		}
	}
	return all
}

// Plan decides who is told of an event, and when. Planning it again changes nothing.
func (t *Teller) Plan(ctx context.Context, home domain.HomeID, seq domain.Seq, about domain.NoticeKind) error {
	if len(t.channels) == 0 {
		return nil
	}
	row, err := t.event(ctx, home, seq)
	if err != nil {
		return err
	}
	var people []domain.PersonID
	var zone string
	var now time.Time
	err = t.store.Append(ctx, []domain.HomeID{home}, func(_ context.Context, tx *eventstore.Tx) error {
		people, now = nil, tx.Now()
		if h := tx.Home(home); still(h, &row) {
			people, zone = recipients(h, &row, now), h.Profile.TimeZone
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, person := range people {
		n := notice{seq: seq, about: about}
		if err := t.plan(ctx, home, person, n, zone, now); err != nil {
			return err
		}
	}
	return nil
}

func (t *Teller) event(ctx context.Context, home domain.HomeID, seq domain.Seq) (eventstore.Row, error) {
	rows, err := t.store.List(ctx, eventstore.Filter{Home: home, After: seq - 1, Before: seq + 1, AtLimit: 1})
	if err != nil {
		return eventstore.Row{}, err
	}
	if len(rows) == 0 {
		return eventstore.Row{}, domain.Errorf(domain.NotFound, "there is no such event")
	}
	return rows[0], nil
}

// plan notes a notice for a person, by every channel that they chose and that reaches
// them.
func (t *Teller) plan(ctx context.Context, home domain.HomeID, person domain.PersonID, n notice, zone string, now time.Time) error {
	s, err := SettingsOf(ctx, t.store.Pool(), person)
	if err != nil {
		return err
	}
	return eventstore.Translate(pgx.BeginFunc(ctx, t.store.Pool(), func(tx pgx.Tx) error {
		for _, kind := range domain.ChannelKinds() {
			choice, channel := s.Choice(kind, n.about), t.channels[kind]
			if channel == nil || choice == Off || !channel.reaches(&s) {
				continue
			}
			due := now
			if choice == Quiet {
				due = afterQuiet(s.Quiet, zone, now)
			}
			tag, err := tx.Exec(ctx, `
				INSERT INTO notifications_due (home_id, person_id, channel, seq, about, due_at) VALUES ($1, $2, $3, $4, $5, $6)
				ON CONFLICT DO NOTHING`, [16]byte(home), [16]byte(person), string(kind), int64(n.seq), string(n.about), due)
			if err == nil && tag.RowsAffected() > 0 {
				err = t.options.Later(ctx, tx, home, person, kind, due)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}))
}

// afterQuiet returns now, or the end of the quiet hours it lies in, by the clocks of
// the home.
func afterQuiet(quiet *domain.Window, zone string, now time.Time) time.Time {
	location, err := time.LoadLocation(zone)
	if quiet == nil || err != nil {
		return now
	}
	local := now.In(location)
	if !quiet.Holds(local.Hour()*60 + local.Minute()) {
		return now
	}
	end := time.Date(local.Year(), local.Month(), local.Day(), quiet.To/60, quiet.To%60, 0, 0, location)
	if !end.After(now) {
		end = time.Date(local.Year(), local.Month(), local.Day()+1, quiet.To/60, quiet.To%60, 0, 0, location)
	}
	return end.UTC()
}
