package hub

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/coder/websocket"
	"github.com/jackc/pgx/v5"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
	"logis/eventstore/wall"
	"logis/wire"
)

// refusal ends a socket with a coded close.
type refusal struct {
	code   wire.CloseCode
	reason string
}

func (r *refusal) Error() string { return fmt.Sprintf("%d: %s", r.code, r.reason) }

func refuse(code wire.CloseCode, reason string) error { return &refusal{code, reason} }

const nonceBytes = 32

// greet challenges the peer, enrols it if it brings a claim, certifies its new key
// if it asks for that, and opens its session. The error is a refusal, or the
// socket's own.
func (h *Hub) greet(conn *websocket.Conn) (*session, error) {
	ctx, cancel := context.WithTimeout(h.ctx, wire.HelloTimeout)
	defer cancel()
	if _, known := h.clock.now(); !known {
		return nil, refuse(wire.CloseOverloaded, "the server is not ready")
	}
	nonce := make([]byte, nonceBytes)
	_, _ = rand.Read(nonce) // never fails
	challenge := wire.Challenge{Nonce: nonce, TimeMS: h.clock.nowMS(), Versions: wire.Versions()}
	if err := write(ctx, conn, challenge); err != nil {
		return nil, err
	}
	frame, err := next(ctx, conn)
	if err != nil {
		return nil, err
	}
	switch f := frame.(type) {
	case *wire.Enrol:
		err = h.enrol(ctx, conn, nonce, f)
	case *wire.Renew:
		err = h.renew(ctx, conn, nonce, f)
	default:
		return h.begin(ctx, conn, nonce, frame)
	}
	if err == nil {
		frame, err = next(ctx, conn)
	}
	if err != nil {
		return nil, err
	}
	return h.begin(ctx, conn, nonce, frame)
}

// begin opens the session of a hello.
func (h *Hub) begin(ctx context.Context, conn *websocket.Conn, nonce []byte, frame wire.Frame) (*session, error) {
	hello, ok := frame.(*wire.Hello)
	if !ok {
		return nil, refuse(wire.CloseBadFrame, "want hello, got "+frame.FrameType())
	}
	return h.open(ctx, conn, nonce, hello)
}

func write(ctx context.Context, conn *websocket.Conn, f wire.Frame) error {
	text, err := wire.Encode(f)
	if err != nil {
		return err
	}
	return conn.Write(ctx, websocket.MessageText, text)
}

// next reads one frame of the handshake.
func next(ctx context.Context, conn *websocket.Conn) (wire.Frame, error) {
	kind, text, err := conn.Read(ctx)
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, refuse(wire.CloseTimeout, "no hello in time")
	case err != nil:
		return nil, err
	case kind != websocket.MessageText:
		return nil, refuse(wire.CloseBadFrame, "frames are text")
	}
	frame, err := wire.DecodeFromEdge(text)
	if err != nil {
		return nil, refuse(wire.CloseBadFrame, clip(err.Error(), maxCloseReason))
	}
	return frame, nil
}

// maxCloseReason is what a close frame can carry beside its code, in bytes
// (RFC 6455 5.5).
const maxCloseReason = 123

// clip keeps the whole characters that fit into so many bytes.
func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}

// refusalFor answers generically for what is the peer's fault and asks it to come
// back for what is ours.
func (h *Hub) refusalFor(err error, unauthorized string) error {
	switch domain.CodeOf(err) {
	case domain.Unauthorized, domain.NotFound, domain.Invalid:
		return refuse(wire.CloseUnauthorized, unauthorized)
	case domain.Forbidden:
		return refuse(wire.CloseForbidden, err.Error())
	case domain.KeyEnded:
		return refuse(wire.CloseKeyEnded, err.Error())
	case domain.Conflict:
		return refuse(wire.CloseReplaced, "a newer session exists")
	case domain.Storage, domain.Overloaded:
		return refuse(wire.CloseOverloaded, "the server cannot record now")
	}
	h.options.Log.Error("gateway refused", "error", err)
	return refuse(wire.CloseInternal, "a fault of the server")
}

