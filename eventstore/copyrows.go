package eventstore

import (
	"bytes"
	"context"
	"encoding/binary"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
)

// The two statements that write to the log: many rows, or one among other
// statements that go out together.
const (
	columns = `events (home_id, seq, recorded_at, occurred_at, event_id, entity,
	gateway_id, edge_seq, causation, correlation, edge_epoch, schema, flags, type, actor, model, data, hash)`
	copyEvents  = `COPY ` + columns + ` FROM STDIN BINARY`
	insertEvent = `INSERT INTO ` + columns + `
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`
)

const eventColumns = 18

// copyRows builds rows in PostgreSQL's binary COPY format
// (https://www.postgresql.org/docs/current/sql-copy.html, File Formats). The
// types are few and fixed, so the rows are written straight into one buffer:
// this is the hottest path of the server.
type copyRows struct {
	buffer []byte
	count  int
	few    [fewEvents]*domain.RecordedEvent // the first ones
	lent   *[]byte                          // the buffer's place in copyBuffers
}

// copyHeader is the signature, no flags, no extension.
const copyHeader = "PGCOPY\n\xff\r\n\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00"

// add takes an event. The first few are only held: they may be all.
func (r *copyRows) add(ev *domain.RecordedEvent, eventType string) {
	switch {
	case r.count < fewEvents:
		r.few[r.count] = ev
	case r.count == fewEvents:
		r.buffer = append(r.buffer[:0], copyHeader...)
		for _, held := range r.few {
			r.encode(held, held.Fact.EventType())
		}
		fallthrough
	default:
		r.encode(ev, eventType)
	}
	r.count++
}

// hold takes an event as it was stored elsewhere, for COPY.
func (r *copyRows) hold(row *Row) {
	if r.count == 0 {
		r.buffer = append(r.buffer[:0], copyHeader...)
	}
	r.encode(&row.RecordedEvent, row.Type)
	r.count++
}

// encode adds a row of the binary format.
func (r *copyRows) encode(ev *domain.RecordedEvent, eventType string) {
	b := binary.BigEndian.AppendUint16(r.buffer, eventColumns)
	b = copyBytes(b, ev.HomeID[:])
	b = copyInt64(b, int64(ev.Seq))
	b = copyTime(b, ev.RecordedAt)
	b = copyTime(b, ev.OccurredAt)
	b = copyBytes(b, ev.ID[:])
	b = copyBytes(b, ev.Entity[:])
	if ev.Edge.Gateway.IsZero() {
		b = copyNull(copyNull(b))
	} else {
		b = copyInt64(copyBytes(b, ev.Edge.Gateway[:]), ev.Edge.Seq)
	}
	b = copySeq(b, ev.Causation)
	b = copySeq(b, ev.Correlation)
	if ev.Edge.Gateway.IsZero() {
		b = copyNull(b)
	} else {
		b = binary.BigEndian.AppendUint32(copyLength(b, 4), uint32(ev.Edge.Epoch)) //nolint:gosec // epochs are few
	}
	b = binary.BigEndian.AppendUint16(copyLength(b, 2), uint16(ev.Schema)) //nolint:gosec // a small constant
	b = binary.BigEndian.AppendUint16(copyLength(b, 2), uint16(ev.Flags))
	b = copyText(b, eventType)
	b = copyText(b, string(ev.Actor))
	if ev.Model == "" {
		b = copyNull(b)
	} else {
		b = copyText(b, ev.Model)
	}
	b = copyBytes(b, ev.Data)
	r.buffer = copyBytes(b, ev.Hash[:])
}

// fewEvents is up to how many events one round trip less is worth more than the
// cheapest way to write them.
const fewEvents = 4

// queueFew adds the events to the other statements of the append, if they are few.
func (r *copyRows) queueFew(batch *pgx.Batch) bool {
	if r.count > fewEvents {
		return false
	}
	for _, ev := range r.few[:r.count] {
		batch.Queue(insertEvent, eventArguments(ev)...)
	}
	return true
}

// eventArguments returns the columns of an event in their order.
func eventArguments(ev *domain.RecordedEvent) []any {
	var gateway, edgeSeq, epoch, model any
	if !ev.Edge.Gateway.IsZero() {
		gateway, edgeSeq, epoch = [16]byte(ev.Edge.Gateway), ev.Edge.Seq, ev.Edge.Epoch
	}
	if ev.Model != "" {
		model = ev.Model
	}
	return []any{
		[16]byte(ev.HomeID), int64(ev.Seq), ev.RecordedAt, ev.OccurredAt, [16]byte(ev.ID), [16]byte(ev.Entity),
		gateway, edgeSeq, seqOrNull(ev.Causation), seqOrNull(ev.Correlation), epoch, ev.Schema, int16(ev.Flags), //nolint:gosec // few bits
		ev.Fact.EventType(), string(ev.Actor), model, ev.Data, ev.Hash[:],
	}
}

func seqOrNull(seq domain.Seq) any {
	if seq == 0 {
		return nil
	}
	return int64(seq)
}

// copyTo sends the rows in one COPY.
func (r *copyRows) copyTo(ctx context.Context, conn *pgx.Conn) error {
	r.buffer = binary.BigEndian.AppendUint16(r.buffer, 0xffff)
	_, err := conn.PgConn().CopyFrom(ctx, bytes.NewReader(r.buffer), copyEvents)
	if err != nil {
		r.lent = nil // a writer that was cut off may still be reading it
	}
	return err
}

// maxIdleBuffer bounds the buffers that wait for the next append: those of
// ordinary batches do, that of a rare large one is left to the garbage collector.
const maxIdleBuffer = 1 << 20

// copyBuffers lets appends share their buffers: growing one anew for every batch
// would cost more than filling it.
var copyBuffers = sync.Pool{New: func() any { return new([]byte) }} //nolint:gochecknoglobals // a cache, not state

func (r *copyRows) borrow() {
	r.lent = copyBuffers.Get().(*[]byte) //nolint:forcetypeassert // only *[]byte is put, below
	r.buffer = *r.lent
}

func (r *copyRows) giveBack() {
	if r.lent != nil && cap(r.buffer) <= maxIdleBuffer {
		*r.lent = r.buffer[:0]
		copyBuffers.Put(r.lent)
	}
	r.lent, r.buffer = nil, nil
}

func copyLength(b []byte, n int) []byte { return binary.BigEndian.AppendUint32(b, uint32(n)) } //nolint:gosec // small

func copyNull(b []byte) []byte { return binary.BigEndian.AppendUint32(b, 0xffffffff) }

func copyBytes(b, value []byte) []byte { return append(copyLength(b, len(value)), value...) }

func copyText(b []byte, value string) []byte { return append(copyLength(b, len(value)), value...) }

func copyInt64(b []byte, n int64) []byte {
	return binary.BigEndian.AppendUint64(copyLength(b, 8), uint64(n)) //nolint:gosec // two's complement is meant
}

func copySeq(b []byte, seq domain.Seq) []byte {
	if seq == 0 {
		return copyNull(b)
	}
	return copyInt64(b, int64(seq))
}

// postgresEpoch is 2000-01-01 in Unix microseconds: timestamptz counts from it.
const postgresEpoch = 946_684_800_000_000

func copyTime(b []byte, t time.Time) []byte { return copyInt64(b, t.UnixMicro()-postgresEpoch) }
