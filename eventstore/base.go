package eventstore

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/domain/chain"
	"logis/domain/thing"
)

// Base is where the log of a home begins whose older events were sealed and went. Its
// Seq is 0 in a home whose log begins with its first event.
type Base struct {
	chain.Root
	Sealed domain.Seq // the event that says so
	Ended  bool       // nothing before is left
}

// BaseOf returns where the log of a home begins.
func BaseOf(ctx context.Context, q Querier, home domain.HomeID) (Base, error) {
	b, _, err := baseOf(ctx, q, home, `''::bytea`)
	return b, err
}

// BaseDoc is BaseOf with what the home was there, as EncodeState wrote it. Nobody has
// checked that it is what was sealed.
func BaseDoc(ctx context.Context, q Querier, home domain.HomeID) (Base, []byte, error) {
	return baseOf(ctx, q, home, `doc`)
}

func baseOf(ctx context.Context, q Querier, home domain.HomeID, doc string) (b Base, state []byte, err error) {
	rows, err := q.Query(ctx, `
		SELECT seq, recorded_at, sealed_by, ended_at IS NOT NULL, root, sum, `+doc+` FROM home_bases
		WHERE home_id = $1 AND begun_at IS NOT NULL ORDER BY seq DESC LIMIT 1`, [16]byte(home))
	if err != nil {
		return b, nil, translate(err)
	}
	var seq, sealed int64
	var root, sum []byte
	_, err = pgx.ForEachRow(rows, []any{&seq, &b.RecordedAt, &sealed, &b.Ended, &root, &sum, &state}, func() error {
		b.Seq, b.Sealed, b.RecordedAt = domain.Seq(seq), domain.Seq(sealed), b.RecordedAt.UTC()
		copy(b.Hash[:], root)
		copy(b.State[:], sum)
		return nil
	})
	return b, state, translate(err)
}

var errBase = errors.New("the state at the beginning of the log is not what was sealed")

// Beginning returns the home before the first event that its log holds, and where that
// is: what a fold begins with.
func Beginning(ctx context.Context, q Querier, id domain.HomeID, catalog *thing.Catalog) (*domain.Home, Base, error) {
	base, doc, err := BaseDoc(ctx, q, id)
	if err != nil || base.Seq == 0 {
		return domain.NewHome(id, catalog), base, err
	}
	home, err := base.open(id, catalog, doc)
	if err != nil {
		err = domain.Wrap(domain.Internal, "the history of the home cannot be read", err)
	}
	return home, base, err
}

// open reads the state of a base and checks that it is what was sealed.
func (b Base) open(id domain.HomeID, catalog *thing.Catalog, doc []byte) (*domain.Home, error) {
	if sum, err := chain.SumState(doc); err != nil || sum != b.State {
		return nil, errors.Join(errBase, err)
	}
	home, err := DecodeState(id, catalog, doc)
	if err == nil && (home.ID != id || home.Seq != b.Seq || home.Hash != b.Hash) {
		err = errBase
	}
	return home, err
}

// knownFrom writes times to the microsecond: who asks for that one is answered.
const knownFrom = "2006-01-02T15:04:05.999999Z"

// Refusal says since when the home is known.
func (b Base) Refusal() error {
	return domain.Errorf(domain.Gone, "older events were kept long enough and have gone: the home is known from %s on", b.RecordedAt.Format(knownFrom))
}

// RecordedAt returns when an event of a home was recorded that its log holds, or after
// which it begins. It refuses with NotFound, and with Gone an event that went.
func RecordedAt(ctx context.Context, q Querier, home domain.HomeID, seq domain.Seq) (at time.Time, err error) {
	base, err := BaseOf(ctx, q, home)
	switch {
	case err != nil:
		return at, err
	case seq < base.Seq:
		return at, base.Refusal()
	case seq == base.Seq && seq != 0:
		return base.RecordedAt, nil
	}
	err = ScanRows(ctx, q, home, seq-1, seq, func(row *Row) error {
		at = row.RecordedAt
		return nil
	})
	if err == nil && at.IsZero() {
		err = domain.Errorf(domain.NotFound, "there is no such event")
	}
	return at, err
}

// Reach refuses with Gone when a home is not known any more as it was after an event.
func Reach(ctx context.Context, q Querier, home domain.HomeID, seq domain.Seq) error {
	base, err := BaseOf(ctx, q, home)
	if err == nil && seq < base.Seq {
		err = base.Refusal()
	}
	return err
}

// ReachEvent refuses with Gone an event that went.
func ReachEvent(ctx context.Context, q Querier, home domain.HomeID, seq domain.Seq) error {
	base, err := BaseOf(ctx, q, home)
	if err == nil && seq > 0 && seq <= base.Seq {
		err = base.Refusal()
	}
	return err
}

// ReachTime refuses with Gone when a home is not known any more as it was at a time.
func ReachTime(ctx context.Context, q Querier, home domain.HomeID, at time.Time) error {
	base, err := BaseOf(ctx, q, home)
	if err == nil && base.Seq != 0 && at.Before(base.RecordedAt) {
		err = base.Refusal()
	}
	return err
}
