package zigbee2mqtt_test

import (
	"testing"

	"logis/edge/radio/radiotest"
	"logis/edge/radio/zigbee2mqtt"
	"logis/edge/radio/zigbee2mqtt/ziglab"
)

// patience bounds every wait for a real program.
const patience = radiotest.Patience

// home is a radio that runs against a lab.
type home struct {
	*radiotest.Home
	lab   *ziglab.Lab
	radio *zigbee2mqtt.Radio
}

// openHome runs a radio against the lab until the test ends.
func openHome(t *testing.T, lab *ziglab.Lab) *home {
	t.Helper()
	return openHomeWith(t, lab, zigbee2mqtt.Options{Broker: lab.Broker})
}

func openHomeWith(t *testing.T, lab *ziglab.Lab, options zigbee2mqtt.Options) *home {
	t.Helper()
	r, err := zigbee2mqtt.New(options)
	if err != nil {
		t.Fatal(err)
	}
	return &home{Home: radiotest.Open(t, r), lab: lab, radio: r}
}

// in returns the home with another test as the one to complain to.
func (h *home) in(t *testing.T) *home {
	t.Helper()
	return &home{Home: h.In(t), lab: h.lab, radio: h.radio}
}

// ask has Zigbee2MQTT do something, as its own web page would.
func (h *home) ask(what, payload string) {
	h.T.Helper()
	if err := h.lab.Publish(h.T.Context(), ziglab.BaseTopic+"/bridge/request/"+what, []byte(payload), false); err != nil {
		h.T.Fatal(err)
	}
}
