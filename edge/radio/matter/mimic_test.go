package matter_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"logis/edge/radio/matter"
)

// mimic speaks for a Matter Server, for what a real one would never say.
type mimic struct {
	t      *testing.T
	server *httptest.Server

	mu     sync.Mutex
	conn   *websocket.Conn
	info   string
	nodes  []string
	asked  []asked
	answer func(asked) (answer string, ok bool) // the rest of the answer's object; false: none
}

// asked is a request the mimic got.
type asked struct {
	ID      string         `json:"message_id"`
	Command string         `json:"command"`
	Args    map[string]any `json:"args"`
}

const goodInfo = `{"compressed_fabric_id":77,"schema_version":14,"min_supported_schema_version":11,"sdk_version":"mimic","bluetooth_enabled":false}`

// newMimic answers reads of everything with what its nodes say at first, and
// takes every order without doing it.
func newMimic(t *testing.T, nodes ...string) *mimic {
	t.Helper()
	m := &mimic{t: t, info: goodInfo, nodes: nodes}
	m.answer = func(a asked) (string, bool) {
		if a.Command == "read_attribute" {
			return `"result":` + m.read(a), true
		}
		return `"result":null`, true
	}
	m.server = httptest.NewServer(http.HandlerFunc(m.serve))
	t.Cleanup(m.server.Close)
	return m
}

func (m *mimic) options() matter.Options {
	return matter.Options{Server: "ws" + strings.TrimPrefix(m.server.URL, "http") + "/ws", HTTP: m.server.Client()}
}

func (m *mimic) serve(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer conn.CloseNow()
	m.mu.Lock()
	m.conn = conn
	info := m.info
	m.mu.Unlock()
	if conn.Write(r.Context(), websocket.MessageText, []byte(info)) != nil {
		return
	}
	for {
		_, text, err := conn.Read(r.Context())
		if err != nil {
			return
		}
		var a asked
		if json.Unmarshal(text, &a) != nil {
			m.t.Errorf("the radio says %s", text)
			return
		}
		m.mu.Lock()
		m.asked = append(m.asked, a)
		answer, nodes := m.answer, m.nodes
		m.mu.Unlock()
		rest, ok := `"result":[`+strings.Join(nodes, ",")+`]`, true
		if a.Command != "start_listening" {
			rest, ok = answer(a)
		}
		if ok && conn.Write(r.Context(), websocket.MessageText, []byte(fmt.Sprintf(`{"message_id":%q,%s}`, a.ID, rest))) != nil {
			return
		}
	}
}

// read returns attributes of the nodes as they were described.
func (m *mimic) read(a asked) string {
	told := map[string]json.RawMessage{}
	for _, text := range m.nodes {
		var n struct {
			ID         float64                    `json:"node_id"`
			Attributes map[string]json.RawMessage `json:"attributes"`
		}
		if json.Unmarshal([]byte(text), &n) != nil || n.ID != a.Args["node_id"] {
			continue
		}
		for _, p := range a.Args["attribute_path"].([]any) {
			if v, ok := n.Attributes[p.(string)]; ok {
				told[p.(string)] = v
			}
		}
	}
	text, _ := json.Marshal(told)
	return string(text)
}

// say sends a message as it stands.
func (m *mimic) say(text string) {
	m.t.Helper()
	m.mu.Lock()
	conn := m.conn
	m.mu.Unlock()
	if err := conn.Write(context.Background(), websocket.MessageText, []byte(text)); err != nil {
		m.t.Fatalf("say %.60s: %v", text, err)
	}
}

// update says that an attribute changed.
func (m *mimic) update(node int, path, value string) {
	m.t.Helper()
	m.say(fmt.Sprintf(`{"event":"attribute_updated","data":[%d,%q,%s]}`, node, path, value))
}

// answers sets how requests are answered from now on.
func (m *mimic) answers(how func(asked) (string, bool)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.answer = how
}

// got returns the commands and writes it was asked for.
func (m *mimic) got() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var names []string
	for _, a := range m.asked {
		switch a.Command {
		case "device_command":
			names = append(names, a.Args["command_name"].(string))
		case "write_attribute":
			names = append(names, "write "+a.Args["attribute_path"].(string))
		}
	}
	return names
}

// describe is a node with one endpoint, 1, of a device type; attributes are more
// of the JSON object.
func describe(id int, uniqueID string, deviceType int, attributes string) string {
	return fmt.Sprintf(`{"node_id":%d,"available":true,"is_bridge":false,"attributes":{"0/40/1":"Maker","0/40/3":"Thing","0/40/18":%q,`+
		`"0/29/0":[{"0":22,"1":1}],"1/29/0":[{"0":%d,"1":1}]%s}}`, id, uniqueID, deviceType, attributes)
}

const (
	lightAttributes = `,"1/6/0":false,"1/3/0":0`
	lockAttributes  = `,"1/257/0":1,"1/257/51":false`
)

// await returns once the radio has asked for the nodes.
func (m *mimic) await() {
	m.t.Helper()
	eventually(m.t, "the radio asks for the nodes", func() bool {
		m.mu.Lock()
		defer m.mu.Unlock()
		return len(m.asked) > 0
	})
}

// eventually waits until something outside is as the condition says.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline, tick := time.NewTimer(patience), time.NewTicker(time.Millisecond)
	defer deadline.Stop()
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("after %v still waiting until %s", patience, what)
		}
	}
}
