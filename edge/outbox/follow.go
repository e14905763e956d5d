package outbox

import (
	"context"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/ncruces/go-sqlite3"

	"logis/domain"
	"logis/wire"
)

// Follower sees every entry as it is written down, within its transaction: what it
// writes itself is on disk exactly when the entry is. An error is one of the disk.
type Follower interface {
	// Follows reports whether it wants to see entries at all.
	Follows() bool
	// Follow is told of an entry that was added by somebody else.
	Follow(w *Writer, e wire.Entry) error
	// Anew is told that the entries were numbered anew, up to w.Last.
	Anew(w *Writer) error
	// Give gets the commands that were written by Writer.Act, once they are on disk.
	// It must return at once.
	Give(acts []Act)
}

// Follow has a follower see what is written from now on. It is called before Run.
func (o *Outbox) Follow(f Follower) { o.follow = f }

// Writer writes what a follower adds to an entry.
type Writer struct {
	t    *tx
	when moment // of the entry that is followed
	now  moment // one for all that is decided
	// Present says that the entry is about how things are, and no news.
	Present bool
}

func (t *tx) followed(when moment, n int64, blob []byte) error {
	if t.follow == nil || !t.follow.Follows() {
		return nil
	}
	e := wire.Entry{Kind: wire.KindGap, To: n}
	if blob != nil {
		if err := json.Unmarshal(blob, &e); err != nil {
			return fmt.Errorf("entry %d: %w", n, err)
		}
	}
	return t.follow.Follow(&Writer{t: t, when: when, now: t.now(), Present: t.present}, e)
}

func (t *tx) followAnew() error {
	if t.follow == nil {
		return nil
	}
	now := t.now()
	return t.follow.Anew(&Writer{t: t, when: now, now: now})
}

// Write lets a follower write beside no entry.
func (o *Outbox) Write(ctx context.Context, write func(w *Writer) error) error {
	return o.do(ctx, func(t *tx) error {
		now := t.now()
		return write(&Writer{t: t, when: now, now: now})
	})
}

// Last returns the number of the newest entry.
func (w *Writer) Last() int64 { return w.t.state.next - 1 }

// Outbox returns the id of the outbox, which numbers of entries belong to.
func (w *Writer) Outbox() string { return w.t.state.id }

// At returns when the entry happened, and Now what time it is: at the server, or,
// while that was never heard, since this start of the machine, counted from 1970.
func (w *Writer) At() time.Time { return w.when.time() }

// Now is what time it is, as At says.
func (w *Writer) Now() time.Time { return w.now.time() }

func (m moment) time() time.Time {
	if m.ms != 0 {
		return time.UnixMilli(m.ms).UTC()
	}
	return time.Unix(0, m.ns).UTC()
}

// Add appends an entry. The follower is not told of it. What no radio told is kept
// longest.
func (w *Writer) Add(e wire.Entry) (number int64, err error) {
	follow := w.t.follow
	w.t.follow = nil
	defer func() { w.t.follow = follow }()
	number = w.t.state.next
	return number, w.t.add(w.when, keep, e)
}

// Act appends the entry of a command that a rule gives, and keeps the command until
// it was begun.
func (w *Writer) Act(a Act, e wire.Entry) (number int64, err error) {
	follow := w.t.follow
	w.t.follow = nil
	defer func() { w.t.follow = follow }()
	number = w.t.state.next
	w.t.given = append(w.t.given, a)
	return number, w.t.acceptAs(w.when, a, e)
}

// KeepRun keeps how far a rule has come; a nil doc forgets it.
func (w *Writer) KeepRun(rule domain.RuleID, doc []byte) error {
	if doc == nil {
		return w.t.exec(`DELETE FROM rule_runs WHERE rule = ?`, rule[:])
	}
	return w.t.exec(`INSERT OR REPLACE INTO rule_runs (rule, doc) VALUES (?, ?)`, rule[:], doc)
}

// Runs returns what was kept of rules.
func (w *Writer) Runs() (docs [][]byte, err error) {
	err = w.t.query(`SELECT doc FROM rule_runs ORDER BY rule`, nil, func(row *sqlite3.Stmt) error {
		var doc []byte
		err := scan(row, &doc)
		docs = append(docs, doc)
		return err
	})
	return docs, err
}

// KeepPlaced keeps what the cloud was last told to run here.
func (w *Writer) KeepPlaced(doc []byte) error {
	return w.t.exec(`INSERT OR REPLACE INTO placed (only, doc) VALUES (1, ?)`, doc)
}

// Placed returns what was kept so; nil when there is nothing.
func (w *Writer) Placed() (doc []byte, err error) {
	err = w.t.queryRow(`SELECT doc FROM placed`, nil, &doc)
	return doc, err
}

// Twins returns all devices and what they last said.
func (w *Writer) Twins() ([]Twin, error) {
	return w.t.twins(`SELECT id, available, entry FROM devices ORDER BY address`, nil)
}
