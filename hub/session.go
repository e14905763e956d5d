package hub

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"logis/domain"
	"logis/eventstore"
	"logis/wire"
)

// Limits of one session.
const (
	maxQueued  = 256 // frames waiting to be written; a slower gateway is cut off
	maxPending = 4   // frames of entries read and not yet committed; then reading pauses
)

// session is one live connection of a gateway. One goroutine reads; another
// writes, but only while there is something to write, so that an idle session
// costs one stack.
type session struct {
	hub     *Hub
	conn    *websocket.Conn
	gateway domain.GatewayID
	home    domain.HomeID
	number  int64
	version int // of the protocol; set before the session is entered
	epoch   int // of the gateway's outbox; set before reading begins

	places    places
	connected bool          // the log says so; only the goroutine that serves uses it
	pending   chan struct{} // holds one token per frame that is being committed
	heard     atomic.Int64  // nanoseconds since the clock's start

	parts sync.Mutex // of one bundle stay together

	mu      sync.Mutex
	queue   [][]byte
	open    bool // the welcome is in the queue: writing may begin
	writing bool
	ended   string // why the session ends; the first reason stays
	calls   calls
}

func newSession(h *Hub, conn *websocket.Conn, gateway domain.GatewayID, home domain.HomeID, number int64) *session {
	s := &session{
		hub: h, conn: conn, gateway: gateway, home: home, number: number,
		pending: make(chan struct{}, maxPending),
	}
	s.hear()
	return s
}

func (s *session) hear() { s.heard.Store(int64(time.Since(s.hub.clock.start))) }

func (s *session) heardAt() time.Time { return s.hub.clock.start.Add(time.Duration(s.heard.Load())) }

// end closes the socket with a code; read then returns.
func (s *session) end(code wire.CloseCode, reason string) {
	s.note(reason)
	_ = s.conn.Close(websocket.StatusCode(code), clip(reason, maxCloseReason))
}

func (s *session) note(reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended == "" {
		s.ended = reason
	}
}

func (s *session) reason() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended
}

// welcome puts the first frame in front of the queue and begins to write.
func (s *session) welcome(f wire.Welcome) {
	text, err := wire.Encode(f)
	s.mu.Lock()
	s.queue = append([][]byte{text}, s.queue...)
	s.open = true
	start := !s.writing
	s.writing = true
	s.mu.Unlock()
	if err != nil {
		s.end(wire.CloseInternal, "a fault of the server")
		return
	}
	if start {
		go s.write()
	}
}

var (
	errQueueFull = errors.New("the gateway does not read fast enough")
	errGone      = errors.New("the session is gone")
)

// send queues a frame. An error means that it will certainly not be written.
func (s *session) send(f wire.Frame) error {
	text, err := wire.Encode(f)
	if err != nil {
		return err
	}
	s.mu.Lock()
	if s.ended != "" {
		s.mu.Unlock()
		return errGone
	}
	if len(s.queue) >= maxQueued {
		s.mu.Unlock()
		go s.end(wire.CloseSlow, errQueueFull.Error())
		return errQueueFull
	}
	s.queue = append(s.queue, text)
	start := s.open && !s.writing
	s.writing = s.writing || start
	s.mu.Unlock()
	if start {
		go s.write()
	}
	return nil
}

// sendAll queues the parts of a bundle one behind the other.
func (s *session) sendAll(parts []wire.Bundle) error {
	s.parts.Lock()
	defer s.parts.Unlock()
	for _, part := range parts {
		if err := s.send(part); err != nil {
			return err
		}
	}
	return nil
}

// write empties the queue and returns.
func (s *session) write() {
	for {
		s.mu.Lock()
		if len(s.queue) == 0 {
			s.queue, s.writing = nil, false
			s.mu.Unlock()
			return
		}
		text := s.queue[0]
		s.queue = s.queue[1:]
		s.mu.Unlock()
		ctx, cancel := context.WithTimeout(s.hub.ctx, wire.WriteTimeout)
		err := s.conn.Write(ctx, websocket.MessageText, text)
		cancel()
		if err != nil {
			s.note("connection_lost")
			_ = s.conn.CloseNow()
			return // writing stays true: nothing is written any more
		}
	}
}

