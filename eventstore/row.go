package eventstore

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/domain/chain"
)

// Row is an event as it is stored.
type Row = chain.Row

// The columns of an event in the order of eventFields.
const (
	columnSeq = iota
	columnRecordedAt
	columnOccurredAt
	columnID
	columnEntity
	columnGateway
	columnEdgeSeq
	columnCausation
	columnCorrelation
	columnEpoch
	columnSchema
	columnFlags
	columnType
	columnActor
	columnModel
	columnData
	columnHash
	columnCount
)

const eventFields = `e.seq, e.recorded_at, e.occurred_at, e.event_id, e.entity, e.gateway_id, e.edge_seq,
	e.causation, e.correlation, e.edge_epoch, e.schema, e.flags, e.type, e.actor, e.model, e.data, e.hash`

// binaryRows asks for columns in binary form, which rowReader takes apart.
//
//nolint:gochecknoglobals // a constant that Go cannot write as one
var binaryRows = pgx.QueryResultFormats{pgx.BinaryFormatCode}

var errNotBinary = errors.New("events must be read by the extended protocol, which sends them in binary form")

// rowReader takes apart the columns of eventFields. It reads them straight from
// the buffer of the connection: a fold reads millions, and scanning each value by
// its type costs more than the fold itself. Values of a wrong size, which only a
// changed table can hold, are read as zero and marked odd.
type rowReader struct {
	home                    domain.HomeID
	eventType, actor, model string // those of the row before, which are often the same
}

// read takes the present row. Nothing in it points into the buffer.
func (reader *rowReader) read(rows pgx.Rows, row *Row) error {
	columns := rows.RawValues()
	if len(columns) < columnCount || rows.FieldDescriptions()[columnSeq].Format != pgx.BinaryFormatCode {
		return errNotBinary
	}
	r := rawRow{columns: columns}
	row.HomeID = reader.home
	row.Seq = domain.Seq(r.number(columnSeq))
	row.RecordedAt, row.OccurredAt = r.time(columnRecordedAt), r.time(columnOccurredAt)
	r.id(columnID, row.ID[:])
	r.id(columnEntity, row.Entity[:])
	r.edge(&row.Edge)
	row.Causation, row.Correlation = r.optional(columnCausation), r.optional(columnCorrelation)
	row.Schema, row.Flags = int(r.number(columnSchema)), domain.Flags(r.number(columnFlags)) //nolint:gosec // a bit set
	row.Type, row.Actor = repeated(&reader.eventType, columns[columnType]), domain.Actor(repeated(&reader.actor, columns[columnActor]))
	row.Model = repeated(&reader.model, columns[columnModel])
	row.Data = append(make([]byte, 0, len(columns[columnData])), columns[columnData]...)
	r.id(columnHash, row.Hash[:])
	row.Odd = r.odd || (columns[columnModel] != nil && row.Model == "")
	return nil
}

// repeated returns b as a string, the last one if it is the same.
func repeated(last *string, b []byte) string {
	if *last != string(b) {
		*last = string(b)
	}
	return *last
}

// rawRow reads columns in PostgreSQL's binary form.
type rawRow struct {
	columns [][]byte
	odd     bool
}

// number reads an integer of any width.
func (r *rawRow) number(column int) int64 {
	switch b := r.columns[column]; len(b) {
	case 8:
		return int64(binary.BigEndian.Uint64(b)) //nolint:gosec // two's complement is meant
	case 4:
		return int64(int32(binary.BigEndian.Uint32(b))) //nolint:gosec // the same
	case 2:
		return int64(int16(binary.BigEndian.Uint16(b))) //nolint:gosec // the same
	}
	r.odd = true
	return 0
}

// edge reads where a report came from: all of its three columns, or none.
func (r *rawRow) edge(ref *domain.EdgeRef) {
	if r.columns[columnGateway] == nil {
		r.odd = r.odd || r.columns[columnEdgeSeq] != nil || r.columns[columnEpoch] != nil
		return
	}
	r.id(columnGateway, ref.Gateway[:])
	ref.Seq, ref.Epoch = r.number(columnEdgeSeq), int(r.number(columnEpoch))
	r.odd = r.odd || ref.Gateway.IsZero()
}

// optional reads a seq; none is NULL and never 0.
func (r *rawRow) optional(column int) domain.Seq {
	if r.columns[column] == nil {
		return 0
	}
	seq := r.number(column)
	r.odd = r.odd || seq == 0
	return domain.Seq(seq)
}

func (r *rawRow) time(column int) time.Time {
	return time.UnixMicro(r.number(column) + postgresEpoch).UTC()
}

// id reads as many bytes as there is room for.
func (r *rawRow) id(column int, into []byte) {
	if len(r.columns[column]) != len(into) {
		r.odd = true
		return
	}
	copy(into, r.columns[column])
}
