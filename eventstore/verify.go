package eventstore

import (
	"context"
	"fmt"

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

// Verify walks the chain of a home from its first event to its head and
// recomputes every link. An altered, removed, inserted or reordered event, and a
// cut end, is named by the first place where the log does not fit. A chain
// rewritten as a whole is sound in itself: it shows against the heads that
// gateways witnessed.
func Verify(ctx context.Context, q Querier, home domain.HomeID, head Head) (Verdict, error) {
	v := Verdict{Home: home}
	var scratch []byte
	for {
		count := 0
		err := scanPage(ctx, q, home, v.Events, 0, func(row *Row) error {
			count++
			var hash domain.Hash
			hash, scratch = link(scratch, v.Head, &row.RecordedEvent, row.Type)
			switch {
			case row.Seq != v.Events+1:
				v.Bad, v.Reason = v.Events+1, "is missing"
			case hash != row.Hash:
				v.Bad, v.Reason = row.Seq, "does not match its hash: it or the one before was changed"
			default:
				v.Events, v.Head = row.Seq, hash
				return nil
			}
			return errStop
		})
		if err != nil && err != errStop { //nolint:errorlint // a sentinel of our own that nobody wraps
			return v, err
		}
		if v.Bad != 0 || count < ScanPage {
			break
		}
	}
	if v.Bad == 0 && v.Events < head.Seq {
		v.Bad, v.Reason = v.Events+1, "is missing: the log ends before its head"
	}
	if v.Bad == 0 && v.Events == head.Seq && v.Head != head.Hash {
		v.Bad, v.Reason = v.Events, "is not the head the home remembers"
	}
	return v, nil
}

var errStop = fmt.Errorf("stop")
