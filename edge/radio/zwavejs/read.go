package zwavejs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/requests"
)

// errMute is why a device cannot be asked for anything.
var errMute = errors.New("the device cannot be asked for its values")

// Read asks the device for what it can be asked for. One that sleeps, or that
// tells its values only by itself, cannot be read: the error then wraps
// radio.ErrRefused.
func (r *Radio) Read(ctx context.Context, address string) (map[string]thing.Value, error) {
	s, u, d, err := r.find(address)
	if err != nil {
		return nil, err
	}
	if sleepy, status, _ := u.state(); sleepy && status != statusAwake {
		return nil, fmt.Errorf("%w: %w: it sleeps", radio.ErrRefused, errMute)
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	values, err := s.readProperties(ctx, u, d, slices.Sorted(maps.Keys(d.bindings)))
	switch {
	case len(values) > 0:
		return values, u.tell(ctx, s.sink, radio.Report{Address: d.Address, Values: values})
	case err != nil:
		return nil, fmt.Errorf("read: %w", err)
	}
	return nil, fmt.Errorf("%w: %w", radio.ErrRefused, errMute)
}

// readProperties reads properties from the device itself, each value once. What
// the device turns out not to answer for is left out; any other error ends the
// reading.
func (s *session) readProperties(ctx context.Context, u *unit, d *device, properties []string) (map[string]thing.Value, error) {
	answers, values := map[valueID]json.RawMessage{}, map[string]thing.Value{}
	for _, property := range properties {
		b, ok := d.bindings[property]
		if !ok || !u.canAsk(&b) {
			continue
		}
		complete := true
		for _, id := range b.reads {
			if _, asked := answers[id]; asked {
				continue
			}
			answer, err := s.poll(ctx, u, id)
			if errors.Is(err, errServer) {
				u.cannotAsk(id)
				complete = false
				break
			}
			if err != nil {
				return values, err
			}
			answers[id] = answer
		}
		if !complete {
			continue
		}
		if v, ok := b.decode(func(id valueID) json.RawMessage { return answers[id] }); ok && fits(d.model, property, v) {
			values[property] = v
		}
	}
	return values, nil
}

// poll asks the device itself for one value, and tells whether it can be reached
// by whether it answers.
func (s *session) poll(ctx context.Context, u *unit, id valueID) (json.RawMessage, error) {
	text, err := s.call(ctx, u, "node.poll_value", map[string]any{"nodeId": u.node, "valueId": id})
	if err != nil {
		return nil, err
	}
	var answer struct {
		Value json.RawMessage `json:"value"`
	}
	if json.Unmarshal(text, &answer) != nil || len(answer.Value) > maxValueText {
		s.stats.Malformed.Add(1)
		return nil, errSilent
	}
	if len(answer.Value) == 0 { // it took the question and let its time pass
		return nil, errSilent
	}
	return answer.Value, nil
}

// ping asks the device for nothing but a sign of life.
func (s *session) ping(ctx context.Context, u *unit) error {
	text, err := s.call(ctx, u, "node.ping", map[string]any{"nodeId": u.node})
	if err != nil {
		return err
	}
	var answer struct {
		Responded bool `json:"responded"`
	}
	if json.Unmarshal(text, &answer) != nil || !answer.Responded {
		return errors.Join(errAbsent, u.setReach(ctx, s.sink, false))
	}
	return nil
}

// call asks the server for something that the device must answer.
func (s *session) call(ctx context.Context, u *unit, command string, fields map[string]any) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, answerWait)
	defer cancel()
	select {
	case s.reads <- struct{}{}:
		defer func() { <-s.reads }()
	case <-s.life.Done():
		return nil, errSessionOver
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", requests.ErrBusy, ctx.Err())
	}
	text, err := s.request(ctx, command, fields)
	switch {
	case err == nil && command != "node.ping":
		err = u.setReach(ctx, s.sink, true)
	case errors.Is(err, errAbsent):
		err = errors.Join(err, u.setReach(context.WithoutCancel(ctx), s.sink, false))
	}
	return text, err
}

// refresh asks a unit for what Z-Wave JS may only hope, or finds out at least
// whether it can be reached. What sleeps is taken to be there: nothing says that
// it is gone.
func (s *session) refresh(ctx context.Context, u *unit) error {
	sleepy, _, _ := u.state()
	if sleepy {
		return u.setReach(ctx, s.sink, true)
	}
	for _, d := range u.all() {
		var hopeful []string
		for property, b := range d.bindings {
			if b.hopeful {
				hopeful = append(hopeful, property)
			}
		}
		slices.Sort(hopeful)
		began := u.ordered()
		values, err := s.readProperties(ctx, u, d, hopeful)
		whole, gone := u.tellWhole(ctx, s.sink, radio.Report{Address: d.Address, Values: values}, began)
		if gone != nil {
			return gone
		}
		if !whole {
			s.recheck(u)
		}
		if err != nil {
			return s.silent(ctx, u, err)
		}
	}
	u.heard()
	_, _, reach := u.state()
	if reach != reachUnknown {
		return nil
	}
	if err := s.ping(ctx, u); err != nil {
		return s.silent(ctx, u, err)
	}
	return u.setReach(ctx, s.sink, true)
}

// silent is what becomes of a refresh that failed: the session goes on, and a
// unit nothing is known of is told to be out of reach.
func (s *session) silent(ctx context.Context, u *unit, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, errSessionOver) {
		return err
	}
	if !errors.Is(err, errAbsent) && u.askAgain() { // whatever came between: the doubt is still there
		s.recheck(u)
		return nil
	}
	if _, _, reach := u.state(); reach == reachUnknown {
		return u.setReach(ctx, s.sink, false)
	}
	return nil
}
