package notify

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// Bounds of confirming an address.
const (
	// CodeLife is how long a code may be used that was sent to a new address.
	CodeLife = 15 * time.Minute
	// codePause is the least time between two codes of one person: nobody is to
	// flood another's mailbox from here.
	codePause = time.Minute
	// maxCodeTries is how often a code may be tried.
	maxCodeTries = 5
)

// Choice is whether a person is told of a kind of notice.
type Choice string

// The choices.
const (
	Off    Choice = "off"
	Quiet  Choice = "quiet"  // but in quiet hours it waits for their end
	Always Choice = "always" // at any time
)

// Settings are how a person wants to be told.
type Settings struct {
	Address   string // "": none
	Confirmed bool   // it is theirs
	Browsers  int    // in which they are told
	Webhook   bool   // they have a program that is told
	Quiet     *domain.Window
	Choices   Choices
}

// Choices are what a person chose, by channel.
type Choices map[domain.ChannelKind]map[domain.NoticeKind]Choice

// kept is what stands in one document. The choices of e-mail have no name of their
// own: once there was nothing else.
type kept struct {
	Quiet   *domain.Window               `json:"quiet,omitempty"`
	Mail    map[domain.NoticeKind]Choice `json:"choices,omitempty"`
	Push    map[domain.NoticeKind]Choice `json:"push,omitempty"`
	Webhook map[domain.NoticeKind]Choice `json:"webhook,omitempty"`
}

// Choice returns what holds for a kind by a channel: what was not chosen is told
// outside quiet hours, and at any time when something may stand open.
func (s Settings) Choice(by domain.ChannelKind, kind domain.NoticeKind) Choice {
	switch c, ok := s.Choices[by][kind]; {
	case ok:
		return c
	case kind == domain.NoticeOfDoubt:
		return Always
	}
	return Quiet
}

// SettingsOf returns how a person wants to be told.
func SettingsOf(ctx context.Context, q eventstore.Querier, person domain.PersonID) (Settings, error) {
	rows, err := q.Query(ctx, `
		SELECT coalesce(address, ''), confirmed_at IS NOT NULL, coalesce(doc, '{}'),
			(SELECT count(*) FROM push_subscriptions WHERE person_id = $1),
			EXISTS (SELECT FROM person_webhooks WHERE person_id = $1 AND ended_at IS NULL)
		FROM persons LEFT JOIN notification_settings USING (person_id) WHERE person_id = $1`, [16]byte(person))
	if err != nil {
		return Settings{}, eventstore.Translate(err)
	}
	var s Settings
	var doc []byte
	if _, err := pgx.ForEachRow(rows, []any{&s.Address, &s.Confirmed, &doc, &s.Browsers, &s.Webhook}, func() error { return nil }); err != nil || doc == nil {
		return s, eventstore.Translate(err)
	}
	var k kept
	if err := json.Unmarshal(doc, &k); err != nil {
		return s, domain.Wrap(domain.Internal, "the settings cannot be read", err)
	}
	s.Quiet, s.Choices = k.Quiet, Choices{domain.ByMail: k.Mail, domain.ByPush: k.Push, domain.ByWebhook: k.Webhook}
	return s, nil
}

// Choose keeps quiet hours and choices.
func (t *Teller) Choose(ctx context.Context, person domain.PersonID, quiet *domain.Window, choices Choices) error {
	doc, err := json.Marshal(kept{
		Quiet: quiet, Mail: choices[domain.ByMail], Push: choices[domain.ByPush], Webhook: choices[domain.ByWebhook],
	})
	if err != nil {
		return domain.Wrap(domain.Internal, "the settings cannot be written", err)
	}
	_, err = t.store.Pool().Exec(ctx, `
		INSERT INTO notification_settings (person_id, doc) VALUES ($1, $2)
		ON CONFLICT (person_id) DO UPDATE SET doc = excluded.doc`, [16]byte(person), doc)
	return eventstore.Translate(err)
}

// Propose keeps a new address and sends a code to it, which shows that it is the
// person's. It refuses with Conflict when this server sends no mail, with Overloaded
// when a code was sent just now, and with Storage when the mail server does not take it.
func (t *Teller) Propose(ctx context.Context, person domain.PersonID, address string) error {
	if t.options.Mail == nil {
		return domain.Errorf(domain.Conflict, "this server sends no e-mail")
	}
	now, err := t.store.Now(ctx)
	if err != nil {
		return err
	}
	code, hash := newCode()
	tag, err := t.store.Pool().Exec(ctx, `
		INSERT INTO notification_settings AS s (person_id, address, code, code_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (person_id) DO UPDATE SET address = excluded.address, code = excluded.code, code_at = excluded.code_at,
			tries = 0, confirmed_at = NULL
		WHERE s.code_at IS NULL OR s.code_at <= $5`,
		[16]byte(person), address, hash, now, now.Add(-codePause))
	if err != nil {
		return eventstore.Translate(err)
	}
	if tag.RowsAffected() == 0 {
		return domain.Errorf(domain.Overloaded, "a code was sent just now: wait a minute")
	}
	if err := t.options.Mail.Send(ctx, codeMail(address, code, person, now)); err != nil {
		return domain.Wrap(domain.Storage, "the mail server did not take the message", err)
	}
	return nil
}

// Confirm takes the code that was sent to the new address. It refuses with Invalid,
// in the same words whatever is wrong.
func (t *Teller) Confirm(ctx context.Context, person domain.PersonID, code string) error {
	now, err := t.store.Now(ctx)
	if err != nil {
		return err
	}
	var hash []byte
	err = t.store.Pool().QueryRow(ctx, `
		UPDATE notification_settings SET tries = tries + 1
		WHERE person_id = $1 AND code IS NOT NULL AND tries < $2 AND code_at > $3 RETURNING code`,
		[16]byte(person), maxCodeTries, now.Add(-CodeLife)).Scan(&hash)
	sum := sha256.Sum256([]byte(code))
	switch {
	case err != nil && !errors.Is(err, pgx.ErrNoRows):
		return eventstore.Translate(err)
	case err != nil || subtle.ConstantTimeCompare(hash, sum[:]) != 1:
		return domain.InvalidInput(domain.Fault{Field: "code", Message: "is not the one that was sent, or is too old"})
	}
	_, err = t.store.Pool().Exec(ctx, `UPDATE notification_settings SET confirmed_at = $2, code = NULL WHERE person_id = $1`, [16]byte(person), now)
	return eventstore.Translate(err)
}

// Withdraw forgets a person's address.
func (t *Teller) Withdraw(ctx context.Context, person domain.PersonID) error {
	_, err := t.store.Pool().Exec(ctx, `
		UPDATE notification_settings SET address = NULL, confirmed_at = NULL, code = NULL WHERE person_id = $1`, [16]byte(person))
	return eventstore.Translate(err)
}

// newCode returns eight digits and what is kept of them.
func newCode() (code string, hash []byte) {
	n, _ := rand.Int(rand.Reader, big.NewInt(1e8)) // never fails
	code = fmt.Sprintf("%08d", n)
	sum := sha256.Sum256([]byte(code))
	return code, sum[:]
}
