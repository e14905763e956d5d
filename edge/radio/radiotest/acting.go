package radiotest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
)

// toggle returns an order that switches the rig's light away from its present
// state.
func (b *bench) toggle(r *running, n int) radio.Order {
	address := b.light()
	on := r.present(address)["onOff"] != thing.Bool(true)
	return radio.Order{
		Command: commandID(n), Address: address, Kind: r.known[address].Kind,
		Set: map[string]thing.Value{"onOff": thing.Bool(on)},
	}
}

func confirmsOrders(t *testing.T, b *bench) {
	r := b.start()
	n := 0
	for kind, address := range b.Devices {
		d := r.known[address]
		model := b.model(kind, d.Capabilities)
		for _, trial := range trials(d, model, r.present(address)) {
			n++
			trial.order.Command = commandID(n)
			if err := b.act(trial.order); err != nil {
				t.Errorf("%s: %v %s: %v", kind, trial.order.Set, trial.order.Action, err)
				continue
			}
			checkConfirmed(t, r, trial)
		}
	}
	b.stop(r)
}

// checkConfirmed looks at what the sink holds at the moment Act has returned.
func checkConfirmed(t *testing.T, r *running, trial trial) {
	t.Helper()
	reports := r.causedBy(trial.order.Command)
	if trial.told && len(reports) == 0 {
		t.Errorf("%s: %v %s: Act returned nil and no report names the command",
			trial.order.Kind, trial.order.Set, trial.order.Action)
		return
	}
	values := told(reports)
	for name, want := range trial.wants {
		if !near(values[name], want) {
			t.Errorf("%s: %v %s: %s is reported as %q, want %s",
				trial.order.Kind, trial.order.Set, trial.order.Action, name, values[name], want)
		}
	}
}

func takesOrdersAtOnce(t *testing.T, b *bench) {
	r := b.start()
	const each = 3
	var all sync.WaitGroup
	n := 0
	for kind, address := range b.Devices {
		d := r.known[address]
		list := trials(d, b.model(kind, d.Capabilities), r.present(address))
		for i := range min(each, len(list)) {
			n++
			trial := list[i]
			trial.order.Command = commandID(n)
			all.Go(func() {
				if err := b.act(trial.order); err != nil {
					t.Errorf("%s: %v %s: %v", kind, trial.order.Set, trial.order.Action, err)
				} else if trial.told && len(r.causedBy(trial.order.Command)) == 0 {
					t.Errorf("%s: no report names the command", kind)
				}
			})
		}
	}
	all.Wait()
	b.stop(r)
}

func refusesTheImpossible(t *testing.T, b *bench) {
	r := b.start()
	unknown := b.toggle(r, 1)
	unknown.Address = "no-such-device"
	property := b.toggle(r, 2)
	property.Set = map[string]thing.Value{"noSuchProperty": thing.Bool(true)}
	action := b.toggle(r, 3)
	action.Set, action.Action = nil, "noSuchAction"
	nothing := b.toggle(r, 4)
	nothing.Set = nil
	for what, order := range map[string]radio.Order{
		"an unknown device": unknown, "an unknown property": property,
		"an unknown action": action, "an order for nothing": nothing,
	} {
		if err := b.act(order); !errors.Is(err, radio.ErrRefused) {
			t.Errorf("%s gives %v, want radio.ErrRefused", what, err)
		}
		if len(r.causedBy(order.Command)) > 0 {
			t.Errorf("%s is confirmed", what)
		}
	}
	b.stop(r)
}

func survivesBreakage(t *testing.T, b *bench) {
	if b.Break == nil {
		t.Skip("the rig cannot break a device")
	}
	r := b.start()
	b.Break(b.light())
	order := b.toggle(r, 1)
	if err := b.act(order); err == nil {
		t.Error("an order for an unreachable device gives no error")
	}
	if len(r.causedBy(order.Command)) > 0 {
		t.Error("an order for an unreachable device is confirmed")
	}
	b.Repair(b.light())
	order = b.actUntilDone(r)
	if len(r.causedBy(order.Command)) == 0 {
		t.Error("after the repair no report names the command")
	}
	b.stop(r)
}

// actUntilDone gives orders until one succeeds: a network may take a moment to
// find a device again.
func (b *bench) actUntilDone(r *running) radio.Order {
	b.t.Helper()
	deadline := time.Now().Add(b.Patience)
	for n := 2; ; n++ {
		order := b.toggle(r, n)
		err := b.act(order)
		if err == nil {
			return order
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("the repaired device still gives %v after %v", err, b.Patience)
		}
		<-time.After(50 * time.Millisecond)
	}
}

func actHonoursContext(t *testing.T, b *bench) {
	r := b.start()
	if b.Break != nil {
		b.Break(b.light())
		defer b.Repair(b.light())
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	begun := time.Now()
	order := b.toggle(r, 1)
	if err := b.Radio.Act(ended, order); err == nil {
		t.Error("Act with an ended context gives no error")
	}
	if took := time.Since(begun); took > b.Patience {
		t.Errorf("Act returned %v after its context had ended", took)
	}
	b.stop(r)
}

func refusesWhileStopped(t *testing.T, b *bench) {
	order := radio.Order{Command: commandID(1), Address: b.light(), Set: map[string]thing.Value{"onOff": thing.Bool(true)}}
	if err := b.act(order); err == nil {
		t.Error("Act before Run gives no error")
	}
	r := b.start()
	order = b.toggle(r, 2)
	b.stop(r)
	if err := b.act(order); err == nil {
		t.Error("Act after Run has returned gives no error")
	}
}

func reads(t *testing.T, b *bench) {
	reader, ok := b.Radio.(radio.Reader)
	if !ok {
		t.Skip("the radio cannot read a device")
	}
	r := b.start()
	ctx, cancel := context.WithTimeout(t.Context(), b.Patience)
	defer cancel()
	values, err := reader.Read(ctx, b.light())
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	if values["onOff"] == "" {
		t.Errorf("Read returned %v, without onOff", values)
	}
	if got := r.present(b.light()); got["onOff"] != values["onOff"] {
		t.Errorf("Read returned onOff %s, the sink was told %s", values["onOff"], got["onOff"])
	}
	if _, err := reader.Read(ctx, "no-such-device"); !errors.Is(err, radio.ErrRefused) {
		t.Errorf("Read of an unknown device gives %v, want radio.ErrRefused", err)
	}
	b.stop(r)
}
