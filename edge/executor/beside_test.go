package executor_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"logis/domain/thing"
	"logis/edge/outbox"
	"logis/edge/radio"
	"logis/edge/radio/simulated"
)

// silent is a radio whose devices never answer.
type silent struct{ acting chan struct{} }

func (silent) Name() string                                { return "silent" }
func (silent) Run(ctx context.Context, _ radio.Sink) error { <-ctx.Done(); return nil }
func (s silent) Act(ctx context.Context, _ radio.Order) error {
	s.acting <- struct{}{}
	<-ctx.Done()
	return ctx.Err()
}

func TestARadioThatDoesNotAnswerTakesNoPlaceOfAnother(t *testing.T) {
	t.Parallel()
	const orders, atOnce = 100, 64
	bad := silent{make(chan struct{}, orders)}
	in(t, filepath.Join(t.TempDir(), "outbox.db"), simulated.Options{}, wrap{beside: bad}, func(t *testing.T, r *rig) {
		sink := r.outbox.Sink(bad.Name())
		for i := range orders {
			if err := sink.Device(t.Context(), radio.Device{Address: fmt.Sprint(i), Kind: "light"}); err != nil {
				t.Fatal(err)
			}
			c := r.switchOn(byte(100+i), time.Minute)
			c.Device = outbox.DeviceID(gateway, fmt.Sprint("silent/", i))
			if err := r.Command(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		if n := len(bad.acting); n != atOnce {
			t.Errorf("%d of its devices act at once, want %d", n, atOnce)
		}
		r.give(r.switchOn(1, time.Minute))
		if on := r.home.Value(r.home.Address("light"), "onOff"); on != thing.Bool(true) {
			t.Errorf("the lamp of the other radio is on: %s", on)
		}
	})
}
