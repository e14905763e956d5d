package audit

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/parquet-go/parquet-go"
)

// Format is the form of a file of entries.
type Format string

// The formats.
const (
	CSV     Format = "csv"     // for spreadsheets
	Lines   Format = "jsonl"   // JSON, one entry each line
	Parquet Format = "parquet" // for programs that calculate with many
)

// ContentType returns what the web calls the format.
func (f Format) ContentType() string {
	switch f {
	case CSV:
		return "text/csv; charset=utf-8; header=present"
	case Lines:
		return "application/jsonl"
	case Parquet:
	}
	return "application/vnd.apache.parquet"
}

// record is an entry in a file.
type record struct {
	Seq     int64     `json:"seq,omitzero" parquet:"seq,optional"` // 0: at the door
	At      time.Time `json:"at" parquet:"at,timestamp(microsecond)"`
	Kind    string    `json:"kind" parquet:"kind,dict"`
	What    string    `json:"what" parquet:"what,dict"`
	Actor   string    `json:"actor" parquet:"actor,dict"`
	Entity  string    `json:"entity,omitzero" parquet:"entity,optional,dict"`
	Says    string    `json:"says" parquet:"says"`
	Outcome string    `json:"outcome" parquet:"outcome,dict"`
	From    string    `json:"from,omitzero" parquet:"from,optional,dict"`
}

func recordOf(e *Entry) record {
	r := record{
		Seq: int64(e.Seq), At: e.At.UTC(), Kind: string(e.Kind), What: e.What, Actor: string(e.Actor), Says: e.Says,
		Outcome: string(e.Outcome), From: e.From,
	}
	if !e.Entity.IsZero() {
		r.Entity = e.Entity.String()
	}
	return r
}

// Sheet writes entries into a file, one after the other. What it costs in memory
// does not grow with them.
type Sheet interface {
	Write(e *Entry) error
	// Close ends the file. It does not close what it is written to.
	Close() error
}

// NewSheet begins a file. The query stands in those formats that have a place for
// it.
func NewSheet(format Format, out io.Writer, q Query) (Sheet, error) {
	switch format {
	case CSV:
		s := &csvSheet{csv.NewWriter(out)}
		return s, s.head()
	case Lines:
		s := &lineSheet{out}
		return s, s.line(map[string]string{"format": "logis audit v1", "query": q.String()})
	case Parquet:
	}
	return &parquetSheet{parquet.NewGenericWriter[record](out,
		parquet.MaxRowsPerRowGroup(maxGroup), parquet.Compression(&parquet.Zstd), parquet.KeyValueMetadata("logis.query", q.String()))}, nil
}

type csvSheet struct{ w *csv.Writer }

func (s *csvSheet) head() error {
	return s.row("seq", "at", "kind", "what", "actor", "entity", "says", "outcome", "from")
}

func (s *csvSheet) row(cells ...string) error {
	for i, cell := range cells {
		cells[i] = harmless(cell)
	}
	if err := s.w.Write(cells); err != nil {
		return fmt.Errorf("write a row: %w", err)
	}
	return nil
}

// harmless keeps a spreadsheet from taking a text for a formula: what begins like
// one gets an apostrophe before it, which the spreadsheet does not show.
func harmless(cell string) string {
	if first, _ := utf8.DecodeRuneInString(cell); cell != "" && strings.ContainsRune("=+-@\t\r\n|%＝＋－＠", first) {
		return "'" + cell
	}
	return cell
}

// Write adds a row.
func (s *csvSheet) Write(e *Entry) error {
	r := recordOf(e)
	seq := ""
	if r.Seq != 0 {
		seq = strconv.FormatInt(r.Seq, 10)
	}
	return s.row(seq, r.At.Format(time.RFC3339Nano), r.Kind, r.What, r.Actor, r.Entity, r.Says, r.Outcome, r.From)
}

// Close writes what is left.
func (s *csvSheet) Close() error {
	s.w.Flush()
	return s.w.Error()
}

type lineSheet struct{ out io.Writer }

func (s *lineSheet) line(v any) error {
	text, err := json.Marshal(v, json.Deterministic(true))
	if err == nil {
		_, err = s.out.Write(append(text, '\n'))
	}
	if err != nil {
		return fmt.Errorf("write a line: %w", err)
	}
	return nil
}

// Write adds a line.
func (s *lineSheet) Write(e *Entry) error { return s.line(recordOf(e)) }

// Close has nothing left to write.
func (s *lineSheet) Close() error { return nil }

// maxGroup bounds the rows that a Parquet file keeps in memory until they are
// written: a few megabytes.
const maxGroup = 10_000

type parquetSheet struct {
	w *parquet.GenericWriter[record]
}

// Write adds a row.
func (s *parquetSheet) Write(e *Entry) error {
	if _, err := s.w.Write([]record{recordOf(e)}); err != nil {
		return fmt.Errorf("write a row: %w", err)
	}
	return nil
}

// Close writes the last rows and the foot.
func (s *parquetSheet) Close() error {
	if err := s.w.Close(); err != nil {
		return fmt.Errorf("end the file: %w", err)
	}
	return nil
}
