package simulated_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/simulated"
)

// listener is a sink that writes down what it hears, one line each.
type listener struct {
	mu    sync.Mutex
	lines []string
}

func (l *listener) hear(format string, args ...any) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
	return nil
}

func (l *listener) Device(_ context.Context, d radio.Device) error {
	return l.hear("device %s %s", d.Address, d.Kind)
}

func (l *listener) Removed(_ context.Context, address string) error {
	return l.hear("removed %s", address)
}

func (l *listener) Report(_ context.Context, r radio.Report) error {
	cause := ""
	if !r.Cause.IsZero() {
		cause = " caused"
	}
	return l.hear("report %s %v%s", r.Address, r.Values, cause)
}

func (l *listener) Signal(_ context.Context, s radio.Signal) error {
	return l.hear("signal %s %s %s", s.Address, s.Event, s.Data)
}

func (l *listener) Reach(_ context.Context, address string, available bool) error {
	return l.hear("reach %s %t", address, available)
}

func (l *listener) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.lines)
}

func (l *listener) heard(line string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, heard := range l.lines {
		if heard == line {
			return true
		}
	}
	return false
}

// live runs a home inside a synctest bubble; do acts on it once it has told
// everything.
func live(t *testing.T, o simulated.Options, do func(t *testing.T, h *simulated.Home, l *listener)) *listener {
	t.Helper()
	l := &listener{}
	synctest.Test(t, func(t *testing.T) {
		h, err := simulated.New(o)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- h.Run(ctx, l) }()
		synctest.Wait()
		do(t, h, l)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return l
}

func TestTheHouseHasEveryKindAndScales(t *testing.T) {
	t.Parallel()
	h, err := simulated.New(simulated.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range kinds(t) {
		if h.Address(kind) == "" {
			t.Errorf("there is no %s", kind)
		}
	}
	for _, n := range []int{1, 200, simulated.MaxDevices} {
		l := live(t, simulated.Options{Devices: n}, func(*testing.T, *simulated.Home, *listener) {})
		if got := strings.Count(strings.Join(l.lines, "\n"), "device "); got != n {
			t.Errorf("a home of %d devices told %d", n, got)
		}
	}
	if _, err := simulated.New(simulated.Options{Devices: simulated.MaxDevices + 1}); err == nil {
		t.Error("one device too many is accepted")
	}
}

func TestTheSameSeedTellsTheSameStory(t *testing.T) {
	t.Parallel()
	story := func(seed uint64) string {
		l := live(t, simulated.Options{Seed: seed, Rate: 10}, func(*testing.T, *simulated.Home, *listener) {
			<-time.After(time.Minute)
		})
		return strings.Join(l.lines, "\n")
	}
	first := story(7)
	if first != story(7) {
		t.Error("two homes with one seed differ")
	}
	if first == story(8) {
		t.Error("two homes with different seeds are the same")
	}
}

func TestSensorsTellAsOftenAsAsked(t *testing.T) {
	t.Parallel()
	for _, rate := range []float64{0, 0.5, 40, 250} {
		var before, after int
		live(t, simulated.Options{Rate: rate}, func(_ *testing.T, _ *simulated.Home, l *listener) {
			before = l.count()
			<-time.After(100 * time.Second)
			synctest.Wait()
			after = l.count()
		})
		if got, want := float64(after-before), 100*rate; got < want*0.98-1 || got > want*1.02 {
			t.Errorf("at %v reports per second %v came in 100 s", rate, got)
		}
	}
}

func TestAThermostatWarmsItsRoom(t *testing.T) {
	t.Parallel()
	live(t, simulated.Options{Rate: 2}, func(t *testing.T, h *simulated.Home, _ *listener) {
		address := h.Address("thermostat")
		order := radio.Order{Address: address, Set: map[string]thing.Value{"occupiedHeatingSetpoint": "24.5"}}
		if err := h.Act(t.Context(), order); err != nil {
			t.Error(err)
		}
		<-time.After(20 * time.Minute)
		if got, _ := h.Value(address, "localTemperature").Float(); got < 24 || got > 25 {
			t.Errorf("after 20 minutes the room has %v °C, 24.5 was wanted", got)
		}
	})
}

func switchOn(ctx context.Context, h *simulated.Home, id byte) error {
	return h.Act(ctx, radio.Order{
		Command: domain.CommandID{15: id}, Address: h.Address("light"),
		Set: map[string]thing.Value{"onOff": thing.Bool(true)},
	})
}

func TestALiarConfirmsAndDoesNothing(t *testing.T) {
	t.Parallel()
	live(t, simulated.Options{}, func(t *testing.T, h *simulated.Home, l *listener) {
		address := h.Address("light")
		h.Lie(address, true)
		if err := switchOn(t.Context(), h, 1); err != nil {
			t.Error(err)
		}
		if !l.heard("report " + address + " map[onOff:false] caused") {
			t.Error("the liar does not tell what it had before")
		}
		if h.Value(address, "onOff") != thing.Bool(false) || len(h.Actuations()) > 0 {
			t.Error("the liar did what it was told")
		}
	})
}

func TestAJammedLockIsNotFullyLocked(t *testing.T) {
	t.Parallel()
	live(t, simulated.Options{}, func(t *testing.T, h *simulated.Home, l *listener) {
		address := h.Address("lock")
		h.Jam(address, true)
		err := h.Act(t.Context(), radio.Order{Command: domain.CommandID{1}, Address: address, Action: "unlockDoor"})
		if !errors.Is(err, radio.ErrFailed) {
			t.Errorf("a jammed lock gives %v, want radio.ErrFailed", err)
		}
		if !l.heard("report " + address + ` map[lockState:"notFullyLocked"]`) {
			t.Error("the jam is not told")
		}
	})
}

func TestASlowDeviceTakesItsTimeAndKeepsTheDeadline(t *testing.T) {
	t.Parallel()
	live(t, simulated.Options{Slow: 3 * time.Second}, func(t *testing.T, h *simulated.Home, _ *listener) {
		begun := time.Now()
		if err := switchOn(t.Context(), h, 1); err != nil || time.Since(begun) != 3*time.Second {
			t.Errorf("the lamp took %v and gave %v", time.Since(begun), err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := switchOn(ctx, h, 2); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("past its deadline the order gives %v", err)
		}
		if n := len(h.Actuations()); n != 1 {
			t.Errorf("%d actuations, the second was too late", n)
		}
	})
}

func TestAVanishedDeviceIsToldAndLeavesTheOutcomeOpen(t *testing.T) {
	t.Parallel()
	live(t, simulated.Options{}, func(t *testing.T, h *simulated.Home, l *listener) {
		address := h.Address("light")
		if err := h.Vanish(address, true); err != nil {
			t.Error(err)
		}
		if !l.heard("reach " + address + " false") {
			t.Error("the loss is not told")
		}
		err := switchOn(t.Context(), h, 1)
		if err == nil || errors.Is(err, radio.ErrFailed) || errors.Is(err, radio.ErrRefused) {
			t.Errorf("a vanished device gives %v; nobody can know", err)
		}
	})
}

func TestWhatHappensInTheHouseIsTold(t *testing.T) {
	t.Parallel()
	live(t, simulated.Options{}, func(t *testing.T, h *simulated.Home, l *listener) {
		button, door := h.Address("button"), h.Address("contact-sensor")
		if err := h.Press(button, 2); err != nil {
			t.Error(err)
		}
		if !l.heard("signal " + button + ` multiPressComplete {"count":2,"position":0}`) {
			t.Error("the press is not told")
		}
		if err := h.Change(door, map[string]thing.Value{"contact": thing.Bool(false)}); err != nil {
			t.Error(err)
		}
		if !l.heard("report " + door + " map[contact:false]") {
			t.Error("the open door is not told")
		}
	})
}

func TestTheOracleKnowsEveryActuationBeforeItHappens(t *testing.T) {
	t.Parallel()
	var oracle bytes.Buffer
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	o := simulated.Options{Oracle: &oracle, Now: func() time.Time { return now }}
	live(t, o, func(t *testing.T, h *simulated.Home, _ *listener) {
		if err := switchOn(t.Context(), h, 9); err != nil {
			t.Error(err)
		}
	})
	var line simulated.Actuation
	if err := json.Unmarshal(oracle.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	if line.Command[15] != 9 || line.Device != "sim0001" || !line.At.Equal(now) {
		t.Errorf("the oracle was told %+v", line)
	}
}
