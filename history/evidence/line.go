package evidence

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"logis/domain"
	"logis/domain/chain"
)

// The formats, of which one stands in the first line: files that begin with the first
// event of a home or are a part of its log, and files that begin with what older events
// came to, which were sealed and went.
const (
	Format     = "logis export v1"
	BaseFormat = "logis export v2"
)

// Header is the first line.
type Header struct {
	Format string        `json:"format"`
	Home   domain.HomeID `json:"home"`
	// After is the event before the first one in the file, and AfterHash its hash; 0
	// and "" in a file that begins with the first event of the home.
	After     domain.Seq `json:"after,omitzero"`
	AfterHash string     `json:"after_hash,omitzero"`
	Base      *baseLine  `json:"base,omitzero"` // of BaseFormat
	Seq       domain.Seq `json:"seq"`           // of the last event in the file
	Hash      string     `json:"hash"`          // of that event
}

// line is an event. Every stored field is there, in a form from which the stored
// bytes can be had again.
type line struct {
	Seq         domain.Seq       `json:"seq"`
	RecordedAt  string           `json:"recorded_at"`
	OccurredAt  string           `json:"occurred_at"`
	ID          domain.EventID   `json:"event_id"`
	Type        string           `json:"type"`
	Entity      domain.EntityID  `json:"entity"`
	Actor       domain.Actor     `json:"actor"`
	Gateway     domain.GatewayID `json:"gateway,omitzero"`
	Epoch       int              `json:"edge_epoch,omitzero"`
	EdgeSeq     int64            `json:"edge_seq,omitzero"`
	Causation   domain.Seq       `json:"causation,omitzero"`
	Correlation domain.Seq       `json:"correlation,omitzero"`
	Model       string           `json:"model,omitzero"`
	Schema      int              `json:"schema"`
	Flags       domain.Flags     `json:"flags,omitzero"`
	Data        string           `json:"data,omitzero"`        // the exact bytes, as text …
	DataBase64  string           `json:"data_base64,omitzero"` // … or so, when they are no UTF-8
	Words       string           `json:"words,omitzero"`       // not part of the hash: they can be erased
	Odd         bool             `json:"odd,omitzero"`         // the database held what the log never writes
	Hash        string           `json:"hash"`
}

// moment writes times to the microsecond, which is all the log keeps.
const moment = "2006-01-02T15:04:05.000000Z"

var errNoTime = errors.New("has a time that cannot be written: it was changed")

// WriteHeader writes the first line of an export and, where it begins with what older
// events came to, the lines of that.
func WriteHeader(out io.Writer, b Beginning) error {
	h := Header{Format: Format, Home: b.Home, After: b.After.Seq, Seq: b.Last.Seq, Hash: b.Last.Hash.String()}
	if b.After.Seq != 0 {
		h.AfterHash = b.After.Hash.String()
	}
	if b.Base != nil {
		h.Format, h.Base = BaseFormat, b.Base.line()
	}
	if err := writeLine(out, h); err != nil || b.Base == nil {
		return err
	}
	return b.Base.write(out)
}

// WriteEvent writes the line of an event.
func WriteEvent(out io.Writer, row *chain.Row) error {
	l, err := lineOf(row)
	if err != nil {
		return err
	}
	return writeLine(out, l)
}

func writeLine(out io.Writer, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode a line: %w", err)
	}
	if _, err := out.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("write the export: %w", err)
	}
	return nil
}

func lineOf(row *chain.Row) (line, error) {
	l := line{
		Seq: row.Seq, ID: row.ID, Type: row.Type, Entity: row.Entity, Actor: row.Actor, Gateway: row.Edge.Gateway,
		Epoch: row.Edge.Epoch, EdgeSeq: row.Edge.Seq, Causation: row.Causation, Correlation: row.Correlation,
		Model: row.Model, Schema: row.Schema, Flags: row.Flags, Words: row.Words, Odd: row.Odd, Hash: row.Hash.String(),
	}
	for _, t := range []struct {
		from time.Time
		to   *string
	}{{row.RecordedAt, &l.RecordedAt}, {row.OccurredAt, &l.OccurredAt}} {
		if year := t.from.Year(); year < 0 || year > 9999 {
			return l, fmt.Errorf("event %d %w", row.Seq, errNoTime)
		}
		*t.to = t.from.UTC().Format(moment)
	}
	if utf8.Valid(row.Data) {
		l.Data = string(row.Data)
	} else {
		l.DataBase64 = base64.StdEncoding.EncodeToString(row.Data)
	}
	return l, nil
}

// row returns the event as it was stored.
func (l *line) row(home domain.HomeID) (*chain.Row, error) {
	r := &chain.Row{Type: l.Type, Words: l.Words, Odd: l.Odd}
	r.HomeID, r.Seq, r.ID, r.Entity, r.Actor, r.Model = home, l.Seq, l.ID, l.Entity, l.Actor, l.Model
	r.Edge = domain.EdgeRef{Gateway: l.Gateway, Epoch: l.Epoch, Seq: l.EdgeSeq}
	r.Causation, r.Correlation, r.Schema, r.Flags = l.Causation, l.Correlation, l.Schema, l.Flags
	var err error
	if r.RecordedAt, err = time.Parse(moment, l.RecordedAt); err != nil {
		return nil, errUnreadable
	}
	if r.OccurredAt, err = time.Parse(moment, l.OccurredAt); err != nil {
		return nil, errUnreadable
	}
	r.Data = []byte(l.Data)
	if l.DataBase64 != "" {
		if r.Data, err = base64.StdEncoding.Strict().DecodeString(l.DataBase64); err != nil || l.Data != "" || utf8.Valid(r.Data) {
			return nil, errUnreadable
		}
	}
	if r.Hash, err = domain.ParseHash(l.Hash); err != nil {
		return nil, errUnreadable
	}
	return r, nil
}

var errUnreadable = errors.New("cannot be read")
