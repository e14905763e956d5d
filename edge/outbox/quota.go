package outbox

import (
	"context"
	"errors"
	"fmt"
)

// slack is how much room is made at once, so that a full outbox does not drop at
// every entry.
const (
	slackRows  = 256
	slackBytes = 64 << 10
)

// makeRoom drops entries while the outbox is over its bounds: the least
// important rank first, in it the oldest. Dropped entries leave a gap with their
// numbers. Entries handed out in this session stay as they are: the cloud may
// have them already.
func (t *tx) makeRoom() error {
	o := t.options
	if t.state.rows <= o.MaxRows && t.state.bytes <= o.MaxBytes {
		return nil
	}
	rows := o.MaxRows - min(slackRows, o.MaxRows/8)
	bytes := o.MaxBytes - min(slackBytes, o.MaxBytes/8)
	for r := telemetry; r < gap; r++ {
		for t.state.rows > rows || t.state.bytes > bytes {
			dropped, err := t.dropOldest(r)
			if err != nil {
				return err
			}
			if !dropped {
				break
			}
		}
	}
	return nil
}

// SetMaxBytes changes how many bytes of entries are kept. It refuses with ErrUsed
// when more wait already: nothing is dropped because of a setting.
func (o *Outbox) SetMaxBytes(ctx context.Context, limit int64) error {
	var used int64
	err := o.do(ctx, func(t *tx) error {
		if used = t.state.bytes; used <= limit {
			t.options.MaxBytes = limit
		}
		return nil
	})
	if err == nil && used > limit {
		err = fmt.Errorf("%w: %d bytes", ErrUsed, used)
	}
	return err
}

// ErrUsed says that more waits for the cloud than is to be kept.
var ErrUsed = errors.New("more than that waits for the cloud")

// dropOldest turns the oldest entry of a rank into a gap, joined with the gaps
// beside it. It reports whether there was one.
func (t *tx) dropOldest(r rank) (bool, error) {
	var seq, length int64
	err := t.queryRow(`
		SELECT seq, length(entry) FROM entries WHERE rank = ? AND seq > ? ORDER BY seq LIMIT 1`,
		[]any{int64(r), t.state.sentTo}, &seq, &length)
	if err != nil || seq == 0 {
		return false, err
	}
	first, last, joined, err := t.gapsBeside(seq)
	if err != nil {
		return false, err
	}
	if err := t.exec(`DELETE FROM entries WHERE seq > ? AND seq <= ?`, first, last); err != nil {
		return false, err
	}
	// Only the first of the joined rows is left: a gap, or the entry itself.
	err = t.exec(`UPDATE entries SET upto = ?, rank = ?, reason = 'full', entry = NULL WHERE seq = ?`,
		last, int64(gap), first)
	t.state.rows -= joined
	t.state.bytes -= length + joined*rowOverhead
	return true, err
}

// gapsBeside returns how far the gap reaches that dropping an entry makes, and
// how many gaps it joins.
func (t *tx) gapsBeside(seq int64) (first, last, joined int64, err error) {
	first, last = seq, seq
	var from, to int64
	err = t.queryRow(`
		SELECT seq, upto FROM entries WHERE rank = ? AND seq > ? AND seq < ? ORDER BY seq DESC LIMIT 1`,
		[]any{int64(gap), t.state.sentTo, seq}, &from, &to)
	if err != nil {
		return 0, 0, 0, err
	}
	if from != 0 && to == seq-1 {
		first, joined = from, joined+1
	}
	to = 0
	err = t.queryRow(`SELECT upto FROM entries WHERE seq = ? AND rank = ?`, []any{seq + 1, int64(gap)}, &to)
	if err != nil {
		return 0, 0, 0, err
	}
	if to != 0 {
		last, joined = to, joined+1
	}
	return first, last, joined, nil
}
