package browser_test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"logis/bench/rig"
	"logis/edge/radio/zigbee2mqtt/ziglab"
	"logis/edge/radio/zigbee2mqtt/znp"
)

//nolint:paralleltest // one browser at a time: two would measure each other
func TestAPersonUsesASimulatedHome(t *testing.T) {
	s := newStage(t, "--simulated", "--simulated-report-rate", "1")
	specs, err := filepath.Glob(filepath.Join(rig.Root(), "web", "e2e", "*.spec.mjs"))
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"sign-in"} // uses up the link; the others share what it gave
	for _, path := range specs {
		name := filepath.Base(path[:len(path)-len(".spec.mjs")])
		if name != "sign-in" && name != "zigbee" {
			names = append(names, name)
		}
	}
	s.node(t, []string{"LOGIS_CONTROL=" + s.control(t)}, names...)
}

// The main job on real input: Chromium taps, and a lamp behind a real mosquitto
// and a real Zigbee2MQTT goes on.
//
//nolint:paralleltest // as above
func TestATapTurnsOnARealZigbeeLamp(t *testing.T) {
	lamp, door := znp.NewLamp(0x000d6f0000000001), znp.NewContact(0x00158d0000000002)
	start, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	lab, err := ziglab.Run(start, ziglab.Options{Devices: []znp.Device{lamp, door}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = lab.Close() })
	const name = "Reading lamp"
	rename, err := json.Marshal(map[string]string{"from": ziglab.Address(lamp), "to": name})
	if err != nil {
		t.Fatal(err)
	}
	if err := lab.Publish(t.Context(), ziglab.BaseTopic+"/bridge/request/device/rename", rename, false); err != nil {
		t.Fatal(err)
	}
	s := newStage(t, "--zigbee2mqtt", lab.Broker)
	s.node(t, []string{"LOGIS_ZIGBEE_LAMP=" + name}, "zigbee")
	if !lamp.On() {
		t.Error("the browser saw it on, the lamp is off")
	}
}
