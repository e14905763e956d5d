package hub

import (
	"context"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"logis/domain"
	"logis/domain/call"
	"logis/wire"
)

// Call asks a gateway something and reads its answer into answer. It is live:
// without the session of the address, or without an answer in time, it refuses
// with EdgeOffline; what an agent is too old for with Conflict; one call too many
// with Overloaded. Otherwise the error is the gateway's own.
func (h *Hub) Call(ctx context.Context, to call.Address, method call.Method, params, answer any) error {
	text, err := json.Marshal(params)
	if err != nil || len(text) > wire.MaxParams {
		return domain.Wrap(domain.Invalid, "this is more than a gateway can be asked", err)
	}
	ctx, cancel := context.WithTimeout(ctx, wire.CallLimit)
	defer cancel()
	ask := h.ask
	if to.Replica != h.options.Replica {
		ask = h.relay
	}
	result, err := ask(ctx, to, method, text)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(result, answer); err != nil {
		return domain.Wrap(domain.Conflict, "the gateway's answer is not understood", err)
	}
	return nil
}

func errAway() error { return domain.Errorf(domain.EdgeOffline, "the gateway is not connected") }

func errLate() error { return domain.Errorf(domain.EdgeOffline, "the gateway did not answer in time") }

func errOldAgent() error {
	return domain.Errorf(domain.Conflict, "this gateway's agent is too old for that: update it")
}

// ask asks a gateway whose session is here.
func (h *Hub) ask(ctx context.Context, to call.Address, method call.Method, params []byte) ([]byte, error) {
	s, ok := h.session(to.Gateway, to.Session)
	if !ok {
		return nil, errAway()
	}
	return s.ask(ctx, method, params)
}

// session returns the session of a gateway if it has the number.
func (h *Hub) session(gateway domain.GatewayID, number int64) (*session, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s, ok := h.sessions[gateway]
	return s, ok && s.number == number
}

// SendConfiguration implements dispatch.Sender.
func (h *Hub) SendConfiguration(gateway domain.GatewayID, number int64, c domain.Configured) error {
	s, ok := h.session(gateway, number)
	switch {
	case !ok:
		return errAway()
	case s.version < wire.VersionCalls:
		return errOldAgent()
	}
	return s.send(wire.Configure{Version: c.Version, Configuration: c.Wanted, Settled: c.Settled()})
}

// calls are the calls under way in a session.
type calls struct {
	last    int64
	waiting map[int64]chan *wire.Answer // nil once the session is over
	over    bool
}

// ask writes a call and waits for its answer, the end of the session, or ctx.
func (s *session) ask(ctx context.Context, method call.Method, params []byte) ([]byte, error) {
	if s.version < wire.VersionCalls {
		return nil, errOldAgent()
	}
	id, answer, err := s.beginCall()
	if err != nil {
		return nil, err
	}
	defer s.endCall(id)
	limit := wire.CallLimit
	if deadline, ok := ctx.Deadline(); ok {
		limit = time.Until(deadline)
	}
	frame := wire.Call{ID: id, Method: method, Params: jsontext.Value(params), NotAfterMS: s.hub.clock.nowMS() + limit.Milliseconds()}
	if err := s.send(frame); err != nil {
		return nil, errAway()
	}
	select {
	case <-ctx.Done():
		return nil, errLate()
	case a, ok := <-answer:
		switch {
		case !ok:
			return nil, errAway()
		case a.Error != nil:
			return nil, refusedByEdge(a.Error)
		}
		return a.Result, nil
	}
}

// refusedByEdge is a gateway's refusal in the words of this server: only codes
// that a gateway can know of are believed.
func refusedByEdge(e *wire.CallError) error {
	switch e.Code {
	case domain.Invalid, domain.NotFound, domain.Conflict, domain.Overloaded:
		return domain.Errorf(e.Code, "%s", clip(e.Message, wire.MaxReason))
	}
	return domain.Errorf(domain.Conflict, "the gateway could not do it: %s", clip(e.Message, wire.MaxReason))
}

func (s *session) beginCall() (int64, <-chan *wire.Answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.calls.over:
		return 0, nil, errAway()
	case len(s.calls.waiting) >= wire.MaxCalls:
		return 0, nil, domain.Errorf(domain.Overloaded, "too much is asked of this gateway at once")
	case s.calls.waiting == nil:
		s.calls.waiting = map[int64]chan *wire.Answer{}
	}
	s.calls.last++
	answer := make(chan *wire.Answer, 1)
	s.calls.waiting[s.calls.last] = answer
	return s.calls.last, answer, nil
}

func (s *session) endCall(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.calls.waiting, id)
}

// answered hands an answer to who waits for it. One for nobody came too late, or
// is one too many.
func (s *session) answered(f *wire.Answer) error {
	if s.version < wire.VersionCalls {
		return refuse(wire.CloseBadFrame, "an answer does not belong into version 1")
	}
	if len(f.Result) > wire.MaxAnswer || (f.Error == nil) == (f.Result == nil) {
		return refuse(wire.CloseBadFrame, "an answer has a result within its bound, or an error")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if answer, ok := s.calls.waiting[f.ID]; ok {
		delete(s.calls.waiting, f.ID)
		answer <- f
	}
	return nil
}

// endCalls tells everybody who waits that the session is over.
func (s *session) endCalls() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls.over = true
	for _, answer := range s.calls.waiting {
		close(answer)
	}
	s.calls.waiting = nil
}
