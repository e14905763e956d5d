package ziglab_test

import (
	"testing"
	"time"

	"logis/edge/radio/zigbee2mqtt/ziglab"
	"logis/edge/radio/zigbee2mqtt/znp"
)

func TestAWholeHomeJoins(t *testing.T) {
	t.Parallel()
	began := time.Now()
	lab := ziglab.Start(t,
		znp.NewLamp(0x000d6f0000000001), znp.NewColorLamp(0x000d6f0000000002), znp.NewContact(0x00158d0000000003),
		znp.NewClimate(0x00158d0000000004), znp.NewPlug(0x000d6f0000000005), znp.NewTwoGang(0x00124b0000000006),
		znp.NewRemote(0x000d6f0000000007), znp.NewLock(0x000d6f0000000008), znp.NewCurtain(0x000d6f0000000009, time.Second))
	t.Logf("started in %v at %s", time.Since(began), lab.Broker)
}
