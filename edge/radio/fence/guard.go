package fence

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"logis/domain/thing"
	"logis/edge/radio"
)

// guard is the sink a radio tells. It lets pass what a radio may tell, as fast as
// it may, and counts the rest.
type guard struct {
	*Fence
	to radio.Sink
}

// device is what the radio last said a device is.
type device struct {
	kind  string
	model *thing.Model
}

// serial is what a piece of hardware carries, whatever address it has.
type serial struct{ maker, model, number string }

// tell passes one fact on when few others of the radio wait.
func (g *guard) tell(ctx context.Context, pass func() error) error {
	select {
	case g.telling <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-g.telling }()
	return pass()
}

// slowly is tell for what a radio can say without end.
func (g *guard) slowly(ctx context.Context, pass func() error) error {
	if !g.rate.Allow() {
		g.breach("throttled")
		if err := g.rate.Wait(ctx); err != nil {
			return err
		}
	}
	return g.tell(ctx, pass)
}

// Device implements radio.Sink.
func (g *guard) Device(ctx context.Context, d radio.Device) error {
	model, err := g.catalog.Describe(d.Kind, d.Capabilities)
	switch {
	case !plain(d.Address):
		g.breach("bad_address")
		return nil
	case err != nil:
		g.breach("unknown_kind")
		return nil
	}
	if !g.know(d, model) {
		return nil
	}
	return g.tell(ctx, func() error { return g.to.Device(ctx, d) })
}

// plain reports whether a text can be an address.
func plain(address string) bool {
	return address != "" && len(address) <= maxAddress && utf8.ValidString(address) &&
		!strings.ContainsFunc(address, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
}

// know keeps what a device is, and counts one that has become another kind of
// thing, and hardware that has come back under another address. It reports false
// for one too many.
func (g *guard) know(d radio.Device, model *thing.Model) bool {
	carries := serial{d.Attributes["manufacturer"], d.Attributes["model"], d.Attributes["serial"]}
	base, _, _ := strings.Cut(d.Address, "/")
	g.mu.Lock()
	defer g.mu.Unlock()
	was, known := g.devices[d.Address]
	switch {
	case !known && len(g.devices) >= maxKnown:
		g.breaches["too_many_devices"]++
		return false
	case known && was.kind != d.Kind:
		g.breaches["kind_changed"]++
	}
	g.devices[d.Address] = device{d.Kind, model}
	there, seen := g.serials[carries]
	if seen && there != base {
		g.breaches["address_changed"]++
	}
	if carries.number != "" && (seen || len(g.serials) < maxSerials) {
		g.serials[carries] = base
	}
	return true
}

// Removed implements radio.Sink. What hardware carried is remembered: it may come
// back elsewhere.
func (g *guard) Removed(ctx context.Context, address string) error {
	g.mu.Lock()
	delete(g.devices, address)
	g.mu.Unlock()
	return g.tell(ctx, func() error { return g.to.Removed(ctx, address) })
}

// Report implements radio.Sink.
func (g *guard) Report(ctx context.Context, r radio.Report) error {
	r.Values = g.fitting(r.Address, r.Values)
	if len(r.Values) == 0 {
		return nil
	}
	pass := func() error { return g.to.Report(ctx, r) }
	if !r.Cause.IsZero() { // there are few of these for each order
		return g.tell(ctx, pass)
	}
	return g.slowly(ctx, pass)
}

// fitting returns the values that a device of its model can have.
func (f *Fence) fitting(address string, values map[string]thing.Value) map[string]thing.Value {
	model := f.model(address)
	if model == nil {
		return nil
	}
	fit := make(map[string]thing.Value, len(values))
	for name, v := range values {
		if p, ok := model.Properties[name]; !ok || p.Check(v) != "" {
			f.breach("unfit_values")
			continue
		}
		fit[name] = v
	}
	return fit
}

// model returns that of a device the radio has told, or nil and counts.
func (f *Fence) model(address string) *thing.Model {
	f.mu.Lock()
	defer f.mu.Unlock()
	d, ok := f.devices[address]
	if !ok {
		f.breaches["unknown_devices"]++
	}
	return d.model
}

// Signal implements radio.Sink.
func (g *guard) Signal(ctx context.Context, s radio.Signal) error {
	model := g.model(s.Address)
	if model == nil {
		return nil
	}
	event, ok := model.Events[s.Event]
	if !ok || event.Data == nil && s.Data != "" || event.Data != nil && event.Data.Check(s.Data) != "" {
		g.breach("unfit_signals")
		return nil
	}
	return g.slowly(ctx, func() error { return g.to.Signal(ctx, s) })
}

// Reach implements radio.Sink.
func (g *guard) Reach(ctx context.Context, address string, available bool) error {
	if g.model(address) == nil {
		return nil
	}
	return g.slowly(ctx, func() error { return g.to.Reach(ctx, address, available) })
}
