package zwavejs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
)

// Act sends one order and returns nil once the device itself has answered that
// it is as ordered. See the package comment for what counts. An order that
// cannot be confirmed before ctx ends, or within two minutes, has an unknown
// outcome; one that must not happen late is refused when the device does not
// answer before it is sent.
func (r *Radio) Act(ctx context.Context, order radio.Order) error {
	ctx, cancel := context.WithTimeout(ctx, orderTimeout)
	defer cancel()
	s, u, d, err := r.find(order.Address)
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
	o.touched = d.siblings(p.wants)
	return o.carryOut(ctx)
}

// running is one order under way.
type running struct {
	session *session
	unit    *unit
	device  *device
	plan    plan
	touched []string // properties it changes: those it wants, and those made of the same values
	order   radio.Order
	values  map[string]thing.Value // what the device answered
	read    bool                   // it answered for what the order wants
	failure error                  // what the server said went wrong with it
}

func (o *running) carryOut(ctx context.Context) error {
	if err := o.preflight(ctx); err != nil {
		return fmt.Errorf("%w: %w", radio.ErrRefused, err)
	}
	o.unit.hold(o.device.Address, o.touched)
	err := o.send(ctx)
	if err == nil {
		err = o.confirm(ctx)
	}
	return o.finish(ctx, err)
}

var errAsleep = errors.New("the device sleeps, and what is sent to it now would happen when it wakes up")

// preflight has the device answer, if the order may only be sent to one that has
// just done so: because it must happen now or not at all, because Z-Wave JS might
// go on trying for longer than the order may wait, or because the device may not
// be there.
func (o *running) preflight(ctx context.Context) error {
	sleepy, status, reach := o.unit.state()
	if sleepy && status != statusAwake {
		return errAsleep
	}
	deadline, ok := ctx.Deadline()
	soon := ok && time.Until(deadline) < time.Duration(len(o.plan.sets))*tryingTime
	if !soon && !o.plan.once && !sleepy && status == statusAlive && reach == reachable {
		return nil
	}
	id := o.plan.alive
	for property := range o.plan.wants {
		if b := o.device.bindings[property]; len(b.reads) > 0 && o.unit.canAsk(&b) {
			id = b.reads[0]
		}
	}
	if id != (valueID{}) {
		_, err := o.session.poll(ctx, o.unit, id)
		if !errors.Is(err, errServer) { // it may not answer for this; then it is not there for that
			return err
		}
	}
	return o.session.ping(ctx, o.unit)
}

// Statuses of set_value.
const (
	statusWorking     = 1
	statusFail        = 2
	statusUnconfirmed = 254
	statusAccepted    = 255
)

// send hands the order to the server, one value after the other.
func (o *running) send(ctx context.Context) error {
	for i, one := range o.plan.sets {
		text, err := o.session.request(ctx, "node.set_value", map[string]any{"nodeId": o.unit.node, "valueId": one.id, "value": one.value})
		var answer struct {
			Result struct {
				Status  int    `json:"status"`
				Message string `json:"message"`
			} `json:"result"`
		}
		switch {
		case errors.Is(err, errNotSent) && i == 0:
			return fmt.Errorf("%w: %w", radio.ErrRefused, err)
		case errors.Is(err, errAbsent), errors.Is(err, errSilent), errors.Is(err, errServer):
			o.failure = err // it may have heard the order all the same: confirm asks it
			return nil
		case err != nil:
			return err
		case json.Unmarshal(text, &answer) != nil:
			o.session.stats.Malformed.Add(1)
			continue // confirm will see
		}
		switch answer.Result.Status {
		case statusUnconfirmed, statusAccepted, statusWorking:
		case statusFail:
			o.failure = fmt.Errorf("%w: the device said no", errServer)
			return nil
		default:
			err := fmt.Errorf("%w: status %d: %.100s", errServer, answer.Result.Status, answer.Result.Message)
			if i == 0 { // nothing was sent to the device
				return fmt.Errorf("%w: %w", radio.ErrRefused, err)
			}
			o.failure = err
			return nil
		}
	}
	return nil
}

// finish tells what the device answered, which is true whatever became of the
// order. The report that confirms an order is told before anybody hears of its
// success.
func (o *running) finish(ctx context.Context, outcome error) error {
	// The order may have ended because its time did; the facts are told all the same.
	ctx = context.WithoutCancel(ctx)
	report := radio.Report{Address: o.device.Address, Values: o.values}
	if outcome == nil {
		report.Cause, report.Inferred = o.order.Command, true
	}
	doubt, err := o.unit.release(ctx, o.session.sink, report, o.touched)
	if err != nil {
		return errors.Join(outcome, err)
	}
	if doubt || outcome != nil {
		o.session.recheck(o.unit)
	}
	return outcome
}

// pauses between two looks at a device that is not as ordered yet; the last one
// repeats.
func pauses() []time.Duration {
	return []time.Duration{50 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second}
}

// errOtherwise is what a look finds when the device is not as ordered.
var errOtherwise = errors.New("the device is not as ordered")

// confirm looks at the device until it is as ordered, or the order has failed,
// or nobody will know.
func (o *running) confirm(ctx context.Context) error {
	began := o.session.now()
	for round := 0; ; round++ {
		err := o.look(ctx)
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, errOtherwise):
			return errors.Join(err, o.failure)
		case o.failure != nil && o.read:
			// Z-Wave JS does not try any more, and the device has answered.
			return fmt.Errorf("%w: %w: %w", radio.ErrFailed, err, o.failure)
		case o.failure != nil:
			return errors.Join(err, o.failure)
		case o.read && !o.plan.moves(o.device) && o.session.now().Sub(began) > convergeWait:
			return fmt.Errorf("%w: %w", radio.ErrFailed, err)
		}
		pause := time.NewTimer(pauses()[min(round, len(pauses())-1)])
		select {
		case <-pause.C:
		case <-o.session.life.Done():
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

// look asks the device once for what the order is about and compares.
func (o *running) look(ctx context.Context) error {
	if len(o.plan.wants) == 0 {
		_, err := o.session.poll(ctx, o.unit, o.plan.alive)
		return errors.Join(err, o.failure)
	}
	values, err := o.session.readProperties(ctx, o.unit, o.device, o.touched)
	if err != nil {
		return err
	}
	o.read = len(values) > 0
	o.values = values
	for _, property := range slices.Sorted(maps.Keys(o.plan.wants)) {
		b, wanted := o.device.bindings[property], o.plan.wants[property]
		v, ok := values[property]
		switch {
		case !ok:
			return fmt.Errorf("%w: it does not say its %s", errOtherwise, property)
		case !b.confirms(wanted, v):
			return fmt.Errorf("%w: its %s is %s", errOtherwise, property, v)
		}
	}
	return nil
}
