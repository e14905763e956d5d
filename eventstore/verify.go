package eventstore

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
)

// Verdict is what a walk along one home's chain found.
type Verdict struct {
	Home   domain.HomeID
	Events domain.Seq  // how many are sound, from the first
	Head   domain.Hash // of the last sound one
	// Bad is the first event at fault and Reason what is wrong with it; zero and
	// "" when the whole log is sound.
	Bad    domain.Seq
	Reason string
}

// Verify walks the chain of a home from its first event to its end and
// recomputes every link. An altered, removed, inserted or reordered event, a cut
// or a stretched end, is named by the first place where the log does not fit.
//
// head is what somebody remembers: the stored head, or the one a gateway
// witnessed at any time. A chain rewritten as a whole is sound in itself and
// shows only there, at head.Seq. The log may go on while it is verified.
func Verify(ctx context.Context, q Querier, home domain.HomeID, head Head) (Verdict, error) {
	w := walk{verdict: Verdict{Home: home}, remembered: head}
	var err error
	if w.before, err = storedHead(ctx, q, home); err != nil {
		return w.verdict, err
	}
	if err := w.toEnd(ctx, q); err != nil || w.verdict.Bad != 0 {
		return w.verdict, err
	}
	after, err := storedHead(ctx, q, home)
	if err != nil {
		return w.verdict, err
	}
	w.finish(after)
	return w.verdict, nil
}

// walk is a verification under way.
type walk struct {
	verdict    Verdict
	remembered Head // by the caller
	before     Head // stored when the walk began
	recordedAt time.Time
	scratch    []byte
}

var errBad = errors.New("the chain is broken")

// toEnd follows the chain until the events end or one is bad.
func (w *walk) toEnd(ctx context.Context, q Querier) error {
	for {
		count := 0
		err := scanPage(ctx, q, w.verdict.Home, w.verdict.Events, orEnd(0), func(row *Row) error {
			count++
			return w.step(row)
		})
		if errors.Is(err, errBad) {
			return nil
		}
		if err != nil || count < ScanPage {
			return err
		}
	}
}

func (w *walk) step(row *Row) error {
	v := &w.verdict
	var hash domain.Hash
	hash, w.scratch = link(w.scratch, v.Head, &row.RecordedEvent, row.Type)
	switch {
	case row.Seq != v.Events+1:
		v.Bad, v.Reason = v.Events+1, "is missing"
	case hash != row.Hash:
		v.Bad, v.Reason = row.Seq, "does not match its hash: it or the one before was changed"
	case row.odd:
		v.Bad, v.Reason = row.Seq, "is not written as the log writes: a column was changed"
	case row.RecordedAt.Before(w.recordedAt):
		v.Bad, v.Reason = row.Seq, "is older than the one before it"
	case row.Seq == w.before.Seq && (hash != w.before.Hash || !row.RecordedAt.Equal(w.before.RecordedAt)):
		v.Bad, v.Reason = row.Seq, "is not what the head of the home says"
	case row.Seq == w.remembered.Seq && hash != w.remembered.Hash:
		v.Bad, v.Reason = row.Seq, "is not the head that is remembered: the log was written anew"
	default:
		v.Events, v.Head, w.recordedAt = row.Seq, hash, row.RecordedAt
		return nil
	}
	return errBad
}

// finish compares where the events end with the heads: they reach at least to
// those known before the walk, and at most to the one stored after it.
func (w *walk) finish(after Head) {
	v := &w.verdict
	switch {
	case v.Events < max(w.before.Seq, w.remembered.Seq):
		v.Bad, v.Reason = v.Events+1, "is missing: the log ends before its head"
	case v.Events > after.Seq:
		v.Bad, v.Reason = after.Seq+1, "lies beyond the head of the home"
	}
}

// storedHead is HeadOf for a home that may have none, which is a fault to name.
func storedHead(ctx context.Context, q Querier, home domain.HomeID) (Head, error) {
	rows, err := q.Query(ctx, `SELECT seq, hash, recorded_at FROM home_heads WHERE home_id = $1`, [16]byte(home))
	if err != nil {
		return Head{}, translate(err)
	}
	var head Head
	var seq int64
	var hash []byte
	_, err = pgx.ForEachRow(rows, []any{&seq, &hash, &head.RecordedAt}, func() error {
		head.Seq = domain.Seq(seq)
		copy(head.Hash[:], hash)
		return nil
	})
	return head, translate(err)
}
