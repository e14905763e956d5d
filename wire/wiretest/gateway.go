// Package wiretest is a gateway of few lines for tests and load: it speaks the
// edge socket without radios and without a disk.
package wiretest

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"github.com/coder/websocket"

	"logis/domain"
	"logis/domain/thing"
	"logis/wire"
)

// Gateway is an enrolled gateway that can connect. Acked and Head are what it
// witnessed; a caller keeps them up to date as acks come.
type Gateway struct {
	ID     domain.GatewayID
	Home   domain.HomeID
	Key    ed25519.PrivateKey
	Outbox string
	Acked  int64
	Head   wire.Head
	// Instance names the running agent; "": it does not tell.
	Instance string
	// Version of the protocol it speaks; 0: the newest.
	Version int
}

// Socket is one connection of a gateway.
type Socket struct {
	conn    *websocket.Conn
	Welcome wire.Welcome
}

// ErrUnexpected is wrapped when the cloud sends another frame than it should.
var ErrUnexpected = errors.New("unexpected frame")

func dial(ctx context.Context, url string) (*Socket, *wire.Challenge, error) {
	conn, _, err := websocket.Dial(ctx, url+wire.Path, &websocket.DialOptions{
		Subprotocols: []string{wire.Subprotocol}, CompressionMode: websocket.CompressionDisabled,
	})
	if err != nil {
		return nil, nil, err
	}
	conn.SetReadLimit(wire.MaxCloudFrame)
	s := &Socket{conn: conn}
	challenge, err := expect[*wire.Challenge](ctx, s)
	if err != nil {
		s.Cut()
	}
	return s, challenge, err
}

func expect[F wire.Frame](ctx context.Context, s *Socket) (F, error) {
	var want F
	frame, err := s.Read(ctx)
	if err != nil {
		return want, err
	}
	got, ok := frame.(F)
	if !ok {
		return want, fmt.Errorf("%w: %s", ErrUnexpected, frame.FrameType())
	}
	return got, nil
}

// Confirm says to the cloud, as the owner would, that the letters it shows are
// those of this gateway's key.
type Confirm func(ctx context.Context, letters string) error

// Enrol redeems a claim with the key of seed (32 bytes), lets the owner confirm
// its letters, and returns the gateway it makes, not connected.
func Enrol(ctx context.Context, url string, claim domain.Claim, seed []byte, confirm Confirm) (*Gateway, error) {
	key := ed25519.NewKeyFromSeed(seed)
	frame, err := Redeem(ctx, url, claim, key)
	if _, waits := frame.(*wire.Pending); waits {
		if err := confirm(ctx, domain.KeyLetters(public(key))); err != nil {
			return nil, err
		}
		frame, err = Redeem(ctx, url, claim, key)
	}
	if err != nil {
		return nil, err
	}
	enrolled, ok := frame.(*wire.Enrolled)
	if !ok {
		return nil, fmt.Errorf("%w: %s", ErrUnexpected, frame.FrameType())
	}
	return &Gateway{ID: enrolled.Gateway, Home: enrolled.Home, Key: key, Outbox: "outbox-1"}, nil
}

// Redeem brings a claim once, and returns what the cloud answers.
func Redeem(ctx context.Context, url string, claim domain.Claim, key ed25519.PrivateKey) (wire.Frame, error) {
	s, challenge, err := dial(ctx, url)
	if err != nil {
		return nil, err
	}
	defer s.Cut()
	f := wire.Enrol{
		Version: wire.Version, Claim: claim.ID[:], PublicKey: public(key),
		Proof: wire.EnrolProof(claim.Secret, challenge.Nonce, public(key)),
	}
	f.Signature = ed25519.Sign(key, f.SigningBytes(challenge.Nonce))
	if err := s.Write(ctx, f); err != nil {
		return nil, err
	}
	return s.Read(ctx)
}

// Renew asks for a certificate of another key once, and returns what the cloud
// answers.
func (g *Gateway) Renew(ctx context.Context, url string, key ed25519.PrivateKey) (wire.Frame, error) {
	s, challenge, err := dial(ctx, url)
	if err != nil {
		return nil, err
	}
	defer s.Cut()
	f := wire.Renew{Version: wire.Version, Gateway: g.ID, PublicKey: public(key)}
	f.Signature = ed25519.Sign(g.Key, f.SigningBytes(challenge.Nonce))
	f.NewSignature = ed25519.Sign(key, f.SigningBytes(challenge.Nonce))
	if err := s.Write(ctx, f); err != nil {
		return nil, err
	}
	return s.Read(ctx)
}

func public(key ed25519.PrivateKey) ed25519.PublicKey {
	return key.Public().(ed25519.PublicKey) //nolint:forcetypeassert // documented
}

// Connect opens a session of the gateway.
func (g *Gateway) Connect(ctx context.Context, url string) (*Socket, error) {
	s, challenge, err := dial(ctx, url)
	if err != nil {
		return nil, err
	}
	f := wire.Hello{
		Version: cmp.Or(g.Version, wire.Version), Gateway: g.ID, Outbox: g.Outbox, Acked: g.Acked, Head: g.Head,
		Agent: "test", Instance: g.Instance,
	}
	f.Signature = ed25519.Sign(g.Key, f.SigningBytes(challenge.Nonce))
	if err := s.Write(ctx, f); err != nil {
		s.Cut()
		return nil, err
	}
	welcome, err := expect[*wire.Welcome](ctx, s)
	if err != nil {
		s.Cut()
		return nil, err
	}
	s.Welcome = *welcome
	return s, nil
}

// Write sends a frame.
func (s *Socket) Write(ctx context.Context, f wire.Frame) error {
	text, err := wire.Encode(f)
	if err != nil {
		return err
	}
	return s.WriteText(ctx, text)
}

// WriteText sends bytes as a text frame, whatever they are.
func (s *Socket) WriteText(ctx context.Context, text []byte) error {
	return s.conn.Write(ctx, websocket.MessageText, text)
}

// Read returns the next frame of the cloud. A closed socket is an error;
// CloseCode tells how.
func (s *Socket) Read(ctx context.Context) (wire.Frame, error) {
	_, text, err := s.conn.Read(ctx)
	if err != nil {
		return nil, err
	}
	return wire.DecodeFromCloud(text)
}

// Next returns the next frame of one type and drops those before it.
func Next[F wire.Frame](ctx context.Context, s *Socket) (F, error) {
	for {
		frame, err := s.Read(ctx)
		if err != nil {
			var none F
			return none, err
		}
		if f, ok := frame.(F); ok {
			return f, nil
		}
	}
}

// Close says goodbye.
func (s *Socket) Close() { _ = s.conn.Close(websocket.StatusGoingAway, "stopping") }

// Cut drops the connection without a word.
func (s *Socket) Cut() { _ = s.conn.CloseNow() }

// CloseCode returns the code the cloud closed the socket with, or 0.
func CloseCode(err error) wire.CloseCode {
	if code := websocket.CloseStatus(err); code > 0 {
		return wire.CloseCode(code)
	}
	return 0
}

// Report returns an entry with one value.
func Report(device domain.DeviceID, at time.Time, values map[string]thing.Value) wire.Entry {
	return wire.Entry{Kind: wire.KindReport, AtMS: at.UnixMilli(), Device: device, Values: values}
}

// NextEntry returns the number of the first entry the cloud does not have.
func (s *Socket) NextEntry() int64 {
	if s == nil {
		return 0
	}
	return s.Welcome.Cursor + 1
}
