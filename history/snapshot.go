package history

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// snapshot is a stored state of a home.
type snapshot struct {
	seq            domain.Seq
	hash, sum, doc []byte
}

// sumOf binds a state to its place: a text moved to another row is not believed.
func sumOf(home domain.HomeID, seq domain.Seq, hash, doc []byte) []byte {
	b := append([]byte(format()), home[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(seq)) //nolint:gosec // seqs are positive
	b = append(b, hash...)
	sum := sha256.Sum256(append(b, doc...))
	return sum[:]
}

// nearest returns the newest believable state of the home that is not after seq; the
// one before the first event that its log holds when there is none. A row whose hash is not that
// of the log is passed over, one that is not what was written is told and dropped.
func (p *Past) nearest(ctx context.Context, home domain.HomeID, seq domain.Seq) (*domain.Home, error) {
	for {
		var s snapshot
		err := p.store.Pool().QueryRow(ctx, `
			SELECT s.seq, s.hash, s.sum, s.doc FROM snapshots s JOIN events e ON e.home_id = s.home_id AND e.seq = s.seq
			WHERE s.home_id = $1 AND s.format = $2 AND s.seq <= $3 AND s.hash = e.hash
			  AND s.seq > coalesce((SELECT max(b.seq) FROM home_bases b WHERE b.home_id = $1 AND b.begun_at IS NOT NULL), 0) ORDER BY s.seq DESC LIMIT 1`,
			[16]byte(home), format(), int64(seq)).Scan(&s.seq, &s.hash, &s.sum, &s.doc)
		if errors.Is(err, pgx.ErrNoRows) {
			state, _, err := eventstore.Beginning(ctx, p.store.Pool(), home, p.store.Catalog())
			return state, err
		}
		if err != nil {
			return nil, eventstore.Translate(err)
		}
		state, err := p.open(home, s)
		if err == nil {
			return state, nil
		}
		p.log.ErrorContext(ctx, "snapshot dropped", "home", home, "seq", s.seq, "error", err)
		if err := p.drop(ctx, home, s); err != nil {
			return nil, err
		}
	}
}

var errAltered = errors.New("it is not what was written")

// open reads a stored state and checks that it is what it says.
func (p *Past) open(home domain.HomeID, s snapshot) (*domain.Home, error) {
	if !bytes.Equal(sumOf(home, s.seq, s.hash, s.doc), s.sum) {
		return nil, errAltered
	}
	state, err := eventstore.DecodeState(home, p.store.Catalog(), s.doc)
	if err != nil {
		return nil, err
	}
	if state.ID != home || state.Seq != s.seq || !bytes.Equal(state.Hash[:], s.hash) {
		return nil, errAltered
	}
	return state, nil
}

// drop removes one stored state, unless it was replaced meanwhile.
func (p *Past) drop(ctx context.Context, home domain.HomeID, s snapshot) error {
	_, err := p.store.Pool().Exec(ctx, `DELETE FROM snapshots WHERE home_id = $1 AND format = $2 AND seq = $3 AND sum = $4`,
		[16]byte(home), format(), int64(s.seq), s.sum)
	return eventstore.Translate(err)
}

// put stores a state.
func (p *Past) put(ctx context.Context, state *domain.Home) error {
	doc, err := eventstore.EncodeState(state)
	if err != nil {
		return err
	}
	hash := state.Hash[:]
	_, err = p.store.Pool().Exec(ctx, `
		INSERT INTO snapshots (home_id, format, seq, hash, sum, doc) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (home_id, format, seq) DO UPDATE
		SET made_at = now(), hash = excluded.hash, sum = excluded.sum, doc = excluded.doc`,
		[16]byte(state.ID), format(), int64(state.Seq), hash, sumOf(state.ID, state.Seq, hash, doc), doc)
	return eventstore.Translate(err)
}
