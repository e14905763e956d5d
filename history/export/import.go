package export

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/domain/chain"
	"logis/eventstore"
	"logis/history/evidence"
)

// Settle is called with the home that an import came to, in its transaction: whoever
// keeps what does not travel makes room for it.
type Settle func(ctx context.Context, tx pgx.Tx, home *domain.Home) error

// Import takes over the log in an export as a home that is new here. The file is
// verified as a whole, against what somebody remembers of the home if anybody does,
// before anything is written; then it is read once more, and every link checked again.
// It returns the verdict of the first reading; when Bad is set nothing was taken over.
//
// It refuses with Conflict when the home exists, and with Invalid what this program
// does not know.
func Import(
	ctx context.Context, store *eventstore.Store, in io.ReadSeeker, remembered func(domain.HomeID) []chain.Head, settle Settle,
) (chain.Verdict, error) {
	verdict, err := evidence.Verify(in, remembered)
	if err != nil || verdict.Bad != 0 {
		return verdict, err
	}
	if verdict.Events == 0 {
		return verdict, fmt.Errorf("%w: it has no event", evidence.ErrNotExport)
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return verdict, fmt.Errorf("read the export once more: %w", err)
	}
	from := eventstore.Foreign{Home: verdict.Home, Head: chain.Head{Seq: verdict.Events, Hash: verdict.Head}}
	if err := evidence.Read(in, takeBeginning(&from), nil); !errors.Is(err, errRead) {
		return verdict, err
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return verdict, fmt.Errorf("read the export once more: %w", err)
	}
	from.Each = func(visit func(*eventstore.Row) error) error {
		return evidence.Read(in, func(evidence.Beginning) error { return nil }, visit)
	}
	err = store.Adopt(ctx, from, settle)
	return verdict, err
}

var errChanged = errors.New("the export was changed while it was read")

var errRead = errors.New("the beginning was read")

// takeBeginning takes over what an export says before its first event.
func takeBeginning(from *eventstore.Foreign) func(evidence.Beginning) error {
	return func(b evidence.Beginning) error {
		switch {
		case b.Home != from.Home:
			return errChanged
		case b.After.Seq != 0:
			return fmt.Errorf("%w: it is a part, which begins after event %d", evidence.ErrNotExport, b.After.Seq)
		case b.Base == nil:
			return errRead
		}
		from.Base, from.State = b.Base.Root, b.Base.State
		for _, w := range b.Base.Words {
			from.Names = append(from.Names, eventstore.Word{Home: b.Home, Seq: w.Seq, Entity: w.Entity, Text: w.Text})
		}
		return errRead
	}
}
