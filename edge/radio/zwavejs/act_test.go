package zwavejs_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/radiotest"
	"logis/edge/radio/zwavejs"
	"logis/edge/radio/zwavejs/zwavelab"
)

// Nodes of the home that obeys.
const (
	dimmer = iota + 2
	colorLamp
	plug
	lock
	thermostat
	curtain
	blind
	valve
	twoGang
	jammed
	contact
	motion
	leak
	smoke
	climate
	button
)

func TestAHomeObeys(t *testing.T) {
	t.Parallel()
	needsLab(t)
	lab := zwavelab.Start(t,
		zwavelab.Node{ID: dimmer, Kind: "dimmer"}, zwavelab.Node{ID: colorLamp, Kind: "colorLamp"}, zwavelab.Node{ID: plug, Kind: "plug"},
		zwavelab.Node{ID: lock, Kind: "lock"}, zwavelab.Node{ID: thermostat, Kind: "thermostat"}, zwavelab.Node{ID: curtain, Kind: "curtain"},
		zwavelab.Node{ID: blind, Kind: "blind"}, zwavelab.Node{ID: valve, Kind: "valve"}, zwavelab.Node{ID: twoGang, Kind: "twoGang"},
		zwavelab.Node{ID: jammed, Kind: "supervisedSwitch"}, zwavelab.Node{ID: contact, Kind: "contact"}, zwavelab.Node{ID: motion, Kind: "motion"},
		zwavelab.Node{ID: leak, Kind: "leak"}, zwavelab.Node{ID: smoke, Kind: "smoke"}, zwavelab.Node{ID: climate, Kind: "climate"},
		zwavelab.Node{ID: button, Kind: "button"},
	)
	h := openHome(t, zwavejs.Options{URL: lab.URL})
	h.Until(t, "every device is known", func() bool { return len(h.Reachable) == 17 })

	for _, step := range []struct {
		name string
		test func(*home, *zwavelab.Bench)
	}{
		{"a lamp does every order exactly once", switchesALamp},
		{"two orders in a row end as the second says", ordersTwice},
		{"a colour lamp takes colours and temperatures", colors},
		{"both relays of a wall switch are devices of their own", switchesRelays},
		{"a plug switches and measures", measures},
		{"a lock is locked when its bolt is", locks},
		{"a thermostat takes set points and modes", heats},
		{"a curtain is there when it is there", draws},
		{"a curtain stops half way", stopsHalfWay},
		{"a blind by another command class does the same", drawsABlind},
		{"a valve opens and closes", turnsAValve},
		{"a device that says yes and does nothing is not believed", jams},
		{"what somebody else hopes is not told", doubts},
		{"sensors are taken at their word", senses},
		{"a button tells presses once", presses},
		{"what a device cannot do is refused", refuses},
		{"a read asks the device", reads},
	} {
		t.Run(step.name, func(t *testing.T) { step.test(h.in(t), lab) })
	}
}

func switchesALamp(h *home, lab *zwavelab.Bench) {
	address := at(dimmer)
	h.Set(address, values{"currentLevel": "40"})
	const times = 6
	before := len(lab.Orders(dimmer))
	for n := range times {
		on := n%2 == 1
		h.Set(address, values{"onOff": thing.Bool(on)})
		if got, want := lab.True(dimmer, "MultilevelSwitch_currentValue"), map[bool]string{false: "0", true: "40"}[on]; got != want {
			h.T.Fatalf("the lamp is truly at %s, want %s", got, want)
		}
	}
	if orders := lab.Orders(dimmer)[before:]; len(orders) != times {
		h.T.Errorf("the lamp got %v, %d orders were given", orders, times)
	}
	lab.Report(dimmer, "level", 0) // by hand
	h.UntilValue(h.T, address, "onOff", "false")
	h.Do(address, "identify", nil)
	if last := lab.Orders(dimmer); last[len(last)-1][:3] != "Set" {
		h.T.Errorf("the lamp's last order is %q, want one to its indicator", last[len(last)-1])
	}
}

func ordersTwice(h *home, lab *zwavelab.Bench) {
	address := at(dimmer)
	for range 3 {
		var both sync.WaitGroup
		first := make(chan error, 1)
		both.Go(func() {
			_, err := h.OrderWithin(patience, radio.Order{Address: address, Set: values{"currentLevel": "80"}})
			first <- err
		})
		if err := <-first; err != nil {
			h.T.Fatal(err)
		}
		both.Go(func() {
			_, err := h.OrderWithin(patience, radio.Order{Address: address, Set: values{"currentLevel": "20"}})
			first <- err
		})
		both.Wait()
		if err := <-first; err != nil {
			h.T.Fatal(err)
		}
		if got := lab.True(dimmer, "MultilevelSwitch_currentValue"); got != "20" {
			h.T.Errorf("after both the lamp is truly at %s", got)
		}
		told := h.ToldOf(address, "currentLevel")
		if last := told[len(told)-1]; last != "20" {
			h.T.Errorf("the last thing told of the level is %s in %v", last, told)
		}
	}
}

