package zwavejs_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestNonsenseIsCountedAndSurvived(t *testing.T) {
	t.Parallel()
	broken := []string{
		`null`, `7`, `"x"`, `[]`, `{}`, `{"nodeId":0,"ready":true}`, `{"nodeId":-3}`, `{"nodeId":1e9,"ready":true}`, `{"nodeId":"4"}`,
		`{"nodeId":4.5}`, `{"nodeId":7,"ready":true,"values":{"0":1}}`, `{"nodeId":8,"ready":true,"deviceConfig":5}`,
		`{"nodeId":9,"ready":true,"name":"` + strings.Repeat("é", 5000) + `","values":[null,5,{},{"commandClass":-1,"property":"x"},` +
			`{"commandClass":37,"endpoint":999,"property":"currentValue"},{"commandClass":37,"property":{"deep":[1]}},` +
			`{"commandClass":37,"property":"currentValue","value":"` + strings.Repeat("x", 5000) + `"}]}`,
	}
	server := newMimic(t, append([]string{controllerNode, switchNode(), sensorNode(3)}, broken...)...)
	switched(server)
	h := server.open()
	h.UntilValue(t, at(2), "onOff", "false")
	h.UntilValue(t, at(3), "temperature", "20")

	for _, frame := range []string{
		"", " ", "null", "true", "7", `"x"`, "[]", "[[[[", "{", "\x00\xff\xfe", `{"type":5}`, `{"type":"event"}`, `{"type":"event","event":null}`,
		`{"type":"event","event":[1]}`, `{"type":"event","event":{"source":{},"event":7}}`, `{"type":"result","messageId":"999","success":true}`,
		`{"type":"result","messageId":5}`, `{"type":"dance"}`, strings.Repeat(`{"a":`, 20000), `{"x":"` + strings.Repeat("y", 100_000) + `"}`,
		`{"type":"event","event":{"source":"controller","event":"node removed","node":{"nodeId":"2"}}}`,
		`{"type":"event","event":{"source":"controller","event":"node removed"}}`,
		`{"type":"event","event":{"source":"controller","event":"node removed","node":{"nodeId":77}}}`,
		`{"type":"event","event":{"source":"controller","event":"grant security classes","requested":7}}`,
	} {
		server.say(frame)
	}
	for _, node := range []int{2, 3, 99, 0, -1, 1 << 40} {
		for _, v := range []string{`"ON"`, `null`, `1e400`, `-273.16`, `1e300`, `99999`, `{"a":1}`, `[true]`, `"` + strings.Repeat("z", 3000) + `"`, `NaN`} {
			if v != "NaN" {
				server.told(node, switchNow, v)
				server.told(node, airNow, v)
			}
			server.event(node, "value updated", `,"args":`+strings.ReplaceAll(v, "NaN", "7"))
		}
		server.event(node, "ready", `,"nodeState":{"nodeId":5}`)
		server.event(node, "ready", `,"nodeState":"no"`)
		server.event(node, "value notification", `,"args":{"commandClass":91,"property":"scene","propertyKey":"x","value":0}`)
		server.event(node, "value notification", `,"args":{"commandClass":91,"property":"scene","propertyKey":"001","value":99}`)
		server.event(node, "notification", `,"ccId":111,"args":{}`)
		server.event(node, "dance", ``)
	}
	server.told(3, airNow, "21.5")
	h.UntilValue(t, at(3), "temperature", "21.5")
	h.Set(at(2), values{"onOff": "true"})
	if len(h.Gone) > 0 {
		t.Errorf("nonsense had %v removed", h.Gone)
	}
	stats := h.radio.Stats()
	for what, n := range map[string]uint64{
		"malformed": stats.Malformed.Load(), "unfit": stats.Unfit.Load(), "refused": stats.Refused.Load(), "unmapped": stats.Unmapped.Load(),
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
	server := newMimic(t, controllerNode, sensorNode(2), sensorNode(3))
	h := server.open()
	h.UntilReach(t, true, at(2))
	h.UntilReach(t, true, at(3))
	const events = 30_000
	began := time.Now()
	for n := range events {
		server.told(2, airNow, fmt.Sprint(n%80))
		if n == events/2 { // others must not suffer
			server.told(3, airNow, "42")
			h.UntilValue(t, at(3), "temperature", "42")
		}
	}
	server.told(2, airNow, "85.5")
	h.UntilValue(t, at(2), "temperature", "85.5")
	took := time.Since(began)
	// 20 at once, 10 a second, the tail of 8 kept events, and the one at the start.
	allowed := 20 + int(10*took.Seconds()) + 8 + 1
	if told := len(h.ToldOf(at(2), "temperature")); told > allowed {
		t.Errorf("%d of %d events were told in %v, at most %d may be", told, events, took, allowed)
	}
	if h.radio.Stats().Coalesced.Load() == 0 {
		t.Error("nothing was coalesced: this was no flood")
	}
	t.Logf("%d events in %v, %d told", events, took, len(h.ToldOf(at(2), "temperature")))
}

func TestEventsThatComeBeforeTheNodesAreKnownAreNotLost(t *testing.T) {
	t.Parallel()
	server := newMimic(t, controllerNode, sensorNode(2))
	h := server.open()
	h.UntilReach(t, true, at(2))
	server.event(3, "value updated", `,"args":{`+airNow+`,"newValue":30}`) // nobody knows node 3
	node := sensorNode(3)
	server.event(3, "ready", `,"nodeState":`+node)
	server.told(3, airNow, "31")
	h.UntilValue(t, at(3), "temperature", "31")
}

func TestRunSaysWhyItCannotWork(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ version, says string }{
		"another program":  {`{"hello":"world"}`, "no Z-Wave JS server"},
		"no JSON":          {`hello`, "no Z-Wave JS server"},
		"an old server":    {`{"type":"version","homeId":1,"minSchemaVersion":0,"maxSchemaVersion":12}`, "knows schema 12 at most"},
		"a far newer one":  {`{"type":"version","homeId":1,"minSchemaVersion":90,"maxSchemaVersion":99}`, "wants schema 90"},
		"no network":       {`{"type":"version","maxSchemaVersion":50}`, "no Z-Wave JS server"},
		"too many numbers": {`{"type":"version","homeId":1e99,"maxSchemaVersion":50}`, "no Z-Wave JS server"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newMimic(t)
			server.version = c.version
			server.open().UntilEnded(c.says)
		})
	}
	crowd := newMimic(t, strings.Split(strings.Repeat("null ", 2000), " ")[:2000]...)
	crowd.open().UntilEnded("2000 nodes")
}

