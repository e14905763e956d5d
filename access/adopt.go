package access

import (
	"cmp"
	"context"
	"crypto/rand"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
)

// Adopt makes room, inside a transaction, for what does not travel with a log that
// was written elsewhere. Its members become persons who are called by their role and
// have nothing to sign in with but a link that somebody gives them; those who are
// known here, or were erased, are left as they are. Its gateways are known and have no
// key: their owner pairs each again, and it goes on where it stopped.
func (a *Access) Adopt(ctx context.Context, tx pgx.Tx, home *domain.Home) error {
	batch := &pgx.Batch{}
	for _, m := range home.Members {
		name := strings.ToUpper(string(m.Role[:1])) + string(m.Role[1:])
		batch.Queue(`
			INSERT INTO persons (person_id, name, created_at) SELECT $1, $2, $3
			WHERE NOT EXISTS (SELECT FROM erasures WHERE person_id = $1) ON CONFLICT (person_id) DO NOTHING`,
			[16]byte(m.Person), name, m.Since)
	}
	// As held by a server that is gone: the sweep says in the log that they are away.
	gone := "import-" + home.ID.String()
	batch.Queue(`INSERT INTO replicas (replica, seen_at) VALUES ($1, 'epoch') ON CONFLICT DO NOTHING`, gone)
	for _, g := range home.Gateways {
		if g.Revoked {
			continue
		}
		var nobodys [32]byte // a key whose private half nobody has
		_, _ = rand.Read(nobodys[:])
		batch.Queue(`
			INSERT INTO gateway_keys (gateway_id, home_id, public_key, session, replica, suspended_at)
			VALUES ($1, $2, $3, $4, $5, coalesce($6, clock_timestamp()))`,
			[16]byte(g.ID), [16]byte(home.ID), nobodys[:], g.Session, gone, a.clock())
	}
	return eventstore.Translate(tx.SendBatch(ctx, batch).Close())
}

// Owners returns the owners among the members of a home, the longest there first.
func Owners(home *domain.Home) []domain.PersonID {
	var owners []*domain.Member
	for _, m := range home.Members {
		if m.Role == domain.Owner {
			owners = append(owners, m)
		}
	}
	slices.SortFunc(owners, func(a, b *domain.Member) int {
		return cmp.Or(a.Since.Compare(b.Since), strings.Compare(a.Person.String(), b.Person.String()))
	})
	ids := make([]domain.PersonID, len(owners))
	for i, m := range owners {
		ids[i] = m.Person
	}
	return ids
}