func colors(h *home, lab *zwavelab.Bench) {
	address := at(colorLamp)
	h.Set(address, values{"onOff": "true", "colorTemperatureMireds": "262"})
	if warm, cold := lab.True(colorLamp, "ColorSwitch_Warm White"), lab.True(colorLamp, "ColorSwitch_Cold White"); warm != "128" || cold != "128" {
		h.T.Errorf("half way between warm and cold the lamp is truly at %s and %s", warm, cold)
	}
	h.Set(address, values{"currentHue": "120", "currentSaturation": "80"})
	if green, warm := lab.True(colorLamp, "ColorSwitch_Green"), lab.True(colorLamp, "ColorSwitch_Warm White"); green != "255" || warm != "0" {
		h.T.Errorf("ordered to be green it truly has green %s and white %s", green, warm)
	}
	h.Set(address, values{"currentSaturation": "40"})
	hues := h.ToldOf(address, "currentHue")
	if slices.ContainsFunc(hues, func(v thing.Value) bool { return v != "120" }) {
		h.T.Errorf("with another saturation the hue was told to be %v, want 120 as before", hues)
	}
}

func switchesRelays(h *home, _ *zwavelab.Bench) {
	one, two := at(twoGang)+"/1", at(twoGang)+"/2"
	for _, address := range []string{one, two} {
		if kind := h.Devices[address].Kind; kind != "switch" {
			h.T.Errorf("%s is a %q", address, kind)
		}
	}
	h.Set(one, values{"onOff": "true"})
	h.Set(two, values{"onOff": "true"})
}

func measures(h *home, lab *zwavelab.Bench) {
	address := at(plug)
	h.UntilValue(h.T, address, "activePower", "60")
	h.UntilValue(h.T, address, "cumulativeEnergyImported", "12.34")
	h.Set(address, values{"onOff": "true"})
	lab.Report(plug, "meter", map[string]any{"scale": 2, "value": 71.5})
	h.UntilValue(h.T, address, "activePower", "71.5")
	lab.Report(plug, "switch", false)
	h.UntilValue(h.T, address, "onOff", "false")
}

func locks(h *home, lab *zwavelab.Bench) {
	address := at(lock)
	for _, step := range []struct {
		action string
		want   thing.Value
		mode   string
	}{
		{"lockDoor", `"locked"`, "255"}, {"unlockDoor", `"unlocked"`, "0"}, {"lockDoor", `"locked"`, "255"},
		{"lockDoor", `"locked"`, "255"}, // it is already
	} {
		before := len(lab.Orders(lock))
		h.Do(address, step.action, values{"lockState": step.want})
		if got := lab.True(lock, "DoorLock_currentMode"); got != step.mode {
			h.T.Errorf("after %s the bolt is truly at %s", step.action, got)
		}
		if got := lab.Orders(lock)[before:]; len(got) != 1 {
			h.T.Errorf("after %s the lock got %v", step.action, got)
		}
	}
	lab.Report(lock, "lock", 0)
	h.UntilValue(h.T, address, "lockState", `"unlocked"`)
	// It is turned without a word, and only an alarm says that something happened.
	lab.Change(lock, "lock", 255)
	lab.Report(lock, "notification", map[string]any{"type": 6, "event": 11})
	h.UntilValue(h.T, address, "lockState", `"locked"`)
}

func heats(h *home, lab *zwavelab.Bench) {
	address := at(thermostat)
	h.UntilValue(h.T, address, "localTemperature", "21.5")
	h.Set(address, values{"systemMode": `"heat"`, "occupiedHeatingSetpoint": "21.5"})
	if got := lab.True(thermostat, "ThermostatSetpoint_setpoint_1"); got != "21.5" {
		h.T.Errorf("the thermostat truly wants %s", got)
	}
	h.Set(address, values{"systemMode": `"off"`})
	lab.Report(thermostat, "sensor", map[string]any{"type": 1, "scale": 0, "value": 19.7})
	h.UntilValue(h.T, address, "localTemperature", "19.7")
}

const lift = "currentPositionLiftPercentage"

