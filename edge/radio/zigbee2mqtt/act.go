package zigbee2mqtt

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/mqtt"
)

// Act sends one order and returns nil once the device itself has answered that
// it is as ordered. See the package comment for what counts. An order that
// cannot be confirmed before ctx ends, or within two minutes, has an unknown
// outcome; one that must not happen late is refused when the device does not
// answer before it is sent.
func (r *Radio) Act(ctx context.Context, order radio.Order) error {
	ctx, cancel := context.WithTimeout(ctx, orderTimeout)
	defer cancel()
	if strings.HasPrefix(order.Address, groupPrefix) {
		return r.actGroup(ctx, order)
	}
	s, u, d, err := r.find(ctx, order.Address)
	if err != nil {
		return err
	}
	p, err := makePlan(d, order, u.last(d.Address))
	if err != nil {
		return err
	}
	release, err := s.desk.Take(ctx, u.turn)
	if err != nil {
		return err
	}
	defer release()
	o := &running{session: s, unit: u, device: d, plan: p, order: order, values: map[string]thing.Value{}}
	return o.carryOut(ctx)
}

// running is one order under way.
type running struct {
	session *session
	unit    *unit
	device  *device
	plan    plan
	order   radio.Order
	values  map[string]thing.Value // what the device answered
	read    bool                   // it can be asked for what the order wants
	sentAt  uint64                 // messages that had arrived when the order was sent
	askedAt uint64                 // … when the device was last asked
	failure string                 // what Zigbee2MQTT said went wrong with it
}

func (o *running) carryOut(ctx context.Context) error {
	if err := o.ready(ctx); err != nil {
		return err
	}
	complaints, done, err := o.begin(ctx)
	defer done()
	if err == nil {
		err = o.confirm(ctx, complaints)
	}
	return o.finish(ctx, err)
}

// ready has a device answer that must do so before anything is sent to it.
func (o *running) ready(ctx context.Context) error {
	if !o.mustAnswerFirst(ctx) {
		return nil
	}
	if err := o.preflight(ctx); err != nil {
		return fmt.Errorf("%w: %w", radio.ErrRefused, err)
	}
	return nil
}

// begin hands the order over. What Zigbee2MQTT complains of is heard until done is
// called.
func (o *running) begin(ctx context.Context) (complaints <-chan string, done func(), err error) {
	o.unit.hold(o.device.Address, o.plan.wants)
	complaints, done = o.session.watchFailures(o.unit)
	o.sentAt = o.session.arrived.Load()
	o.askedAt = o.sentAt
	return complaints, done, o.session.send(ctx, o.unit.name(), o.plan)
}

// send hands an order for a device or group to Zigbee2MQTT.
func (s *session) send(ctx context.Context, name string, p plan) error {
	if err := s.link.Publish(ctx, s.topic(name+"/set"), p.payload); err != nil {
		if errors.Is(err, mqtt.ErrNobody) {
			return fmt.Errorf("%w: %w", radio.ErrRefused, err)
		}
		return err
	}
	return nil
}

// finish tells what the device answered, which is true whatever became of the
// order, and then what state messages said meanwhile. The report that confirms an
// order is told before anybody hears of its success.
func (o *running) finish(ctx context.Context, outcome error) error {
	// The order may have ended because its time did; the facts are told all the same.
	ctx = context.WithoutCancel(ctx)
	report := radio.Report{Address: o.device.Address, Values: o.values}
	if outcome == nil {
		report.Cause, report.Inferred = o.order.Command, !o.order.Command.IsZero()
	}
	if err := o.unit.release(ctx, o.session.sink, report, o.plan.wants, o.askedAt); err != nil {
		return errors.Join(outcome, err)
	}
	if outcome != nil {
		o.session.recheck(o.unit)
	}
	return outcome
}

// mustAnswerFirst reports whether the order may only be sent to a device that
// has just answered, because Zigbee2MQTT might go on trying for too long.
func (o *running) mustAnswerFirst(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	soon := ok && time.Until(deadline) < time.Duration(o.plan.frames)*tryingTime
	return soon || o.plan.once || o.unit.sleepy() || o.unit.reachIs() == unreachable
}

