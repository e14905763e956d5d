package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/dispatch/outside"
	"logis/domain"
	"logis/eventstore"
)

// testPause is the least time between two tests of one person: nobody is to flood
// another's server from here.
const testPause = 10 * time.Second

// OwnWebhook is a program of a person's own that is told what they are told.
type OwnWebhook struct {
	URL         string
	Failures    int // in a row
	Problem     outside.Problem
	DeliveredAt time.Time // zero: never
	EndedAt     time.Time // since then it is told nothing; zero: it is told
}

// byWebhook tells a program of a person's own.
type byWebhook struct{ teller *Teller }

func (byWebhook) reaches(s *Settings) bool { return s.Webhook }

func (c byWebhook) send(ctx context.Context, person domain.PersonID, _ *Settings, l *letter) error {
	o, err := c.teller.call(ctx, person, l.id, l.at, callOf(l))
	switch {
	case err != nil:
		return err
	case o.Problem == outside.Gone:
		return errRefused
	case o.Problem != outside.None:
		return fmt.Errorf("%w: %s", errUnreached, o.Problem)
	}
	return nil
}

// called is what a person's program is told.
type called struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      any       `json:"data"`
}

type calledNotices struct {
	Home    domain.HomeID  `json:"home"`
	Name    string         `json:"name"`
	Notices []calledNotice `json:"notices"`
	More    int            `json:"more,omitempty"` // that are only counted
}

type calledNotice struct {
	Seq    domain.Seq        `json:"seq"`
	Kind   domain.NoticeKind `json:"kind"`
	Entity domain.EntityID   `json:"entity"`
	At     time.Time         `json:"at"`
	Text   string            `json:"text"`
	URL    string            `json:"url,omitempty"`
}

// callOf is a letter as a program is told it.
func callOf(l *letter) called {
	data := calledNotices{Home: l.home, Name: l.name, More: l.more}
	for _, n := range l.told {
		data.Notices = append(data.Notices, calledNotice{
			Seq: n.row.Seq, Kind: n.about, Entity: n.row.Entity, At: n.row.RecordedAt.UTC(), Text: n.sentence, URL: l.link(n.place()),
		})
	}
	return called{Type: "person.notices", Timestamp: l.at.UTC(), Data: data}
}

// call tells a person's program something, and keeps how it fared.
func (t *Teller) call(ctx context.Context, person domain.PersonID, id string, now time.Time, what called) (outside.Outcome, error) {
	var url string
	var secret []byte
	err := t.store.Pool().QueryRow(ctx, `SELECT url, secret FROM person_webhooks WHERE person_id = $1`, [16]byte(person)).Scan(&url, &secret)
	if err != nil {
		return outside.Outcome{}, eventstore.Translate(err)
	}
	body, err := json.Marshal(what)
	if err != nil {
		return outside.Outcome{}, domain.Wrap(domain.Internal, "the message cannot be written", err)
	}
	o := t.options.Outside.Call(ctx, url, outside.Message{ID: id, At: now, Body: body, Secrets: [][]byte{secret}})
	_, err = t.store.Pool().Exec(context.WithoutCancel(ctx), `
		UPDATE person_webhooks SET problem = $3, failures = CASE WHEN $3 = '' THEN 0 ELSE failures + 1 END,
			delivered_at = CASE WHEN $3 = '' THEN $4 ELSE delivered_at END
		WHERE person_id = $1 AND url = $2`, [16]byte(person), url, string(o.Problem), now)
	return o, eventstore.Translate(err)
}

// endWebhook ends that a person's program is told anything, as it does not take it.
func endWebhook(ctx context.Context, q execer, person domain.PersonID, now time.Time) error {
	_, err := q.Exec(ctx, `UPDATE person_webhooks SET ended_at = $2 WHERE person_id = $1`, [16]byte(person), now)
	return err
}

// SetWebhook keeps the address of a person's own program and returns the secret to
// check signatures with, which is shown once. It refuses with Invalid, and with
// Conflict when this server calls nobody.
func (t *Teller) SetWebhook(ctx context.Context, person domain.PersonID, url string) (string, error) {
	if t.options.Outside == nil {
		return "", domain.Errorf(domain.Conflict, "this server calls nobody")
	}
	if err := t.options.Outside.Check("url", url); err != nil {
		return "", err
	}
	secret, text := outside.NewSecret()
	_, err := t.store.Pool().Exec(ctx, `
		INSERT INTO person_webhooks (person_id, url, secret) VALUES ($1, $2, $3)
		ON CONFLICT (person_id) DO UPDATE SET url = $2, secret = $3, failures = 0, problem = '', delivered_at = NULL, ended_at = NULL`,
		[16]byte(person), url, secret)
	return text, eventstore.Translate(err)
}

// RemoveWebhook forgets a person's own program.
func (t *Teller) RemoveWebhook(ctx context.Context, person domain.PersonID) error {
	_, err := t.store.Pool().Exec(ctx, `DELETE FROM person_webhooks WHERE person_id = $1`, [16]byte(person))
	return eventstore.Translate(err)
}

// Webhook returns a person's own program, nil when they have none.
func (t *Teller) Webhook(ctx context.Context, person domain.PersonID) (*OwnWebhook, error) {
	w := &OwnWebhook{}
	var delivered, ended *time.Time
	err := t.store.Pool().QueryRow(ctx, `
		SELECT url, failures, problem, delivered_at, ended_at FROM person_webhooks WHERE person_id = $1`, [16]byte(person)).
		Scan(&w.URL, &w.Failures, &w.Problem, &delivered, &ended)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // to have none is not an error
	}
	w.DeliveredAt, w.EndedAt = orZero(delivered), orZero(ended)
	return w, eventstore.Translate(err)
}

// TryWebhook calls a person's own program at once, to see whether it answers. It
// refuses with NotFound, with Conflict when it was ended, and with Overloaded when it
// was tried just now.
func (t *Teller) TryWebhook(ctx context.Context, person domain.PersonID) (*OwnWebhook, error) {
	w, err := t.Webhook(ctx, person)
	switch {
	case err != nil:
		return nil, err
	case w == nil || t.options.Outside == nil:
		return nil, domain.Errorf(domain.NotFound, "you have no webhook")
	case !w.EndedAt.IsZero():
		return nil, domain.Errorf(domain.Conflict, "it was switched off: set its address anew")
	}
	now, err := t.store.Now(ctx)
	if err != nil {
		return nil, err
	}
	tag, err := t.store.Pool().Exec(ctx, `
		UPDATE person_webhooks SET tested_at = $2 WHERE person_id = $1 AND (tested_at IS NULL OR tested_at <= $3)`,
		[16]byte(person), now, now.Add(-testPause))
	if err != nil {
		return nil, eventstore.Translate(err)
	}
	if tag.RowsAffected() == 0 {
		return nil, domain.Errorf(domain.Overloaded, "it was tried just now: wait ten seconds")
	}
	what := called{Type: "person.test", Timestamp: now.UTC(), Data: struct{}{}}
	if _, err := t.call(ctx, person, fmt.Sprintf("test.%d.%s", now.UnixMilli(), person), now, what); err != nil {
		return nil, err
	}
	return t.Webhook(ctx, person)
}
