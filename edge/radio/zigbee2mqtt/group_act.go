package zigbee2mqtt

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/turns"
)

var errEmpty = errors.New("none of its devices can be reached")

// findGroup returns a group. Its errors wrap radio.ErrRefused.
func (r *Radio) findGroup(ctx context.Context, address string) (*session, *group, error) {
	s, err := r.connected(ctx)
	if err != nil {
		return nil, nil, err
	}
	s.mu.Lock()
	g := s.groups[address]
	s.mu.Unlock()
	if g == nil {
		return nil, nil, fmt.Errorf("%w: %w", radio.ErrRefused, errNoDevice)
	}
	return s, g, nil
}

// actGroup sends one message to all members at once, and returns nil once each of
// those in reach has answered that it is as ordered. The air tells nobody who has
// missed such a message, so members are asked, as after an order of their own.
func (r *Radio) actGroup(ctx context.Context, order radio.Order) error {
	s, g, err := r.findGroup(ctx, order.Address)
	if err != nil {
		return err
	}
	is := g.madeOf()
	p, err := makePlan(&is.device, order, nil)
	if err != nil {
		return err
	}
	runs, err := s.plansOf(is.members, order)
	if err != nil {
		return err
	}
	release, err := s.desk.Take(ctx, turnsOf(runs)...)
	if err != nil {
		return err
	}
	defer release()
	g.begin()
	err = s.sendToAll(ctx, is.name, p, runs)
	end := radio.Report{Values: order.Set}
	if err == nil {
		end.Cause, end.Inferred = order.Command, true
	}
	return errors.Join(err, g.end(context.WithoutCancel(ctx), s.sink, end))
}

// plansOf returns what the order is for each member that is not out of reach.
func (s *session) plansOf(members []member, order radio.Order) ([]*running, error) {
	var runs []*running
	for _, m := range members {
		if m.unit.reachIs() == unreachable {
			continue
		}
		p, err := makePlan(m.device, radio.Order{Set: order.Set}, m.unit.last(m.device.Address))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.device.Name, err)
		}
		runs = append(runs, &running{session: s, unit: m.unit, device: m.device, plan: p, values: map[string]thing.Value{}})
	}
	if len(runs) == 0 {
		return nil, fmt.Errorf("%w: %w", radio.ErrRefused, errEmpty)
	}
	slices.SortFunc(runs, func(a, b *running) int { return cmp.Compare(a.unit.ieee, b.unit.ieee) })
	return runs, nil
}

// turnsOf returns the turns of the hardware behind the orders, each once: several
// endpoints of one may be members.
func turnsOf(runs []*running) []*turns.Turn {
	var all []*turns.Turn
	for _, o := range runs {
		all = append(all, o.unit.turn)
	}
	return slices.Compact(all)
}

// sendToAll sends the group's message and has every member confirm it.
func (s *session) sendToAll(ctx context.Context, name string, p plan, runs []*running) error {
	for _, o := range runs {
		o.unit.hold(o.device.Address, o.plan.wants)
		o.sentAt = s.arrived.Load()
		o.askedAt = o.sentAt
	}
	sent := s.send(ctx, name, p)
	outcomes := make([]error, len(runs))
	var all sync.WaitGroup
	for i, o := range runs {
		all.Go(func() {
			outcome := sent
			if sent == nil {
				outcome = o.confirm(ctx, nil)
			}
			o.unit.hope(s.now().Add(hopeWait))
			outcomes[i] = o.finish(ctx, outcome)
		})
	}
	all.Wait()
	if sent != nil {
		return sent
	}
	return summary(runs, outcomes)
}

// summary makes one outcome of those of all members. The order has failed only if
// it has failed everywhere; else some did it, and what the home is like now is not
// what was asked, nor what it was.
func summary(runs []*running, outcomes []error) error {
	var first error
	failed := 0
	for i, err := range outcomes {
		if err == nil {
			continue
		}
		if first == nil {
			first = fmt.Errorf("%s: %w", runs[i].device.Name, err)
		}
		if errors.Is(err, radio.ErrFailed) {
			failed++
		}
	}
	if first == nil || failed == len(runs) {
		return first
	}
	return fmt.Errorf("not all did it: %v", first) //nolint:errorlint // that one has failed does not make the order a failed one
}

// begin keeps what members say from being told of the group until end.
func (g *group) begin() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.acting = true
}

// end tells what an order came to, and what is true now in any case.
func (g *group) end(ctx context.Context, sink radio.Sink, report radio.Report) error {
	g.mu.Lock()
	g.acting = false
	g.mu.Unlock()
	return g.tell(ctx, sink, report)
}

// readGroup asks all members that can be reached.
func (r *Radio) readGroup(ctx context.Context, address string) (map[string]thing.Value, error) {
	s, g, err := r.findGroup(ctx, address)
	if err != nil {
		return nil, err
	}
	var failures []error
	answered := false
	for _, m := range g.madeOf().members {
		_, err := s.readDevice(ctx, m.unit, m.device)
		failures, answered = append(failures, err), answered || err == nil
	}
	if !answered {
		return nil, fmt.Errorf("read %s: %w", address, errors.Join(failures...))
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	values, _ := g.present()
	return maps.Clone(values), nil
}
