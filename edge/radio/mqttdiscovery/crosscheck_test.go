package mqttdiscovery_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/mqttdiscovery"
	"logis/edge/radio/radiotest"
	"logis/edge/radio/zigbee2mqtt"
	"logis/edge/radio/zigbee2mqtt/ziglab"
	"logis/edge/radio/zigbee2mqtt/znp"
)

// both are two radios on one real Zigbee2MQTT: the one that asks the devices
// themselves, and this one, which knows only what is announced. Whatever the
// first tells, the second must tell too.
type both struct {
	t      *testing.T
	native *radiotest.Home
	hearer *home
	pairs  map[string]string // addresses of the second by those of the first
}

func announcedAs(d znp.Device) string { return "zigbee2mqtt_" + ziglab.Address(d) }

func TestBothRadiosTellTheSameOfZigbee2MQTT(t *testing.T) {
	t.Parallel()
	needsPrograms(t)
	lamp, color := znp.NewLamp(0x000d6f0000000001), znp.NewColorLamp(0x000d6f0000000002)
	contact, climate := znp.NewContact(0x00158d0000000003), znp.NewClimate(0x00158d0000000004)
	plug, gang := znp.NewPlug(0x000d6f0000000005), znp.NewTwoGang(0x00124b0000000006)
	remote, lock := znp.NewRemote(0x000d6f0000000007), znp.NewLock(0x000d6f0000000008)
	curtain := znp.NewCurtain(0x000d6f0000000009, 300*time.Millisecond)
	lab := ziglab.StartWith(t, ziglab.Options{HomeAssistant: true, Devices: []znp.Device{
		lamp, color, contact, climate, plug, gang, remote, lock, curtain,
	}})
	native, err := zigbee2mqtt.New(zigbee2mqtt.Options{Broker: lab.Broker})
	if err != nil {
		t.Fatal(err)
	}
	b := &both{t: t, native: radiotest.Open(t, native), hearer: openHome(t, lab, mqttdiscovery.Options{}), pairs: map[string]string{
		ziglab.Address(gang) + "/top": announcedAs(gang) + "/switch_top", ziglab.Address(gang) + "/bottom": announcedAs(gang),
	}}
	for _, d := range []znp.Device{lamp, color, contact, climate, plug, remote, lock, curtain} {
		b.pairs[ziglab.Address(d)] = announcedAs(d)
	}
	climate.Measure(2150, 4520, 1013)
	contact.Open()
	remote.PressOn() // Zigbee2MQTT announces a button when it is first pressed
	remote.PressOff()
	b.hearer.Until(t, "every device is there", func() bool {
		for _, address := range b.pairs {
			if !b.hearer.Reachable[address] {
				return false
			}
		}
		return true
	})

	t.Run("kinds", func(t *testing.T) { b.in(t).kinds() })
	t.Run("sensors", func(t *testing.T) {
		b := b.in(t)
		contact.Close()
		climate.Measure(1875, 6010, 990)
		b.agree(ziglab.Address(contact), "contact", "true")
		b.agree(ziglab.Address(climate), "temperature", "18.75")
		b.agree(ziglab.Address(climate), "relativeHumidity", "60.1")
		b.agree(ziglab.Address(climate), "pressure", "990")
	})
	t.Run("a lamp", func(t *testing.T) {
		b := b.in(t)
		b.order(lamp, map[string]thing.Value{"onOff": "true", "currentLevel": "40"})
		if !lamp.On() || lamp.Level() != 102 {
			t.Errorf("the lamp is truly %v at %d, want on at 102", lamp.On(), lamp.Level())
		}
		b.order(lamp, map[string]thing.Value{"onOff": "false"})
		lamp.Press()
		b.agree(ziglab.Address(lamp), "onOff", "true")
	})
	t.Run("a colour lamp", func(t *testing.T) {
		b := b.in(t)
		b.order(color, map[string]thing.Value{"onOff": "true", "colorTemperatureMireds": "300"})
		b.order(color, map[string]thing.Value{"currentHue": "120", "currentSaturation": "80"})
		if color.Mireds() != 300 {
			t.Errorf("the lamp is truly at %d mired", color.Mireds())
		}
	})
	t.Run("a plug", func(t *testing.T) {
		b := b.in(t)
		b.order(plug, map[string]thing.Value{"onOff": "true"})
		plug.SetLoad(60)
		plug.SetEnergy(12340)
		b.agree(ziglab.Address(plug), "activePower", "60")
		b.agree(ziglab.Address(plug), "activeCurrent", "0.26")
		b.agree(ziglab.Address(plug), "cumulativeEnergyImported", "12.34")
	})
	t.Run("two relays", func(t *testing.T) {
		b := b.in(t)
		b.hearer.Set(announcedAs(gang)+"/switch_top", map[string]thing.Value{"onOff": "true"})
		b.agree(ziglab.Address(gang)+"/top", "onOff", "true")
		if !gang.On(znp.Top) || gang.On(znp.Bottom) {
			t.Errorf("the relays are truly top %v, bottom %v", gang.On(znp.Top), gang.On(znp.Bottom))
		}
		gang.Press(znp.Bottom)
		b.agree(ziglab.Address(gang)+"/bottom", "onOff", "true")
	})
	t.Run("a lock", func(t *testing.T) {
		b := b.in(t)
		b.do(lock, "unlockDoor", "lockState", `"unlocked"`)
		b.do(lock, "lockDoor", "lockState", `"locked"`)
		if lock.State() != znp.Locked {
			t.Errorf("the bolt is truly %v", lock.State())
		}
	})
	t.Run("a curtain", func(t *testing.T) {
		b := b.in(t)
		const lift = "currentPositionLiftPercentage"
		b.hearer.Set(announcedAs(curtain), map[string]thing.Value{lift: "60"})
		if at := curtain.Position(); at != 60 { // Zigbee2MQTT said so before it moved
			t.Errorf("the curtain was confirmed at 60, it is truly at %d", at)
		}
		b.agree(ziglab.Address(curtain), lift, "60")
		b.do(curtain, "upOrOpen", lift, "0")
	})
	t.Run("a remote control", func(t *testing.T) { b.in(t).presses(remote) })
}

