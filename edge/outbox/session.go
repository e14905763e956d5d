package outbox

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/ncruces/go-sqlite3"

	"logis/domain"
	"logis/domain/thing"
	"logis/wire"
)

// Standing is what a hello says of the outbox.
type Standing struct {
	Outbox string // its id
	Acked  int64
	Head   wire.Head
}

// Standing returns where the outbox stands.
func (o *Outbox) Standing(ctx context.Context) (s Standing, err error) {
	err = o.do(ctx, func(t *tx) error {
		s = Standing{Outbox: t.state.id, Acked: t.state.acked, Head: t.witnessed()}
		return nil
	})
	return s, err
}

func (t *tx) witnessed() wire.Head {
	head := wire.Head{Seq: t.state.headSeq}
	if t.state.head != "" {
		head.Hash = []byte(t.state.head)
	}
	return head
}

// Session is what a new session begins with.
type Session struct {
	AsOf     int64          // the newest entry; those after it are live
	Snapshot []wire.Present // present state as of that entry
	Next     int64          // first entry to send
	// Regressed says that the home's log is shorter than it was, or another one:
	// every device is described again.
	Regressed bool
}

// ErrRestored says that the cloud has entries of this outbox that this file never
// sent: it is an old copy. It has a new id and new numbers now, and the caller
// must say hello again.
var ErrRestored = errors.New("the outbox was restored from an old copy")

// Begin takes the cloud's word on what it has recorded and begins a session.
func (o *Outbox) Begin(ctx context.Context, cursor int64, head wire.Head) (s Session, err error) {
	restored := false
	err = o.do(ctx, func(t *tx) error {
		if restored = cursor > t.state.offered; restored {
			if err := t.renumber(); err != nil {
				return err
			}
			return t.followAnew()
		}
		s, err = t.beginSession(cursor, head)
		return err
	})
	if err == nil && restored {
		return Session{}, ErrRestored
	}
	return s, err
}

func (t *tx) beginSession(cursor int64, head wire.Head) (Session, error) {
	s := Session{Regressed: t.regressed(head)}
	if err := t.forget(&ack{cursor: cursor, head: head}); err != nil {
		return s, err
	}
	if cursor < t.state.acked {
		if err := t.bridge(cursor); err != nil {
			return s, err
		}
	}
	t.state.headSeq, t.state.head = head.Seq, string(head.Hash)
	if s.Regressed {
		if err := t.describeAll(); err != nil {
			return s, err
		}
	}
	t.state.live, t.state.offered, t.state.sentTo = true, t.state.next-1, cursor
	s.AsOf, s.Next = t.state.next-1, cursor+1
	var err error
	s.Snapshot, err = t.snapshot(cursor)
	return s, err
}

// regressed reports whether the log the cloud shows cannot be a continuation of
// the one this gateway witnessed.
func (t *tx) regressed(head wire.Head) bool {
	return head.Seq < t.state.headSeq || (head.Seq == t.state.headSeq && string(head.Hash) != t.state.head)
}

