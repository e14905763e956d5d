package matter_test

import (
	"context"
	"testing"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/matter"
	"logis/edge/radio/matter/matterlab"
	"logis/edge/radio/press"
	"logis/edge/radio/radiotest"
)

// Addresses of devices in the lab.
const (
	lampAddress    = "lab-lamp/1"
	lightAddress   = "lab-house/1"
	lockAddress    = "lab-house/5"
	contactAddress = "lab-house/8"
	motionAddress  = "lab-house/9"
	warmthAddress  = "lab-house/10"
	dampAddress    = "lab-house/11"
	buttonAddress  = "lab-house/13"
	lateAddress    = "lab-late/1"
)

// One lab serves all: it takes seconds to let its devices in.
func TestWithRealDevices(t *testing.T) {
	t.Parallel()
	began := time.Now()
	lab := matterlab.Start(t, "lamp", "house")
	t.Logf("started in %v", time.Since(began))
	t.Run("the contract", func(t *testing.T) { keepsTheContract(t, lab) })
	h := openHome(t, matter.Options{Server: matterlab.URL, HTTP: lab.Client()})
	h.UntilReach(t, true, lampAddress, lockAddress, contactAddress)
	t.Run("what people and the weather do is told", func(t *testing.T) { tellsWhatHappens(h.in(t), lab) })
	t.Run("a button tells how it was pressed", func(t *testing.T) { tellsPresses(h.in(t), lab) })
	t.Run("two orders in a row", func(t *testing.T) { takesTwoOrdersInARow(h.in(t)) })
	// One takes its time to be noticed; the other is another house.
	t.Run("houses", func(t *testing.T) {
		t.Run("a device process is killed and comes back", func(t *testing.T) { losesAHouse(parallel(t, h), lab) })
		t.Run("a device is let in by its code and leaves", func(t *testing.T) { letsADeviceIn(parallel(t, h), lab) })
	})
	t.Run("the server is killed and comes back", func(t *testing.T) { losesTheServer(h.in(t), lab) })
}

func parallel(t *testing.T, h *home) *home {
	t.Helper()
	t.Parallel()
	return h.in(t)
}

func keepsTheContract(t *testing.T, lab *matterlab.Lab) {
	do := func(what func(string) error) func(string) {
		return func(string) {
			if err := what("lamp"); err != nil {
				t.Error(err)
			}
		}
	}
	radiotest.Run(t, func(t *testing.T) radiotest.Rig {
		t.Helper()
		r, err := matter.New(matter.Options{Server: matterlab.URL, HTTP: lab.Client()})
		if err != nil {
			t.Fatal(err)
		}
		return radiotest.Rig{
			Radio: radio.Radio(r),
			Devices: map[string]string{
				"color-light": lampAddress, "light": lightAddress, "dimmable-light": "lab-house/2", "switch": "lab-house/4",
				"lock": lockAddress, "thermostat": "lab-house/6", "curtain": "lab-house/7", "contact-sensor": contactAddress,
				"motion-sensor": motionAddress, "temperature-sensor": warmthAddress, "humidity-sensor": dampAddress,
				"light-sensor": "lab-house/12", "button": buttonAddress,
			},
			Break: do(lab.Pause), Repair: do(lab.Resume),
			Patience: 8 * time.Second,
		}
	})
}

// touch changes something at a device.
func touch(h *home, lab *matterlab.Lab, endpoint, cluster, attribute string, value any) {
	h.T.Helper()
	ctx, cancel := context.WithTimeout(h.T.Context(), patience)
	defer cancel()
	if err := lab.Touch(ctx, "house", endpoint, map[string]any{cluster: map[string]any{attribute: value}}); err != nil {
		h.T.Fatal(err)
	}
}

