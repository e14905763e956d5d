package zigbee2mqtt_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"logis/edge/radio/radiotest"
	"logis/edge/radio/zigbee2mqtt/ziglab"
)

// Addresses of devices of testdata.
const (
	contactAddress = "0x00124b0000000017"
	climateAddress = "0x00124b000000001b"
)

func TestNonsenseIsCountedAndSurvived(t *testing.T) {
	t.Parallel()
	lab := ziglab.StartBroker(t)
	bridge := newMimic(t, lab)
	bridge.say("bridge/state", []byte(`{"state":"online"}`))
	bridge.list("aqara-contact", "ikea-bulb", "ikea-remote")
	h := openHome(t, lab)
	h.Until(t, "the devices are known", func() bool { return len(h.Devices) == 3 && h.Reachable[contactAddress] })

	nonsense := []string{
		"", " ", "null", "true", "7", `"ON"`, "[]", "[[[[", "{", `{"contact":`, "\x00\xff\xfe", `{"contact":"yes"}`,
		`{"contact":null,"battery":null}`, `{"battery":-5}`, `{"battery":1e309}`, `{"battery":"NaN"}`, `{"state":{"deep":[1,2,3]}}`,
		`{"action":{"a":1}}`, `{"action":["on"]}`, `{"action":"` + strings.Repeat("x", 5000) + `"}`, `{"linkquality":99999999999}`,
		strings.Repeat(`{"a":`, 20000), strings.Repeat("[", 60000), `{"x":"` + strings.Repeat("y", 100_000) + `"}`,
		`{"state":"OFFLINE"}`, `{"transaction":"1","status":"ok"}`, `[{"ieee_address":5}]`, `[{"type":"Router","supported":true}]`,
		`[{"ieee_address":"0x00124b00000000zz","type":"Router","supported":true,"interview_state":"SUCCESSFUL","friendly_name":"x","definition":{}}]`,
		`[{"ieee_address":"0x00124b0000000099","type":"Router","supported":true,"interview_state":"SUCCESSFUL","friendly_name":"a/#","definition":{}}]`,
		`{"message":"Publish 'set' 'state' to 'ikea-bulb' failed: '` + strings.Repeat("z", 2000) + `'","level":"error"}`,
	}
	topics := []string{
		"aqara-contact", "ikea-bulb", "ikea-remote", "aqara-contact/availability",
		"bridge/devices", "bridge/logging", "bridge/response/action", "bridge/response/device/rename",
	}
	for _, topic := range topics {
		for _, payload := range nonsense {
			bridge.say(topic, []byte(payload))
		}
	}
	// Only the newest list counts: one that is to be seen must be the newest for a while.
	bridge.say("bridge/devices", []byte(`[{"ieee_address":5}]`))
	radiotest.Eventually(t, "a device is refused", func() bool { return h.radio.Stats().Refused.Load() > 0 })
	bridge.list("aqara-contact", "ikea-bulb", "ikea-remote")
	bridge.say("aqara-contact", []byte(`{"contact":false,"battery":77}`))
	h.UntilValue(t, contactAddress, "contact", "false")
	h.UntilValue(t, contactAddress, "batteryPercent", "77")
	if len(h.Gone) > 0 {
		t.Errorf("nonsense had %v removed", h.Gone)
	}
	stats := h.radio.Stats()
	for what, n := range map[string]uint64{
		"malformed": stats.Malformed.Load(), "oversized": stats.Oversized.Load(), "unfit": stats.Unfit.Load(), "refused": stats.Refused.Load(),
	} {
		if n == 0 {
			t.Errorf("no message was counted as %s", what)
		}
	}
	select {
	case err := <-h.Ended:
		t.Errorf("Run ended on nonsense: %v", err)
	default:
	}
}

func TestAFloodIsThinnedAndItsEndIsTold(t *testing.T) {
	t.Parallel()
	lab := ziglab.StartBroker(t)
	bridge := newMimic(t, lab)
	bridge.say("bridge/state", []byte(`{"state":"online"}`))
	bridge.list("aqara-contact", "aqara-climate")
	h := openHome(t, lab)
	h.Until(t, "the devices are known", func() bool { return h.Reachable[contactAddress] && h.Reachable[climateAddress] })

	const messages = 30_000
	began := time.Now()
	for n := range messages {
		bridge.pour("aqara-climate", fmt.Sprintf(`{"temperature":%d}`, n%80))
		if n == messages/2 { // others must not suffer
			bridge.say("aqara-contact", []byte(`{"contact":true}`))
			h.UntilValue(t, contactAddress, "contact", "true")
		}
	}
	bridge.say("aqara-climate", []byte(`{"temperature":85.5}`))
	h.UntilValue(t, climateAddress, "temperature", "85.5")
	took := time.Since(began)
	// 20 at once, 10 a second, and the tail of 8 kept messages.
	allowed := 20 + int(10*took.Seconds()) + 8
	if told := len(h.ToldOf(climateAddress, "temperature")); told > allowed {
		t.Errorf("%d of %d messages were told in %v, at most %d may be", told, messages, took, allowed)
	}
	if h.radio.Stats().Coalesced.Load() == 0 {
		t.Error("nothing was coalesced: this was no flood")
	}
	t.Logf("%d messages in %v, %d told", messages, took, len(h.ToldOf(climateAddress, "temperature")))
}

func TestABrokerThatForgetsIsHelpedOut(t *testing.T) {
	t.Parallel()
	lab := ziglab.StartBroker(t)
	bridge := newMimic(t, lab)
	bridge.say("bridge/state", []byte(`{"state":"online"}`))
	bridge.list("aqara-contact")
	h := openHome(t, lab)
	h.Until(t, "the door is known", func() bool { return h.Reachable[contactAddress] })
	bridge.say("bridge/devices", nil) // what a broker without persistence has after a restart
	bridge.say("bridge/state", []byte(`{"state":"offline"}`))
	h.Until(t, "the door is out of reach", func() bool { return !h.Reachable[contactAddress] })
	bridge.say("bridge/state", []byte(`{"state":"online"}`))
	h.Until(t, "the door is back", func() bool { return h.Reachable[contactAddress] })
	bridge.say("aqara-contact", []byte(`{"contact":true}`))
	h.UntilValue(t, contactAddress, "contact", "true")
	if len(h.Gone) > 0 {
		t.Errorf("%v were removed", h.Gone)
	}
}

func TestRunSaysWhyItCannotWork(t *testing.T) {
	t.Parallel()
	lab := ziglab.StartBroker(t)
	bridge := newMimic(t, lab)
	bridge.say("bridge/state", []byte(`{"state":"offline"}`))
	h := openHome(t, lab)
	if err := <-h.Ended; err == nil || !strings.Contains(err.Error(), "offline") {
		t.Errorf("Run without Zigbee2MQTT gives %v", err)
	}
	lab.StopBroker()
	h.in(t).UntilEnded("connection refused")
}
