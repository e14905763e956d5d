package eventstore

import (
	"context"
	"encoding/binary"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"logis/domain"
)

// The two statements that write to the log: many rows, or one among other
// statements that go out together. COPY, which is refused where row-level security
// holds, takes as long and writes 6 % less to the WAL.
const (
	columns = `events (home_id, seq, recorded_at, occurred_at, event_id, entity,
	gateway_id, edge_seq, causation, correlation, edge_epoch, schema, flags, type, actor, model, data, hash)`
	insertEvents = `INSERT INTO ` + columns + `
	SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::timestamptz[], $4::timestamptz[], $5::uuid[], $6::uuid[],
	$7::uuid[], $8::bigint[], $9::bigint[], $10::bigint[], $11::integer[], $12::smallint[], $13::smallint[],
	$14::text[], $15::text[], $16::text[], $17::bytea[], $18::bytea[])`
	insertEvent = `INSERT INTO ` + columns + `
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`
)

const eventColumns = 18

// elements are the types of the columns.
//
//nolint:gochecknoglobals // a constant, if Go had arrays of them
var elements = [eventColumns]uint32{
	pgtype.UUIDOID, pgtype.Int8OID, pgtype.TimestamptzOID, pgtype.TimestamptzOID, pgtype.UUIDOID, pgtype.UUIDOID,
	pgtype.UUIDOID, pgtype.Int8OID, pgtype.Int8OID, pgtype.Int8OID, pgtype.Int4OID, pgtype.Int2OID, pgtype.Int2OID,
	pgtype.TextOID, pgtype.TextOID, pgtype.TextOID, pgtype.ByteaOID, pgtype.ByteaOID,
}

// columnBuffers hold one array for each column, in PostgreSQL's binary form: a header,
// and the length and bytes of each value.
type columnBuffers [eventColumns][]byte

// eventRows are the rows of an append. The types are few and fixed, so the values are
// written straight into one array for each column: this is the hottest path of the
// server.
type eventRows struct {
	columns *columnBuffers // borrowed
	size    int            // bytes in them
	count   int
	few     [fewEvents]*domain.RecordedEvent // the first ones
}

// add takes an event. The first few are only held: they may be all.
func (r *eventRows) add(ev *domain.RecordedEvent, eventType string) {
	switch {
	case r.count < fewEvents:
		r.few[r.count] = ev
	case r.count == fewEvents:
		r.begin()
		for _, held := range r.few {
			r.encode(held, held.Fact.EventType())
		}
		fallthrough
	default:
		r.encode(ev, eventType)
	}
	r.count++
}

// hold takes an event as it was stored elsewhere, to be written with many others.
func (r *eventRows) hold(row *Row) {
	if r.count == 0 {
		r.begin()
	}
	r.encode(&row.RecordedEvent, row.Type)
	r.count++
}

// The header of an array: one dimension, that values may be missing, their type, how
// many (written last), and that they count from one.
const (
	arrayHeader = 20
	arrayLength = 12 // where the number stands
)

func (r *eventRows) begin() {
	for i := range r.columns {
		b := binary.BigEndian.AppendUint32(r.columns[i][:0], 1)
		b = binary.BigEndian.AppendUint32(b, 1)
		b = binary.BigEndian.AppendUint32(b, elements[i])
		b = binary.BigEndian.AppendUint32(b, 0)
		r.columns[i] = binary.BigEndian.AppendUint32(b, 1)
	}
}