// read takes frames until the socket ends.
func (s *session) read() {
	for {
		kind, reader, err := s.conn.Reader(s.hub.ctx)
		if err != nil {
			s.note(closeReason(err))
			return
		}
		s.hear()
		if kind != websocket.MessageText {
			s.end(wire.CloseBadFrame, "frames are text")
			return
		}
		if err := s.take(reader); err != nil {
			var refusal *refusal
			if !errors.As(err, &refusal) {
				s.note(closeReason(err))
				return
			}
			s.end(refusal.code, refusal.reason)
			return
		}
	}
}

// take reads and handles one frame.
func (s *session) take(reader io.Reader) error {
	buffer := buffers.Get().(*[]byte) //nolint:forcetypeassert // only *[]byte is put, below
	text, err := readInto((*buffer)[:0], reader)
	*buffer = text
	defer func() {
		if cap(*buffer) <= wire.MaxEdgeFrame {
			buffers.Put(buffer)
		}
	}()
	if err != nil {
		return err
	}
	frame, err := wire.DecodeFromEdge(text)
	if err != nil {
		return refuse(wire.CloseBadFrame, err.Error())
	}
	switch f := frame.(type) {
	case *wire.Ping:
		return s.send(wire.Pong{BootMS: f.BootMS, TimeMS: s.hub.clock.nowMS()})
	case *wire.Entries:
		return s.submit(len(f.Entries), func(ctx context.Context, tx *eventstore.Tx) (reply, error) {
			return s.recordEntries(ctx, tx, f)
		})
	case *wire.Snapshot:
		return s.submit(len(f.Devices), func(ctx context.Context, tx *eventstore.Tx) (reply, error) {
			return s.recordSnapshot(ctx, tx, f)
		})
	case *wire.Answer:
		return s.answered(f)
	case *wire.Ready:
		return s.submit(1, func(_ context.Context, tx *eventstore.Tx) (reply, error) {
			return s.lastWord(tx, f)
		})
	case *wire.Error:
		s.hub.options.Log.Warn("gateway complains", "gateway", s.gateway, "code", f.Code, "message", f.Message)
		return nil
	}
	return refuse(wire.CloseBadFrame, frame.FrameType()+" does not belong here")
}

// buffers are shared by all sessions: an idle one holds none.
var buffers = sync.Pool{New: func() any { return new([]byte) }} //nolint:gochecknoglobals // a cache, not state

func readInto(b []byte, r io.Reader) ([]byte, error) {
	for {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if errors.Is(err, io.EOF) {
			return b, nil
		}
		if err != nil {
			return b, err
		}
	}
}

// reply is what goes back after a commit.
type reply struct {
	ack    *wire.Ack
	errors []wire.Error
	word   *wire.Go
}

// submit hands work to the batching front and answers once it is durable. It
// waits while too much of this session is on its way, which is how a gateway
// feels that the server is busy.
func (s *session) submit(weight int, record func(context.Context, *eventstore.Tx) (reply, error)) error {
	select {
	case s.pending <- struct{}{}:
	case <-s.hub.ctx.Done():
		return s.hub.ctx.Err()
	}
	var answer reply
	return s.hub.options.Batcher.Submit(s.hub.ctx, eventstore.Submission{
		Home: s.home, Weight: weight,
		Decide: func(ctx context.Context, tx *eventstore.Tx) error {
			var err error
			answer, err = record(ctx, tx)
			return err
		},
		Done: func(err error) {
			<-s.pending
			s.answer(answer, err)
		},
	})
}

func (s *session) answer(r reply, err error) {
	if err != nil {
		var refusal *refusal
		if !errors.As(err, &refusal) {
			errors.As(s.hub.refusalFor(err, "the gateway is not known any more"), &refusal)
		}
		go s.end(refusal.code, refusal.reason)
		return
	}
	for _, e := range r.errors {
		_ = s.send(e) // a session that ends needs no answer
	}
	if r.word != nil {
		_ = s.send(*r.word)
	}
	if r.ack != nil {
		_ = s.send(*r.ack)
	}
}

func closeReason(err error) string {
	switch code := websocket.CloseStatus(err); code {
	case -1:
		return "connection_lost"
	case websocket.StatusNormalClosure, websocket.StatusGoingAway:
		return "gateway_left"
	default:
		return "closed_by_gateway"
	}
}