func draws(h *home, lab *zwavelab.Bench) {
	address := at(curtain)
	h.UntilValue(h.T, address, lift, "0")
	h.Set(address, values{lift: "60"})
	if got := lab.True(curtain, "MultilevelSwitch_currentValue"); got != "40" {
		h.T.Errorf("the curtain was confirmed at 60 %%, it is truly at %s", got)
	}
	// Z-Wave JS knows at once where it was told to go; nobody may believe it.
	positions := h.ToldOf(address, lift)
	if i := slices.Index(positions, "60"); i != len(positions)-1 {
		h.T.Errorf("the curtain was told to be at %v: at its goal before the end", positions)
	}
	h.Do(address, "upOrOpen", values{lift: "0"})
	h.Do(address, "downOrClose", values{lift: "100"})
}

func stopsHalfWay(h *home, lab *zwavelab.Bench) {
	address := at(curtain)
	opening := make(chan error, 1)
	go func() {
		_, err := h.OrderWithin(10*time.Millisecond, radio.Order{Address: address, Action: "upOrOpen"}) // hardly begun
		opening <- err
	}()
	if err := <-opening; err == nil {
		h.T.Error("opening half way is a success")
	}
	h.Do(address, "stopMotion", nil)
	if orders := lab.Orders(curtain); orders[len(orders)-1] != "StopLevelChange " {
		h.T.Errorf("the curtain's last order is %q, want stop", orders[len(orders)-1])
	}
}

func drawsABlind(h *home, _ *zwavelab.Bench) {
	h.UntilValue(h.T, at(blind), lift, "100")
	h.Do(at(blind), "upOrOpen", values{lift: "0"})
	h.Set(at(blind), values{lift: "60"})
	h.Do(at(blind), "stopMotion", nil)
}

func turnsAValve(h *home, lab *zwavelab.Bench) {
	h.Do(at(valve), "openValve", values{"valveState": `"open"`})
	h.Do(at(valve), "closeValve", values{"valveState": `"closed"`})
	if orders := lab.Orders(valve); len(orders) != 2 {
		h.T.Errorf("the valve got %v", orders)
	}
}

// jams orders what the node acknowledges and does not do. Z-Wave JS tells its hope
// as if the node had said it.
func jams(h *home, lab *zwavelab.Bench) {
	h.Set(at(plug), values{"onOff": "false"})
	lab.Jam(plug, true)
	defer lab.Jam(plug, false)
	h.Forget()
	id, err := h.OrderWithin(2*time.Second, radio.Order{Address: at(plug), Set: values{"onOff": "true"}})
	radiotest.WantUnknown(h.T, err)
	h.WantNothingTold(h.T, id)
	if told := h.ToldOf(at(plug), "onOff"); slices.Contains(told, "true") {
		h.T.Errorf("a plug that did nothing was told to be on: %v", told)
	}
	lab.Jam(lock, true)
	defer lab.Jam(lock, false)
	before := len(lab.Orders(lock))
	id, err = h.OrderWithin(3*time.Second, radio.Order{Address: at(lock), Action: "unlockDoor"})
	radiotest.WantUnknown(h.T, err)
	h.WantNothingTold(h.T, id)
	if got := lab.Orders(lock)[before:]; len(got) != 1 {
		h.T.Errorf("the jammed lock got %v, want one order", got)
	}
	if told := h.ToldOf(at(lock), "lockState"); slices.Contains(told, `"unlocked"`) {
		h.T.Errorf("a jammed lock was told to be open: %v", told)
	}
}

// doubts has another program switch a plug that does nothing, and then does.
func doubts(h *home, lab *zwavelab.Bench) {
	address := at(plug)
	h.Set(address, values{"onOff": "false"})
	h.Forget()
	lab.Jam(plug, true)
	lab.SetElsewhere(plug, 37, true)
	h.UntilValue(h.T, address, "onOff", "false") // it was asked
	lab.Jam(plug, false)
	if told := h.ToldOf(address, "onOff"); slices.Contains(told, "true") {
		h.T.Errorf("the plug is off and was told to be %v", told)
	}
	lab.SetElsewhere(plug, 37, true)
	h.UntilValue(h.T, address, "onOff", "true")
}

