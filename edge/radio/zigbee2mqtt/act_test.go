package zigbee2mqtt_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/radiotest"
	"logis/edge/radio/zigbee2mqtt/ziglab"
	"logis/edge/radio/zigbee2mqtt/znp"
)

func TestAHomeObeys(t *testing.T) {
	t.Parallel()
	lamp, color := znp.NewLamp(0x000d6f0000000001), znp.NewColorLamp(0x000d6f0000000002)
	plug, gang := znp.NewPlug(0x000d6f0000000005), znp.NewTwoGang(0x00124b0000000006)
	lock, curtain := znp.NewLock(0x000d6f0000000008), znp.NewCurtain(0x000d6f0000000009, time.Second)
	thermostat, motion := znp.NewThermostat(0x00124b000000000a), znp.NewMotion(0x001788010000000b)
	h := openHome(t, ziglab.Start(t, lamp, color, plug, gang, lock, curtain, thermostat, motion))
	h.Until(t, "every device is known", func() bool { return len(h.Reachable) == 9 })

	t.Run("a lamp does every order exactly once", func(t *testing.T) { switchesALamp(h.in(t), lamp) })
	t.Run("a lamp fades by itself", func(t *testing.T) { fades(h.in(t), lamp) })
	t.Run("another wish meanwhile goes first", func(t *testing.T) { fadesAndTurns(h.in(t), color) })
	t.Run("a colour lamp takes colours and temperatures", func(t *testing.T) { colors(h.in(t), color) })
	t.Run("both relays of a wall switch are devices of their own", func(t *testing.T) { switchesRelays(h.in(t), gang) })
	t.Run("a plug switches and measures", func(t *testing.T) { measures(h.in(t), plug) })
	t.Run("a lock is locked when its bolt is", func(t *testing.T) { locks(h.in(t), lock) })
	t.Run("a jammed lock is neither", func(t *testing.T) { jams(h.in(t), lock) })
	t.Run("a curtain is there when it is there", func(t *testing.T) { draws(h.in(t), curtain) })
	t.Run("a curtain stops half way", func(t *testing.T) { stopsHalfWay(h.in(t), curtain) })
	t.Run("a thermostat heats to what it was told", func(t *testing.T) { heats(h.in(t), thermostat) })
	t.Run("motion is told when it is seen", func(t *testing.T) { sees(h.in(t), motion) })
	t.Run("a plug that cannot be asked is believed", func(t *testing.T) { believes(h.in(t), plug) })
	t.Run("what a device cannot do is refused", func(t *testing.T) { refuses(h.in(t), lamp, color) })
	t.Run("a read asks the device", func(t *testing.T) { reads(h.in(t), lamp) })
}

func switchesALamp(h *home, lamp *znp.Lamp) {
	address := ziglab.Address(lamp)
	const times = 20
	before := len(lamp.Orders())
	for n := range times {
		on := n%2 == 0
		h.Set(address, map[string]thing.Value{"onOff": thing.Bool(on)})
		if lamp.On() != on {
			h.T.Fatalf("the lamp's true state is %v, it was confirmed to be %v", lamp.On(), on)
		}
	}
	if got := len(lamp.Orders()) - before; got != times {
		h.T.Errorf("the lamp did %d orders, %d were given", got, times)
	}
	h.Set(address, map[string]thing.Value{"onOff": "true", "currentLevel": "40"})
	if got := lamp.Level(); got != 102 { // 40 % of 254
		h.T.Errorf("the lamp's true level is %d, want 102", got)
	}
	lamp.Press()
	h.UntilValue(h.T, address, "onOff", "false")
	if _, err := h.TryDo(address, "identify"); err != nil {
		h.T.Errorf("identify: %v", err)
	}
	if last := lamp.Orders()[len(lamp.Orders())-1]; last.Name != "identify" {
		h.T.Errorf("the lamp's last order is %q, want identify", last.Name)
	}
}

func colors(h *home, lamp *znp.Lamp) {
	address := ziglab.Address(lamp)
	h.Set(address, map[string]thing.Value{"onOff": "true", "colorTemperatureMireds": "300"})
	if got := lamp.Mireds(); got != 300 {
		h.T.Errorf("the lamp's true temperature is %d mired, want 300", got)
	}
	h.Set(address, map[string]thing.Value{"currentHue": "120", "currentSaturation": "80"})
	h.Set(address, map[string]thing.Value{"currentSaturation": "40"})
	if got := h.Told(address)["currentHue"]; got != "120" {
		h.T.Errorf("with another saturation the hue is %s, want 120 as before", got)
	}
}

