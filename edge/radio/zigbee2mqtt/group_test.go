package zigbee2mqtt_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/radiotest"
	"logis/edge/radio/zigbee2mqtt/ziglab"
	"logis/edge/radio/zigbee2mqtt/znp"
)

// gather has Zigbee2MQTT make a group of devices, as its own web page would.
func (h *home) gather(id int, name string, members ...znp.Device) (address string) {
	h.T.Helper()
	h.ask("group/add", fmt.Sprintf(`{"friendly_name":%q,"id":%d}`, name, id))
	for _, d := range members {
		h.ask("group/members/add", fmt.Sprintf(`{"group":%q,"device":%q,"endpoint":1}`, name, ziglab.Address(d)))
	}
	address = fmt.Sprintf("group-%d", id)
	h.Until(h.T, "the group is whole", func() bool {
		return h.Devices[address].Attributes["members"] == fmt.Sprint(len(members))
	})
	return address
}

func TestAGroupIsADeviceWhoseMembersObeyTogether(t *testing.T) {
	t.Parallel()
	one, two, other := znp.NewLamp(0x000d6f0000000001), znp.NewLamp(0x000d6f0000000002), znp.NewLamp(0x000d6f0000000003)
	color, lock := znp.NewColorLamp(0x000d6f0000000004), znp.NewLock(0x000d6f0000000008)
	lab := ziglab.Start(t, one, two, other, color, lock)
	h := openHome(t, lab)
	lamps := []*znp.Lamp{one, two}
	for _, l := range []*znp.Lamp{one, two, other, color} {
		h.UntilValue(t, ziglab.Address(l), "onOff", "false")
	}
	address := h.gather(7, "Ceiling", one, two)
	h.UntilReach(t, true, address)
	h.UntilValue(t, address, "onOff", "false")
	if d, _ := h.Described(address); d.Kind != "dimmable-light" || d.Name != "Ceiling" {
		t.Errorf("the group is %+v", d)
	}

	t.Run("an order reaches all members, and each has answered", func(t *testing.T) {
		h := h.in(t)
		for _, values := range []map[string]thing.Value{{"onOff": "true"}, {"currentLevel": "40"}} {
			h.Set(address, values)
			for _, l := range lamps {
				for property, v := range values {
					if told := h.Told(ziglab.Address(l))[property]; told != v {
						t.Errorf("%s was told as %s, want %s", property, told, v)
					}
				}
			}
		}
		for _, l := range lamps {
			if !l.On() || l.Level() != 102 {
				t.Errorf("on %v at level %d", l.On(), l.Level())
			}
		}
		if len(other.Orders()) > 0 {
			t.Errorf("a lamp beside the group did %v", other.Orders())
		}
		for _, l := range lamps { // one message on the air, not one for each
			if n := slices.IndexFunc(l.Orders(), func(o znp.Order) bool { return o.Name == "on" }); n < 0 {
				t.Errorf("the lamp did %v", l.Orders())
			}
		}
	})
	t.Run("its state follows its members", func(t *testing.T) {
		one.Press()
		h.UntilValue(t, ziglab.Address(one), "onOff", "false")
		if on := h.Told(address)["onOff"]; on != "true" {
			t.Errorf("one lamp burns, and the group is told to be on = %s", on)
		}
		two.Press()
		h.UntilValue(t, address, "onOff", "false")
	})
	t.Run("a member that has lost power is not told to be on", func(t *testing.T) {
		two.SetReachable(false)
		id, err := h.in(t).TrySet(address, map[string]thing.Value{"onOff": "true"})
		if err == nil || errors.Is(err, radio.ErrFailed) || errors.Is(err, radio.ErrRefused) {
			t.Errorf("the order gives %v: one lamp did it and the other is not heard of", err)
		}
		h.WantNothingTold(t, id)
		h.UntilValue(t, ziglab.Address(one), "onOff", "true")
		h.UntilReach(t, false, ziglab.Address(two))
		if on := h.Told(ziglab.Address(two))["onOff"]; on != "false" || two.On() {
			t.Errorf("the lamp without power was told to be on = %s", on)
		}
		// It is known to be away now, and the group is those that are there.
		h.in(t).Set(address, map[string]thing.Value{"onOff": "false"})
		two.SetReachable(true)
		h.in(t).Set(ziglab.Address(two), map[string]thing.Value{"onOff": "false"})
	})
	t.Run("it can be asked", func(t *testing.T) {
		values, err := h.radio.Read(t.Context(), address)
		if err != nil || values["onOff"] != "false" {
			t.Errorf("%v, %v", values, err)
		}
	})
	t.Run("what must not be switched together is no device", func(t *testing.T) {
		h.ask("group/add", `{"friendly_name":"Doors","id":9}`)
		h.ask("group/members/add", fmt.Sprintf(`{"group":"Doors","device":%q,"endpoint":1}`, ziglab.Address(lock)))
		radiotest.Eventually(t, "the group is counted", func() bool { return h.radio.Counts()["groups_unmapped"] > 0 })
		if _, told := h.Described("group-9"); told {
			t.Error("a group with a lock is a device")
		}
		_, err := h.in(t).TryDo("group-9", "unlockDoor")
		radiotest.WantRefused(t, err)
	})
	t.Run("it survives Zigbee2MQTT and leaves with its last word", func(t *testing.T) {
		lab.StopBridge()
		h.UntilReach(t, false, address)
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		if err := lab.StartBridge(ctx); err != nil {
			t.Fatal(err)
		}
		h.UntilReach(t, true, address)
		h.in(t).Set(address, map[string]thing.Value{"onOff": "true"})
		h.ask("group/remove", `{"id":"Ceiling"}`)
		h.Until(t, "the group is gone", func() bool { return slices.Contains(h.Gone, address) })
	})
}
