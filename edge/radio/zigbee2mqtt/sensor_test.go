package zigbee2mqtt_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/zigbee2mqtt/ziglab"
	"logis/edge/radio/zigbee2mqtt/znp"
)

func TestAHomeTells(t *testing.T) {
	t.Parallel()
	lamp, contact, climate := znp.NewLamp(0x000d6f0000000001), znp.NewContact(0x00158d0000000003), znp.NewClimate(0x00158d0000000004)
	remote := znp.NewRemote(0x000d6f0000000007)
	lab := ziglab.Start(t, lamp, contact, climate, remote)
	climate.Measure(2150, 4520, 1013)
	h := openHome(t, lab)

	t.Run("what sleeping devices said before is told at the start", func(t *testing.T) {
		address := ziglab.Address(climate)
		h.UntilValue(t, address, "temperature", "21.5")
		h.UntilValue(t, address, "relativeHumidity", "45.2")
		h.UntilValue(t, address, "pressure", "1013")
		h.Until(t, "all can be reached", func() bool {
			return h.Reachable[address] && h.Reachable[ziglab.Address(contact)] && h.Reachable[ziglab.Address(remote)] && h.Reachable[ziglab.Address(lamp)]
		})
	})
	t.Run("a door", func(t *testing.T) { swings(h.in(t), contact) })
	t.Run("a remote control", func(t *testing.T) { presses(h.in(t), remote) })
	t.Run("a device is renamed", func(t *testing.T) { renames(h.in(t), lamp) })
	t.Run("a device is let in", func(t *testing.T) { pairs(h.in(t)) })
	t.Run("a device is removed", func(t *testing.T) { removes(h.in(t), contact) })
}

func swings(h *home, contact *znp.Contact) {
	address := ziglab.Address(contact)
	for range 3 {
		contact.Open()
		h.UntilValue(h.T, address, "contact", "false")
		contact.Close()
		h.UntilValue(h.T, address, "contact", "true")
	}
}

func presses(h *home, remote *znp.Remote) {
	h.UntilValue(h.T, ziglab.Address(remote), "batteryPercent", "87")
	remote.PressOn()
	remote.HoldOn()
	remote.Release()
	remote.PressOff()
	remote.HoldOff()
	remote.Release()
	want := []string{
		`multiPressComplete {"count":1,"position":1}`, `longPress {"position":1}`, `longRelease {"position":1}`,
		`multiPressComplete {"count":1,"position":2}`, `longPress {"position":2}`, `longRelease {"position":2}`,
	}
	var got []string
	h.Until(h.T, "every press is told", func() bool {
		got = nil
		for _, s := range h.Signals {
			got = append(got, fmt.Sprintf("%s %s", s.Event, s.Data))
		}
		return len(got) >= len(want)
	})
	if !slices.Equal(got, want) {
		h.T.Errorf("the remote told %q, want %q", got, want)
	}
}

func renames(h *home, lamp *znp.Lamp) {
	address := ziglab.Address(lamp)
	h.ask("device/rename", fmt.Sprintf(`{"from":%q,"to":"hall/ceiling lamp"}`, address))
	h.Until(h.T, "the lamp has its new name", func() bool { return h.Devices[address].Name == "hall/ceiling lamp" })
	lamp.Press()
	h.UntilValue(h.T, address, "onOff", map[bool]thing.Value{true: "true", false: "false"}[lamp.On()])
	before := len(lamp.Orders())
	h.Set(address, map[string]thing.Value{"onOff": "false"})
	if len(lamp.Orders()) != before+1 {
		h.T.Error("the renamed lamp did not get its order")
	}
}

func pairs(h *home) {
	plug := znp.NewPlug(0x000d6f0000000005)
	h.lab.Network.Add(plug)
	if err := h.radio.Pair(h.T.Context(), time.Minute); err != nil {
		h.T.Fatal(err)
	}
	h.Until(h.T, "the new plug is known", func() bool { return h.Devices[ziglab.Address(plug)].Kind == "plug" })
	h.Set(ziglab.Address(plug), map[string]thing.Value{"onOff": "true"})
	if !plug.On() {
		h.T.Error("the new plug is not truly on")
	}
}

func removes(h *home, contact *znp.Contact) {
	address := ziglab.Address(contact)
	h.ask("device/remove", fmt.Sprintf(`{"id":%q,"force":true}`, address))
	h.Until(h.T, "the sensor is gone", func() bool { return slices.Contains(h.Gone, address) })
	if _, err := h.Order(h.T.Context(), radio.Order{Address: address, Action: "identify"}); err == nil {
		h.T.Error("an order for what was removed gives no error")
	}
}
