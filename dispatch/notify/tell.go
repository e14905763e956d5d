package notify

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"logis/domain"
	"logis/eventstore"
)

// Bounds of what one person gets.
const (
	// floodWindow and maxMessages bound the messages about one home that a person
	// gets in a while; what comes beyond waits and becomes one.
	floodWindow = 10 * time.Minute
	maxMessages = 5
	// maxNamed is how many notices one message names; more are counted.
	maxNamed = 20
	// tellLease is how long a message may take before another worker tries.
	tellLease = 2 * time.Minute
)

// pauses are those after the first failure, the second, …; then it is given up.
func pauses() []time.Duration {
	return []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour}
}

// message is what one person is told of one home at once, by one channel.
type message struct {
	home    domain.HomeID
	person  domain.PersonID
	channel domain.ChannelKind
	notices []notice
	now     time.Time
}

type notice struct {
	seq   domain.Seq
	about domain.NoticeKind
	tries int
}

// Tell hands over what is due to a person by a channel.
func (t *Teller) Tell(ctx context.Context, home domain.HomeID, person domain.PersonID, by domain.ChannelKind) error {
	channel := t.channels[by]
	if channel == nil {
		return nil
	}
	now, err := t.store.Now(ctx)
	if err != nil {
		return err
	}
	m := &message{home: home, person: person, channel: by, now: now}
	if waits, err := t.holdFlood(ctx, m); err != nil || waits {
		return err
	}
	if m.notices, err = t.take(ctx, m); err != nil || len(m.notices) == 0 {
		return err
	}
	s, err := SettingsOf(ctx, t.store.Pool(), person)
	if err != nil {
		return err
	}
	letter, err := t.write(ctx, m)
	if err != nil {
		return err
	}
	if letter == nil || !channel.reaches(&s) { // not a member any more, or cannot be told
		return t.drop(ctx, t.store.Pool(), m)
	}
	err = channel.send(ctx, person, &s, letter)
	ctx = context.WithoutCancel(ctx) // it was sent, whoever is stopping
	switch {
	case err == nil:
		return t.finish(ctx, m, func(seqs []domain.Seq, more int) domain.Fact {
			return domain.NotificationSent{Channel: by, Notices: seqs, More: more}
		})
	case errors.Is(err, errRefused):
		return t.giveUp(ctx, m, domain.FailRefused)
	case m.tries() > len(pauses()):
		return t.giveUp(ctx, m, domain.FailUnreachable)
	}
	return t.postpone(ctx, m)
}

