package outbox

import (
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/ncruces/go-sqlite3"

	"logis/domain"
	"logis/wire"
)

// rank is the order in which entries are dropped when the outbox is full.
type rank int64

// The ranks, first to be dropped first.
const (
	telemetry rank = iota // what plain sensors measure
	everyday              // what lamps and the like say, presses, reach
	keep                  // security, devices, commands: only when nothing else is left
	gap                   // stands for dropped entries; never dropped itself
)

// moment is when something happened, as stored.
type moment struct {
	ms   int64 // server's time, 0: not known
	ns   int64 // since boot
	boot any   // id of the boot while ms is not known, else NULL
}

// at dates a time since this boot.
func (t *tx) at(boot time.Duration) moment {
	if at, ok := t.options.Time.At(boot); ok {
		return moment{ms: at.UnixMilli(), ns: int64(boot)}
	}
	return moment{ns: int64(boot), boot: t.options.Time.BootID()}
}

func (t *tx) now() moment { return t.at(t.options.Time.Boot()) }

// add appends an entry. One that is too large for a frame becomes a gap.
func (t *tx) add(when moment, r rank, e wire.Entry) error {
	blob, err := json.Marshal(e, json.Deterministic(true))
	if err != nil {
		return t.addGap(when, "not_json")
	}
	if len(blob) > MaxEntry {
		return t.addGap(when, "too_large")
	}
	return t.insert(when, r, "", blob)
}

// addGap appends a gap of one number: what it would have held is lost.
func (t *tx) addGap(when moment, reason string) error { return t.insert(when, gap, reason, nil) }

func (t *tx) insert(when moment, r rank, reason string, blob []byte) error {
	var entry any // NULL for a gap
	if blob != nil {
		entry = blob
	}
	n := t.state.next
	err := t.exec(`
		INSERT INTO entries (seq, upto, rank, at_ms, boot_ns, boot, reason, entry)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		n, n, int64(r), when.ms, when.ns, when.boot, reason, entry)
	if err != nil {
		return err
	}
	t.state.next++
	t.state.rows++
	t.state.bytes += int64(len(blob)) + rowOverhead
	if t.state.live {
		t.state.offered = n
	}
	if err := t.makeRoom(); err != nil {
		return err
	}
	return t.followed(when, n, blob)
}

// forget deletes what the cloud has recorded. A gap that it has recorded in part
// keeps its rest.
func (t *tx) forget(a *ack) error {
	if a == nil || a.cursor < t.state.acked {
		return nil
	}
	t.state.headSeq, t.state.head = a.head.Seq, string(a.head.Hash)
	if a.cursor == t.state.acked {
		return nil
	}
	var rows, bytes int64
	err := t.queryRow(`
		SELECT count(*), coalesce(sum(coalesce(length(entry), 0)), 0) FROM entries
		WHERE seq <= ? AND upto <= ?`,
		[]any{a.cursor, a.cursor}, &rows, &bytes)
	if err != nil {
		return err
	}
	if err := t.exec(`DELETE FROM entries WHERE seq <= ? AND upto <= ?`, a.cursor, a.cursor); err != nil {
		return err
	}
	if err := t.exec(`UPDATE entries SET seq = ? WHERE seq <= ?`, a.cursor+1, a.cursor); err != nil {
		return err
	}
	t.state.acked = a.cursor
	t.state.rows -= rows
	t.state.bytes -= bytes + rows*rowOverhead
	return nil
}

// Batch is consecutive entries for one frame.
type Batch struct {
	First   int64 // number of the first
	Next    int64 // number after the last
	Entries []wire.Entry
}

// read returns entries from first on, at most up to last, within the bounds of a
// frame. A gap ends a batch: the numbers after it do not follow by one.
func (t *tx) read(first, last int64, maxEntries, maxBytes int) (Batch, error) {
	batch := Batch{First: first, Next: first}
	var rows []row
	total := 0
	err := t.query(`
		SELECT seq, upto, at_ms, reason, entry FROM entries
		WHERE seq >= ? AND seq <= ? ORDER BY seq LIMIT ?`,
		[]any{first, last, int64(maxEntries)}, func(r *sqlite3.Stmt) error {
			var next row
			if err := scan(r, &next.seq, &next.upto, &next.ms, &next.reason, &next.entry); err != nil {
				return err
			}
			total += len(next.entry) + rowOverhead
			if total <= maxBytes || len(rows) == 0 {
				rows = append(rows, next)
			}
			return nil
		})
	if err != nil {
		return batch, err
	}
	for _, r := range rows {
		entry, err := r.decode()
		if err != nil {
			return batch, err
		}
		if r.seq != batch.Next {
			return batch, fmt.Errorf("entry %d is missing, %d follows", batch.Next, r.seq)
		}
		batch.Entries = append(batch.Entries, entry)
		batch.Next = r.upto + 1
		if r.entry == nil {
			break
		}
	}
	return batch, nil
}

// row is one row of the table entries.
type row struct {
	seq, upto, ms int64
	reason        string
	entry         []byte
}

func (r row) decode() (wire.Entry, error) {
	if r.entry == nil {
		return wire.Entry{Kind: wire.KindGap, AtMS: r.ms, To: r.upto, Reason: r.reason}, nil
	}
	var e wire.Entry
	if err := json.Unmarshal(r.entry, &e); err != nil {
		return e, fmt.Errorf("entry %d: %w", r.seq, err)
	}
	e.AtMS = r.ms
	return e, nil
}

// insertState writes the first state.
func (d *db) insertState(gateway domain.GatewayID, s state) error {
	return d.exec(`
		INSERT INTO outbox (only, gateway, id, next, acked, offered, head_seq, head)
		VALUES (1, ?, ?, ?, ?, ?, ?, ?)`,
		gateway, s.id, s.next, s.acked, s.offered, int64(s.headSeq), []byte(s.head))
}

func (d *db) writeState(s state) error {
	return d.exec(`
		UPDATE outbox SET id = ?, next = ?, acked = ?, offered = ?, head_seq = ?, head = ?`,
		s.id, s.next, s.acked, s.offered, int64(s.headSeq), []byte(s.head))
}

// readState reads the state and counts the entries; found is false in a new file.
func (d *db) readState() (s state, found bool, err error) {
	var headSeq int64
	var head []byte
	err = d.queryRow(`SELECT id, next, acked, offered, head_seq, head FROM outbox`, nil,
		&s.id, &s.next, &s.acked, &s.offered, &headSeq, &head)
	if err != nil || s.id == "" {
		return state{}, false, err
	}
	s.headSeq, s.head, s.sentTo = domain.Seq(headSeq), string(head), s.acked
	err = d.queryRow(`SELECT count(*), coalesce(sum(coalesce(length(entry), 0) + ?), 0) FROM entries`,
		[]any{int64(rowOverhead)}, &s.rows, &s.bytes)
	return s, true, err
}
