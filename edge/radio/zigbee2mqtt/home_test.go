package zigbee2mqtt_test

import (
	"context"
	"encoding/binary"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/radiotest"
	"logis/edge/radio/zigbee2mqtt"
	"logis/edge/radio/zigbee2mqtt/ziglab"
)

// patience bounds every wait for a real program.
const patience = radiotest.Patience

// home is a radio that runs against a lab.
type home struct {
	*radiotest.Watcher
	t     *testing.T
	lab   *ziglab.Lab
	radio *zigbee2mqtt.Radio
	ended chan error // what Run returned, each time
	stop  context.CancelFunc
	next  *atomic.Uint32 // numbers commands
}

// openHome runs a radio against the lab, again and again as the agent does, until
// the test ends.
func openHome(t *testing.T, lab *ziglab.Lab) *home {
	t.Helper()
	return openHomeWith(t, lab, zigbee2mqtt.Options{Broker: lab.Broker})
}

func openHomeWith(t *testing.T, lab *ziglab.Lab, options zigbee2mqtt.Options) *home {
	t.Helper()
	r, err := zigbee2mqtt.New(options)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	h := &home{Watcher: radiotest.NewWatcher(), t: t, lab: lab, radio: r, ended: make(chan error, 1000), stop: cancel, next: &atomic.Uint32{}}
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

// order gives an order and returns its id and what Act said.
func (h *home) order(ctx context.Context, o radio.Order) (domain.CommandID, error) {
	h.t.Helper()
	binary.BigEndian.PutUint32(o.Command[12:], h.next.Add(1))
	return o.Command, h.radio.Act(ctx, o)
}

// orderSet orders values within the test's patience and returns what Act said.
func (h *home) orderSet(address string, values map[string]thing.Value) (domain.CommandID, error) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	return h.order(ctx, radio.Order{Address: address, Set: values})
}

// set orders values within the test's patience and wants success.
func (h *home) set(address string, values map[string]thing.Value) {
	h.t.Helper()
	id, err := h.orderSet(address, values)
	if err != nil {
		h.t.Fatalf("set %v: %v", values, err)
	}
	h.WantConfirmed(h.t, id, values)
}

// do orders an action within the test's patience and returns what Act said.
func (h *home) do(address, action string) (domain.CommandID, error) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	return h.order(ctx, radio.Order{Address: address, Action: action})
}

// in returns the home with another test as the one to complain to.
func (h *home) in(t *testing.T) *home {
	t.Helper()
	there := *h
	there.t = t
	return &there
}

// eventually waits until the hardware is as the condition says.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline, tick := time.NewTimer(patience), time.NewTicker(5*time.Millisecond)
	defer deadline.Stop()
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("after %v still waiting until %s", patience, what)
		}
	}
}

// ask has Zigbee2MQTT do something, as its own web page would.
func (h *home) ask(what, payload string) {
	h.t.Helper()
	if err := h.lab.Publish(h.t.Context(), ziglab.BaseTopic+"/bridge/request/"+what, []byte(payload), false); err != nil {
		h.t.Fatal(err)
	}
}

// untilEnded waits until Run has ended with an error that holds the words.
func (h *home) untilEnded(words string) {
	h.t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for {
		select {
		case err := <-h.ended:
			if err != nil && strings.Contains(err.Error(), words) {
				return
			}
		case <-deadline.C:
			h.t.Fatalf("after %v Run has not ended with %q", patience, words)
		}
	}
}
