package matterlab

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/coder/websocket"
)

// Touch changes the state of an endpoint, as a person at the device or the
// weather would: Touch(ctx, "house", "house/contact", map[string]any{"booleanState":
// map[string]any{"stateValue": false}}). It returns once that is done.
func (l *Lab) Touch(ctx context.Context, house, endpoint string, state map[string]any) error {
	line, err := json.Marshal(map[string]any{"endpoint": endpoint, "state": state})
	if err != nil {
		return err
	}
	p := l.program(house)
	said := func(word string) int {
		return len(slices.DeleteFunc(p.lines.all(), func(l string) bool { return l != word+" "+string(line) }))
	}
	before := said("DONE")
	if _, err := p.stdin.Write(append(line, '\n')); err != nil {
		return err
	}
	return p.Await(ctx, "the touch of "+endpoint, func() error {
		if said("DONE") == before {
			return fmt.Errorf("not done: %s", line)
		}
		return nil
	})
}

// Ask sends the server one request on a connection of its own, as another client
// would; the result goes into result, if that is not nil.
func (l *Lab) Ask(ctx context.Context, command string, args map[string]any, result any) error {
	conn, response, err := websocket.Dial(ctx, URL, &websocket.DialOptions{HTTPClient: l.Client()})
	if response != nil && response.Body != nil {
		defer func() { _ = response.Body.Close() }()
	}
	if err != nil {
		return err
	}
	defer func() { _ = conn.CloseNow() }()
	conn.SetReadLimit(maxOutput)
	text, err := json.Marshal(map[string]any{"message_id": command, "command": command, "args": args})
	if err != nil {
		return err
	}
	if err := conn.Write(ctx, websocket.MessageText, text); err != nil {
		return err
	}
	for {
		_, text, err := conn.Read(ctx)
		if err != nil {
			return err
		}
		var answer struct {
			ID      string          `json:"message_id"`
			Code    *int            `json:"error_code"`
			Details string          `json:"details"`
			Result  json.RawMessage `json:"result"`
		}
		if err := json.Unmarshal(text, &answer); err != nil {
			return err
		}
		switch {
		case answer.ID != command:
		case answer.Code != nil:
			return fmt.Errorf("%s: error %d: %s", command, *answer.Code, answer.Details)
		case result == nil:
			return nil
		default:
			return json.Unmarshal(answer.Result, result)
		}
	}
}

// Remove has the server take leave of a node, as its own page does.
func (l *Lab) Remove(ctx context.Context, node string) error {
	return l.Ask(ctx, "remove_node", map[string]any{"node_id": json.Number(node)}, nil)
}