// holdFlood reports whether the person got enough for now, and puts off what is due.
func (t *Teller) holdFlood(ctx context.Context, m *message) (waits bool, err error) {
	var began time.Time
	err = t.store.Pool().QueryRow(ctx, `
		SELECT began_at FROM notification_paces WHERE home_id = $1 AND person_id = $2 AND channel = $3 AND sent >= $4 AND began_at > $5`,
		[16]byte(m.home), [16]byte(m.person), string(m.channel), maxMessages, m.now.Add(-floodWindow)).Scan(&began)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, eventstore.Translate(err)
	}
	end := began.Add(floodWindow)
	return true, eventstore.Translate(pgx.BeginFunc(ctx, t.store.Pool(), func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE notifications_due SET due_at = $5 WHERE home_id = $1 AND person_id = $2 AND channel = $3 AND due_at <= $4`,
			[16]byte(m.home), [16]byte(m.person), string(m.channel), m.now, end)
		if err != nil {
			return err
		}
		return t.options.Later(ctx, tx, m.home, m.person, m.channel, end)
	}))
}

// take takes what is due for as long as a message takes, the oldest first.
func (t *Teller) take(ctx context.Context, m *message) ([]notice, error) {
	rows, err := t.store.Pool().Query(ctx, `
		WITH taken AS (
			UPDATE notifications_due SET due_at = $5, tries = tries + 1
			WHERE home_id = $1 AND person_id = $2 AND channel = $3 AND due_at <= $4 RETURNING seq, about, tries)
		SELECT seq, about, tries FROM taken ORDER BY seq`,
		[16]byte(m.home), [16]byte(m.person), string(m.channel), m.now, m.now.Add(tellLease))
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	notices, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (n notice, err error) {
		err = row.Scan(&n.seq, &n.about, &n.tries)
		return n, err
	})
	return notices, eventstore.Translate(err)
}

// tries is how often the oldest of them was tried.
func (m *message) tries() int {
	most := 0
	for _, n := range m.notices {
		most = max(most, n.tries)
	}
	return most
}

// seqs returns the events that are named, and how many more there are.
func (m *message) seqs() (named []domain.Seq, more int) {
	for _, n := range m.notices[:min(len(m.notices), maxNamed)] {
		named = append(named, n.seq)
	}
	return named, len(m.notices) - len(named)
}

func (m *message) all() []int64 {
	all := make([]int64, len(m.notices))
	for i, n := range m.notices {
		all[i] = int64(n.seq)
	}
	return all
}

// execer is a pool or a transaction.
type execer interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

func (*Teller) drop(ctx context.Context, q execer, m *message) error {
	_, err := q.Exec(ctx, `DELETE FROM notifications_due WHERE home_id = $1 AND person_id = $2 AND channel = $3 AND seq = ANY($4)`,
		[16]byte(m.home), [16]byte(m.person), string(m.channel), m.all())
	return eventstore.Translate(err)
}

func (t *Teller) giveUp(ctx context.Context, m *message, why domain.FailReason) error {
	return t.finish(ctx, m, func(seqs []domain.Seq, more int) domain.Fact {
		return domain.NotificationFailed{Channel: m.channel, Notices: seqs, More: more, Reason: why}
	})
}

// finish records what became of a message, forgets what it told, and counts it: in
// one transaction, so that nobody is told twice of what the log says they were told.
func (t *Teller) finish(ctx context.Context, m *message, fact func([]domain.Seq, int) domain.Fact) error {
	return t.store.Append(ctx, []domain.HomeID{m.home}, func(ctx context.Context, tx *eventstore.Tx) error {
		ev := domain.Event{Entity: m.person.Entity(), Actor: domain.SystemActor, Causation: m.notices[0].seq, Fact: fact(m.seqs())}
		if _, err := tx.Record(ctx, m.home, ev); err != nil {
			return err
		}
		if err := t.drop(ctx, tx.PG(), m); err != nil {
			return err
		}
		_, err := tx.PG().Exec(ctx, `
			INSERT INTO notification_paces AS p (home_id, person_id, channel, began_at, sent) VALUES ($1, $2, $3, $4, 1)
			ON CONFLICT (home_id, person_id, channel) DO UPDATE SET
				began_at = CASE WHEN p.began_at <= $5 THEN $4 ELSE p.began_at END,
				sent = CASE WHEN p.began_at <= $5 THEN 1 ELSE p.sent + 1 END`,
			[16]byte(m.home), [16]byte(m.person), string(m.channel), m.now, m.now.Add(-floodWindow))
		if _, failed := ev.Fact.(domain.NotificationFailed); err == nil && failed && m.channel == domain.ByWebhook {
			err = endWebhook(ctx, tx.PG(), m.person, m.now)
		}
		return eventstore.Translate(err)
	})
}

// postpone tries again later, together with what is due by then.
func (t *Teller) postpone(ctx context.Context, m *message) error {
	at := m.now.Add(pauses()[m.tries()-1])
	return eventstore.Translate(pgx.BeginFunc(ctx, t.store.Pool(), func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE notifications_due SET due_at = $5 WHERE home_id = $1 AND person_id = $2 AND channel = $3 AND seq = ANY($4)`,
			[16]byte(m.home), [16]byte(m.person), string(m.channel), m.all(), at)
		if err != nil {
			return err
		}
		return t.options.Later(ctx, tx, m.home, m.person, m.channel, at)
	}))
}