func (b *both) in(t *testing.T) *both {
	t.Helper()
	return &both{t, b.native.In(t), b.hearer.in(t), b.pairs}
}

// kinds checks that both radios make the same of every device.
func (b *both) kinds() {
	b.native.Mu.Lock()
	natives := maps.Clone(b.native.Devices)
	b.native.Mu.Unlock()
	b.hearer.Mu.Lock()
	defer b.hearer.Mu.Unlock()
	for _, address := range slices.Sorted(maps.Keys(b.pairs)) {
		n, h := natives[address], b.hearer.Devices[b.pairs[address]]
		if n.Kind != h.Kind {
			b.t.Errorf("%s is a %s, announced it is a %s", address, n.Kind, h.Kind)
		}
		// Zigbee2MQTT announces identifying for devices that sleep, too.
		if !slices.Equal(withoutIdentify(n), withoutIdentify(h)) {
			b.t.Errorf("%s (%s) has %v, announced it has %v", address, n.Kind, n.Capabilities, h.Capabilities)
		}
	}
}

func withoutIdentify(d radio.Device) []string {
	return slices.DeleteFunc(slices.Clone(d.Capabilities), func(name string) bool { return name == "identify" })
}

// agree waits until both radios have told a value.
func (b *both) agree(address, property string, want thing.Value) {
	b.t.Helper()
	b.native.UntilValue(b.t, address, property, want)
	b.hearer.UntilValue(b.t, b.pairs[address], property, want)
}

// order gives the same order to both radios, this one first, and checks that both
// tell the same afterwards.
func (b *both) order(d znp.Device, values map[string]thing.Value) {
	b.t.Helper()
	b.hearer.Set(announcedAs(d), values)
	for property := range values {
		b.same(ziglab.Address(d), property)
	}
	b.native.Set(ziglab.Address(d), values)
	for property := range values {
		b.same(ziglab.Address(d), property)
	}
}

// do orders an action of this radio.
func (b *both) do(d znp.Device, action, property string, want thing.Value) {
	b.t.Helper()
	b.hearer.Do(announcedAs(d), action, map[string]thing.Value{property: want})
	b.agree(ziglab.Address(d), property, want)
}

// same waits until both radios tell the same of a property.
func (b *both) same(address, property string) {
	b.t.Helper()
	radiotest.Eventually(b.t, fmt.Sprintf("both tell the same %s of %s", property, address), func() bool {
		n, h := b.native.Told(address)[property], b.hearer.Told(b.pairs[address])[property]
		x, ok1 := n.Float()
		y, ok2 := h.Float()
		return n != "" && n == h || ok1 && ok2 && math.Abs(x-y) <= 2 // colours are rounded on the way
	})
}

// presses checks that a remote control tells both the same.
func (b *both) presses(remote *znp.Remote) {
	of := func(h *radiotest.Home, address string) func() []string {
		return func() []string {
			var all []string
			for _, s := range h.Signals {
				if s.Address == address {
					all = append(all, fmt.Sprintf("%s %s", s.Event, s.Data))
				}
			}
			return all
		}
	}
	natives, hearers := of(b.native, ziglab.Address(remote)), of(b.hearer.Home, announcedAs(remote))
	b.warm(remote, natives, hearers)
	before := len(natives())
	remote.PressOn()
	remote.PressOff()
	remote.HoldOn()
	remote.Release()
	b.native.Until(b.t, "every press is told", func() bool { return len(natives()) == before+4 })
	want := natives()[before:]
	b.hearer.Until(b.t, fmt.Sprintf("the presses %q are heard", want), func() bool {
		got := hearers()
		return len(got) >= len(want) && slices.Equal(got[len(got)-len(want):], want)
	})
}

// warm presses a button until both radios hear it: Zigbee2MQTT announces it when
// it is first pressed, and this radio takes a moment to listen then.
func (b *both) warm(remote *znp.Remote, natives, hearers func() []string) {
	b.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		before := len(natives())
		remote.HoldOn()
		remote.Release()
		b.native.Until(b.t, "the press is told", func() bool { return len(natives()) == before+2 })
		tick := time.NewTimer(settling)
		for waiting := true; waiting; {
			b.hearer.Mu.Lock()
			heard, changed := slices.Contains(hearers(), `longRelease {"position":1}`), b.hearer.Changed
			b.hearer.Mu.Unlock()
			if heard {
				return
			}
			select {
			case <-changed:
			case <-tick.C:
				waiting = false
			}
		}
		if time.Now().After(deadline) {
			b.t.Fatal("the remote is never heard")
		}
	}
}

// settling is longer than the radio takes to listen to what was announced.
const settling = time.Second
