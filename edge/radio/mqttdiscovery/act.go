package mqttdiscovery

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/mqtt"
)

var (
	errAway    = errors.New("the device is out of reach")
	errNoState = errors.New("the device does not tell what became of it")
	errSilent  = errors.New("the device has not said that it is so")
)

// Act sends one order and returns nil once the device has said that it is as
// ordered, in a message that arrived after the order was sent. When it does not
// say so before ctx ends, or within two minutes, nobody knows.
func (r *Radio) Act(ctx context.Context, order radio.Order) error {
	ctx, cancel := context.WithTimeout(ctx, orderTimeout)
	defer cancel()
	s, u, d, err := r.find(order.Address)
	if err != nil {
		return err
	}
	sends, wants, err := makePlan(d, order, u.last(d.Address))
	if err != nil {
		return fmt.Errorf("%w: %w", radio.ErrRefused, err)
	}
	release, err := s.desk.Take(ctx, u.turn)
	if err != nil {
		return err
	}
	defer release()
	if !u.reachable(d.Address) {
		return fmt.Errorf("%w: %w", radio.ErrRefused, errAway)
	}
	o := &running{session: s, unit: u, device: d, order: order, sends: sends, wants: wants}
	return o.carryOut(ctx)
}

// makePlan turns an order into messages, and says what confirms it.
func makePlan(d *device, order radio.Order, told map[string]thing.Value) (sends []send, wants map[string]thing.Value, err error) {
	b := &batch{told: told}
	wants = order.Set
	if order.Action != "" {
		a, ok := d.actions[order.Action]
		if !ok {
			return nil, nil, fmt.Errorf("the device cannot %s", order.Action)
		}
		wants = a.wants
		if err := a.encode(b); err != nil {
			return nil, nil, err
		}
	}
	for _, property := range slices.Sorted(maps.Keys(order.Set)) {
		binding := d.bindings[property]
		if binding == nil || binding.encode == nil || binding.hidden || d.model.Properties[property].ReadOnly {
			return nil, nil, fmt.Errorf("the device cannot set %s", property)
		}
		if err := binding.encode(order.Set[property], b); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", property, err)
		}
	}
	if err := b.finish(); err != nil {
		return nil, nil, err
	}
	if len(b.sends) == 0 {
		return nil, nil, errors.New("the order asks for nothing")
	}
	return b.sends, wants, nil
}

// running is one order under way.
type running struct {
	session *session
	unit    *unit
	device  *device
	order   radio.Order
	sends   []send
	wants   map[string]thing.Value
	before  map[string]uint64 // how often each wanted property was said before
	sentAt  uint64            // messages that had arrived when the order was sent
}

func (o *running) carryOut(ctx context.Context) error {
	o.before = o.unit.hold(o.device.Address, o.wants)
	o.sentAt = o.session.arrived.Load()
	err := o.send(ctx)
	if err == nil {
		err = o.confirm(ctx)
	}
	// The order may have ended because its time did; the facts are told all the same.
	gone := o.unit.release(context.WithoutCancel(ctx), o.session.sink, o, err == nil)
	return errors.Join(err, gone)
}

// send publishes the order. It was not tried if nobody got the first of its
// messages.
func (o *running) send(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%w: %w", radio.ErrRefused, err)
	}
	for i, m := range o.sends {
		err := o.session.link.Publish(ctx, m.topic, []byte(m.payload))
		if errors.Is(err, mqtt.ErrNobody) && i == 0 {
			return fmt.Errorf("%w: %w", radio.ErrRefused, err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// confirm waits until the device has said all that is wanted.
func (o *running) confirm(ctx context.Context) error {
	for property := range o.wants {
		if b := o.device.bindings[property]; b == nil || len(b.sources) == 0 {
			return errNoState
		}
	}
	if len(o.wants) == 0 {
		return errNoState
	}
	for {
		done, away, news := o.look()
		switch {
		case done:
			return nil
		case away:
			return errAway
		}
		select {
		case <-news:
		case <-o.session.over:
			return errSessionOver
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", errSilent, ctx.Err())
		}
	}
}

// look compares what was said since the order with what is wanted.
func (o *running) look() (done, away bool, news <-chan struct{}) {
	u := o.unit
	u.mu.Lock()
	defer u.mu.Unlock()
	done = true
	for property, wanted := range o.wants {
		said, b := u.said[place{o.device.Address, property}], o.device.bindings[property]
		fresh := said.number > o.sentAt && said.count > o.before[property]+o.device.hearsay(b)
		done = done && fresh && b.confirms(wanted, said.value)
	}
	return done, !u.reach[o.device.Address], u.news
}

// hearsay is how many messages after an order do not count.
func (d *device) hearsay(b *binding) uint64 {
	if d.hopes && b.hoped {
		return 1
	}
	return 0
}

// last returns the values told of a device.
func (u *unit) last(address string) map[string]thing.Value {
	u.mu.Lock()
	defer u.mu.Unlock()
	values := map[string]thing.Value{}
	for at, v := range u.told {
		if at.address == address {
			values[at.property] = v
		}
	}
	return values
}

// hold keeps messages about what an order wants from being told until release,
// and returns how often each was said so far.
func (u *unit) hold(address string, wants map[string]thing.Value) (before map[string]uint64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	before = map[string]uint64{}
	for property := range wants {
		at := place{address, property}
		u.holding[at], before[property] = true, u.said[at].count
	}
	return before
}

// release ends a hold and tells what the device said meanwhile: as the order's
// own report if that confirms it.
func (u *unit) release(ctx context.Context, sink radio.Sink, o *running, confirmed bool) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	report := radio.Report{Address: o.device.Address, Values: map[string]thing.Value{}}
	for property := range o.wants {
		at := place{o.device.Address, property}
		delete(u.holding, at)
		b, said := o.device.bindings[property], u.said[at]
		if b == nil || b.hidden || said.count == o.before[property] {
			continue
		}
		if confirmed || said.count > o.before[property]+o.device.hearsay(b) && b.worthTelling(u.told[at], said.value) {
			report.Values[property] = said.value
		}
	}
	if confirmed {
		report.Cause, report.Inferred = o.order.Command, true
	}
	return u.report(ctx, sink, report)
}
