package zwavejs

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"logis/domain/thing"
	"logis/edge/radio"
)

// plan is an order in the terms of Z-Wave JS.
type plan struct {
	sets  sets
	wants map[string]thing.Value // what confirms it
	alive valueID                // what confirms it when it wants nothing
	// once says that it must not happen late or twice: the device must answer
	// before it is sent.
	once bool
}

var (
	errNothing  = errors.New("the order asks for nothing")
	errDarkness = errors.New("a lamp takes no level while it is turned off")
)

// makePlan checks that the device can do what is ordered. Its errors wrap
// radio.ErrRefused; told are the values the device told last.
func makePlan(d *device, order radio.Order, told map[string]thing.Value) (plan, error) {
	p := plan{wants: order.Set}
	if order.Action != "" {
		a, ok := d.actions[order.Action]
		if !ok {
			return p, fmt.Errorf("%w: the device cannot %s", radio.ErrRefused, order.Action)
		}
		p.sets, p.wants, p.alive = slices.Clone(a.sets), a.wants, a.alive
		p.once = d.model.Actions[order.Action].Class.AtMostOnce()
	}
	for _, property := range slices.Sorted(maps.Keys(order.Set)) {
		b, ok := d.bindings[property]
		if !ok || b.encode == nil {
			return p, fmt.Errorf("%w: the device cannot set %s", radio.ErrRefused, property)
		}
		if !fits(d.model, property, order.Set[property]) {
			return p, fmt.Errorf("%w: %s cannot be %s", radio.ErrRefused, property, order.Set[property])
		}
		if err := b.encode(order.Set[property], &p.sets); err != nil {
			return p, fmt.Errorf("%w: %s: %w", radio.ErrRefused, property, err)
		}
	}
	if order.Set["onOff"] == "false" && order.Set["currentLevel"] != "" {
		return p, fmt.Errorf("%w: %w", radio.ErrRefused, errDarkness)
	}
	if len(p.sets) == 0 {
		return p, fmt.Errorf("%w: %w", radio.ErrRefused, errNothing)
	}
	p.sets.complete(told)
	return p, nil
}

// moves reports whether a motor has to run before the plan is confirmed.
func (p *plan) moves(d *device) bool {
	for property := range p.wants {
		if b := d.bindings[property]; b.moves {
			return true
		}
	}
	return false
}

// siblings returns the properties given and all that are made of the same values,
// in order.
func (d *device) siblings(wants map[string]thing.Value) []string {
	var all []string
	for property, b := range d.bindings {
		for wanted := range wants {
			shares := func(id valueID) bool { return slices.Contains(d.bindings[wanted].reads, id) }
			if !slices.Contains(all, property) && slices.ContainsFunc(b.reads, shares) {
				all = append(all, property)
			}
		}
	}
	slices.Sort(all)
	return all
}