func switchesRelays(h *home, gang *znp.TwoGang) {
	top, bottom := ziglab.Address(gang)+"/top", ziglab.Address(gang)+"/bottom"
	h.Set(top, map[string]thing.Value{"onOff": "true"})
	if !gang.On(znp.Top) || gang.On(znp.Bottom) {
		h.T.Errorf("the relays are top %v, bottom %v; want only the top one on", gang.On(znp.Top), gang.On(znp.Bottom))
	}
	gang.Press(znp.Bottom)
	h.UntilValue(h.T, bottom, "onOff", "true")
	h.Set(top, map[string]thing.Value{"onOff": "false"})
	if gang.On(znp.Top) || !gang.On(znp.Bottom) {
		h.T.Errorf("the relays are top %v, bottom %v; want only the bottom one on", gang.On(znp.Top), gang.On(znp.Bottom))
	}
}

func measures(h *home, plug *znp.Plug) {
	address := ziglab.Address(plug)
	h.Set(address, map[string]thing.Value{"onOff": "true"})
	plug.SetLoad(60)
	plug.SetEnergy(12340)
	h.UntilValue(h.T, address, "activePower", "60")
	h.UntilValue(h.T, address, "activeCurrent", "0.26")
	h.UntilValue(h.T, address, "cumulativeEnergyImported", "12.34")
}

func heats(h *home, thermostat *znp.Thermostat) {
	address := ziglab.Address(thermostat)
	h.Set(address, map[string]thing.Value{"occupiedHeatingSetpoint": "23"})
	if thermostat.SetPoint() != 2300 {
		h.T.Errorf("it truly heats to %d", thermostat.SetPoint())
	}
	h.Set(address, map[string]thing.Value{"systemMode": `"off"`})
	thermostat.Turn(1800)
	h.UntilValue(h.T, address, "occupiedHeatingSetpoint", "18")
	thermostat.Warm(2075)
	h.UntilValue(h.T, address, "localTemperature", "20.75")
	_, err := h.TrySet(address, map[string]thing.Value{"occupiedHeatingSetpoint": "31"})
	radiotest.WantRefused(h.T, err)
}

func sees(h *home, motion *znp.Motion) {
	address := ziglab.Address(motion)
	motion.See(true)
	h.UntilValue(h.T, address, "occupancy", "true")
	motion.See(false)
	h.UntilValue(h.T, address, "occupancy", "false")
}

// believes checks the one way out for devices that keep their values outside the
// standard clusters.
func believes(h *home, plug *znp.Plug) {
	plug.SetUnreadable(true)
	defer plug.SetUnreadable(false)
	for _, on := range []bool{false, true, true, false} {
		h.Set(ziglab.Address(plug), map[string]thing.Value{"onOff": thing.Bool(on)})
		if plug.On() != on {
			h.T.Errorf("the plug is truly %v, it was confirmed to be %v", plug.On(), on)
		}
	}
}

func locks(h *home, lock *znp.Lock) {
	address := ziglab.Address(lock)
	for _, step := range []struct {
		action string
		want   thing.Value
		state  znp.LockState
	}{
		{"unlockDoor", `"unlocked"`, znp.Unlocked},
		{"lockDoor", `"locked"`, znp.Locked},
		{"lockDoor", `"locked"`, znp.Locked}, // it is already
	} {
		id, err := h.TryDo(address, step.action)
		if err != nil {
			h.T.Fatalf("%s: %v", step.action, err)
		}
		h.WantConfirmed(h.T, id, map[string]thing.Value{"lockState": step.want})
		if lock.State() != step.state {
			h.T.Errorf("after %s the bolt is truly %v, want %v", step.action, lock.State(), step.state)
		}
	}
	lock.Turn(znp.Unlocked)
	h.UntilValue(h.T, address, "lockState", `"unlocked"`)
}

