package outbox

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"logis/domain"
	"logis/edge/radio"
	"logis/wire"
)

// Sink returns where a radio tells what it has to tell. Facts are dated when
// they are told, and on disk when the call returns.
func (o *Outbox) Sink(radioName string) radio.Sink {
	return &sink{Outbox: o, radio: radioName, begun: o.options.Time.Boot(), told: map[string]bool{}}
}

type sink struct {
	*Outbox
	radio string
	begun time.Duration // since boot

	mu   sync.Mutex
	told map[string]bool // devices that have told something since
}

// settling is how long a radio may take from its start until every device has told
// how it is. What is different then changed while nobody looked: it is no reason
// for a rule to fire.
const settling = 5 * time.Second

// settles reports whether a device tells, for the first time since the radio began,
// how it is.
func (s *sink) settles(address string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := !s.told[address]
	s.told[address] = true
	return first && s.options.Time.Boot()-s.begun < settling
}

// tell does what it is given with the moment of the call.
func (s *sink) tell(ctx context.Context, run func(t *tx, when moment) error) error {
	boot := s.options.Time.Boot()
	return s.do(ctx, func(t *tx) error { return run(t, t.at(boot)) })
}

func (s *sink) full(address string) string { return s.radio + "/" + address }

func (s *sink) id(address string) domain.DeviceID {
	return DeviceID(s.options.Gateway, s.full(address))
}

// Device implements radio.Sink.
func (s *sink) Device(ctx context.Context, d radio.Device) error {
	entry := s.described(d)
	return s.tell(ctx, func(t *tx, when moment) error { return t.describe(when, entry) })
}

func (s *sink) described(d radio.Device) wire.Entry {
	return wire.Entry{
		Kind: wire.KindDevice, Device: s.id(d.Address), Address: s.full(d.Address), Model: d.Kind,
		Capabilities: slices.Sorted(slices.Values(d.Capabilities)),
		Attributes:   maps.Clone(d.Attributes), Name: d.Name, Room: d.Room,
	}
}

// Removed implements radio.Sink.
func (s *sink) Removed(ctx context.Context, address string) error {
	return s.tell(ctx, func(t *tx, when moment) error { return t.remove(when, s.id(address)) })
}

// Report implements radio.Sink.
func (s *sink) Report(ctx context.Context, r radio.Report) error {
	entry := wire.Entry{
		Kind: wire.KindReport, Device: s.id(r.Address), Values: maps.Clone(r.Values),
		Cause: r.Cause, Inferred: r.Inferred,
	}
	present := s.settles(r.Address)
	return s.tell(ctx, func(t *tx, when moment) error {
		t.present = present
		defer func() { t.present = false }()
		return t.report(when, entry)
	})
}

// Signal implements radio.Sink.
func (s *sink) Signal(ctx context.Context, sig radio.Signal) error {
	entry := wire.Entry{Kind: wire.KindSignal, Device: s.id(sig.Address), Event: sig.Event, Data: sig.Data}
	return s.tell(ctx, func(t *tx, when moment) error {
		device, _, err := t.device(entry.Device)
		if err != nil {
			return err
		}
		return t.add(when, rankOf(device.Model, entry), entry)
	})
}

// Reach implements radio.Sink.
func (s *sink) Reach(ctx context.Context, address string, available bool) error {
	return s.tell(ctx, func(t *tx, when moment) error { return t.reach(when, s.id(address), available) })
}