// preflight has the device answer. Devices without a standard cluster for what
// they do still have the basic one.
func (o *running) preflight(ctx context.Context) error {
	p := o.plan.alive
	for property := range o.plan.wants {
		if b := o.device.bindings[property]; o.unit.canAsk(place{o.device.Address, property}, &b) {
			p = b.probe
		}
	}
	if !p.exists() {
		p = o.unit.basic()
	}
	if !p.exists() {
		if o.plan.once {
			return errMute
		}
		return nil
	}
	_, err := o.session.ask(ctx, o.unit, p.endpoint, p.cluster, p.attributes)
	if err != nil && !errors.Is(err, errUnsupported) {
		return fmt.Errorf("the device does not answer: %w", err)
	}
	return ctx.Err()
}

// pauses between two looks at a device that is not as ordered yet; the last one
// repeats.
func pauses() []time.Duration {
	return []time.Duration{50 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond, time.Second}
}

// confirm looks at the device until it is as ordered, or the order has failed,
// or nobody will know.
func (o *running) confirm(ctx context.Context, complaints <-chan string) error {
	began := o.session.now()
	for round := 0; ; round++ {
		err := o.look(ctx, complaints)
		if err == nil && round == 0 && o.plan.hopeful(o.device) {
			// The order's own state message came before this answer; the next look
			// sees only what is said after it.
			err = errOtherwise
		}
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, errOtherwise):
			return err
		case o.failure != "" && !o.read:
			return fmt.Errorf("%w: %s", err, o.failure)
		case o.failure != "" && !o.plan.moves(o.device):
			return fmt.Errorf("%w: %w: %s", radio.ErrFailed, err, o.failure)
		case o.read && !o.plan.moves(o.device) && o.session.now().Sub(began) > convergeWait:
			return fmt.Errorf("%w: %w", radio.ErrFailed, err)
		}
		pause := time.NewTimer(pauses()[min(round, len(pauses())-1)])
		select {
		case <-pause.C:
		case o.failure = <-complaints:
		case <-o.session.over:
			err = errSessionOver
		case <-ctx.Done():
			err = fmt.Errorf("%w: %w", err, ctx.Err())
		}
		pause.Stop()
		if !errors.Is(err, errOtherwise) || ctx.Err() != nil {
			return err
		}
	}
}

// errOtherwise is what a look finds when the device is not as ordered.
var errOtherwise = errors.New("the device is not as ordered")

// look asks the device once and compares. While it waits for the answer,
// Zigbee2MQTT may say that it could not deliver the order: then the device is
// not heard of any more, and nobody knows.
func (o *running) look(ctx context.Context, complaints <-chan string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answered := make(chan error, 1)
	go func() { answered <- o.ask(ctx) }()
	select {
	case err := <-answered:
		return err
	case o.failure = <-complaints:
	}
	if undelivered(o.failure) {
		cancel()
		if <-answered == nil { // it has answered after all
			return nil
		}
		o.unit.answered(false)
		gone := o.unit.setReach(context.WithoutCancel(ctx), o.session.sink, false)
		return errors.Join(fmt.Errorf("%w: %s", errNoReply, o.failure), gone)
	}
	return <-answered
}

// ask reads what the order is about and compares it with what is wanted.
func (o *running) ask(ctx context.Context) error {
	if len(o.plan.wants) == 0 {
		return o.askAlive(ctx)
	}
	properties := slices.Sorted(maps.Keys(o.plan.wants))
	o.askedAt = o.session.arrived.Load()
	values, asked, err := o.session.readProbes(ctx, o.unit, o.device, properties)
	if err != nil {
		return err
	}
	o.read = asked && len(values) > 0
	maps.Copy(o.values, values)
	for _, property := range properties {
		b, wanted, at := o.device.bindings[property], o.plan.wants[property], place{o.device.Address, property}
		v, ok := values[property]
		if !ok && !o.unit.canAsk(at, &b) {
			v, ok, _ = o.unit.saidSince(at, o.sentAt)
		}
		switch {
		case !ok:
			return fmt.Errorf("%w: it does not say its %s", errOtherwise, property)
		case !b.confirms(wanted, v):
			return fmt.Errorf("%w: its %s is %s", errOtherwise, property, v)
		}
		o.values[property] = v
	}
	return nil
}

// askAlive confirms an action that leaves no value: the device answers, after
// the order and without Zigbee2MQTT complaining.
func (o *running) askAlive(ctx context.Context) error {
	p := o.plan.alive
	answer, err := o.session.ask(ctx, o.unit, p.endpoint, p.cluster, p.attributes)
	if err != nil {
		return err
	}
	o.read = true
	if p.decode == nil {
		return nil
	}
	if _, ok := p.decode(answer); !ok {
		return fmt.Errorf("%w: it does not %s", errOtherwise, o.order.Action)
	}
	return nil
}
