package mqttdiscovery_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/mqttdiscovery"
	"logis/edge/radio/radiotest"
	"logis/edge/radio/zigbee2mqtt/ziglab"
)

func needsPrograms(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("needs real programs")
	}
}

func TestFirmwaresObey(t *testing.T) {
	t.Parallel()
	needsPrograms(t)
	lab := ziglab.StartBroker(t)
	plug, bulb := tasmotaRelay("tasmota-plug", "hallplug", hallSensor).start(t, lab), tasmotaBulb().start(t, lab)
	strip := tasmotaStrip().start(t, lab)
	lock, cover := esphomeLock().start(t, lab), esphomeCover().start(t, lab)
	split, room := esphomeAirConditioner().start(t, lab), esphomeRoom().start(t, lab)
	valve, fan := esphomeGarden().start(t, lab), esphomeFan().start(t, lab)
	h := openHome(t, lab, mqttdiscovery.Options{})
	h.Until(t, "every device is known", func() bool { return len(h.Reachable) == 11 })

	t.Run("a plug of Tasmota switches and measures", func(t *testing.T) {
		h := h.in(t)
		h.Set("4D1E0A", map[string]thing.Value{"onOff": "true"})
		h.Set("4D1E0A", map[string]thing.Value{"onOff": "true"}) // it tells that again
		if told := h.ToldOf("4D1E0A", "onOff"); fmt.Sprint(told) != "[false true true]" {
			t.Errorf("the plug told onOff %v, want each order told once", told)
		}
		if plug.get("POWER") != "ON" {
			t.Error("the plug is truly off")
		}
		h.UntilValue(t, "4D1E0A", "cumulativeEnergyImported", "12.34")
		h.UntilValue(t, "4D1E0A", "activePower", "60")
	})
	t.Run("a bulb of Tasmota is lit by its level", func(t *testing.T) {
		h := h.in(t)
		h.Set("71C2D0", map[string]thing.Value{"onOff": "true"})
		if bulb.get("Dimmer") != "50" || bulb.get("POWER") != "ON" {
			t.Errorf("the bulb is at %s %s, want ON at the 50 it told", bulb.get("POWER"), bulb.get("Dimmer"))
		}
		id, err := h.TrySet("71C2D0", map[string]thing.Value{"currentLevel": "0"})
		if err != nil {
			t.Fatal(err)
		}
		h.WantConfirmed(t, id, map[string]thing.Value{"currentLevel": "1"}) // a level alone never puts a lamp out
		h.Set("71C2D0", map[string]thing.Value{"currentLevel": "80", "colorTemperatureMireds": "250"})
		h.Set("71C2D0", map[string]thing.Value{"onOff": "false"})
		_, err = h.OrderWithin(time.Second, radio.Order{Address: "71C2D0", Set: map[string]thing.Value{"onOff": "false", "currentLevel": "5"}})
		radiotest.WantRefused(t, err)
	})
	t.Run("a strip of Tasmota takes colours", func(t *testing.T) {
		h := h.in(t)
		h.Set("71C2D1", map[string]thing.Value{"onOff": "true", "currentLevel": "80"})
		h.Set("71C2D1", map[string]thing.Value{"currentHue": "240", "currentSaturation": "100"})
		if strip.get("Color2") != "0,0,255" || strip.get("Dimmer") != "80" {
			t.Errorf("the strip is truly %s at %s, want 0,0,255 at 80", strip.get("Color2"), strip.get("Dimmer"))
		}
		h.Set("71C2D1", map[string]thing.Value{"onOff": "false"})
	})
	t.Run("a light of ESPHome takes colours", func(t *testing.T) {
		h := h.in(t)
		h.Set(roomAddress, map[string]thing.Value{"onOff": "true", "currentLevel": "40"})
		if !strings.Contains(room.get("light/ceiling"), `"brightness":102`) {
			t.Errorf("the light is truly %s", room.get("light/ceiling"))
		}
		h.Set(roomAddress, map[string]thing.Value{"currentHue": "240"})
		h.Set(roomAddress, map[string]thing.Value{"colorTemperatureMireds": "300"})
		h.Set(roomAddress+"/aux_relay", map[string]thing.Value{"onOff": "true"})
	})
	t.Run("a lock of ESPHome is locked when it says so", func(t *testing.T) {
		h := h.in(t)
		h.Do("a4cf12f0a002", "lockDoor", map[string]thing.Value{"lockState": `"locked"`})
		if lock.get("lock/bolt") != "LOCKED" {
			t.Errorf("the lock is truly %s", lock.get("lock/bolt"))
		}
		// It says nothing when nothing changes, and nobody knows.
		id, err := h.OrderWithin(500*time.Millisecond, radio.Order{Address: "a4cf12f0a002", Action: "lockDoor"})
		radiotest.WantUnknown(t, err)
		if got := h.CausedBy(id); len(got) > 0 {
			t.Errorf("%v confirm an order that was not", got)
		}
		h.Do("a4cf12f0a002", "unlockDoor", map[string]thing.Value{"lockState": `"unlocked"`})
	})
	t.Run("a blind goes where it is told", func(t *testing.T) {
		h := h.in(t)
		h.Set("a4cf12f0a003", map[string]thing.Value{"currentPositionLiftPercentage": "30"})
		if at := cover.get("cover/blind/position"); at != "70" {
			t.Errorf("the blind is truly at %s, want 70 of ESPHome", at)
		}
		h.Do("a4cf12f0a003", "downOrClose", map[string]thing.Value{"currentPositionLiftPercentage": "100"})
	})
	t.Run("an air conditioner counts in Fahrenheit", func(t *testing.T) {
		h := h.in(t)
		h.UntilValue(t, "a4cf12f0a005", "occupiedHeatingSetpoint", "20")
		h.Set("a4cf12f0a005", map[string]thing.Value{"occupiedCoolingSetpoint": "24", "systemMode": `"auto"`, "fanMode": `"high"`})
		if split.get("climate/split/target_temperature_high") != "75.2" || split.get("climate/split/mode") != "heat_cool" {
			t.Errorf("it is truly at %s %s", split.get("climate/split/target_temperature_high"), split.get("climate/split/mode"))
		}
		_, err := h.OrderWithin(time.Second, radio.Order{Address: "a4cf12f0a005", Set: map[string]thing.Value{"occupiedCoolingSetpoint": "90"}})
		radiotest.WantRefused(t, err)
	})
	t.Run("a valve opens and closes", func(t *testing.T) {
		h := h.in(t)
		h.Do("a4cf12f0a007", "openValve", map[string]thing.Value{})
		h.Do("a4cf12f0a007", "closeValve", map[string]thing.Value{})
		if valve.get("valve/drip") != "closed" {
			t.Errorf("the valve is truly %s", valve.get("valve/drip"))
		}
	})
	t.Run("a fan has speeds", func(t *testing.T) {
		h := h.in(t)
		h.Set("a4cf12f0a006", map[string]thing.Value{"fanMode": `"medium"`})
		if fan.get("fan/vent/speed_level") != "2" {
			t.Errorf("the fan is truly at %s, want 2 of 3", fan.get("fan/vent/speed_level"))
		}
		h.Set("a4cf12f0a006", map[string]thing.Value{"fanMode": `"off"`})
	})
	t.Run("what shows itself is not confirmed", func(t *testing.T) {
		h := h.in(t)
		_, err := h.OrderWithin(time.Second, radio.Order{Address: roomAddress, Action: "identify"})
		radiotest.WantUnknown(t, err)
	})
}