// encode adds a value to each array.
func (r *eventRows) encode(ev *domain.RecordedEvent, eventType string) {
	c := r.columns
	c[0] = putBytes(c[0], ev.HomeID[:])
	c[1] = putInt64(c[1], int64(ev.Seq))
	c[2] = putTime(c[2], ev.RecordedAt)
	c[3] = putTime(c[3], ev.OccurredAt)
	c[4] = putBytes(c[4], ev.ID[:])
	c[5] = putBytes(c[5], ev.Entity[:])
	if ev.Edge.Gateway.IsZero() {
		c[6], c[7], c[10] = putNull(c[6]), putNull(c[7]), putNull(c[10])
	} else {
		c[6] = putBytes(c[6], ev.Edge.Gateway[:])
		c[7] = putInt64(c[7], ev.Edge.Seq)
		c[10] = binary.BigEndian.AppendUint32(putLength(c[10], 4), uint32(ev.Edge.Epoch)) //nolint:gosec // epochs are few
	}
	c[8] = putSeq(c[8], ev.Causation)
	c[9] = putSeq(c[9], ev.Correlation)
	c[11] = binary.BigEndian.AppendUint16(putLength(c[11], 2), uint16(ev.Schema)) //nolint:gosec // a small constant
	c[12] = binary.BigEndian.AppendUint16(putLength(c[12], 2), uint16(ev.Flags))
	c[13] = putText(c[13], eventType)
	c[14] = putText(c[14], string(ev.Actor))
	if ev.Model == "" {
		c[15] = putNull(c[15])
	} else {
		c[15] = putText(c[15], ev.Model)
	}
	c[16] = putBytes(c[16], ev.Data)
	c[17] = putBytes(c[17], ev.Hash[:])
	r.size += rowBytes + len(ev.Data)
}

// rowBytes is about what a row takes beside its data.
const rowBytes = 320

// fewEvents is up to how many events one round trip less is worth more than the
// cheapest way to write them.
const fewEvents = 4

// queueFew adds the events to the other statements of the append, if they are few.
func (r *eventRows) queueFew(batch *pgx.Batch) bool {
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

// write sends the rows as one statement.
func (r *eventRows) write(ctx context.Context, conn *pgx.Conn) error {
	statement, err := conn.Prepare(ctx, "insert_events", insertEvents) // known from the second time on
	if err != nil {
		return err
	}
	values := make([][]byte, eventColumns)
	for i, b := range r.columns {
		binary.BigEndian.PutUint32(b[arrayLength:], uint32(r.count)) //nolint:gosec // far fewer
		values[i] = b
	}
	return conn.PgConn().ExecPrepared(ctx, statement.Name, values, binaryFormat[:], nil).Read().Err
}

// binaryFormat says that all parameters are in binary.
//
//nolint:gochecknoglobals // a constant, if Go had arrays of them
var binaryFormat = [...]int16{1}

// maxIdleBuffer bounds the buffers that wait for the next append, by what is in them:
// those of ordinary batches do, that of a rare large one is left to the garbage
// collector.
const maxIdleBuffer = 1 << 20

// buffers lets appends share their arrays: growing them anew for every batch would
// cost more than filling them.
var buffers = sync.Pool{New: func() any { return new(columnBuffers) }} //nolint:gochecknoglobals // a cache, not state

func (r *eventRows) borrow() {
	r.columns = buffers.Get().(*columnBuffers) //nolint:forcetypeassert // only *columnBuffers is put, below
}

func (r *eventRows) giveBack() {
	if r.size <= maxIdleBuffer {
		buffers.Put(r.columns)
	}
	r.columns = nil
}

func putLength(b []byte, n int) []byte { return binary.BigEndian.AppendUint32(b, uint32(n)) } //nolint:gosec // small

func putNull(b []byte) []byte { return binary.BigEndian.AppendUint32(b, 0xffffffff) }

func putBytes(b, value []byte) []byte { return append(putLength(b, len(value)), value...) }

func putText(b []byte, value string) []byte { return append(putLength(b, len(value)), value...) }

func putInt64(b []byte, n int64) []byte {
	return binary.BigEndian.AppendUint64(putLength(b, 8), uint64(n)) //nolint:gosec // two's complement is meant
}

func putSeq(b []byte, seq domain.Seq) []byte {
	if seq == 0 {
		return putNull(b)
	}
	return putInt64(b, int64(seq))
}

// postgresEpoch is 2000-01-01 in Unix microseconds: timestamptz counts from it.
const postgresEpoch = 946_684_800_000_000

func putTime(b []byte, t time.Time) []byte { return putInt64(b, t.UnixMicro()-postgresEpoch) }
