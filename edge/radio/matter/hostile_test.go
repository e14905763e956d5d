package matter_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"logis/domain/thing"
	"logis/edge/radio/radiotest"
)

func TestNonsenseIsCountedAndSurvived(t *testing.T) {
	t.Parallel()
	m := newMimic(t, describe(1, "lamp", 257, `,"1/6/0":false,"1/8/0":127,"1/8/2":1`),
		`null`, `7`, `{}`, `{"node_id":-1}`, `{"node_id":1.5}`, `{"node_id":"1"}`, `{"node_id":18446744073709551616}`,
		`{"node_id":2,"available":true,"attributes":{"":1,"a/b/c":1,"1/6":1,"70000/6/0":true,"1/6/0/0":true,"-1/6/0":true,"1/29/0":{"x":1}}}`)
	h := openHome(t, m.options())
	h.UntilValue(t, "lamp/1", "currentLevel", "50")
	for _, text := range []string{
		"", " ", "null", "true", "7", `"event"`, "[]", "[[[[", "{", `{"event":`, "\x00\x01", `{"event":7}`, `{"message_id":7}`,
		`{"message_id":"none","result":null}`, `{"message_id":"start","result":[]}`, `{"message_id":"start","error_code":0}`,
		`{"event":"attribute_updated"}`, `{"event":"attribute_updated","data":null}`, `{"event":"attribute_updated","data":[]}`,
		`{"event":"attribute_updated","data":[1,"1/6/0"]}`, `{"event":"attribute_updated","data":["1","1/6/0",true]}`,
		`{"event":"attribute_updated","data":[1,7,true]}`, `{"event":"attribute_updated","data":[1,"1/6",true]}`,
		`{"event":"attribute_updated","data":[99,"1/6/0",true]}`, `{"event":"attribute_updated","data":[1,"9/6/0",true]}`,
		`{"event":"attribute_updated","data":[1,"1/6/0","yes"]}`, `{"event":"attribute_updated","data":[1,"1/6/0",null]}`,
		`{"event":"attribute_updated","data":[1,"1/8/0",1e309]}`, `{"event":"attribute_updated","data":[1,"1/8/0",NaN]}`,
		`{"event":"attribute_updated","data":[1,"1/8/0",{"deep":[1,2]}]}`, `{"event":"attribute_updated","data":[1,"1/8/0","` + strings.Repeat("x", 5000) + `"]}`,
		`{"event":"node_event"}`, `{"event":"node_event","data":{}}`, `{"event":"node_event","data":{"node_id":1,"endpoint_id":1,"cluster_id":59,"event_id":6}}`,
		`{"event":"node_added","data":7}`, `{"event":"node_updated","data":{"node_id":null}}`, `{"event":"node_removed","data":"1"}`,
		`{"event":"node_removed","data":4711}`, `{"event":"endpoint_added","data":{}}`, `{"event":"of_the_future","data":[1,2,3]}`,
	} {
		m.say(text)
	}
	m.update(1, "1/8/0", "254")
	h.UntilValue(t, "lamp/1", "currentLevel", "100")
	h.Mu.Lock()
	defer h.Mu.Unlock()
	if len(h.Ended) > 0 || len(h.Gone) > 0 || len(h.Devices) != 1 {
		t.Errorf("ended %d times, devices %v, removed %v", len(h.Ended), slices.Collect(maps.Keys(h.Devices)), h.Gone)
	}
	if n := h.radio.Counts()["malformed"]; n < 20 {
		t.Errorf("%d messages are counted as malformed", n)
	}
}

func TestAFloodIsToldInMeasure(t *testing.T) {
	t.Parallel()
	const flood = 30_000
	m := newMimic(t, describe(1, "lamp", 257, `,"1/6/0":false,"1/8/0":1,"1/8/2":1`), describe(2, "other", 256, lightAttributes))
	h := openHome(t, m.options())
	h.UntilReach(t, true, "lamp/1", "other/1")
	began := time.Now()
	for i := range flood {
		m.update(1, "1/8/0", fmt.Sprint(1+i%200))
		m.update(1, fmt.Sprintf("1/8/%d", 40000+i), "1") // attributes nobody described
	}
	m.update(2, "1/6/0", "true")
	m.update(1, "1/8/0", "254")
	h.UntilValue(t, "other/1", "onOff", "true") // it need not wait until the flood is told
	h.UntilValue(t, "lamp/1", "currentLevel", "100")
	const burst, rate = 20, 10
	if told, most := len(h.ToldOf("lamp/1", "currentLevel")), burst+2+int(rate*time.Since(began).Seconds()); told > most {
		t.Errorf("of %d values %d were told, want %d at most", flood, told, most)
	}
	if counts := h.radio.Counts(); counts["coalesced"] == 0 || counts["unmapped"] < flood {
		t.Errorf("counted: %v", counts)
	}
}

