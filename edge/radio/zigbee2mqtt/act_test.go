package zigbee2mqtt_test

import (
	"testing"
	"time"

	"logis/domain/thing"
	"logis/edge/radio/zigbee2mqtt/ziglab"
	"logis/edge/radio/zigbee2mqtt/znp"
)

func TestALampIsSwitchedAndConfirmed(t *testing.T) {
	t.Parallel()
	lamp := znp.NewLamp(0x000d6f0000000001)
	h := openHome(t, ziglab.Start(t, lamp))
	address := ziglab.Address(lamp)
	h.untilValue(t, address, "onOff", "false")
	for n := range 10 {
		on := n%2 == 0
		began := time.Now()
		h.set(address, map[string]thing.Value{"onOff": thing.Bool(on)})
		t.Logf("confirmed after %v", time.Since(began))
		if lamp.On() != on {
			t.Fatalf("the lamp's true state is %v, it was confirmed to be %v", lamp.On(), on)
		}
	}
}
