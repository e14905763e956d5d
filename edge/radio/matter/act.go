package matter

import (
	"context"
	"errors"
	"fmt"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
)

// Act sends one order and returns nil once the device itself has said that it is
// as ordered. See the package comment for what counts. An order that cannot be
// confirmed before ctx ends, or within two minutes, has an unknown outcome; one
// that must not happen late is refused when the device does not answer before it
// is sent.
func (r *Radio) Act(ctx context.Context, order radio.Order) error {
	ctx, cancel := context.WithTimeout(ctx, orderTimeout)
	defer cancel()
	s, u, d, err := r.find(ctx, order.Address)
	if err != nil {
		return err
	}
	said, _, _ := u.voice.present()
	p, err := makePlan(d, order, said)
	if err != nil {
		return err
	}
	release, err := s.desk.Take(ctx, u.turnOf(d.Address))
	if err != nil {
		return err
	}
	defer release()
	o := &running{session: s, unit: u, device: d, plan: p, order: order}
	return o.carryOut(ctx)
}

// running is one order under way.
type running struct {
	session *session
	unit    *unit
	device  *device
	plan    plan
	order   radio.Order
	watch   *watch
}

func (o *running) carryOut(ctx context.Context) error {
	if o.plan.once || !o.unit.isReachable(o.device.Address) {
		if err := o.preflight(ctx); err != nil {
			return fmt.Errorf("%w: %w", radio.ErrRefused, err)
		}
	}
	o.unit.hold(o.device.Address, o.plan.tells)
	var end func()
	o.watch, end = o.unit.voice.begin(o.plan.wants)
	defer end()
	sent, err := o.send(ctx)
	switch {
	case !sent && untried(err), !sent && ctx.Err() != nil:
		err = fmt.Errorf("%w: %w", radio.ErrRefused, err)
	case errors.Is(err, errNotWritten): // the device itself said no
		err = fmt.Errorf("%w: %w", radio.ErrFailed, err)
	default:
		err = o.confirm(ctx, err)
	}
	return o.finish(ctx, err)
}

// preflight has the device answer, so that nothing is left with a server that
// would wait for it.
func (o *running) preflight(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	var paths []path
	for _, w := range o.plan.wants {
		paths = append(paths, w.binding.paths...)
	}
	if err := o.session.read(ctx, o.unit, paths); err != nil {
		return fmt.Errorf("the device does not answer: %w", err)
	}
	return ctx.Err()
}

// send hands the steps to the server, one after another. sent is false as long as
// nothing can have happened. It ends early when the device has said that
// everything is as wanted.
func (o *running) send(ctx context.Context) (sent bool, err error) {
	for _, st := range o.plan.steps {
		if ctx.Err() != nil {
			return sent, ctx.Err()
		}
		command, args := st.request(o.unit.id)
		answered := make(chan error, 1)
		asking, cancel := context.WithCancel(ctx)
		go func() {
			answered <- o.session.order(asking, command, args)
		}()
		select {
		case err = <-answered:
		case <-o.watch.done:
		}
		cancel()
		if err != nil {
			return sent || !untried(err), err
		}
		sent = true
	}
	return sent, nil
}

// order asks the server to command or to write, and reads its answer.
func (s *session) order(ctx context.Context, command string, args map[string]any) error {
	answer, err := s.call(ctx, command, args)
	if err != nil || command != "write_attribute" {
		return err
	}
	return checkWritten(answer)
}

// pauses between two looks at a device that is not as ordered yet; the last one
// repeats. What changes is reported within the first.
func pauses() []time.Duration {
	return []time.Duration{300 * time.Millisecond, 300 * time.Millisecond, 500 * time.Millisecond, time.Second}
}

// errOtherwise is what an order ends with when the device is not as ordered.
var errOtherwise = errors.New("the device is not as ordered")

// confirm waits until the device has said that it is as ordered, asks it now and
// then, and says what is known when that takes too long. complaint is what the
// server said of the order.
func (o *running) confirm(ctx context.Context, complaint error) error {
	err := o.listen(ctx, complaint)
	if o.heard() {
		return nil // it was said at the last moment
	}
	return err
}

func (o *running) heard() bool {
	select {
	case <-o.watch.done:
		return true
	default:
		return false
	}
}

func (o *running) listen(ctx context.Context, complaint error) error {
	began := o.session.now()
	for round := 0; ; round++ {
		pause := time.NewTimer(pauses()[min(round, len(pauses())-1)])
		select {
		case <-o.watch.done:
			pause.Stop()
			return nil
		case <-pause.C:
		case <-o.session.over:
			return errors.Join(errSessionOver, complaint)
		case <-ctx.Done():
			return errors.Join(ctx.Err(), complaint)
		}
		answer := o.look(ctx)
		long := o.session.now().Sub(began) > convergeWait
		_, otherwise := o.unit.voice.missing(o.watch)
		switch {
		case answer != nil && complaint != nil:
			return errors.Join(complaint, answer)
		case answer == nil && otherwise && long && !o.plan.moves:
			return errors.Join(radio.ErrFailed, errOtherwise, complaint)
		case answer == nil && long && complaint != nil:
			return errors.Join(errOtherwise, complaint)
		}
	}
}

// look asks the device for what is still missing. It ends early when that is said
// meanwhile: a server may wait long for a device.
func (o *running) look(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	paths, _ := o.unit.voice.missing(o.watch)
	answered := make(chan error, 1)
	go func() { answered <- o.session.read(ctx, o.unit, paths) }()
	select {
	case err := <-answered:
		return err
	case <-o.watch.done:
		return nil
	}
}

// finish tells what the device said, which is true whatever became of the order.
// The report that confirms an order is told before anybody hears of its success.
func (o *running) finish(ctx context.Context, outcome error) error {
	// The order may have ended because its time did; the facts are told all the same.
	ctx = context.WithoutCancel(ctx)
	report := radio.Report{Address: o.device.Address}
	if outcome == nil {
		report.Values = map[string]thing.Value{}
		for property, v := range o.unit.voice.heard(o.watch) {
			report.Values[property] = v
		}
		report.Cause, report.Inferred = o.order.Command, true
	}
	if err := o.unit.release(ctx, o.session.sink, o.device, report, o.plan.tells, o.session.stats); err != nil {
		return errors.Join(outcome, err)
	}
	return outcome
}
