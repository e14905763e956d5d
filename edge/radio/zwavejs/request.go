package zwavejs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// requests are what the server was asked and has not answered yet.
type requests struct {
	mu      sync.Mutex
	next    uint64
	waiting map[string]chan<- frame
}

var (
	errBusy    = errors.New("too much is under way")
	errNoReply = errors.New("no answer")
	errServer  = errors.New("the Z-Wave JS server refused")
	errSilent  = errors.New("the device is there and does not answer")
	errAbsent  = errors.New("the device does not answer") // it was called and is not there
)

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

// resolve hands an answer to who asked; one that nobody waits for any more is
// dropped.
func (r *requests) resolve(f frame) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c, ok := r.waiting[f.MessageID]; ok {
		delete(r.waiting, f.MessageID)
		c <- f
	}
}

// request asks the server for something and waits for its answer. An error that
// wraps errServer or errAbsent is the server's own; errNotSent says that nothing
// has left.
func (s *session) request(ctx context.Context, command string, fields map[string]any) (json.RawMessage, error) {
	id, answer, err := s.requests.open()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNotSent, err)
	}
	defer s.requests.close(id)
	message := map[string]any{"messageId": id, "command": command}
	for name, field := range fields {
		message[name] = field
	}
	text, err := json.Marshal(message)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNotSent, err)
	}
	if err := s.link.write(s.life, text); err != nil {
		return nil, fmt.Errorf("%s: %w", command, err)
	}
	select {
	case a := <-answer:
		return a.Result, a.failure()
	case <-s.life.Done():
		return nil, errSessionOver
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", errNoReply, ctx.Err())
	}
}

var errNotSent = errors.New("not sent")

// failure returns what the server says went wrong, nil if nothing did.
func (f frame) failure() error {
	if f.Success {
		return nil
	}
	reason := f.ErrorCode + " " + f.Message
	if f.ZWaveCodeName != "" {
		reason = f.ZWaveMessage
	}
	reason = strings.TrimSpace(reason)
	reason = strings.ToValidUTF8(reason[:min(len(reason), maxComplaint)], "")
	// The driver's names of what it met on the air: nobody acknowledged the frame,
	// or acknowledged it and did not answer.
	switch f.ZWaveCodeName {
	case "Controller_CallbackNOK", "Controller_MessageDropped", "Controller_MessageExpired":
		return fmt.Errorf("%w: %s", errAbsent, reason)
	case "Controller_NodeTimeout", "Controller_Timeout", "Controller_ResponseNOK":
		return fmt.Errorf("%w: %s", errSilent, reason)
	}
	return fmt.Errorf("%w: %s", errServer, reason)
}
