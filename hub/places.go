package hub

import (
	"context"
	"sync"

	"logis/domain"
	"logis/eventstore"
)

// places are where the newest entries of a session went in the log. What a gateway
// tells of its rules names the entries it follows from, nearly always the last few.
type places struct {
	mu    sync.Mutex
	order [maxPlaces]int64 // a ring of the numbers in entries
	next  int
	of    map[int64]place
}

// maxPlaces bounds what a session remembers: two frames of rules that answer each
// other. Older ones are looked up in the log.
const maxPlaces = 1024

type place struct{ seq, correlation domain.Seq }

func (p *places) keep(number int64, rec *domain.RecordedEvent) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of == nil {
		p.of = map[int64]place{}
	}
	delete(p.of, p.order[p.next])
	p.order[p.next] = number
	p.next = (p.next + 1) % maxPlaces
	p.of[number] = place{rec.Seq, rec.Correlation}
}

func (p *places) find(number int64) (place, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	found, ok := p.of[number]
	return found, ok
}

// numbers finds entries within an append. It implements wire.Numbers.
type numbers struct {
	ctx context.Context //nolint:containedctx // of the append, which it does not outlive
	tx  *eventstore.Tx
	s   *session
}

func (s *session) numbers(ctx context.Context, tx *eventstore.Tx) numbers { return numbers{ctx, tx, s} }

// Seq returns where an entry went; zeros for one that cannot be found: what follows
// from it is recorded without a cause.
func (n numbers) Seq(number int64) (seq, correlation domain.Seq) {
	if number == 0 {
		return 0, 0
	}
	found, ok := n.s.places.find(number)
	if !ok {
		ref := domain.EdgeRef{Gateway: n.s.gateway, Epoch: n.s.epoch, Seq: number}
		var err error
		if found.seq, found.correlation, err = eventstore.SeqOfEntry(n.ctx, n.tx.PG(), n.s.home, ref); err != nil {
			return 0, 0
		}
	}
	return found.seq, found.correlation
}
