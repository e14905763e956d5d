package zwavejs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

var (
	errNoReply = errors.New("no answer")
	errServer  = errors.New("the Z-Wave JS server refused")
	errSilent  = errors.New("the device is there and does not answer")
	errAbsent  = errors.New("the device does not answer") // it was called and is not there
)

// request asks the server for something and waits for its answer. An error that
// wraps errServer or errAbsent is the server's own; errNotSent says that nothing
// has left.
func (s *session) request(ctx context.Context, command string, fields map[string]any) (json.RawMessage, error) {
	id, answer, err := s.requests.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNotSent, err)
	}
	defer s.requests.Close(id)
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
