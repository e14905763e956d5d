package browser_test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"logis/bench/rig"
	"logis/edge/radio/zigbee2mqtt/ziglab"
	"logis/edge/radio/zigbee2mqtt/znp"
)

// Each test has a home of its own, so that they can run side by side.

// look is the spec that judges every page: it takes as long as all others
// together, so it comes first and has a home to itself.
const look = "everybody"

// automation is the spec of rules: it waits for motion, so it has a home where
// there is more of it.
const automation = "rules"

func TestEverybodyCanUseEveryPage(t *testing.T) {
	t.Parallel()
	s := newStage(t, "--simulated", "--simulated-report-rate", "1")
	s.node(t, nil, look)
}

func TestAPersonUsesASimulatedHome(t *testing.T) {
	t.Parallel()
	s := newStage(t, "--simulated", "--simulated-report-rate", "1")
	specs, err := filepath.Glob(filepath.Join(rig.Root(), "web", "e2e", "*.spec.mjs"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, path := range specs {
		name := filepath.Base(path[:len(path)-len(".spec.mjs")])
		if !slices.Contains([]string{look, "zigbee", "local", "pair", automation}, name) {
			names = append(names, name)
		}
	}
	s.node(t, []string{"LOGIS_CONTROL=" + s.control(t)}, names...)
}

// A second machine, as docs/edge.md tells it: a folder of its own, pair, run.
func TestANewUserPairsAnotherMachineInUnderTwoMinutes(t *testing.T) {
	t.Parallel()
	s := newStage(t, "--simulated", "--simulated-report-rate", "1")
	s.node(t, []string{"LOGIS_EDGE=" + binaries.Edge, "LOGIS_EDGE_DATA=" + filepath.Join(t.TempDir(), "second")}, "pair")
}

func TestAtHomeAPersonNeedsNoCloud(t *testing.T) {
	t.Parallel()
	s := newStage(t, "--simulated", "--simulated-report-rate", "1", "--local", "127.0.0.1:0")
	s.node(t, []string{"LOGIS_CONTROL=" + s.control(t), "LOGIS_LOCAL=" + s.said(t, "local control: ")}, "local")
}

// The sensors of this home speak more often, so that somebody moves every few
// seconds and a rule has something to answer.
func TestAPersonWritesRules(t *testing.T) {
	t.Parallel()
	s := newStage(t, "--simulated", "--simulated-report-rate", "6")
	s.node(t, nil, automation)
}

// The main job on real input: Chromium taps, and a lamp behind a real mosquitto
// and a real Zigbee2MQTT goes on.
func TestATapTurnsOnARealZigbeeLamp(t *testing.T) {
	t.Parallel()
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
