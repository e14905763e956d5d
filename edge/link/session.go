package link

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/coder/websocket"

	"logis/edge/outbox"
	"logis/wire"
)

// session is one live connection after the welcome.
type session struct {
	*socket
	number int64
	begun  outbox.Session

	mu     sync.Mutex
	next   int64    // first entry not sent
	acked  int64    // last entry the cloud recorded
	flight []flying // frames sent and not acked, oldest first
	flying int      // the entries in them
	room   chan struct{}

	calls   chan struct{} // holds one token per call under way
	calling sync.WaitGroup
}

// flying is a frame on its way.
type flying struct {
	last    int64 // its last entry
	entries int
}

// session connects and speaks until the connection ends. It always returns an
// error: why it ended.
func (l *Link) session(ctx context.Context) error {
	s, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer s.cut()
	if d, known := l.untilDue(); known {
		renew := time.AfterFunc(d, func() { s.close(wire.CloseGoingAway, "the gateway renews its key") })
		defer renew.Stop()
	}
	defer s.calling.Wait()
	// The outbox is told even when ctx has ended.
	defer func() { _ = l.options.Outbox.End(context.WithoutCancel(ctx)) }()
	l.options.Commands.Begin(s.number, s.write)
	defer l.options.Commands.End(s.number)
	l.setStatus(Status{Session: s.number})
	l.options.Log.Info("connected to the cloud", "session", s.number, "backlog", s.begun.AsOf-s.begun.Next+1)
	if s.begun.Regressed {
		l.options.Log.Warn("the cloud remembers less than this gateway has witnessed; every device is told again")
		if l.options.Rules != nil {
			if err := l.options.Rules.Regressed(ctx); err != nil {
				return onDisk(err)
			}
		}
	}
	// The socket outlives ctx by a word of goodbye.
	stop := context.AfterFunc(ctx, func() { s.close(wire.CloseGoingAway, "the agent stops") })
	defer stop()
	return s.live(context.WithoutCancel(ctx))
}

// live reads and writes until one of them ends, and returns what tells most of
// why: a fault of the disk, or else the word the cloud closed with.
func (s *session) live(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	written := make(chan error, 1)
	go func() {
		defer cancel()
		written <- s.writeAll(ctx)
	}()
	read := s.readAll(ctx)
	cancel()
	write := <-written
	var fatal *diskError
	if errors.As(write, &fatal) || (websocket.CloseStatus(read) < 0 && !errors.Is(write, context.Canceled)) {
		return write
	}
	return read
}

// open dials, says hello and begins the session in the outbox.
func (l *Link) open(ctx context.Context) (*session, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	socket, err := l.connect(ctx)
	if err != nil {
		return nil, err
	}
	welcome, err := l.greet(ctx, socket)
	if err != nil {
		socket.cut()
		return nil, err
	}
	s := &session{socket: socket, number: welcome.Session, room: make(chan struct{}, 1), calls: make(chan struct{}, wire.MaxCalls)}
	s.begun, err = l.begin(ctx, welcome)
	if err != nil {
		socket.close(wire.CloseGoingAway, "hello follows anew")
		return nil, err
	}
	s.next, s.acked = s.begun.Next, welcome.Cursor
	return s, nil
}

func (l *Link) begin(ctx context.Context, welcome *wire.Welcome) (outbox.Session, error) {
	if err := l.options.Outbox.Date(ctx); err != nil {
		return outbox.Session{}, onDisk(err)
	}
	begun, err := l.options.Outbox.Begin(ctx, welcome.Cursor, welcome.Head)
	if err != nil && !errors.Is(err, outbox.ErrRestored) {
		return begun, onDisk(err)
	}
	return begun, err
}

// readAll takes what the cloud says, until it says nothing for too long.
func (s *session) readAll(ctx context.Context) error {
	for {
		quiet, cancel := context.WithTimeout(ctx, wire.SilenceLimit)
		frame, err := s.read(quiet)
		silent := quiet.Err() != nil && ctx.Err() == nil
		cancel()
		if silent {
			return fmt.Errorf("the cloud said nothing for %v", wire.SilenceLimit)
		}
		if err != nil {
			return err
		}
		if err := s.take(ctx, frame); err != nil {
			return err
		}
	}
}

func (s *session) take(ctx context.Context, frame wire.Frame) error {
	switch f := frame.(type) {
	case *wire.Ack:
		return s.takeAck(f)
	case *wire.Command:
		return onDisk(s.options.Commands.Command(ctx, *f))
	case *wire.Go:
		s.options.Commands.Go(*f)
		return nil
	case *wire.Call:
		return s.takeCall(ctx, f)
	case *wire.Configure:
		if s.options.Desk != nil {
			s.options.Desk.Configure(*f)
		}
		return nil
	case *wire.Bundle:
		if s.options.Rules == nil {
			return nil
		}
		return onDisk(s.options.Rules.Bundle(ctx, *f))
	case *wire.Pong:
		s.options.Time.Hear(bootOf(f.BootMS), f.TimeMS)
		return nil
	case *wire.Error:
		s.options.Log.Warn("the cloud refused an entry", "entry", f.Entry, "code", f.Code, "message", f.Message)
		return nil
	}
	return s.refuse("a " + frame.FrameType() + " frame does not belong here")
}

// takeAck frees room for further entries. An ack for what was not sent is one
// for another gateway.
func (s *session) takeAck(f *wire.Ack) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Cursor >= s.next {
		return s.refuse(fmt.Sprintf("entry %d is acked, the last one sent is %d", f.Cursor, s.next-1))
	}
	s.acked = max(s.acked, f.Cursor)
	for len(s.flight) > 0 && s.flight[0].last <= s.acked {
		s.flying -= s.flight[0].entries
		s.flight = s.flight[1:]
	}
	s.options.Outbox.Ack(f.Cursor, f.Head)
	select {
	case s.room <- struct{}{}:
	default:
	}
	return nil
}
