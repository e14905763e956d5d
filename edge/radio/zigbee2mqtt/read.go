package zigbee2mqtt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
)

// errMute is why a device cannot be asked for anything.
var errMute = errors.New("the device cannot be asked for its values")

// Read asks the device for what it can be asked for. A device on batteries may
// take seconds; one that tells its values only by itself cannot be read: the
// error then wraps radio.ErrRefused.
func (r *Radio) Read(ctx context.Context, address string) (map[string]thing.Value, error) {
	if strings.HasPrefix(address, groupPrefix) {
		return r.readGroup(ctx, address)
	}
	s, u, d, err := r.find(ctx, address)
	if err != nil {
		return nil, err
	}
	values, err := s.readDevice(ctx, u, d)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", address, err)
	}
	return values, nil
}

// readDevice reads everything readable and tells it. It fails only if nothing
// was answered.
func (s *session) readDevice(ctx context.Context, u *unit, d *device) (map[string]thing.Value, error) {
	values, asked, failure := s.readProbes(ctx, u, d, slices.Sorted(maps.Keys(d.bindings)))
	if failure == nil {
		more, alsoAsked := s.readByGet(ctx, u, d)
		maps.Copy(values, more)
		asked = asked || alsoAsked
	}
	switch {
	case len(values) > 0:
		return values, u.tell(ctx, s.sink, radio.Report{Address: d.Address, Values: values})
	case failure != nil:
		return nil, failure
	case !asked:
		return nil, fmt.Errorf("%w: %w", radio.ErrRefused, errMute)
	}
	return nil, errNoReply
}

// readProbes reads the properties that live in standard clusters from the device
// itself, one frame for each cluster. A property the device turns out not to
// have there is left out; any other error ends the reading.
func (s *session) readProbes(ctx context.Context, u *unit, d *device, properties []string) (values map[string]thing.Value, asked bool, err error) {
	values = map[string]thing.Value{}
	for _, group := range groupProbes(u, d, properties) {
		asked = true
		before := s.arrived.Load()
		answer, err := s.ask(ctx, u, group.endpoint, group.cluster, group.attributes)
		switch {
		case errors.Is(err, errUnsupported):
			for _, property := range group.properties {
				u.cannotAsk(place{d.Address, property})
			}
			continue
		case err != nil:
			return values, asked, err
		}
		for _, property := range group.properties {
			b := d.bindings[property]
			v, ok := s.valueOf(ctx, u, place{d.Address, property}, &b, answer, before)
			if ok && fits(d.model, property, v) {
				values[property] = v
			}
		}
	}
	return values, asked, nil
}

// valueOf makes a value of an answer. Where Zigbee2MQTT knows better how the
// device counts, it is the one in the state message that the answer causes.
func (s *session) valueOf(ctx context.Context, u *unit, at place, b *binding, answer attributes, before uint64) (thing.Value, bool) {
	if b.probe.decode != nil {
		return b.probe.decode(answer)
	}
	ctx, cancel := context.WithTimeout(ctx, toldWait)
	defer cancel()
	for {
		v, ok, news := u.saidSince(at, before)
		if ok {
			return v, true
		}
		select {
		case <-news:
		case <-ctx.Done():
			return "", false
		}
	}
}

// probeGroup is what one frame can read.
type probeGroup struct {
	endpoint   byte
	cluster    uint16
	attributes []uint16
	properties []string
}

func groupProbes(u *unit, d *device, properties []string) []probeGroup {
	var groups []probeGroup
	for _, property := range properties {
		b, ok := d.bindings[property]
		if !ok || !u.canAsk(place{d.Address, property}, &b) {
			continue
		}
		i := slices.IndexFunc(groups, func(g probeGroup) bool {
			return g.endpoint == b.probe.endpoint && g.cluster == b.probe.cluster
		})
		if i < 0 {
			i = len(groups)
			groups = append(groups, probeGroup{endpoint: b.probe.endpoint, cluster: b.probe.cluster})
		}
		groups[i].properties = append(groups[i].properties, property)
		for _, id := range b.probe.attributes {
			if !slices.Contains(groups[i].attributes, id) {
				groups[i].attributes = append(groups[i].attributes, id)
			}
		}
	}
	return groups
}

// readByGet has Zigbee2MQTT ask for the rest, and takes what state messages then
// say within toldWait.
func (s *session) readByGet(ctx context.Context, u *unit, d *device) (values map[string]thing.Value, asked bool) {
	values = map[string]thing.Value{}
	keys, open := map[string]any{}, map[string]bool{}
	for property, b := range d.bindings {
		if b.get != "" && !u.canAsk(place{d.Address, property}, &b) {
			keys[b.get], open[property] = "", true
		}
	}
	payload, err := json.Marshal(keys)
	if len(keys) == 0 || err != nil {
		return values, false
	}
	before := s.arrived.Load()
	ctx, cancel := context.WithTimeout(ctx, toldWait)
	defer cancel()
	if s.link.Publish(ctx, s.topic(u.name()+"/get"), payload) != nil {
		return values, true
	}
	for len(open) > 0 {
		var news <-chan struct{}
		for property := range open {
			v, ok, next := u.saidSince(place{d.Address, property}, before)
			if news = next; ok {
				values[property] = v
				delete(open, property)
			}
		}
		select {
		case <-news:
		case <-ctx.Done():
			return values, true
		}
	}
	return values, true
}

// refresh asks a unit for all its values, or finds out at least whether it can be
// reached.
func (s *session) refresh(ctx context.Context, u *unit) error {
	if !u.sleepy() {
		for _, d := range u.all() {
			if _, err := s.readDevice(ctx, u, d); err != nil && u.reachIs() == unreachable {
				return nil // as was told; it would not answer for its other endpoints either
			}
		}
		if p := u.basic(); u.reachIs() == reachUnknown && p.exists() {
			_, err := s.ask(ctx, u, p.endpoint, p.cluster, p.attributes)
			if err == nil || u.reachIs() == unreachable {
				return nil
			}
		}
	}
	timer := time.NewTimer(settleWait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return nil
	}
	if u.reachIs() != reachUnknown {
		return nil
	}
	// Nothing says that it is gone, and it cannot be asked.
	return u.setReach(ctx, s.sink, true)
}
