package zigbee2mqtt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"logis/edge/radio/requests"
)

// response is Zigbee2MQTT's answer to a request.
type response struct {
	Transaction string          `json:"transaction"`
	Status      string          `json:"status"`
	Error       string          `json:"error"`
	Data        json.RawMessage `json:"data"`
}

var (
	errBridge  = errors.New("Zigbee2MQTT refused")
	errNoReply = errors.New("no answer")
)

// request asks Zigbee2MQTT for something and waits for its answer. An error that
// wraps errBridge is Zigbee2MQTT's own.
func (s *session) request(ctx context.Context, what string, fields map[string]any) (json.RawMessage, error) {
	transaction, answer, err := s.requests.Open()
	if err != nil {
		return nil, err
	}
	defer s.requests.Close(transaction)
	fields["transaction"] = transaction
	payload, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	if err := s.link.Publish(ctx, s.topic("bridge/request/"+what), payload); err != nil {
		return nil, err
	}
	select {
	case a := <-answer:
		if a.Status != "ok" {
			return nil, fmt.Errorf("%w: %.200s", errBridge, a.Error)
		}
		return a.Data, nil
	case <-s.over:
		return nil, errSessionOver
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", errNoReply, ctx.Err())
	}
}

// ask reads attributes of one cluster from the device itself, and tells whether
// it can be reached by whether it answers.
func (s *session) ask(ctx context.Context, u *unit, endpoint byte, cluster uint16, ids []uint16) (attributes, error) {
	answer, err := s.rawRead(ctx, u, endpoint, cluster, ids)
	switch {
	case err == nil || errors.Is(err, errUnsupported):
		u.answered(true)
		if gone := u.setReach(ctx, s.sink, true); gone != nil {
			return nil, gone
		}
	case errors.Is(err, errBridge): // anything else says nothing of the device
		u.answered(false)
		return nil, errors.Join(err, u.setReach(ctx, s.sink, false))
	}
	return answer, err
}

func (s *session) rawRead(ctx context.Context, u *unit, endpoint byte, cluster uint16, ids []uint16) (attributes, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	select {
	case s.reads <- struct{}{}:
		defer func() { <-s.reads }()
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", requests.ErrBusy, ctx.Err())
	}
	wait := answerWait
	if u.sleepy() {
		wait = sleepyWait
	}
	wanted := make([]map[string]any, len(ids))
	for i, id := range ids {
		wanted[i] = map[string]any{"attrId": id}
	}
	data, err := s.request(ctx, "action", map[string]any{"action": "raw", "params": map[string]any{
		"ieee_address": u.ieee, "network_address": u.network(), "dst_endpoint": endpoint, "cluster_key": cluster,
		"timeout": wait.Milliseconds(),
		"zcl": map[string]any{
			"frame_type": 0, "direction": 0, "disable_default_response": true, "command_key": "read", "payload": wanted,
		},
	}})
	if err != nil {
		return nil, err
	}
	var answer struct {
		Data struct {
			Data []byte `json:"data"` // Node writes buffers as lists of numbers
		} `json:"data"`
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		return nil, fmt.Errorf("answer to a raw read: %w", err)
	}
	return decodeReadResponse(answer.Data.Data)
}
