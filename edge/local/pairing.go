package local

import (
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"math/big"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"logis/domain"
	"logis/edge/clock"
)

// pairings lets in who can read what the gateway shows. At most one pairing is
// open, and only in memory: a restart voids it.
type pairings struct {
	clock clock.Clock
	show  func(name, code string, opens bool)
	limit *rate.Limiter

	mu   sync.Mutex
	open *pairing
}

type pairing struct {
	id, name, code string
	opens          bool
	ends           time.Duration // since boot
	tries          int           // left
}

func newPairings(c clock.Clock, show func(name, code string, opens bool)) *pairings {
	return &pairings{clock: c, show: show, limit: rate.NewLimiter(rate.Every(pairingPeriod), pairingBurst)}
}

// begin shows a code to whoever is at the gateway.
func (p *pairings) begin(name string, opens bool) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.present() != nil {
		return "", domain.Errorf(domain.Conflict, "somebody is being paired: try again in two minutes")
	}
	if !p.limit.Allow() {
		return "", errTooMany
	}
	n, err := rand.Int(rand.Reader, big.NewInt(100_000_000))
	if err != nil {
		return "", domain.Wrap(domain.Internal, "", err)
	}
	p.open = &pairing{
		id: rand.Text(), name: name, opens: opens, code: fmt.Sprintf("%08d", n),
		ends: p.clock.Boot() + pairingLife, tries: maxTries,
	}
	p.show(name, p.open.code, opens)
	return p.open.id, nil
}

// present returns the open pairing, nil if its time is over.
func (p *pairings) present() *pairing {
	if p.open != nil && p.clock.Boot() >= p.open.ends {
		p.open = nil
	}
	return p.open
}

// finish takes a code. The right one ends the pairing, and so does the last wrong
// one.
func (p *pairings) finish(id, code string) (name string, opens bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	open := p.present()
	if open == nil || open.id != id {
		return "", false, domain.Errorf(domain.NotFound, "this pairing is over: begin another one")
	}
	if subtle.ConstantTimeCompare([]byte(code), []byte(open.code)) == 1 {
		p.open = nil
		return open.name, open.opens, nil
	}
	if open.tries--; open.tries == 0 {
		p.open = nil
	}
	return "", false, domain.InvalidInput(domain.Fault{Field: "code", Message: "is not the one the gateway shows"})
}
