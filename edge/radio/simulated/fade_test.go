package simulated_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/simulated"
)

func fadeTo(h *simulated.Home, over time.Duration, values map[string]thing.Value) radio.Order {
	return radio.Order{
		Command: domain.CommandID{1}, Address: h.Address("dimmable-light"), Kind: "dimmable-light", Set: values, Transition: over,
	}
}

func TestALampGoesStepByStepAndSaysSo(t *testing.T) {
	t.Parallel()
	live(t, simulated.Options{}, func(t *testing.T, h *simulated.Home, l *listener) {
		order := fadeTo(h, 2*time.Second, map[string]thing.Value{"onOff": "true", "currentLevel": "80"})
		arrived, err := h.Fade(t.Context(), order)
		if err != nil || arrived == nil {
			t.Fatalf("a lamp does not fade: %v", err)
		}
		said := l.count()
		done := make(chan error, 1)
		go func() { done <- arrived(t.Context()) }()
		<-time.After(time.Second + time.Millisecond)
		synctest.Wait()
		if got := h.Value(order.Address, "currentLevel"); got != "40" || l.count() != said+4 {
			t.Errorf("half way the lamp is at %s and has spoken %d times", got, l.count()-said)
		}
		if !l.heard(fmt.Sprintf("report %s map[currentLevel:10 onOff:true] caused", order.Address)) {
			t.Errorf("its first step is not heard: %v", l.lines[said:])
		}
		select {
		case err := <-done:
			t.Errorf("half way it is there: %v", err)
		default:
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		if !l.heard(fmt.Sprintf("report %s map[currentLevel:80 onOff:true] caused", order.Address)) {
			t.Errorf("its end is not heard: %v", l.lines[said:])
		}
		if n := len(h.Actuations()); n != 1 {
			t.Errorf("one fade is %d actuations", n)
		}
	})
}

func TestALampThatFadesOutRemembersHowBrightItWas(t *testing.T) {
	t.Parallel()
	live(t, simulated.Options{}, func(t *testing.T, h *simulated.Home, _ *listener) {
		address := h.Address("dimmable-light")
		if err := h.Change(address, map[string]thing.Value{"onOff": "true", "currentLevel": "60"}); err != nil {
			t.Fatal(err)
		}
		arrived, err := h.Fade(t.Context(), fadeTo(h, 10*time.Minute, map[string]thing.Value{"onOff": "false"}))
		if err != nil || arrived == nil {
			t.Fatalf("a lamp does not fade out: %v", err)
		}
		done := make(chan error, 1)
		go func() { done <- arrived(t.Context()) }()
		<-time.After(5*time.Minute + time.Second)
		synctest.Wait()
		if on, level := h.Value(address, "onOff"), h.Value(address, "currentLevel"); on != "true" || level != "30" {
			t.Errorf("half way it is on %s at %s", on, level)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		if on, level := h.Value(address, "onOff"), h.Value(address, "currentLevel"); on != "false" || level != "60" {
			t.Errorf("in the end it is on %s at %s", on, level)
		}
	})
}

func TestAFadeThatIsEndedStopsWhereItIs(t *testing.T) {
	t.Parallel()
	live(t, simulated.Options{}, func(t *testing.T, h *simulated.Home, l *listener) {
		order := fadeTo(h, 10*time.Second, map[string]thing.Value{"currentLevel": "100"})
		if err := h.Change(order.Address, map[string]thing.Value{"onOff": "true", "currentLevel": "0"}); err != nil {
			t.Fatal(err)
		}
		arrived, err := h.Fade(t.Context(), order)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second+time.Millisecond)
		defer cancel()
		if err := arrived(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("an ended fade gives %v", err)
		}
		said := l.count()
		<-time.After(time.Minute)
		if got := h.Value(order.Address, "currentLevel"); got != "50" || l.count() != said {
			t.Errorf("it went on to %s and spoke %d times", got, l.count()-said)
		}
	})
}

func TestWhatCannotFadeDoesItAtOnce(t *testing.T) {
	t.Parallel()
	live(t, simulated.Options{}, func(t *testing.T, h *simulated.Home, _ *listener) {
		address := h.Address("light")
		arrived, err := h.Fade(t.Context(), radio.Order{
			Command: domain.CommandID{1}, Address: address, Kind: "light",
			Set: map[string]thing.Value{"onOff": "true"}, Transition: time.Minute,
		})
		if err != nil || arrived != nil || h.Value(address, "onOff") != "true" {
			t.Errorf("a lamp without a dimmer is on: %s (%v)", h.Value(address, "onOff"), err)
		}
	})
}
