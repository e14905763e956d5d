package mqttdiscovery_test

import (
	"context"
	"encoding/binary"
	"sync/atomic"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/mqttdiscovery"
	"logis/edge/radio/radiotest"
	"logis/edge/radio/zigbee2mqtt/ziglab"
)

// patience bounds every wait for a real program.
const patience = radiotest.Patience

// home is a radio that runs against a broker.
type home struct {
	*radiotest.Watcher
	t     *testing.T
	act   func(context.Context, radio.Order) error
	radio *mqttdiscovery.Radio
	ended chan error // what Run returned, each time
	next  *atomic.Uint32
}

// openHome runs a radio against the lab's broker, again and again as the agent
// does, until the test ends.
func openHome(t *testing.T, lab *ziglab.Lab, options mqttdiscovery.Options) *home {
	t.Helper()
	options.Broker = lab.Broker
	r, err := mqttdiscovery.New(options)
	if err != nil {
		t.Fatal(err)
	}
	h := openRadio(t, r)
	h.radio = r
	return h
}

func openRadio(t *testing.T, r radio.Radio) *home {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	h := &home{Watcher: radiotest.NewWatcher(), t: t, act: r.Act, ended: make(chan error, 1000), next: &atomic.Uint32{}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			h.ended <- r.Run(ctx, h.Watcher)
			select {
			case <-time.After(50 * time.Millisecond):
			case <-ctx.Done():
			}
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return h
}

// order gives an order within a time and returns its id and what Act said.
func (h *home) order(within time.Duration, o radio.Order) (domain.CommandID, error) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), within)
	defer cancel()
	binary.BigEndian.PutUint32(o.Command[12:], h.next.Add(1))
	return o.Command, h.act(ctx, o)
}

// set orders values and wants success.
func (h *home) set(address string, values map[string]thing.Value) {
	h.t.Helper()
	id, err := h.order(patience, radio.Order{Address: address, Set: values})
	if err != nil {
		h.t.Fatalf("set %v of %s: %v", values, address, err)
	}
	h.WantConfirmed(h.t, id, nil)
}

// do orders an action and wants success.
func (h *home) do(address, action string) {
	h.t.Helper()
	id, err := h.order(patience, radio.Order{Address: address, Action: action})
	if err != nil {
		h.t.Fatalf("%s of %s: %v", action, address, err)
	}
	h.WantConfirmed(h.t, id, nil)
}

// in returns the home with another test as the one to complain to.
func (h *home) in(t *testing.T) *home {
	t.Helper()
	there := *h
	there.t = t
	return &there
}
