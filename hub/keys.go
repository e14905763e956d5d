package hub

import (
	"context"
	"crypto/ed25519"
	"crypto/hmac"
	"time"

	"github.com/coder/websocket"

	"logis/access"
	"logis/domain"
	"logis/wire"
)

// canRenew reports whether keys end in a version of the protocol.
func canRenew(version int) bool { return version >= 2 }

// signedBy tells of a key whether it signed.
func signedBy(text, signature []byte) func(ed25519.PublicKey) bool {
	return func(key ed25519.PublicKey) bool { return ed25519.Verify(key, text, signature) }
}

// enrol answers a new gateway: it must wait, or who it is.
func (h *Hub) enrol(ctx context.Context, conn *websocket.Conn, nonce []byte, f *wire.Enrol) error {
	if _, ok := wire.Choose([]int{f.Version}); !ok {
		return refuse(wire.CloseVersion, "no common protocol version")
	}
	const invalid = "the claim is not valid"
	if len(f.Claim) != 16 || len(f.PublicKey) != ed25519.PublicKeySize || !signedBy(f.SigningBytes(nonce), f.Signature)(f.PublicKey) {
		return refuse(wire.CloseUnauthorized, invalid)
	}
	admission, err := h.options.Access.Enrol(ctx, [16]byte(f.Claim), f.PublicKey, canRenew(f.Version), func(secret [16]byte) bool {
		return hmac.Equal(f.Proof, wire.EnrolProof(secret, nonce, f.PublicKey))
	})
	switch {
	case domain.CodeOf(err) == domain.Conflict: // the key is another gateway's
		return refuse(wire.CloseForbidden, err.Error())
	case err != nil:
		return h.refusalFor(err, invalid)
	case admission.Waits.IsZero():
		return write(ctx, conn, wire.Enrolled{Gateway: admission.Gateway, Home: admission.Home})
	}
	return askAgain(ctx, conn, f.Version, admission.Waits)
}

// renew answers a gateway that made a new key.
func (h *Hub) renew(ctx context.Context, conn *websocket.Conn, nonce []byte, f *wire.Renew) error {
	if _, ok := wire.Choose([]int{f.Version}); !ok || !canRenew(f.Version) {
		return refuse(wire.CloseVersion, "no common protocol version")
	}
	text := f.SigningBytes(nonce)
	if len(f.PublicKey) != ed25519.PublicKeySize || !signedBy(text, f.NewSignature)(f.PublicKey) {
		return refuse(wire.CloseUnauthorized, stranger)
	}
	renewal, err := h.options.Access.Renew(ctx, f.Gateway, f.PublicKey, signedBy(text, f.Signature))
	switch {
	case domain.CodeOf(err) == domain.Conflict:
		return refuse(wire.CloseForbidden, err.Error())
	case err != nil:
		return h.refusalFor(err, stranger)
	case renewal.Waits.IsZero():
		return write(ctx, conn, certificateOf(renewal.Certificate))
	}
	return askAgain(ctx, conn, f.Version, renewal.Waits)
}

// askAgain tells that the owner has not confirmed the key yet, and ends the
// socket. An agent that does not know the frame takes it for a complaint and asks
// again, too.
func askAgain(ctx context.Context, conn *websocket.Conn, version int, until time.Time) error {
	var frame wire.Frame = wire.Pending{UntilMS: until.UnixMilli()}
	const wait = "the owner must confirm this gateway in the app"
	if !canRenew(version) {
		frame = wire.Error{Code: domain.Conflict, Message: wait}
	}
	if err := write(ctx, conn, frame); err != nil {
		return err
	}
	return refuse(wire.CloseGoingAway, wait)
}

func certificateOf(c access.Certificate) wire.Certificate {
	if c.Ends.IsZero() {
		return wire.Certificate{}
	}
	return wire.Certificate{Serial: c.Serial, BeginsMS: c.Begins.UnixMilli(), EndsMS: c.Ends.UnixMilli()}
}
