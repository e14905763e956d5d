package mqttdiscovery_test

import (
	"testing"

	"logis/edge/radio/mqttdiscovery"
	"logis/edge/radio/radiotest"
	"logis/edge/radio/zigbee2mqtt/ziglab"
)

// patience bounds every wait for a real program.
const patience = radiotest.Patience

// home is a radio that runs against a broker.
type home struct {
	*radiotest.Home
	radio *mqttdiscovery.Radio
}

// openHome runs a radio against the lab's broker until the test ends.
func openHome(t *testing.T, lab *ziglab.Lab, options mqttdiscovery.Options) *home {
	t.Helper()
	options.Broker = lab.Broker
	r, err := mqttdiscovery.New(options)
	if err != nil {
		t.Fatal(err)
	}
	return &home{Home: radiotest.Open(t, r), radio: r}
}

// in returns the home with another test as the one to complain to.
func (h *home) in(t *testing.T) *home {
	t.Helper()
	return &home{Home: h.In(t), radio: h.radio}
}
