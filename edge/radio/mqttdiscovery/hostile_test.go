package mqttdiscovery_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/mqttdiscovery"
	"logis/edge/radio/radiotest"
	"logis/edge/radio/zigbee2mqtt/ziglab"
)

const beaconTopic = "home/OMG_lilygo/BTtoMQTT/A4C138AB12CD"

func TestNonsenseIsCountedAndSurvived(t *testing.T) {
	t.Parallel()
	needsPrograms(t)
	lab := ziglab.StartBroker(t)
	f := beacon("openmqttgateway-climate", "A4C138AB12CD", `{"tempc":21.4,"hum":48.2}`).start(t, lab)
	h := openHome(t, lab, mqttdiscovery.Options{})
	h.UntilValue(t, "A4C138AB12CD", "temperature", "21.4")

	deep := strings.Repeat(`{"a":`, 20000)
	for i, payload := range []string{
		" ", "null", "7", `"x"`, "[]", "{", "\x00\xff", deep, `{"dev":5}`, `{"dev":{"ids":[[]]},"stat_t":7}`, `{"device":{"identifiers":[null,{}]},"name":{}}`,
		`{"stat_t":"#","cmd_t":"a/+","dev":{"ids":"n1"}}`, `{"stat_t":"+/+","dev":{"ids":"n2"},"dev_cla":"temperature","unit_of_meas":"°C"}`,
		`{"availability":[1,{"topic":2},null],"dev":{"ids":["n3"]},"stat_t":"n3","cmd_t":"n3/set"}`,
		`{"stat_t":"n4","cmd_t":"n4/set","bri_scl":0,"bri_cmd_t":"n4/b","dev":{"ids":["n4"]},"bri_val_tpl":"{{ value / 0 }}"}`,
		`{"stat_t":"` + strings.Repeat("y", 5000) + `","dev":{"ids":["n5"]}}`, `{"unique_id":"` + strings.Repeat("u", 5000) + `","cmd_t":"n6","stat_t":"n6"}`,
		`{"stat_t":"n7","val_tpl":"` + strings.Repeat("{% if value %}", 500) + `","cmd_t":"n7/set","dev":{"ids":["n7"]}}`,
		`{"pos_open":5,"pos_clsd":5,"pos_t":"n8","set_pos_t":"n8/set","dev":{"ids":["n8"]}}`, `{"cmps":{"a":{"p":"sensor"},"b":7}}`,
		`{"x":"` + strings.Repeat("z", 300_000) + `"}`,
		`{"min_temp":"NaN","max_temp":1e308,"temp_cmd_t":"n9","temp_stat_t":"n9s","mode_stat_t":"m","dev":{"ids":["n9"]}}`,
	} {
		for _, component := range []string{
			"sensor", "light", "cover", "climate", "fan", "switch", "lock", "valve", "device", "device_automation", "event", "button", "vacuum",
		} {
			f.publish(fmt.Sprintf("homeassistant/%s/n%d/config", component, i), payload, true)
		}
	}
	for _, topic := range []string{"n3", "n4", "n4/b", "n8", "n9s", "m", beaconTopic} {
		for _, payload := range []string{
			"", "nan", "-inf", "1e400", "1e308", `{"tempc":1e309}`, `{"tempc":-500,"hum":"x"}`, `{"tempc":{"a":[]}}`, deep, "\xff\xfe", "ON",
		} {
			f.tell(topic, payload)
		}
	}
	f.tell(beaconTopic, `{"tempc":19.5}`)
	h.UntilValue(t, "A4C138AB12CD", "temperature", "19.5")
	// What was announced before this has been looked at before it.
	tasmotaRelay("tasmota-relay", "pump", "").start(t, lab)
	h.Until(t, "the pump is known", func() bool { return h.Reachable["22B0F1"] })
	if len(h.Gone) > 0 {
		t.Errorf("nonsense had %v removed", h.Gone)
	}
	stats := h.radio.Stats()
	for what, n := range map[string]uint64{
		"malformed": stats.Malformed.Load(), "oversized": stats.Oversized.Load(), "unfit": stats.Unfit.Load(), "refused": stats.Refused.Load(),
	} {
		if n == 0 {
			t.Errorf("nothing was counted as %s", what)
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
	needsPrograms(t)
	lab := ziglab.StartBroker(t)
	f := beacon("openmqttgateway-climate", "A4C138AB12CD", `{"tempc":21.4}`).start(t, lab)
	door := beacon("openmqttgateway-contact", "F1E2D3C4B5A6", `{"open":false}`).start(t, lab)
	h := openHome(t, lab, mqttdiscovery.Options{})
	h.UntilValue(t, "A4C138AB12CD", "temperature", "21.4")
	h.UntilValue(t, "F1E2D3C4B5A6", "contact", "true")

	const messages = 20_000
	began := time.Now()
	for n := range messages {
		f.pour(beaconTopic, fmt.Sprintf(`{"tempc":%d}`, n%80))
		if n == messages/2 { // others must not suffer
			door.tell("home/OMG_lilygo/BTtoMQTT/F1E2D3C4B5A6", `{"open":true}`)
			h.UntilValue(t, "F1E2D3C4B5A6", "contact", "false")
		}
	}
	f.tell(beaconTopic, `{"tempc":85.5}`)
	h.UntilValue(t, "A4C138AB12CD", "temperature", "85.5")
	took := time.Since(began)
	// 20 at once, 10 a second, the tail of 8 kept messages, and the first value.
	allowed := 20 + int(10*took.Seconds()) + 8 + 1
	if told := len(h.ToldOf("A4C138AB12CD", "temperature")); told > allowed {
		t.Errorf("%d of %d messages were told in %v, at most %d may be", told, messages, took, allowed)
	}
	if h.radio.Stats().Coalesced.Load() == 0 {
		t.Error("nothing was coalesced: this was no flood")
	}
	t.Logf("%d messages in %v", messages, took)
}

func TestAFloodOfDevicesIsBounded(t *testing.T) {
	t.Parallel()
	needsPrograms(t)
	lab := ziglab.StartBroker(t)
	f := (&firmware{recorded: "tasmota-relay"}).start(t, lab)
	h := openHome(t, lab, mqttdiscovery.Options{})
	for n := range 3000 {
		f.pour(fmt.Sprintf("homeassistant/switch/flood%d/config", n), fmt.Sprintf(`{"cmd_t":"flood/%d","dev":{"ids":["flood%d"]}}`, n, n))
	}
	f.tell("homeassistant/switch/flood0/config", "")
	h.Until(t, "the flood is told, and one of it is gone", func() bool { return slices.Contains(h.Gone, "flood0") || len(h.Devices) > 1000 })
	h.Until(t, "the flood ends", func() bool { return h.radio.Stats().Refused.Load() > 0 })
	h.Mu.Lock()
	defer h.Mu.Unlock()
	if n := len(h.Devices); n > 1024 {
		t.Errorf("%d devices were told, at most 1024 may be", n)
	}
}

func TestDevicesChangeAndLeave(t *testing.T) {
	t.Parallel()
	needsPrograms(t)
	lab := ziglab.StartBroker(t)
	pump := tasmotaRelay("tasmota-relay", "pump", "").start(t, lab)
	h := openHome(t, lab, mqttdiscovery.Options{})
	h.UntilValue(t, "22B0F1", "onOff", "false")

	t.Run("a second relay is a device beside it", func(t *testing.T) {
		pump.publish("homeassistant/switch/22B0F1_RL_2/config", `{"name":"Second","stat_t":"tele/pump/STATE","cmd_t":"cmnd/pump/POWER2",`+
			`"val_tpl":"{{value_json.POWER}}","dev":{"ids":["22B0F1"]}}`, true)
		h.UntilValue(t, "22B0F1/22B0F1_RL_2", "onOff", "false") // what the broker kept is told to it, too
		if len(h.Gone) > 0 {
			t.Errorf("%v is gone", h.Gone)
		}
	})
	t.Run("and leaves when its announcement is emptied", func(t *testing.T) {
		pump.publish("homeassistant/switch/22B0F1_RL_2/config", "", true)
		h.Until(t, "it is gone", func() bool { return slices.Equal(h.Gone, []string{"22B0F1/22B0F1_RL_2"}) })
		_, err := h.in(t).OrderWithin(time.Second, radio.Order{Address: "22B0F1/22B0F1_RL_2", Set: map[string]thing.Value{"onOff": "true"}})
		radiotest.WantRefused(t, err)
	})
	t.Run("an id that changes is another device", func(t *testing.T) {
		for topic, payload := range recordings(t, "tasmota-relay") {
			pump.publish(topic, strings.ReplaceAll(payload, "22B0F1", "33B0F1"), true)
		}
		h.UntilValue(t, "33B0F1", "onOff", "false")
		h.Until(t, "the old one is gone", func() bool { return slices.Contains(h.Gone, "22B0F1") })
		h.in(t).Set("33B0F1", map[string]thing.Value{"onOff": "true"})
	})
	t.Run("the broker restarts", func(t *testing.T) {
		lab.StopBroker()
		h.Until(t, "nothing can be reached", func() bool { return !h.Reachable["33B0F1"] })
		_, err := h.in(t).OrderWithin(time.Second, radio.Order{Address: "33B0F1", Set: map[string]thing.Value{"onOff": "false"}})
		radiotest.WantRefused(t, err)
		h.Mu.Lock()
		clear(h.Values)
		h.Mu.Unlock()
		if err := lab.StartBroker(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.UntilValue(t, "33B0F1", "onOff", "true") // as the broker kept it
		pump.vanish()
		pump.reconnect()
		h.Until(t, "it is back", func() bool { return h.Reachable["33B0F1"] })
		h.in(t).Set("33B0F1", map[string]thing.Value{"onOff": "false"})
	})
}

func TestOrdersAreNeverLateNorTwice(t *testing.T) {
	t.Parallel()
	needsPrograms(t)
	lab := ziglab.StartBroker(t)
	lock := esphomeLock().start(t, lab)
	stubborn := tasmotaRelay("tasmota-relay", "pump", "")
	stubborn.obey = nil
	stubborn.start(t, lab)
	h := openHome(t, lab, mqttdiscovery.Options{})
	h.Until(t, "both are there", func() bool { return h.Reachable["a4cf12f0a002"] && h.Reachable["22B0F1"] })

	t.Run("what does not answer is not believed", func(t *testing.T) {
		h := h.in(t)
		order := radio.Order{Address: "22B0F1", Set: map[string]thing.Value{"onOff": "true"}}
		id, err := h.OrderWithin(300*time.Millisecond, order)
		radiotest.WantUnknown(t, err)
		if got := h.CausedBy(id); len(got) > 0 {
			t.Errorf("%v confirm what nobody did", got)
		}
	})
	t.Run("a state that was there before is no confirmation", func(t *testing.T) {
		h := h.in(t)
		id, err := h.OrderWithin(300*time.Millisecond, radio.Order{Address: "22B0F1", Set: map[string]thing.Value{"onOff": "false"}})
		radiotest.WantUnknown(t, err)
		if got := h.CausedBy(id); len(got) > 0 {
			t.Errorf("%v confirm what nobody did", got)
		}
	})
	t.Run("a lock that is away is not told to open when it comes back", func(t *testing.T) {
		h := h.in(t)
		breakOff(lock)
		h.Until(t, "it is told to be away", func() bool { return !h.Reachable["a4cf12f0a002"] })
		_, err := h.OrderWithin(time.Second, radio.Order{Address: "a4cf12f0a002", Action: "unlockDoor"})
		radiotest.WantRefused(t, err)
		lock.set("lock/bolt", "LOCKED")
		repair(lock)
		h.Until(t, "it is back", func() bool { return h.Reachable["a4cf12f0a002"] })
		h.UntilValue(t, "a4cf12f0a002", "lockState", `"locked"`)
		h.Do("a4cf12f0a002", "unlockDoor", map[string]thing.Value{"lockState": `"unlocked"`}) // whatever waited for it comes before this
		if n := lock.count("lock/bolt"); n != 1 {
			t.Errorf("the lock got %d orders since it is back, want 1", n)
		}
	})
	t.Run("a device that says it is away gets nothing", func(t *testing.T) {
		h := h.in(t)
		before := lock.count("lock/bolt")
		lock.say(lock.will[0], lock.will[2]) // it listens all the same
		h.Until(t, "it is told to be away", func() bool { return !h.Reachable["a4cf12f0a002"] })
		_, err := h.OrderWithin(time.Second, radio.Order{Address: "a4cf12f0a002", Action: "lockDoor"})
		radiotest.WantRefused(t, err)
		lock.say(lock.will[0], lock.will[1])
		h.Until(t, "it is back", func() bool { return h.Reachable["a4cf12f0a002"] })
		h.Do("a4cf12f0a002", "lockDoor", map[string]thing.Value{"lockState": `"locked"`})
		if n := lock.count("lock/bolt") - before; n != 1 {
			t.Errorf("the lock got %d orders, want 1", n)
		}
	})
	t.Run("a device that goes away during an order leaves it unknown at once", func(t *testing.T) {
		h := h.in(t)
		began := time.Now()
		time.AfterFunc(200*time.Millisecond, func() { stubborn.say(stubborn.will[0], stubborn.will[2]) })
		_, err := h.OrderWithin(patience, radio.Order{Address: "22B0F1", Set: map[string]thing.Value{"onOff": "true"}})
		radiotest.WantUnknown(t, err)
		if took := time.Since(began); took > patience/2 {
			t.Errorf("that took %v", took)
		}
	})
	t.Run("nobody listens", func(t *testing.T) {
		h := h.in(t)
		stubborn.publish("homeassistant/switch/deaf/config", `{"stat_t":"deaf","cmd_t":"deaf/set","ret":true,"dev":{"ids":["deaf"]}}`, true)
		h.Until(t, "it is known", func() bool { return h.Reachable["deaf"] })
		_, err := h.OrderWithin(time.Second, radio.Order{Address: "deaf", Set: map[string]thing.Value{"onOff": "true"}})
		radiotest.WantRefused(t, err)
		late := stubborn.hears("deaf/set", "ON")
		select {
		case <-late:
			t.Error("the broker kept the order")
		case <-time.After(200 * time.Millisecond):
		}
	})
}

func TestAnnouncementsOfAnotherRadioAreLeftAlone(t *testing.T) {
	t.Parallel()
	needsPrograms(t)
	lab := ziglab.StartBroker(t)
	f := tasmotaRelay("tasmota-relay", "pump", "").start(t, lab)
	f.publish("homeassistant/switch/0x1/switch/config", `{"stat_t":"z/1","cmd_t":"z/1/set","origin":{"name":"Zigbee2MQTT"},"dev":{"ids":["z1"]}}`, true)
	h := openHome(t, lab, mqttdiscovery.Options{Except: []string{mqttdiscovery.Zigbee2MQTT}})
	h.Until(t, "the pump is known", func() bool { return h.Reachable["22B0F1"] })
	if len(h.Devices) != 1 {
		t.Errorf("the devices are %v, want the pump alone", h.Devices)
	}
}
