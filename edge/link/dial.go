package link

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/coder/websocket"

	"logis/wire"
)

// dialTimeout bounds the way to the challenge, in which the server's admission
// may let a gateway wait.
const dialTimeout = 30 * time.Second

// socket is a connection on which the cloud has given its challenge.
type socket struct {
	conn      *websocket.Conn
	challenge *wire.Challenge
	version   int
	options   *Options
}

// dial connects and hears the challenge. ctx must bound it.
func dial(ctx context.Context, o *Options) (*socket, error) {
	address, err := endpoint(o.Server)
	if err != nil {
		return nil, err
	}
	asked := o.Time.Boot()
	conn, answer, err := websocket.Dial(ctx, address, &websocket.DialOptions{ //nolint:bodyclose // the package closes it
		HTTPClient: o.Client, Subprotocols: []string{wire.Subprotocol},
		CompressionMode: websocket.CompressionDisabled,
	})
	if err != nil {
		return nil, refusedByHTTP(answer, fmt.Errorf("dial %s: %w", address, err))
	}
	conn.SetReadLimit(wire.MaxCloudFrame)
	s := &socket{conn: conn, options: o}
	if s.challenge, err = expect[*wire.Challenge](ctx, s); err != nil {
		s.cut()
		return nil, fmt.Errorf("challenge: %w", err)
	}
	o.Time.Hear(asked, s.challenge.TimeMS)
	version, ok := wire.Choose(s.challenge.Versions)
	if !ok {
		s.close(wire.CloseVersion, "no common protocol version")
		return nil, fmt.Errorf("the server speaks versions %v of the protocol, this agent %v", s.challenge.Versions, wire.Versions())
	}
	s.version = version
	return s, nil
}

// refusedByHTTP reads how long a server that did not open the socket asks to
// wait.
func refusedByHTTP(answer *http.Response, err error) error {
	if answer == nil {
		return err
	}
	switch answer.StatusCode {
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		seconds, parse := strconv.Atoi(answer.Header.Get("Retry-After"))
		if parse != nil || seconds < 0 {
			seconds = 0
		}
		return &busyError{time.Duration(min(seconds, 3600)) * time.Second, err}
	}
	return err
}

// read returns the next frame.
func (s *socket) read(ctx context.Context) (wire.Frame, error) {
	kind, text, err := s.conn.Read(ctx)
	if err != nil {
		return nil, err
	}
	if kind != websocket.MessageText {
		return nil, s.refuse("frames are text")
	}
	frame, err := wire.DecodeFromCloud(text)
	if err != nil {
		return nil, s.refuse(err.Error())
	}
	return frame, nil
}

// refuse ends the socket because of what the cloud sent.
func (s *socket) refuse(why string) error {
	s.close(wire.CloseBadFrame, why)
	return errors.New("the cloud does not keep to the protocol: " + why)
}

// expect reads the one frame that may come now.
func expect[F wire.Frame](ctx context.Context, s *socket) (F, error) {
	var none F
	frame, err := s.read(ctx)
	if err != nil {
		return none, err
	}
	f, ok := frame.(F)
	if !ok {
		return none, s.unexpected(frame)
	}
	return f, nil
}

// unexpected tells what is wrong with a frame that may not come now.
func (s *socket) unexpected(frame wire.Frame) error {
	if complaint, ok := frame.(*wire.Error); ok {
		return fmt.Errorf("the cloud says %s: %s", complaint.Code, complaint.Message)
	}
	return s.refuse("a " + frame.FrameType() + " frame does not belong here")
}

// write sends a frame. A peer that does not take it in time is cut off.
func (s *socket) write(ctx context.Context, f wire.Frame) error {
	text, err := wire.Encode(f)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, wire.WriteTimeout)
	defer cancel()
	return s.conn.Write(ctx, websocket.MessageText, text)
}

// maxReason is what a close frame can carry (RFC 6455 5.5), in bytes.
const maxReason = 120

// close ends the socket with a word; cut without one.
func (s *socket) close(code wire.CloseCode, reason string) {
	reason = reason[:min(len(reason), maxReason)]
	// A peer that does not answer must not hold up the next attempt.
	late := time.AfterFunc(time.Second, s.cut)
	defer late.Stop()
	_ = s.conn.Close(websocket.StatusCode(code), reason)
}

func (s *socket) cut() { _ = s.conn.CloseNow() }

// hello opens a session.
func (s *socket) hello(ctx context.Context) (*wire.Welcome, error) {
	o := s.options
	standing, err := o.Outbox.Standing(ctx)
	if err != nil {
		return nil, onDisk(err)
	}
	hello := wire.Hello{
		Version: s.version, Gateway: o.Identity.Gateway, Outbox: standing.Outbox,
		Acked: standing.Acked, Head: standing.Head, Agent: o.Agent,
	}
	if s.version >= 2 {
		hello.Instance = o.instance
	}
	hello.Signature = ed25519.Sign(o.Identity.HelloKey(), hello.SigningBytes(s.challenge.Nonce))
	asked := o.Time.Boot()
	if err := s.write(ctx, hello); err != nil {
		return nil, fmt.Errorf("hello: %w", err)
	}
	welcome, err := expect[*wire.Welcome](ctx, s)
	if err != nil {
		return nil, fmt.Errorf("hello: %w", err)
	}
	o.Time.Hear(asked, welcome.TimeMS)
	return welcome, nil
}
