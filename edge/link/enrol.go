package link

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"logis/domain"
	"logis/edge/identity"
	"logis/wire"
)

// Why a gateway is not let in.
var (
	// ErrClaimRefused says that the cloud does not take the claim.
	ErrClaimRefused = errors.New("the claim was refused: it is wrong, was used, or is too old")
	// ErrOwnerRefused says that the owner, or the cloud, does not want this key.
	ErrOwnerRefused = errors.New("this gateway was refused")
	// ErrNotConfirmed says that nobody compared the letters in time.
	ErrNotConfirmed = errors.New("nobody confirmed this gateway in time: make a new claim in the app")
)

// pendingError is an answer that asks to wait for the owner.
type pendingError struct {
	letters string
	left    time.Duration // as long as somebody can confirm it
}

func (e *pendingError) Error() string {
	return fmt.Sprintf("waiting until the owner confirms the letters %s in the app", e.letters)
}

// Enrol redeems a claim, waits until the owner has confirmed the letters of the
// key, and returns the identity with what the cloud calls this gateway. It tries
// until the cloud has answered or ctx ends; of o it needs Server, Identity, Time
// and Waits.
func Enrol(ctx context.Context, o Options, claim domain.Claim) (identity.Identity, error) {
	o = o.withDefaults()
	wait := backoff{limit: o.ReconnectMax, random: o.Random}
	var last time.Duration // boot clock: nobody confirms it later; 0: it does not wait
	for {
		id, err := enrol(ctx, &o, claim)
		if err == nil {
			return id, nil
		}
		ended := endingOf(err)
		pause := wait.next(ended, 0)
		var pending *pendingError
		switch {
		case ctx.Err() != nil:
			return id, ctx.Err()
		case errors.As(err, &pending):
			if last == 0 {
				o.Waits(pending.letters, pending.left)
			}
			last, pause = o.Time.Boot()+pending.left, min(wire.AskAgain, cmp.Or(o.ReconnectMax, wire.AskAgain))
			wait.failures = 0
		case ended.code == wire.CloseForbidden:
			return id, fmt.Errorf("%w: %w", ErrOwnerRefused, err)
		case last != 0 && (ended.code == wire.CloseUnauthorized || o.Time.Boot() > last):
			return id, ErrNotConfirmed
		case ended.code == wire.CloseUnauthorized:
			return id, ErrClaimRefused
		default:
			o.Log.Info("not enrolled yet", "why", err, "next_try_in", pause.Round(time.Millisecond))
		}
		if !sleep(ctx, pause) {
			return id, ctx.Err()
		}
	}
}

func enrol(ctx context.Context, o *Options, claim domain.Claim) (identity.Identity, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	id := o.Identity
	s, err := dial(ctx, o)
	if err != nil {
		return id, err
	}
	defer s.cut()
	request := wire.Enrol{Version: s.version, Claim: claim.ID[:], PublicKey: id.PublicKey()}
	request.Proof = wire.EnrolProof(claim.Secret, s.challenge.Nonce, request.PublicKey)
	request.Signature = ed25519.Sign(id.Key(), request.SigningBytes(s.challenge.Nonce))
	if err := s.write(ctx, request); err != nil {
		return id, err
	}
	frame, err := s.read(ctx)
	if err != nil {
		return id, err
	}
	switch f := frame.(type) {
	case *wire.Enrolled:
		id.Gateway, id.Home, id.Server = f.Gateway, f.Home, o.Server
		return id, nil
	case *wire.Pending:
		return id, s.pending(f, id.Letters())
	}
	return id, s.unexpected(frame)
}

// pending is the answer that somebody must confirm a key of these letters.
func (s *socket) pending(f *wire.Pending, letters string) error {
	left := time.Duration(f.UntilMS-s.challenge.TimeMS) * time.Millisecond
	return &pendingError{letters: letters, left: max(left, 0)}
}
