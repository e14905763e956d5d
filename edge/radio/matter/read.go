package matter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"logis/domain/thing"
	"logis/edge/radio"
)

// errMute is why a device cannot be asked for anything.
var errMute = errors.New("the device has no values to be asked for")

// Read asks the device for all its values. One that has none, such as a button,
// cannot be read: the error then wraps radio.ErrRefused.
func (r *Radio) Read(ctx context.Context, address string) (map[string]thing.Value, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	s, u, d, err := r.find(ctx, address)
	if err != nil {
		return nil, err
	}
	paths := d.paths()
	if len(paths) == 0 {
		return nil, fmt.Errorf("%w: %w", radio.ErrRefused, errMute)
	}
	if err := s.read(ctx, u, paths); err != nil {
		return nil, fmt.Errorf("read %s: %w", address, err)
	}
	values := map[string]thing.Value{}
	for property, b := range d.bindings {
		if v, ok := u.voice.value(b); ok && d.fits(property, v) {
			values[property] = v
		}
	}
	return values, u.tellAll(ctx, s.sink, radio.Report{Address: address, Values: values})
}

// errNoAnswer is what a read ends with that brought nothing.
var errNoAnswer = errors.New("the answer holds nothing that was asked for")

// read has the server ask the device for attributes, and takes in what it says.
func (s *session) read(ctx context.Context, u *unit, paths []path) error {
	var names []string
	for _, p := range paths {
		// What a device does not have is not asked for: some servers then answer nothing.
		if name := p.String(); u.voice.describes(p) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	answer, err := s.call(ctx, "read_attribute", map[string]any{"node_id": u.id, "attribute_path": names})
	if err != nil {
		return err
	}
	var told map[string]json.RawMessage
	if json.Unmarshal(answer, &told) != nil {
		s.stats.Malformed.Add(1)
		return errNoAnswer
	}
	found := false
	for _, p := range paths {
		if value, ok := told[p.String()]; ok && len(value) <= maxValue {
			found = true
			s.hear(u, p, value)
		}
	}
	if !found {
		return errNoAnswer
	}
	return nil
}

var errNotWritten = errors.New("the device does not take the value")

// checkWritten reads the answer to a write: a status for each attribute.
func checkWritten(answer json.RawMessage) error {
	var list []struct {
		Status *int `json:"Status"`
	}
	if json.Unmarshal(answer, &list) != nil {
		return nil // what it means is found out by asking
	}
	for _, one := range list {
		if one.Status != nil && *one.Status != 0 {
			return fmt.Errorf("%w: status %d", errNotWritten, *one.Status)
		}
	}
	return nil
}
