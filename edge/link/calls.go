package link

import (
	"context"
	"errors"
	"time"

	"github.com/go-json-experiment/json"

	"logis/domain"
	"logis/wire"
)

// takeCall answers a call beside everything else the session does.
func (s *session) takeCall(ctx context.Context, f *wire.Call) error {
	if s.version < wire.VersionCalls {
		return s.refuse("a call does not belong into version 1")
	}
	select {
	case s.calls <- struct{}{}:
	default:
		return s.write(ctx, refusal(f.ID, domain.Errorf(domain.Overloaded, "too much is asked of this gateway at once")))
	}
	s.calling.Go(func() {
		defer func() { <-s.calls }()
		answer := s.answerTo(ctx, f)
		if ctx.Err() == nil {
			_ = s.write(ctx, answer) // a session that ends awaits nothing
		}
	})
	return nil
}

// answerTo finds the answer to a call, in time or never.
func (s *session) answerTo(ctx context.Context, f *wire.Call) wire.Answer {
	limit := wire.CallLimit
	if now, ok := s.options.Time.Now(); ok {
		limit = min(limit, time.UnixMilli(f.NotAfterMS).Sub(now.At))
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if !f.Method.Known() || s.options.Desk == nil {
		return refusal(f.ID, domain.Errorf(domain.Conflict, "this gateway's agent is too old for that: update it"))
	}
	result, err := s.options.Desk.Call(ctx, f.Method, f.Params)
	if err != nil {
		return s.refused(f, err)
	}
	text, err := json.Marshal(result)
	if err != nil || len(text) > wire.MaxAnswer {
		return s.refused(f, errors.Join(errAnswer, err))
	}
	return wire.Answer{ID: f.ID, Result: text}
}

var errAnswer = errors.New("the answer does not fit a frame")

func (s *session) refused(f *wire.Call, err error) wire.Answer {
	var refused *domain.Error
	switch {
	case errors.As(err, &refused):
		return refusal(f.ID, refused)
	case errors.Is(err, context.DeadlineExceeded):
		return refusal(f.ID, domain.Errorf(domain.Overloaded, "it took too long"))
	}
	s.options.Log.Error("a call of the cloud failed", "method", f.Method, "why", err)
	return refusal(f.ID, domain.Errorf(domain.Internal, "a fault of the agent; its log says more"))
}

func refusal(id int64, e *domain.Error) wire.Answer {
	return wire.Answer{ID: id, Error: &wire.CallError{Code: e.Code, Message: e.Message}}
}