func jams(h *home, lock *znp.Lock) {
	address := ziglab.Address(lock)
	lock.SetJammed(true)
	defer lock.SetJammed(false)
	ctx, cancel := context.WithTimeout(h.T.Context(), 2*time.Second)
	defer cancel()
	before := len(lock.Orders())
	id, err := h.Order(ctx, radio.Order{Address: address, Action: "lockDoor"})
	radiotest.WantUnknown(h.T, err)
	h.WantNothingTold(h.T, id)
	if got := len(lock.Orders()) - before; got != 1 {
		h.T.Errorf("the lock got the order %d times, want once", got)
	}
	h.UntilValue(h.T, address, "lockState", `"notFullyLocked"`)
}

func draws(h *home, curtain *znp.Curtain) {
	address := ziglab.Address(curtain)
	const lift = "currentPositionLiftPercentage"
	h.UntilValue(h.T, address, lift, "0")
	h.Set(address, map[string]thing.Value{lift: "60"})
	if got := curtain.Position(); got != 60 {
		h.T.Errorf("the curtain was confirmed at 60, it is truly at %d", got)
	}
	// Zigbee2MQTT says 60 the moment it was told; nobody may believe it.
	positions := h.ToldOf(address, lift)
	if i := slices.Index(positions, "60"); i != len(positions)-1 {
		h.T.Errorf("the curtain was told to be at %v: at its goal before the end", positions)
	}
	if _, err := h.TryDo(address, "upOrOpen"); err != nil {
		h.T.Errorf("upOrOpen: %v", err)
	}
	if got := curtain.Position(); got != znp.FullyOpen {
		h.T.Errorf("the curtain was confirmed open, it is truly at %d", got)
	}
}

func stopsHalfWay(h *home, curtain *znp.Curtain) {
	address := ziglab.Address(curtain)
	closing := make(chan error, 1)
	ctx, cancel := context.WithCancel(h.T.Context())
	defer cancel()
	go func() {
		closing <- h.radio.Act(ctx, radio.Order{Address: address, Action: "downOrClose"})
	}()
	radiotest.Eventually(h.T, "the curtain moves", func() bool { return curtain.Position() > 20 })
	cancel() // a newer order replaces it
	if err := <-closing; err == nil {
		h.T.Error("closing half way is a success")
	}
	if _, err := h.TryDo(address, "stopMotion"); err != nil {
		h.T.Fatalf("stopMotion: %v", err)
	}
	if last := curtain.Orders()[len(curtain.Orders())-1]; last.Name != "stop" {
		h.T.Errorf("the curtain's last order is %q, want stop", last.Name)
	}
}

func refuses(h *home, lamp, color *znp.Lamp) {
	before := len(lamp.Orders()) + len(color.Orders())
	for _, order := range []radio.Order{
		{Address: ziglab.Address(lamp), Set: map[string]thing.Value{"currentHue": "10"}},
		{Address: ziglab.Address(color), Set: map[string]thing.Value{"colorTemperatureMireds": "150"}},
		{Address: ziglab.Address(lamp), Set: map[string]thing.Value{"linkQuality": "10"}},
		{Address: ziglab.Address(lamp), Action: "unlockDoor"},
		{Address: ziglab.Address(lamp)},
		{Address: ziglab.Address(lamp) + "/left", Set: map[string]thing.Value{"onOff": "true"}},
		{Address: "0x0000000000000000", Set: map[string]thing.Value{"onOff": "true"}},
		{Address: "", Set: map[string]thing.Value{"onOff": "true"}},
	} {
		if _, err := h.Order(h.T.Context(), order); !errors.Is(err, radio.ErrRefused) {
			h.T.Errorf("%+v gives %v, want a refusal", order, err)
		}
	}
	if after := len(lamp.Orders()) + len(color.Orders()); after != before {
		h.T.Errorf("%d refused orders reached a device", after-before)
	}
}

func reads(h *home, lamp *znp.Lamp) {
	values, err := h.radio.Read(h.T.Context(), ziglab.Address(lamp))
	if err != nil {
		h.T.Fatal(err)
	}
	if values["onOff"] != thing.Bool(lamp.On()) {
		h.T.Errorf("the lamp answers onOff %s, it is truly %v", values["onOff"], lamp.On())
	}
	if want := fmt.Sprint((lamp.Level()*100 + 127) / 254); string(values["currentLevel"]) != want {
		h.T.Errorf("the lamp answers level %s, it is truly %s", values["currentLevel"], want)
	}
	if _, err := h.radio.Read(h.T.Context(), "0x0000000000000000"); !errors.Is(err, radio.ErrRefused) {
		h.T.Errorf("a read of nothing gives %v, want a refusal", err)
	}
}
