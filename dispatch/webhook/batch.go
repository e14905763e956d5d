package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"logis/domain"
	"logis/eventstore"
)

// Bounds of one message.
const (
	maxBatch      = 100       // events
	maxBatchBytes = 256 << 10 // of facts: what a small receiver takes
	maxLook       = 2000      // events that are looked at for it
)

// body is what a webhook is sent. It says of which stretch of the log it tells, so
// that the receiver sees whether it missed one.
type body struct {
	Type      string    `json:"type"` // "home.events"
	Timestamp time.Time `json:"timestamp"`
	Data      stretch   `json:"data"`
}

type stretch struct {
	Home    domain.HomeID    `json:"home"`
	Webhook domain.WebhookID `json:"webhook"`
	After   domain.Seq       `json:"after"` // it was told of the log up to here before …
	To      domain.Seq       `json:"to"`    // … and is now up to here
	Events  []event          `json:"events"`
}

// event is an event of the log without names: those are looked up where they can be
// erased.
type event struct {
	Seq         domain.Seq      `json:"seq"`
	ID          domain.EventID  `json:"id"`
	Type        string          `json:"type"`
	Entity      domain.EntityID `json:"entity"`
	OccurredAt  time.Time       `json:"occurred_at"`
	RecordedAt  time.Time       `json:"recorded_at"`
	Actor       domain.Actor    `json:"actor"`
	Causation   domain.Seq      `json:"causation,omitempty"`
	Correlation domain.Seq      `json:"correlation,omitempty"`
	Historic    bool            `json:"historic,omitempty"`
	Data        json.RawMessage `json:"data"`
	Hash        string          `json:"hash"`
}

func eventOf(row *eventstore.Row) event {
	return event{
		Seq: row.Seq, ID: row.ID, Type: row.Type, Entity: row.Entity, OccurredAt: row.OccurredAt.UTC(), RecordedAt: row.RecordedAt.UTC(),
		Actor: row.Actor, Causation: row.Causation, Correlation: row.Correlation, Historic: row.Flags.Has(domain.Historic),
		Data: row.Data, Hash: row.Hash.String(),
	}
}

// gather reads what the webhook is to be told next: the events it wants after its
// checkpoint, up to the end of the batch that was tried before, if one was.
func (d *Deliverer) gather(ctx context.Context, l *lease) (stretch, time.Time, error) {
	s := stretch{Home: l.home, Webhook: l.id, After: l.checkpoint, To: l.checkpoint, Events: []event{}}
	var last time.Time
	full := errors.New("the message is full")
	looked, size := 0, 0
	err := eventstore.ScanRows(ctx, d.store.Pool(), l.home, l.checkpoint, l.batch, func(row *eventstore.Row) error {
		wanted := l.webhook.Wants(row.Type, row.Entity)
		if looked++; looked > maxLook || wanted && len(s.Events) > 0 && (len(s.Events) == maxBatch || size+len(row.Data) > maxBatchBytes) {
			return full
		}
		s.To, last = row.Seq, row.RecordedAt.UTC()
		if wanted {
			size += len(row.Data)
			s.Events = append(s.Events, eventOf(row))
		}
		return nil
	})
	if errors.Is(err, full) {
		err = nil
	}
	return s, last, err
}

// write returns the message's id and body: the same whenever it is tried again.
func (s stretch) write(revision domain.Seq, at time.Time) (id string, text []byte, err error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false) // facts stay as they are hashed
	err = encoder.Encode(body{Type: "home.events", Timestamp: at, Data: s})
	return fmt.Sprintf("%s.%d.%d", s.Webhook, revision, s.To), out.Bytes(), err
}
