package matter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
)

// requests are what the server was asked and has not answered yet.
type requests struct {
	mu      sync.Mutex
	next    uint64
	waiting map[string]chan<- frame
}

func newRequests() *requests { return &requests{waiting: map[string]chan<- frame{}} }

func (r *requests) open() (id string, answer <-chan frame, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.waiting) >= maxRequests {
		return "", nil, errBusy
	}
	r.next++
	id = strconv.FormatUint(r.next, 10)
	c := make(chan frame, 1)
	r.waiting[id] = c
	return id, c, nil
}

func (r *requests) close(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.waiting, id)
}

// resolve hands an answer to who asked. An answer that nobody waits for any more
// is late, not wrong.
func (r *requests) resolve(f frame) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c, ok := r.waiting[f.ID]; ok {
		delete(r.waiting, f.ID)
		c <- f
	}
}

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
		return errors.Is(err, errBusy)
	}
	return e.code == codeNotReady || e.code == codeNotExists || e.code == codeBadArguments || e.code == codeBadCommand
}

// call asks the server for something and waits for its answer. A *serverError is
// the server's own.
func (s *session) call(ctx context.Context, command string, args map[string]any) (json.RawMessage, error) {
	id, answer, err := s.requests.open()
	if err != nil {
		return nil, err
	}
	defer s.requests.close(id)
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