func TestADriverThatStartsAnewIsListenedToAnew(t *testing.T) {
	t.Parallel()
	server := newMimic(t, controllerNode, sensorNode(2))
	h := server.open()
	h.UntilReach(t, true, at(2))
	h.Forget()
	server.say(`{"type":"event","event":{"source":"driver","event":"driver ready"}}`)
	h.in(t).UntilEnded("started anew")
	h.UntilValue(t, at(2), "temperature", "20")
	h.UntilReach(t, true, at(2))
}

func TestOnlyAWholeListOfTheSameNetworkTellsWhoIsGone(t *testing.T) {
	t.Parallel()
	server := newMimic(t, controllerNode, sensorNode(2), sensorNode(3))
	h := server.open()
	h.UntilReach(t, true, at(2))
	h.UntilReach(t, true, at(3))
	again := func(version string, nodes ...string) {
		t.Helper()
		server.mu.Lock()
		server.version, server.nodes = version, nodes
		conn := server.conn
		server.mu.Unlock()
		h.Forget()
		_ = conn.CloseNow()
	}
	again("", sensorNode(2)) // without the controller
	h.UntilReach(t, true, at(2))
	again("", controllerNode, sensorNode(2), `{"nodeId":"3"}`) // one cannot be read
	h.UntilReach(t, true, at(2))
	again(`{"type":"version","homeId":9,"minSchemaVersion":0,"maxSchemaVersion":50}`, controllerNode, sensorNode(2)) // another stick
	h.UntilReach(t, true, "00000009-2")
	if len(h.Gone) > 0 {
		t.Errorf("%v were removed", h.Gone)
	}
	again("", controllerNode, sensorNode(2))
	h.Until(t, "node 3 is told to have left", func() bool { return len(h.Gone) == 1 && h.Gone[0] == at(3) })
}