// open checks the hello and begins the session. The session is known before the
// log says that the gateway is connected: a command sent because of that finds
// it, and waits in its queue behind the welcome.
func (h *Hub) open(ctx context.Context, conn *websocket.Conn, nonce []byte, f *wire.Hello) (*session, error) {
	if _, ok := wire.Choose([]int{f.Version}); !ok {
		return nil, refuse(wire.CloseVersion, "no common protocol version")
	}
	caller, err := h.options.Access.Recognize(ctx, f.Gateway, signedBy(f.SigningBytes(nonce), f.Signature))
	if err != nil {
		return nil, h.refusalFor(err, stranger)
	}
	if len(f.Head.Hash) != 0 && len(f.Head.Hash) != len(domain.Hash{}) || len(f.Outbox) > maxOutboxName ||
		len(f.Agent) > maxOutboxName || len(f.Instance) > wire.MaxInstance {
		return nil, refuse(wire.CloseBadFrame, "a member of hello has the wrong length")
	}
	number, err := h.options.Access.NextSession(ctx, caller, h.options.Replica, f.Instance)
	if err != nil {
		return nil, h.refusalFor(err, stranger)
	}
	s := newSession(h, conn, f.Gateway, caller.Home, number)
	s.version = f.Version
	if err := h.enter(s); err != nil {
		return nil, err
	}
	welcome, err := h.connect(ctx, s, caller, f)
	if err != nil {
		h.leave(s)
		return nil, h.refusalFor(err, stranger)
	}
	s.connected = true
	s.welcome(welcome)
	return s, nil
}

// stranger is said to whoever is not known, whatever the reason.
const stranger = "unknown gateway or wrong signature"

// maxOutboxName bounds the name of an outbox, in bytes: twice a UUID's.
const maxOutboxName = 64

// connect records that the gateway is connected. The head of the welcome is the one
// before: what is recorded here must not fill up what a restored log has lost.
func (h *Hub) connect(ctx context.Context, s *session, caller access.Caller, f *wire.Hello) (wire.Welcome, error) {
	var welcome wire.Welcome
	hello := domain.Hello{
		Gateway: s.gateway, Outbox: f.Outbox, Acked: f.Acked, Seq: f.Head.Seq, Version: f.Agent,
		Replica: h.options.Replica, Session: s.number, RunsRules: f.Version >= wire.BundleVersion,
	}
	copy(hello.Hash[:], f.Head.Hash)
	err := h.options.Store.Append(wall.InHome(ctx, s.home), []domain.HomeID{s.home}, func(ctx context.Context, tx *eventstore.Tx) error {
		state := tx.Home(s.home)
		if hello.Seq > 0 && hello.Seq < state.Seq {
			var err error
			if hello.Here, err = here(ctx, tx.PG(), s.home, hello); err != nil {
				return err
			}
		}
		hash := state.Hash
		head := wire.Head{Seq: state.Seq, Hash: hash[:]}
		events, err := state.Connect(hello)
		if err != nil {
			return err
		}
		for _, ev := range events {
			if _, err := tx.Record(ctx, s.home, ev); err != nil {
				return err
			}
		}
		certificate, err := h.options.Access.Settle(ctx, tx, caller, canRenew(f.Version))
		if err != nil {
			return err
		}
		g := state.Gateways[s.gateway]
		s.epoch = g.Epoch
		welcome = wire.Welcome{
			Version: f.Version, Session: s.number, Epoch: g.Epoch, Cursor: g.Cursor,
			TimeMS: tx.Now().UnixMilli(), Head: head,
		}
		if canRenew(f.Version) {
			welcome.Certificate = certificateOf(certificate)
		}
		return nil
	})
	return welcome, err
}

// here returns what the log has where a gateway remembers its head: zeros when it has
// nothing. A head among events that were sealed and went cannot be compared any more,
// and is no fault.
func here(ctx context.Context, tx pgx.Tx, home domain.HomeID, hello domain.Hello) (domain.Hash, error) {
	hash, err := eventstore.HashAt(ctx, tx, home, hello.Seq)
	if domain.CodeOf(err) != domain.NotFound {
		return hash, err
	}
	if err := eventstore.Reach(ctx, tx, home, hello.Seq); domain.CodeOf(err) == domain.Gone {
		return hello.Hash, nil
	} else if err != nil {
		return hash, err
	}
	return hash, nil
}
