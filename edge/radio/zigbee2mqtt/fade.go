package zigbee2mqtt

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/radio"
)

// fadeLook is the shortest time between two looks at a lamp that fades: a scene may
// hold many, and all of them share the air.
const fadeLook = 2 * time.Second

// Fade has a lamp go to what is ordered by itself; see [radio.Fader]. Groups, and what
// Zigbee2MQTT knows no transition of, do it at once.
func (r *Radio) Fade(ctx context.Context, order radio.Order) (arrived func(context.Context) error, err error) {
	if strings.HasPrefix(order.Address, groupPrefix) {
		return nil, r.Act(ctx, order)
	}
	s, u, d, err := r.find(ctx, order.Address)
	if err != nil {
		return nil, err
	}
	if !d.fades || !domain.Fades(d.model, order.Set) {
		return nil, r.Act(ctx, order)
	}
	p, err := makePlan(d, order, u.last(d.Address))
	if err != nil {
		return nil, err
	}
	release, err := s.desk.Take(ctx, u.turn)
	if err != nil {
		return nil, err
	}
	defer release() // others may have their turn while the lamp is on its way
	o := &running{session: s, unit: u, device: d, plan: p, order: order, values: map[string]thing.Value{}}
	if err := o.ready(ctx); err != nil {
		return nil, err
	}
	complaints, done, err := o.begin(ctx)
	if err != nil {
		done()
		return nil, o.finish(ctx, err)
	}
	return func(ctx context.Context) error {
		defer done()
		err := o.travel(ctx, complaints)
		if err == nil {
			err = o.confirm(ctx, complaints)
		}
		return o.finish(ctx, err)
	}, nil
}

// travel looks at a lamp now and then until its time is over, and tells where it is. A
// look that fails says nothing yet: what came of the order is found out at the end.
func (o *running) travel(ctx context.Context, complaints <-chan string) error {
	over := time.NewTimer(o.order.Transition)
	defer over.Stop()
	look := time.NewTicker(max(fadeLook, o.order.Transition/radio.FadeSteps))
	defer look.Stop()
	for {
		select {
		case <-over.C:
			return nil
		case <-look.C:
			if there, err := o.glance(ctx); there || err != nil {
				return err
			}
		case o.failure = <-complaints:
			return nil
		case <-o.session.over:
			return errSessionOver
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", errOtherwise, ctx.Err())
		}
	}
}

// glance tells where a lamp is that can be asked, if that is news, and reports whether
// it is there: some know no fading and jump.
func (o *running) glance(ctx context.Context) (there bool, err error) {
	if o.plan.hopeful(o.device) {
		return false, nil
	}
	before := maps.Clone(o.values)
	switch err := o.ask(ctx); {
	case err == nil:
		return true, nil
	case !errors.Is(err, errOtherwise):
		return false, nil //nolint:nilerr // it may answer the next time
	}
	news := maps.Clone(o.values)
	maps.DeleteFunc(news, func(property string, v thing.Value) bool { return before[property] == v })
	report := radio.Report{Address: o.device.Address, Values: news, Cause: o.order.Command, Inferred: true}
	return false, o.unit.tell(context.WithoutCancel(ctx), o.session.sink, report)
}

// over adds to a set message how long it is to take, in seconds.
func over(set map[string]any, transition time.Duration) {
	if transition > 0 {
		set["transition"] = transition.Seconds()
	}
}

// knowsTransitions reports whether Zigbee2MQTT has a transition for a model.
func (d *definition) knowsTransitions() bool {
	return slices.ContainsFunc(d.Options, func(o option) bool { return o.Name == "transition" })
}