// bridge puts a gap where entries stood that the cloud had acknowledged and has
// lost: they are gone here, too.
func (t *tx) bridge(cursor int64) error {
	when := t.now()
	err := t.exec(`
		INSERT INTO entries (seq, upto, rank, at_ms, boot_ns, boot, reason) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		cursor+1, t.state.acked, int64(gap), when.ms, when.ns, when.boot, "history_regressed")
	t.state.acked = cursor
	t.state.rows++
	t.state.bytes += rowOverhead
	return err
}

// describeAll tells every device again.
func (t *tx) describeAll() error {
	var blobs [][]byte
	err := t.query(`SELECT entry FROM devices ORDER BY address`, nil, func(r *sqlite3.Stmt) error {
		var blob []byte
		err := scan(r, &blob)
		blobs = append(blobs, blob)
		return err
	})
	if err != nil {
		return err
	}
	first := t.state.next
	for _, blob := range blobs {
		if err := t.insert(t.now(), keep, "", blob); err != nil {
			return err
		}
	}
	return t.exec(`UPDATE devices SET told = ?`, first+int64(len(blobs))-1)
}

// renumber gives the outbox a new id and counts its entries from one.
func (t *tx) renumber() error {
	gone := t.state.acked
	// By way of negative numbers, so that no number is taken while it is given.
	for _, sql := range []string{
		`UPDATE entries SET seq = ?1 - seq, upto = upto - ?1`,
		`UPDATE entries SET seq = -seq`,
		`UPDATE devices SET told = max(0, told - ?1)`,
	} {
		args := []any{gone}
		if sql == `UPDATE entries SET seq = -seq` {
			args = nil
		}
		if err := t.exec(sql, args...); err != nil {
			return err
		}
	}
	t.state.id = rand.Text()
	t.state.next -= gone
	t.state.acked, t.state.offered, t.state.sentTo, t.state.live = 0, 0, 0, false
	return nil
}

// snapshot returns the present state of the devices the cloud knows: of the
// others the backlog tells first what they are.
func (t *tx) snapshot(cursor int64) ([]wire.Present, error) {
	var all []wire.Present
	index := map[domain.DeviceID]int{}
	err := t.query(`SELECT id, available FROM devices WHERE told <= ? ORDER BY address`,
		[]any{cursor}, func(row *sqlite3.Stmt) error {
			var p wire.Present
			err := scan(row, &p.Device, &p.Available)
			index[p.Device] = len(all)
			all = append(all, p)
			return err
		})
	if err != nil {
		return nil, err
	}
	err = t.query(`SELECT device, property, value, at_ms FROM present`, nil, func(row *sqlite3.Stmt) error {
		var id domain.DeviceID
		var property, value string
		var ms int64
		if err := scan(row, &id, &property, &value, &ms); err != nil {
			return err
		}
		i, ok := index[id]
		if !ok {
			return nil
		}
		if all[i].Values == nil {
			all[i].Values = map[string]thing.Value{}
		}
		all[i].Values[property] = thing.Value(value)
		all[i].AtMS = max(all[i].AtMS, ms)
		return nil
	})
	return all, err
}

// Read returns the entries of the session from first to at most last, within
// the bounds of a frame; none when there are none. What was read is not changed
// any more until the session ends.
func (o *Outbox) Read(ctx context.Context, first, last int64, maxEntries, maxBytes int) (b Batch, err error) {
	err = o.do(ctx, func(t *tx) error {
		b, err = t.read(first, last, maxEntries, maxBytes)
		t.state.sentTo = max(t.state.sentTo, b.Next-1)
		return err
	})
	return b, err
}

// Ack takes the cloud's word that entries up to cursor are recorded. It returns
// at once: should the word be lost with the machine, they are sent again.
func (o *Outbox) Ack(cursor int64, head wire.Head) {
	o.mu.Lock()
	o.acked = &ack{cursor, head}
	o.mu.Unlock()
	signal(o.ackIn)
}

func (o *Outbox) takeAck() *ack {
	o.mu.Lock()
	defer o.mu.Unlock()
	a := o.acked
	o.acked = nil
	return a
}

// End ends the session.
func (o *Outbox) End(ctx context.Context) error {
	return o.do(ctx, func(t *tx) error {
		t.state.live, t.state.sentTo = false, t.state.acked
		return nil
	})
}

// Date gives the server's time to everything of this boot that was written
// before it was known.
func (o *Outbox) Date(ctx context.Context) error {
	start, ok := o.options.Time.At(0)
	if !ok {
		return nil
	}
	boot := o.options.Time.BootID()
	return o.do(ctx, func(t *tx) error {
		for _, table := range []string{"entries", "present", "acts", "touched"} {
			err := t.exec(`
				UPDATE `+table+` SET at_ms = ? + boot_ns / 1000000, boot = NULL WHERE boot = ?`,
				start.UnixMilli(), boot)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Depth is what waits for the cloud, and what may.
type Depth struct{ Rows, Bytes, MaxBytes int64 }

// Depth returns what waits for the cloud.
func (o *Outbox) Depth(ctx context.Context) (d Depth, err error) {
	err = o.do(ctx, func(t *tx) error {
		d = Depth{t.state.rows, t.state.bytes, t.options.MaxBytes}
		return nil
	})
	return d, err
}
