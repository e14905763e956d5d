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
	err = store.Adopt(ctx, eventstore.Foreign{
		Home: verdict.Home, Head: chain.Head{Seq: verdict.Events, Hash: verdict.Head},
		Each: func(visit func(*eventstore.Row) error) error {
			return evidence.Read(in, func(home domain.HomeID, after, _ chain.Head) error {
				switch {
				case home != verdict.Home:
					return errChanged
				case after.Seq != 0:
					return fmt.Errorf("%w: it is a part, which begins after event %d", evidence.ErrNotExport, after.Seq)
				}
				return nil
			}, visit)
		},
	}, settle)
	return verdict, err
}

var errChanged = errors.New("the export was changed while it was read")