func tellsWhatHappens(h *home, lab *matterlab.Lab) {
	for _, c := range []struct {
		endpoint, cluster, attribute string
		value                        any
		address, property            string
		want                         thing.Value
	}{
		{"house/contact", "booleanState", "stateValue", false, contactAddress, "contact", "false"},
		{"house/contact", "powerSource", "batPercentRemaining", 61, contactAddress, "batteryPercent", "30.5"},
		{"house/occupancy", "occupancySensing", "occupancy", map[string]any{"occupied": true}, motionAddress, "occupancy", "true"},
		{"house/temperature", "temperatureMeasurement", "measuredValue", -1234, warmthAddress, "temperature", "-12.34"},
		{"house/humidity", "relativeHumidityMeasurement", "measuredValue", 6789, dampAddress, "relativeHumidity", "67.89"},
		{"house/light", "onOff", "onOff", true, lightAddress, "onOff", "true"},
		{"house/light", "onOff", "onOff", false, lightAddress, "onOff", "false"},
		{"house/lock", "doorLock", "lockState", 0, lockAddress, "lockState", `"notFullyLocked"`},
	} {
		touch(h, lab, c.endpoint, c.cluster, c.attribute, c.value)
		h.UntilValue(h.T, c.address, c.property, c.want)
	}
}

func tellsPresses(h *home, lab *matterlab.Lab) {
	down := func() { touch(h, lab, "house/button", "switch", "rawPosition", 1) }
	up := func() { touch(h, lab, "house/button", "switch", "rawPosition", 0) }
	last := func(what, event string, data thing.Value) {
		h.T.Helper()
		h.Until(h.T, what, func() bool {
			n := len(h.Signals)
			return n > 0 && h.Signals[n-1] == radio.Signal{Address: buttonAddress, Event: event, Data: data}
		})
	}
	down()
	up()
	last("a press", press.Pressed, `{"count":1,"position":1}`)
	down()
	up()
	down()
	up()
	last("a double press", press.Pressed, `{"count":2,"position":1}`)
	down()
	last("it is held", press.Held, `{"position":1}`)
	up()
	last("it is let go", press.Released, `{"position":1}`)
	h.Mu.Lock()
	defer h.Mu.Unlock()
	if len(h.Signals) != 4 {
		h.T.Errorf("four gestures are told as %v", h.Signals)
	}
}

func takesTwoOrdersInARow(h *home) {
	began := time.Now()
	h.Set(lightAddress, map[string]thing.Value{"onOff": "true"})
	h.T.Logf("an order is confirmed after %v", time.Since(began))
	h.Set(lightAddress, map[string]thing.Value{"onOff": "true"}) // nothing changes, so nothing is reported: it is asked
	h.Set(lightAddress, map[string]thing.Value{"onOff": "false"})
	type outcome struct {
		id  [16]byte
		err error
	}
	both := make(chan outcome, 2)
	for _, v := range []thing.Value{"true", "false"} {
		go func() {
			id, err := h.OrderWithin(patience, radio.Order{Address: lightAddress, Set: map[string]thing.Value{"onOff": v}})
			both <- outcome{id, err}
		}()
	}
	for range 2 {
		if o := <-both; o.err != nil || len(h.CausedBy(o.id)) != 1 {
			h.T.Errorf("one of two orders at once: %v, confirmed by %v", o.err, h.CausedBy(o.id))
		}
	}
	for _, action := range []string{"lockDoor", "unlockDoor", "lockDoor"} {
		if _, err := h.TryDo(lockAddress, action); err != nil {
			h.T.Errorf("%s: %v", action, err)
		}
	}
}

