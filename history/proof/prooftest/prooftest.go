// Package prooftest changes logs as somebody with all rights on the database might, for
// tests that find it.
package prooftest

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// Tampering is a way to change a log behind the server's back: %k is some event,
// %n the newest, %h the home.
type Tampering struct {
	Name, SQL string
	Plain     bool // making the chain fit again would undo it
}

// Tamperings are those that every log can meet.
func Tamperings() []Tampering {
	const here = ` WHERE home_id = '%h' AND seq `
	all := []Tampering{
		{"removed", `DELETE FROM events` + here + `= %k; UPDATE events SET seq = seq + 999999` + here + `> %k;
			UPDATE events SET seq = seq - 1000000` + here + `> 500000`, false},
		{"inserted", `UPDATE events SET seq = seq + 1000001` + here + `> %k; UPDATE events SET seq = seq - 1000000` + here + `> 500000;
			INSERT INTO events SELECT home_id, seq + 1, recorded_at, occurred_at, gen_random_uuid(), entity, gateway_id, edge_seq, causation,
			correlation, edge_epoch, schema, flags, type, actor, model, data, hash FROM events` + here + `= %k`, false},
		{"swapped", `UPDATE events SET seq = 1000000` + here + `= %k; UPDATE events SET seq = %k` + here + `= %n;
			UPDATE events SET seq = %n` + here + `= 1000000`, false},
		{"cut off", `DELETE FROM events` + here + `>= %k`, false},
		{"beginning cut off", `DELETE FROM events` + here + `< %k; UPDATE events SET seq = seq - %k + 1` + here + `> 0`, false},
		{"removed, with a gap", `DELETE FROM events` + here + `= %k`, false},
		{"moved to another home", `UPDATE events SET home_id = gen_random_uuid()` + here + `= %k`, false},
		{"head set back", `UPDATE home_heads SET seq = %k - 1, hash = sha256(hash) WHERE home_id = '%h'`, true},
	}
	for _, c := range [][2]string{
		{"recorded_at", `recorded_at + interval '1 microsecond'`}, {"occurred_at", `occurred_at - interval '1 hour'`},
		{"event_id", `gen_random_uuid()`}, {"entity", `gen_random_uuid()`}, {"gateway_id", `gen_random_uuid()`},
		{"edge_seq", `coalesce(edge_seq, 0) + 1`}, {"edge_epoch", `coalesce(edge_epoch, 0) + 1`},
		{"causation", `coalesce(causation, 0) + 1`}, {"correlation", `coalesce(correlation, 0) + 1`},
		{"schema", `schema + 1`}, {"flags", `flags # 1`}, {"type", `type || 'x'`}, {"actor", `actor || 'x'`},
		{"model", `coalesce(model, '') || 'x'`}, {"data", `set_byte(data, 0, get_byte(data, 0) # 1)`}, {"data", `'\xff00'`},
	} {
		all = append(all, Tampering{
			Name: c[0] + " = " + c[1], SQL: `UPDATE events SET ` + c[0] + ` = ` + c[1] + here + `= %k`,
		})
	}
	return all
}

// Rechain makes every link anew and the head with them, as a forger would who has
// read the documentation. It is written after docs/export.md, not after the code.
func Rechain(t testing.TB, tx pgx.Tx, home domain.HomeID) {
	t.Helper()
	var seqs []int64
	var hashes [][]byte
	base, err := eventstore.BaseOf(t.Context(), tx, home)
	if err != nil {
		t.Fatal(err)
	}
	previous := base.Hash[:] // zeros before the first event
	err = eventstore.ScanRows(t.Context(), tx, home, base.Seq, 0, func(r *eventstore.Row) error {
		var b bytes.Buffer
		number := func(n int64) { b.Write(binary.BigEndian.AppendUint64(nil, uint64(n))) } //nolint:gosec // the same bits
		text := func(s string) {
			b.Write(binary.BigEndian.AppendUint32(nil, uint32(len(s)))) //nolint:gosec // texts of events are short
			b.WriteString(s)
		}
		b.WriteString("logis event v1")
		b.Write(previous)
		b.Write(home[:])
		number(int64(r.Seq))
		b.Write(r.ID[:])
		number(r.RecordedAt.UnixMicro())
		number(r.OccurredAt.UnixMicro())
		b.Write(r.Entity[:])
		b.Write(r.Edge.Gateway[:])
		number(int64(r.Edge.Epoch))
		number(r.Edge.Seq)
		number(int64(r.Causation))
		number(int64(r.Correlation))
		number(int64(r.Schema))
		number(int64(r.Flags))
		text(r.Type)
		text(string(r.Actor))
		text(r.Model)
		data := sha256.Sum256(r.Data)
		b.Write(data[:])
		sum := sha256.Sum256(b.Bytes())
		previous = sum[:]
		seqs, hashes = append(seqs, int64(r.Seq)), append(hashes, previous)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = tx.Exec(t.Context(), `UPDATE events e SET hash = n.hash FROM unnest($2::bigint[], $3::bytea[]) AS n (seq, hash)
		WHERE e.home_id = $1 AND e.seq = n.seq`, [16]byte(home), seqs, hashes)
	if err != nil {
		t.Fatal(err)
	}
	_, err = tx.Exec(t.Context(), `UPDATE home_heads h SET seq = e.seq, hash = e.hash, recorded_at = e.recorded_at FROM events e
		WHERE h.home_id = $1 AND e.home_id = $1 AND e.seq = (SELECT max(seq) FROM events WHERE home_id = $1)`, [16]byte(home))
	if err != nil {
		t.Fatal(err)
	}
}
