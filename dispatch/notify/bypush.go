package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"logis/dispatch/outside"
	"logis/dispatch/push"
	"logis/domain"
	"logis/eventstore"
)

// byPush tells people in their browsers.
type byPush struct{ teller *Teller }

func (byPush) reaches(s *Settings) bool { return s.Browsers > 0 }

// send hands a letter to all browsers of a person at once: it is told when one of them
// took it. Those that are gone are forgotten.
func (c byPush) send(ctx context.Context, person domain.PersonID, _ *Settings, l *letter) error {
	text, err := pushOf(l)
	if err != nil {
		return err
	}
	m := push.Message{ID: l.id, Text: text, At: l.at}
	m.Urgency, m.TTL = haste(l)
	browsers, err := c.teller.subscriptions(ctx, person)
	if err != nil {
		return err
	}
	outcomes := make([]outside.Outcome, len(browsers))
	var group errgroup.Group // of MaxBrowsers at most
	for i, b := range browsers {
		group.Go(func() (err error) {
			outcomes[i], err = c.teller.options.Push.Send(ctx, b.at, m)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return c.settle(context.WithoutCancel(ctx), browsers, outcomes, l.at)
}

// settle writes what became of a letter, browser by browser.
func (c byPush) settle(ctx context.Context, browsers []subscription, outcomes []outside.Outcome, now time.Time) error {
	var told, gone [][16]byte
	for i, b := range browsers {
		switch outcomes[i].Problem {
		case outside.None:
			told = append(told, b.id)
		case outside.Gone, outside.NotThere:
			gone = append(gone, b.id)
		}
	}
	_, err := c.teller.store.Pool().Exec(ctx, `
		WITH gone AS (DELETE FROM push_subscriptions WHERE browser_id = ANY($2))
		UPDATE push_subscriptions SET told_at = $3 WHERE browser_id = ANY($1)`, told, gone, now)
	switch {
	case err != nil:
		return eventstore.Translate(err)
	case len(told) > 0:
		return nil
	case len(gone) == len(browsers):
		return errRefused
	}
	return errUnreached
}

// haste is how urgent a letter is, and how long it is worth something: as the most
// urgent and the most lasting of what it tells.
func haste(l *letter) (urgency push.Urgency, ttl time.Duration) {
	urgency, ttl = push.Low, 12*time.Hour
	for _, n := range l.told {
		switch n.about {
		case domain.NoticeOfDoubt, domain.NoticeOfRule:
			urgency = push.High
		case domain.NoticeOfGateway, domain.NoticeOfCut, domain.NoticeOfWebhook:
			ttl = max(ttl, 24*time.Hour)
			if urgency == push.Low {
				urgency = push.Normal
			}
		case domain.NoticeOfKey:
			ttl = max(ttl, 7*24*time.Hour)
		}
	}
	return urgency, ttl
}

// Bounds of what a browser shows, in bytes.
const (
	maxTitle = 200  // the name of a home
	maxBody  = 1000 // what phones show of a notification is less
)

// shown is what a browser is told: web/public/push.js reads it.
type shown struct {
	Title string       `json:"title"`
	Body  string       `json:"body"`
	Tag   string       `json:"tag"`
	URL   string       `json:"url"`
	At    int64        `json:"at"` // Unix milliseconds
	Again *shownAction `json:"again,omitempty"`
}

type shownAction struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// pushOf is a letter as a browser is told it.
func pushOf(l *letter) ([]byte, error) {
	last := &l.told[len(l.told)-1]
	s := shown{Title: cut(l.name, maxTitle), Tag: l.id, URL: last.page, At: last.row.RecordedAt.UnixMilli()}
	sentences := make([]string, len(l.told))
	for i, n := range l.told {
		sentences[i] = n.sentence
		if n.again.title != "" {
			s.Again = &shownAction{n.again.title, n.again.page}
		}
	}
	if len(l.told)+l.more > 1 {
		s.URL = fmt.Sprintf("/homes/%s/timeline", l.home)
		sentences = append([]string{l.subject()}, sentences...)
	}
	text := strings.Join(sentences, "\n")
	for limit := maxBody; ; limit /= 2 { // JSON makes quotes and the like longer
		s.Body = cut(text, limit)
		var out bytes.Buffer
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(s); err != nil || out.Len() <= push.MaxText || limit == 0 {
			return out.Bytes(), err
		}
	}
}

// cut returns the beginning of a text, in whole letters.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit] + "…"
}