func TestAFloodOfNodesIsBounded(t *testing.T) {
	t.Parallel()
	m := newMimic(t)
	h := openHome(t, m.options())
	const nodes, most = 1500, 1024
	m.await()
	for id := range nodes {
		m.say(`{"event":"node_added","data":` + describe(id+1, fmt.Sprintf("lamp%d", id), 256, lightAttributes) + `}`)
	}
	h.Until(t, "the nodes are told", func() bool { return len(h.Devices) == most })
	radiotest.Eventually(t, "the others are counted", func() bool { return h.radio.Counts()["refused"] == nodes-most })
}

// A node that is let in anew gets another number from the server; the hardware
// stays the same, and so does the device.
func TestADeviceIsKnownByItsHardware(t *testing.T) {
	t.Parallel()
	m := newMimic(t, describe(5, "lamp", 256, lightAttributes))
	h := openHome(t, m.options())
	h.UntilValue(t, "lamp/1", "onOff", "false")
	m.say(`{"event":"node_added","data":` + strings.Replace(describe(9, "lamp", 256, lightAttributes), `"1/6/0":false`, `"1/6/0":true`, 1) + `}`)
	h.UntilValue(t, "lamp/1", "onOff", "true")
	h.Until(t, "the old one goes by its number", func() bool { return len(h.Devices) == 2 && h.Devices["lamp@5/1"].Address != "" })
	m.say(`{"event":"node_removed","data":5}`)
	h.Until(t, "the old one is gone", func() bool { return slices.Equal(h.Gone, []string{"lamp@5/1"}) })
	m.answers(func(a asked) (string, bool) {
		if a.Command == "device_command" && a.Args["node_id"] == 9.0 {
			m.update(9, "1/6/0", "false")
		}
		return `"result":null`, true
	})
	h.Set("lamp/1", map[string]thing.Value{"onOff": "false"})
}

func TestADeviceThatLeftWhileNobodyListenedIsTold(t *testing.T) {
	t.Parallel()
	m := newMimic(t, describe(1, "stays", 256, lightAttributes), describe(2, "leaves", 256, lightAttributes))
	h := openHome(t, m.options())
	h.UntilReach(t, true, "stays/1", "leaves/1")
	restart := func(info string, nodes ...string) {
		t.Helper()
		m.mu.Lock()
		m.nodes, m.info = nodes, info
		m.mu.Unlock()
		m.say(`{"event":"server_shutdown","data":{}}`)
		h.UntilEnded("shuts down")
	}
	// A list that cannot be read whole, or of another fabric, takes nobody away.
	h.Forget()
	restart(goodInfo, describe(1, "stays", 256, lightAttributes), `{"node_id":"?"}`)
	h.UntilReach(t, true, "stays/1")
	h.Forget()
	restart(strings.Replace(goodInfo, "77", "78", 1), describe(1, "stays", 256, lightAttributes))
	h.UntilReach(t, true, "stays/1")
	h.Mu.Lock()
	if len(h.Gone) > 0 {
		t.Errorf("removed without knowing: %v", h.Gone)
	}
	h.Mu.Unlock()
	h.Forget()
	restart(strings.Replace(goodInfo, "77", "78", 1), describe(1, "stays", 256, lightAttributes))
	h.Until(t, "the leaving is told", func() bool { return slices.Equal(h.Gone, []string{"leaves/1"}) })
	h.UntilReach(t, true, "stays/1")
}

func TestAServerOfAnotherVersionIsRefused(t *testing.T) {
	t.Parallel()
	for _, info := range []string{
		`{"schema_version":10,"min_supported_schema_version":5}`, `{"schema_version":20,"min_supported_schema_version":15}`, `{}`, `[]`, `hello`,
	} {
		m := newMimic(t)
		m.info = info
		h := openHome(t, m.options())
		h.UntilEnded("the Matter Server")
		h.Stop()
	}
}
