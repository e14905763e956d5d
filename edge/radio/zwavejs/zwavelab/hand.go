package zwavelab

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// answer is what the program says to an order of ours.
type answer struct {
	ID     int             `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  string          `json:"error"`
}

// listener picks the answers out of what the program says.
type listener struct {
	lab  *Lab
	rest []byte
}

// Write implements io.Writer.
func (l *listener) Write(p []byte) (int, error) {
	l.rest = append(l.rest, p...)
	for {
		line, rest, whole := bytes.Cut(l.rest, []byte("\n"))
		if !whole {
			return len(p), nil
		}
		l.rest = rest
		text, ok := bytes.CutPrefix(line, []byte("ANSWER "))
		var a answer
		if !ok || json.Unmarshal(text, &a) != nil {
			continue
		}
		l.lab.mu.Lock()
		if c := l.lab.answers[a.ID]; c != nil {
			delete(l.lab.answers, a.ID)
			c <- a
		}
		l.lab.mu.Unlock()
	}
}

var errHand = errors.New("the simulated hardware")

// Do has the hand on the hardware do something: one of the acts of hand.mjs.
func (l *Lab) Do(ctx context.Context, what string, node int, fields map[string]any) (json.RawMessage, error) {
	l.mu.Lock()
	l.next++
	id, c := l.next, make(chan answer, 1)
	order := map[string]any{"id": id, "do": what, "node": node}
	for name, field := range fields {
		order[name] = field
	}
	text, err := json.Marshal(order)
	if err == nil {
		l.answers[id] = c
		_, err = l.orders.Write(append(text, '\n'))
	}
	l.mu.Unlock()
	if err != nil {
		return nil, err
	}
	select {
	case a := <-c:
		if a.Error != "" {
			return nil, fmt.Errorf("%w: %s: %s", errHand, what, a.Error)
		}
		return a.Result, nil
	case <-l.process.Done():
		return nil, fmt.Errorf("%w: %s: the program left: %s", errHand, what, l.process.Tail())
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %s: %w", errHand, what, ctx.Err())
	}
}