func senses(h *home, lab *zwavelab.Bench) {
	event := func(kind, event int) map[string]any { return map[string]any{"type": kind, "event": event} }
	for _, step := range []struct {
		node           int
		report         string
		value          any
		property, want string
	}{
		{contact, "notification", event(6, 22), "contact", "false"},
		{contact, "notification", event(6, 23), "contact", "true"},
		{motion, "notification", event(7, 8), "occupancy", "true"},
		{motion, "notification", event(7, 0), "occupancy", "false"},
		{motion, "notification", event(7, 3), "tamper", "true"},
		{leak, "notification", event(5, 2), "waterLeak", "true"},
		{smoke, "notification", event(1, 2), "smokeState", `"critical"`},
		{smoke, "notification", event(1, 0), "smokeState", `"normal"`},
		{climate, "sensor", map[string]any{"type": 1, "scale": 0, "value": -3.5}, "temperature", "-3.5"},
		{climate, "sensor", map[string]any{"type": 5, "scale": 0, "value": 61}, "relativeHumidity", "61"},
		{climate, "sensor", map[string]any{"type": 3, "scale": 1, "value": 12000}, "illuminance", "12000"},
		{contact, "battery", 12, "batteryPercent", "12"},
	} {
		lab.Report(step.node, step.report, step.value)
		h.UntilValue(h.T, at(step.node), step.property, thing.Value(step.want))
	}
	for node, kind := range map[int]string{
		contact: "contact-sensor", motion: "motion-sensor", leak: "leak-sensor", smoke: "smoke-alarm", climate: "climate-sensor", button: "button",
	} {
		if got := h.Devices[at(node)].Kind; got != kind {
			h.T.Errorf("node %d is a %q, want %q", node, got, kind)
		}
	}
}

func presses(h *home, lab *zwavelab.Bench) {
	h.Forget()
	const pressed, released, held, twice = 0, 1, 2, 3
	for _, key := range []int{pressed, twice, held, held, held, released} {
		lab.Report(button, "scene", map[string]any{"scene": 1, "key": key})
	}
	lab.Report(button, "scene", map[string]any{"scene": 2, "key": pressed})
	want := []string{
		`multiPressComplete {"count":1,"position":1}`, `multiPressComplete {"count":2,"position":1}`,
		`longPress {"position":1}`, `longRelease {"position":1}`, `multiPressComplete {"count":1,"position":2}`,
	}
	h.Until(h.T, "all presses are told", func() bool { return len(h.Signals) >= len(want) })
	var got []string
	for _, s := range h.Signals {
		got = append(got, fmt.Sprintf("%s %s", s.Event, s.Data))
	}
	if !slices.Equal(got, want) {
		h.T.Errorf("the presses are told as\n%v, want\n%v", got, want)
	}
}

func refuses(h *home, lab *zwavelab.Bench) {
	before := len(lab.Orders(dimmer)) + len(lab.Orders(thermostat)) + len(lab.Orders(contact))
	for _, order := range []radio.Order{
		{Address: at(dimmer), Set: values{"currentHue": "10"}},
		{Address: at(dimmer), Set: values{"currentLevel": "101"}},
		{Address: at(dimmer), Set: values{"onOff": "false", "currentLevel": "10"}},
		{Address: at(dimmer), Action: "unlockDoor"},
		{Address: at(dimmer)},
		{Address: at(colorLamp), Set: values{"colorTemperatureMireds": "150"}},
		{Address: at(colorLamp), Set: values{"colorTemperatureMireds": "250", "currentHue": "10"}},
		{Address: at(thermostat), Set: values{"systemMode": `"dry"`}},
		{Address: at(thermostat), Set: values{"occupiedHeatingSetpoint": "35"}},
		{Address: at(contact), Set: values{"contact": "true"}},
		{Address: at(twoGang), Set: values{"onOff": "true"}},
		{Address: at(dimmer) + "/1", Set: values{"onOff": "true"}},
		{Address: at(99), Set: values{"onOff": "true"}},
		{Address: "7e570002-2", Set: values{"onOff": "true"}},
		{Address: "", Set: values{"onOff": "true"}},
	} {
		_, err := h.OrderWithin(patience, order)
		if err == nil {
			h.T.Errorf("%+v succeeds", order)
		}
		radiotest.WantRefused(h.T, err)
	}
	if after := len(lab.Orders(dimmer)) + len(lab.Orders(thermostat)) + len(lab.Orders(contact)); after != before {
		h.T.Errorf("%d refused orders reached a device", after-before)
	}
}

func reads(h *home, lab *zwavelab.Bench) {
	lab.Change(plug, "switch", true)
	got, err := h.radio.Read(h.T.Context(), at(plug))
	if err != nil || got["onOff"] != "true" || got["activePower"] == "" {
		h.T.Errorf("the plug answers %v and %v", got, err)
	}
	lab.Change(plug, "switch", false)
	got, err = h.radio.Read(h.T.Context(), at(plug))
	if err != nil || got["onOff"] != "false" {
		h.T.Errorf("switched off without a word the plug answers %v and %v", got, err)
	}
	for _, address := range []string{at(99), at(contact)} { // nobody, and one that sleeps
		_, err := h.radio.Read(h.T.Context(), address)
		radiotest.WantRefused(h.T, err)
	}
}