func losesAHouse(h *home, lab *matterlab.Lab) {
	h.UntilValue(h.T, lockAddress, "lockState", `"locked"`)
	lab.Kill("house")
	// The door must not open once the lock is back and everybody has given up.
	id, err := h.OrderWithin(500*time.Millisecond, radio.Order{Address: lockAddress, Action: "unlockDoor"})
	h.wantUnconfirmed(id, err, radio.ErrRefused)
	began := time.Now()
	h.UntilReach(h.T, false, lockAddress, lightAddress, buttonAddress)
	h.T.Logf("its absence is told after %v", time.Since(began))
	id, err = h.OrderWithin(500*time.Millisecond, radio.Order{Address: lightAddress, Set: map[string]thing.Value{"onOff": "true"}})
	h.wantUnconfirmed(id, err, radio.ErrRefused)
	if got := h.ToldOf(lampAddress, "onOff"); len(got) == 0 {
		h.T.Error("the lamp, in another process, is not told")
	}
	h.Set(lampAddress, map[string]thing.Value{"currentLevel": "50"})
	ctx, cancel := context.WithTimeout(h.T.Context(), patience)
	defer cancel()
	began = time.Now()
	if err := lab.Start(ctx, "house"); err != nil {
		h.T.Fatal(err)
	}
	h.T.Logf("started again in %v", time.Since(began))
	h.UntilReach(h.T, true, lockAddress, lightAddress, buttonAddress)
	h.T.Logf("its return is told after %v", time.Since(began))
	before := len(h.ToldOf(lockAddress, "lockState"))
	h.Set(lightAddress, map[string]thing.Value{"onOff": "true"})
	if _, err := h.TryDo(lockAddress, "lockDoor"); err != nil {
		h.T.Errorf("locking the lock that came back: %v", err)
	}
	for _, v := range h.ToldOf(lockAddress, "lockState")[before:] {
		if v == `"unlocked"` {
			h.T.Error("the refused order was carried out when the lock came back")
		}
	}
}

func losesTheServer(h *home, lab *matterlab.Lab) {
	h.Mu.Lock()
	was, gone := len(h.Devices), len(h.Gone)
	h.Mu.Unlock()
	lab.Kill(matterlab.Server)
	h.UntilReach(h.T, false, lampAddress, lockAddress)
	h.UntilEnded("the Matter Server")
	id, err := h.OrderWithin(time.Second, radio.Order{Address: lampAddress, Set: map[string]thing.Value{"onOff": "true"}})
	h.wantUnconfirmed(id, err, radio.ErrRefused)
	touch(h, lab, "house/contact", "booleanState", "stateValue", true) // nobody hears it
	h.Forget()
	ctx, cancel := context.WithTimeout(h.T.Context(), patience)
	defer cancel()
	if err := lab.Start(ctx, matterlab.Server); err != nil {
		h.T.Fatal(err)
	}
	h.UntilReach(h.T, true, lampAddress, lockAddress)
	h.UntilValue(h.T, contactAddress, "contact", "true")
	h.Set(lampAddress, map[string]thing.Value{"onOff": "true", "currentLevel": "30"})
	h.Mu.Lock()
	defer h.Mu.Unlock()
	if len(h.Devices) != was || len(h.Gone) != gone {
		h.T.Errorf("there were %d devices and are %d; removed: %v", was, len(h.Devices), h.Gone)
	}
}

func letsADeviceIn(h *home, lab *matterlab.Lab) {
	ctx, cancel := context.WithTimeout(h.T.Context(), patience)
	defer cancel()
	var commissioner radio.Commissioner = h.radio
	if err := lab.Start(ctx, "late"); err != nil {
		h.T.Fatal(err)
	}
	if err := commissioner.Commission(ctx, lab.Codes("late")[0]); err != nil {
		h.T.Fatal(err)
	}
	h.UntilReach(h.T, true, lateAddress)
	h.Set(lateAddress, map[string]thing.Value{"onOff": "true"})
	h.Mu.Lock()
	node := h.Devices[lateAddress].Attributes["node"]
	h.Mu.Unlock()
	if err := lab.Remove(ctx, node); err != nil {
		h.T.Fatal(err)
	}
	h.Until(h.T, "its leaving is told", func() bool { return len(h.Gone) == 1 && h.Gone[0] == lateAddress })
	id, err := h.OrderWithin(time.Second, radio.Order{Address: lateAddress, Set: map[string]thing.Value{"onOff": "true"}})
	h.wantUnconfirmed(id, err, radio.ErrRefused)
}
