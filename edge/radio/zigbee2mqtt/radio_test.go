package zigbee2mqtt_test

import (
	"strings"
	"testing"
	"time"

	"logis/edge/radio"
	"logis/edge/radio/radiotest"
	"logis/edge/radio/zigbee2mqtt"
	"logis/edge/radio/zigbee2mqtt/ziglab"
	"logis/edge/radio/zigbee2mqtt/znp"
)

func TestTheRadioKeepsTheContract(t *testing.T) {
	t.Parallel()
	lamp, color := znp.NewLamp(0x000d6f0000000001), znp.NewColorLamp(0x000d6f0000000002)
	contact, climate := znp.NewContact(0x00158d0000000003), znp.NewClimate(0x00158d0000000004)
	plug, gang := znp.NewPlug(0x000d6f0000000005), znp.NewTwoGang(0x00124b0000000006)
	remote, lock := znp.NewRemote(0x000d6f0000000007), znp.NewLock(0x000d6f0000000008)
	curtain := znp.NewCurtain(0x000d6f0000000009, 300*time.Millisecond)
	thermostat, motion := znp.NewThermostat(0x00124b000000000a), znp.NewMotion(0x001788010000000b)
	lab := ziglab.Start(t, lamp, color, contact, climate, plug, gang, remote, lock, curtain, thermostat, motion)
	motion.See(true)
	thermostat.Warm(1960)
	climate.Measure(2150, 4500, 1013)
	contact.Open()

	nodes := map[string]interface{ SetReachable(bool) }{}
	for _, d := range []interface {
		znp.Device
		SetReachable(bool)
	}{lamp, color, contact, climate, plug, gang, remote, lock, curtain, thermostat, motion} {
		nodes[ziglab.Address(d)] = d
	}
	reach := func(reachable bool) func(string) {
		return func(address string) {
			ieee, _, _ := strings.Cut(address, "/")
			nodes[ieee].SetReachable(reachable)
		}
	}
	radiotest.Run(t, func(t *testing.T) radiotest.Rig {
		t.Helper()
		r, err := zigbee2mqtt.New(zigbee2mqtt.Options{Broker: lab.Broker})
		if err != nil {
			t.Fatal(err)
		}
		return radiotest.Rig{
			Radio: radio.Radio(r),
			Devices: map[string]string{
				"dimmable-light": ziglab.Address(lamp), "color-light": ziglab.Address(color),
				"contact-sensor": ziglab.Address(contact), "climate-sensor": ziglab.Address(climate),
				"plug": ziglab.Address(plug), "switch": ziglab.Address(gang) + "/bottom",
				"thermostat": ziglab.Address(thermostat), "motion-sensor": ziglab.Address(motion),
				"button": ziglab.Address(remote), "lock": ziglab.Address(lock), "curtain": ziglab.Address(curtain),
			},
			Break: reach(false), Repair: reach(true),
			// Zigbee2MQTT tries for 17 s to reach a device before it gives up on a
			// frame, and what is sent meanwhile waits behind it.
			Patience: 20 * time.Second,
		}
	})
}
