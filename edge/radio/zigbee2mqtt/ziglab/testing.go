package ziglab

import (
	"context"
	"testing"
	"time"

	"logis/edge/radio/zigbee2mqtt/znp"
)

// startTimeout bounds a start on a busy machine; an idle one needs six seconds.
const startTimeout = time.Minute

// Start runs a lab for one test and closes it with the test.
func Start(t testing.TB, devices ...znp.Device) *Lab {
	t.Helper()
	return StartWith(t, Options{Devices: devices})
}

// StartBroker runs a broker alone for one test and closes it with the test.
func StartBroker(t testing.TB) *Lab {
	t.Helper()
	return StartWith(t, Options{BrokerOnly: true})
}

// StartWith runs a lab made of other things and closes it with the test.
func StartWith(t testing.TB, options Options) *Lab {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startTimeout)
	defer cancel()
	lab, err := Run(ctx, options)
	if err != nil {
		t.Fatalf("start a Zigbee lab: %v", err)
	}
	t.Cleanup(func() {
		if err := lab.Close(); err != nil {
			t.Errorf("stop the Zigbee lab: %v", err)
		}
	})
	return lab
}
