package matter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"logis/edge/radio/requests"
)

// Codes of the server's errors that say that nothing was tried.
const (
	codeNotReady     = 3 // the node is away or not known well enough
	codeNotExists    = 5
	codeBadArguments = 8
	codeBadCommand   = 9
)

// serverError is an answer that says no.
type serverError struct {
	code    int
	details string
}

func (e *serverError) Error() string {
	return fmt.Sprintf("the Matter Server says no (%d): %.*s", e.code, maxDetails, e.details)
}

// untried reports whether an error says that the server did not even try.
func untried(err error) bool {
	var e *serverError
	if !errors.As(err, &e) {
		return errors.Is(err, requests.ErrBusy)
	}
	return e.code == codeNotReady || e.code == codeNotExists || e.code == codeBadArguments || e.code == codeBadCommand
}

// call asks the server for something and waits for its answer. A *serverError is
// the server's own.
func (s *session) call(ctx context.Context, command string, args map[string]any) (json.RawMessage, error) {
	id, answer, err := s.requests.Open()
	if err != nil {
		return nil, err
	}
	defer s.requests.Close(id)
	if err := s.link.send(ctx, request{ID: id, Command: command, Args: args}); err != nil {
		return nil, fmt.Errorf("%s: %w", command, err)
	}
	select {
	case f := <-answer:
		if f.Code != nil {
			return nil, &serverError{*f.Code, f.Details}
		}
		return f.Result, nil
	case <-s.over:
		return nil, errSessionOver
	case <-ctx.Done():
		return nil, fmt.Errorf("no answer to %s: %w", command, ctx.Err())
	}
}