func TestFirmwaresTell(t *testing.T) {
	t.Parallel()
	needsPrograms(t)
	lab := ziglab.StartBroker(t)
	buttons, garden := panel().start(t, lab), esphomeGarden().start(t, lab)
	buttons.publish("stat/panel/BUTTON2T", `{"TRIG":"DOUBLE"}`, true) // what the broker kept is over
	motion := beacon("openmqttgateway-motion", "E567D90AB3C4", `{"motion":false,"lux":120}`)
	motion.forgetful = true
	motion.start(t, lab)
	mast := (&firmware{recorded: "whole-device", greet: func(f *firmware) {
		f.say("rtl/0AFFD2/state", `{"temperature_F":68.18,"humidity":55,"pressure_kPa":101.3,"battery_ok":1}`)
		f.say("rtl/0AFFD2/alive", "1")
		f.say("rtl/status", `{"state":"online"}`)
	}}).start(t, lab)
	radioPlug := (&firmware{recorded: "openmqttgateway-rf-plug", will: [3]string{"home/OMG_lilygo/LWT", "online", "offline"},
		listens: []string{"home/OMG_lilygo/commands/#"}}).start(t, lab)
	h := openHome(t, lab, mqttdiscovery.Options{})

	t.Run("buttons", func(t *testing.T) {
		h.Until(t, "the buttons are known", func() bool { return h.Reachable["5AA001"] && h.Reachable["a4cf12f0a007"] })
		buttons.tell("stat/panel/BUTTON2T", `{"TRIG":"SINGLE"}`)
		buttons.tell("stat/panel/BUTTON1T", `{"TRIG":"HOLD"}`)
		buttons.tell("stat/panel/BUTTON1T", `{"TRIG":"WHATEVER"}`)
		garden.tell("garden/event/bell/state", `{"event_type":"double_press"}`)
		want := []string{
			`5AA001 multiPressComplete {"count":1,"position":2}`, `5AA001 longPress {"position":1}`,
			`a4cf12f0a007 multiPressComplete {"count":2,"position":0}`,
		}
		var got []string
		h.Until(t, "every press is told", func() bool {
			got = nil
			for _, s := range h.Signals {
				got = append(got, fmt.Sprintf("%s %s %s", s.Address, s.Event, s.Data))
			}
			return len(got) >= len(want)
		})
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("told %q, want %q", got, want)
		}
	})
	t.Run("motion that is not told to end ends", func(t *testing.T) {
		h.Until(t, "the sensor is known", func() bool { return h.Reachable["E567D90AB3C4"] })
		motion.tell("home/other_gateway/BTtoMQTT/E567D90AB3C4", `{"motion":true}`)
		h.UntilValue(t, "E567D90AB3C4", "occupancy", "true")
		h.UntilValue(t, "E567D90AB3C4", "occupancy", "false")
	})
	t.Run("a device that is announced as a whole", func(t *testing.T) {
		h.UntilValue(t, "0AFFD2", "temperature", "20.11") // 68.2 °F
		h.UntilValue(t, "0AFFD2", "pressure", "1013")
		h.UntilValue(t, "0AFFD2", "batteryLow", "false")
		h.Until(t, "it is there", func() bool { return h.Reachable["0AFFD2"] })
		mast.say("rtl/status", `{"state":"offline"}`)
		h.Until(t, "it is gone with its gateway", func() bool { return !h.Reachable["0AFFD2"] })
		mast.say("rtl/status", `{"state":"online"}`)
		h.Until(t, "it is back", func() bool { return h.Reachable["0AFFD2"] })
		if !slices.ContainsFunc(h.radio.Complaints(), func(s string) bool { return strings.Contains(s, "states is not supported in a template") }) {
			t.Errorf("complaints %q do not name the template", h.radio.Complaints())
		}
		if !strings.Contains(h.Devices["0AFFD2"].Attributes["refused"], "states") {
			t.Errorf("the device does not show what is refused: %v", h.Devices["0AFFD2"].Attributes)
		}
	})
	t.Run("a plug that tells no state obeys, and nobody knows", func(t *testing.T) {
		h := h.in(t)
		h.Until(t, "the plug is there", func() bool { return h.Reachable["433-1394007"] })
		got := make(chan string, 1)
		radioPlug.mu.Lock()
		radioPlug.obey = func(_ *firmware, _, payload string) { got <- payload }
		radioPlug.mu.Unlock()
		_, err := h.OrderWithin(patience, radio.Order{Address: "433-1394007", Set: map[string]thing.Value{"onOff": "true"}})
		radiotest.WantUnknown(t, err)
		if payload := <-got; !strings.Contains(payload, "1394007") {
			t.Errorf("the plug got %s", payload)
		}
	})
}
