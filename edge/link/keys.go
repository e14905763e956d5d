package link

import (
	"context"
	"crypto/ed25519"
	"errors"
	"time"

	"logis/edge/identity"
	"logis/wire"
)

// How a key is renewed beside the sessions.
const (
	// renewPause lies between two attempts while the present key is good.
	renewPause = time.Hour
	// confirmPause lies between two questions whether the owner has confirmed a key.
	// It may take days until somebody looks.
	confirmPause = 15 * time.Second
)

var errCannotRenew = errors.New("the server is of a release that does not renew keys")

// renews is what a link knows of its key. Only the goroutine of Run uses it.
type renews struct {
	ended bool          // the cloud says so: nothing but a new key helps
	again time.Duration // boot clock: not before
}

// change keeps an identity on disk before anything is said under it.
func (l *Link) change(id identity.Identity) error {
	if err := l.options.Keep(id); err != nil {
		return &diskError{err}
	}
	l.options.Identity = id
	return nil
}

// connect dials with a key that is good to say hello: one that has ended, or two
// thirds of whose life are over by the time the cloud tells, is renewed first. A
// renewal that fails keeps nobody from connecting while the present key is good.
func (l *Link) connect(ctx context.Context) (*socket, error) {
	s, err := dial(ctx, &l.options)
	if id := l.options.Identity; err != nil || id.Following() || !l.renews.ended && !l.due(id) {
		return s, err
	}
	err = l.renew(ctx, s)
	s.cut()
	var fatal *diskError
	if err != nil && (l.renews.ended || errors.As(err, &fatal)) {
		return nil, err
	}
	if err != nil {
		l.renews.again = l.options.Time.Boot() + renewPause
		l.options.Log.Warn("the gateway's key is not renewed yet", "why", err, "next_try_in", renewPause)
	}
	return dial(ctx, &l.options)
}

// due reports whether it is time to renew, by the server's time.
func (l *Link) due(id identity.Identity) bool {
	now, known := l.options.Time.Now()
	at := id.RenewAt()
	return known && !at.IsZero() && !now.At.Before(at) && l.options.Time.Boot() >= l.renews.again
}

// untilDue returns how long a session may last before the key must be renewed, and
// false when that is not known.
func (l *Link) untilDue() (time.Duration, bool) {
	now, known := l.options.Time.Now()
	at := l.options.Identity.RenewAt()
	if !known || at.IsZero() {
		return 0, false
	}
	return max(at.Sub(now.At), l.renews.again-l.options.Time.Boot(), time.Second), true
}

// renew makes a new key, keeps it, and has it certified. The present key goes on
// until the first session of the new one.
func (l *Link) renew(ctx context.Context, s *socket) error {
	if s.version < 2 {
		return errCannotRenew
	}
	id := l.options.Identity.WithNext()
	if l.options.Identity.Next == nil {
		if err := l.change(id); err != nil {
			return err
		}
	}
	request := wire.Renew{Version: s.version, Gateway: id.Gateway, PublicKey: id.NextPublicKey()}
	text := request.SigningBytes(s.challenge.Nonce)
	request.Signature, request.NewSignature = ed25519.Sign(id.Key(), text), ed25519.Sign(id.NextKey(), text)
	if err := s.write(ctx, request); err != nil {
		return err
	}
	frame, err := s.read(ctx)
	if err != nil {
		return err
	}
	switch f := frame.(type) {
	case *wire.Certificate:
		l.renews = renews{}
		return l.change(id.Certified(*f))
	case *wire.Pending:
		return s.pending(f, id.NextLetters())
	}
	return s.unexpected(frame)
}

// greet says hello, and notes what the answer means for the keys.
func (l *Link) greet(ctx context.Context, s *socket) (*wire.Welcome, error) {
	id := l.options.Identity
	welcome, err := s.hello(ctx)
	if err != nil {
		if id.Following() && endingOf(err).code == wire.CloseUnauthorized {
			// It waited too long for this session; the old one is good.
			if err := l.change(id.Uncertified()); err != nil {
				return nil, err
			}
			return nil, errors.New("the new key has lapsed, the old one goes on")
		}
		return nil, err
	}
	if after := id.Welcomed(welcome.Certificate); id.Following() || after.Certificate != id.Certificate {
		return welcome, l.change(after)
	}
	return welcome, nil
}
