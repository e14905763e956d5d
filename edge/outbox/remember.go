package outbox

import (
	"iter"
	"maps"
	"time"

	"logis/edge/radio"
	"logis/wire"
)

// Fresh reports whether nothing was ever told here.
func (o *Outbox) Fresh() bool { return o.state.next == 1 }

// Remember keeps what the devices of a radio told before anybody listened, in order,
// under the times at which they told it. It must be called before Run, on an outbox
// that was fresh: what is told later stands behind it.
func (o *Outbox) Remember(radioName string, devices []radio.Device, told iter.Seq[radio.Memory]) error {
	s := &sink{Outbox: o, radio: radioName}
	at := func(when time.Time) moment { return moment{ms: when.UnixMilli()} }
	return o.transact([]*operation{{run: func(t *tx) error {
		next, stop := iter.Pull(told)
		defer stop()
		memory, more := next()
		if !more {
			return nil
		}
		for _, d := range devices {
			if err := t.describe(at(memory.At), s.described(d)); err != nil {
				return err
			}
		}
		for ; more; memory, more = next() {
			entry := wire.Entry{Kind: wire.KindReport, Device: s.id(memory.Address), Values: maps.Clone(memory.Values)}
			if err := t.add(at(memory.At), telemetry, entry); err != nil { // the past goes first when there is no room
				return err
			}
		}
		return nil
	}, done: make(chan error, 1)}})
}
