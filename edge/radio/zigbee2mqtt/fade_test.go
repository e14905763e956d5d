package zigbee2mqtt_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"logis/domain/thing"
	"logis/edge/radio/zigbee2mqtt/ziglab"
	"logis/edge/radio/zigbee2mqtt/znp"
)

// fades has the real Zigbee2MQTT hand a transition on: the lamp moves by itself, is told
// on its way, and confirmed when it is there, although Zigbee2MQTT says so at once.
func fades(h *home, lamp *znp.Lamp) {
	address := ziglab.Address(lamp)
	h.Set(address, map[string]thing.Value{"onOff": "true", "currentLevel": "10"})
	before := len(lamp.Orders())
	wanted := map[string]thing.Value{"onOff": "true", "currentLevel": "100"}
	id, arrived := h.Fade(h.T.Context(), address, wanted, 6*time.Second)
	ended := make(chan error, 1)
	go func() { ended <- arrived() }()
	h.Until(h.T, "the lamp is told on its way", func() bool {
		level, ok := h.Values[address]["currentLevel"].Float()
		return ok && level > 10 && level < 100
	})
	if level := lamp.Level(); level == 254 {
		h.T.Error("the lamp jumped")
	}
	if err := <-ended; err != nil {
		h.T.Fatal(err)
	}
	if level := lamp.Level(); level != 254 {
		h.T.Errorf("confirmed, the lamp's true level is %d", level)
	}
	reports := h.CausedBy(id)
	if last := reports[len(reports)-1].Values; last["currentLevel"] != "100" || last["onOff"] != "true" {
		h.T.Errorf("confirmed, the lamp is told to be %v", last)
	}
	if n := len(lamp.Orders()) - before; n != 1 {
		h.T.Errorf("a fade is %d orders", n)
	}
	_, out := h.Fade(h.T.Context(), address, map[string]thing.Value{"onOff": "false"}, time.Second)
	if err := out(); err != nil || lamp.On() {
		h.T.Errorf("faded out, the lamp is on: %v (%v)", lamp.On(), err)
	}
}

// fadesAndTurns gives a lamp another order while it fades: it does not wait, and the
// fade ends when the one who asked for it gives it up.
func fadesAndTurns(h *home, lamp *znp.Lamp) {
	address := ziglab.Address(lamp)
	h.Set(address, map[string]thing.Value{"onOff": "true", "currentLevel": "100"})
	ctx, cancel := context.WithCancel(h.T.Context())
	id, arrived := h.Fade(ctx, address, map[string]thing.Value{"currentLevel": "10"}, time.Minute)
	ended := make(chan error, 1)
	go func() { ended <- arrived() }()
	h.Set(address, map[string]thing.Value{"colorTemperatureMireds": "300"})
	if mireds := lamp.Mireds(); mireds != 300 {
		h.T.Errorf("the other order brought it to %d mired", mireds)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		h.T.Errorf("given up, the fade ends with %v", err)
	}
	h.Set(address, map[string]thing.Value{"currentLevel": "80"})
	for _, r := range h.CausedBy(id) {
		if r.Values["currentLevel"] == "10" {
			h.T.Errorf("what was given up is confirmed: %+v", r)
		}
	}
	if level := lamp.Level(); level != 203 { // 80 % of 254
		h.T.Errorf("the lamp's true level is %d, want 203", level)
	}
}

func TestAFadeOfALampThatGoesAwayIsNotConfirmed(t *testing.T) {
	t.Parallel()
	lamp := znp.NewLamp(0x000d6f0000000001)
	h := openHome(t, ziglab.Start(t, lamp))
	h.Until(t, "the lamp is known", func() bool { return len(h.Reachable) == 1 })
	address := ziglab.Address(lamp)
	h.Set(address, map[string]thing.Value{"onOff": "true", "currentLevel": "100"})
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	id, arrived := h.Fade(ctx, address, map[string]thing.Value{"currentLevel": "10"}, time.Second)
	lamp.SetReachable(false)
	if err := arrived(); err == nil {
		t.Error("a lamp that is away has faded")
	}
	if reports := h.CausedBy(id); len(reports) > 0 {
		t.Errorf("it is confirmed: %+v", reports)
	}
}
