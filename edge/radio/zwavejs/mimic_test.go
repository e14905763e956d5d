package zwavejs_test

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

	"logis/edge/radio/zwavejs"
)

// mimic speaks for a Z-Wave JS server, for what the real one would never say.
type mimic struct {
	t   *testing.T
	URL string

	mu      sync.Mutex
	version string                                       // the first frame; "" is a proper one
	nodes   []string                                     // of the next dump
	answer  func(command string, request request) string // the result; "" stays silent, "!…" is a failure
	conn    *websocket.Conn
	asked   []string // commands, oldest first
}

type request struct {
	MessageID string          `json:"messageId"`
	Command   string          `json:"command"`
	NodeID    int             `json:"nodeId"`
	ValueID   json.RawMessage `json:"valueId"`
	Value     json.RawMessage `json:"value"`
}

func newMimic(t *testing.T, nodes ...string) *mimic {
	t.Helper()
	m := &mimic{t: t, nodes: nodes}
	server := httptest.NewServer(http.HandlerFunc(m.serve))
	t.Cleanup(server.Close)
	m.URL = "ws" + strings.TrimPrefix(server.URL, "http")
	return m
}

// open runs a radio against the mimic.
func (m *mimic) open() *home {
	m.t.Helper()
	return openHome(m.t, zwavejs.Options{URL: m.URL})
}

func (m *mimic) serve(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = conn.CloseNow() }()
	m.mu.Lock()
	m.conn = conn
	hello := m.version
	m.mu.Unlock()
	if hello == "" {
		hello = `{"type":"version","homeId":2119630849,"minSchemaVersion":0,"maxSchemaVersion":50}`
	}
	_ = conn.Write(r.Context(), websocket.MessageText, []byte(hello))
	for {
		_, text, err := conn.Read(r.Context())
		if err != nil {
			return
		}
		var q request
		if err := json.Unmarshal(text, &q); err != nil {
			m.t.Errorf("the radio sends %s", text)
			return
		}
		m.reply(r.Context(), conn, q)
	}
}

func (m *mimic) reply(ctx context.Context, conn *websocket.Conn, q request) {
	m.mu.Lock()
	answer, nodes := m.answer, m.nodes
	m.asked = append(m.asked, q.Command)
	m.mu.Unlock()
	result := "{}"
	if q.Command == "start_listening" {
		result = fmt.Sprintf(`{"state":{"nodes":[%s]}}`, strings.Join(nodes, ","))
	} else if answer != nil && q.Command != "set_api_schema" {
		result = answer(q.Command, q)
	}
	frame := fmt.Sprintf(`{"type":"result","success":true,"messageId":%q,"result":%s}`, q.MessageID, result)
	if failure, ok := strings.CutPrefix(result, "!"); ok {
		frame = fmt.Sprintf(`{"type":"result","success":false,"messageId":%q,"errorCode":"zwave_error","zwaveErrorCodeName":%q}`, q.MessageID, failure)
	}
	if result != "" {
		_ = conn.Write(ctx, websocket.MessageText, []byte(frame))
	}
}

// say sends a frame to the radio.
func (m *mimic) say(frame string) {
	m.t.Helper()
	m.mu.Lock()
	conn := m.conn
	m.mu.Unlock()
	ctx, cancel := context.WithTimeout(m.t.Context(), patience)
	defer cancel()
	if err := conn.Write(ctx, websocket.MessageText, []byte(frame)); err != nil {
		m.t.Fatalf("say %.80s: %v", frame, err)
	}
}

// event sends an event about a node.
func (m *mimic) event(node int, name, rest string) {
	m.t.Helper()
	m.say(fmt.Sprintf(`{"type":"event","event":{"source":"node","event":%q,"nodeId":%d%s}}`, name, node, rest))
}

// told sends a new value of a node.
func (m *mimic) told(node int, id, v string) {
	m.t.Helper()
	m.event(node, "value updated", fmt.Sprintf(`,"args":{%s,"newValue":%s}`, id, v))
}

func (m *mimic) count(command string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, asked := range m.asked {
		if asked == command {
			n++
		}
	}
	return n
}

// controllerNode is what makes a dump whole.
const controllerNode = `{"nodeId":1,"status":4,"ready":true,"isListening":true,"isControllerNode":true,"values":[]}`

// Names of values.
const (
	switchNow    = `"commandClass":37,"endpoint":0,"property":"currentValue"`
	switchTarget = `"commandClass":37,"endpoint":0,"property":"targetValue"`
	airNow       = `"commandClass":49,"endpoint":0,"property":"Air temperature"`
)

// switchNode is node 2, which can be switched.
func switchNode() string {
	return anyNode(2, true,
		fmt.Sprintf(`{%s,"metadata":{"type":"boolean","readable":true},"value":false}`, switchNow),
		fmt.Sprintf(`{%s,"metadata":{"type":"boolean","readable":true,"writeable":true}}`, switchTarget))
}

func sensorNode(node int) string {
	return anyNode(node, false, fmt.Sprintf(`{%s,"metadata":{"type":"number","unit":"°C","ccSpecific":{"sensorType":1,"scale":0}},"value":20}`, airNow))
}

func anyNode(node int, listening bool, texts ...string) string {
	status := 4
	if !listening {
		status = 1
	}
	return fmt.Sprintf(`{"nodeId":%d,"status":%d,"ready":true,"isListening":%v,"isFrequentListening":false,"values":[%s]}`,
		node, status, listening, strings.Join(texts, ","))
}

// switched answers as a node that can be switched does.
func switched(m *mimic) {
	on := "false"
	m.mu.Lock()
	defer m.mu.Unlock()
	m.answer = func(command string, q request) string {
		switch command {
		case "node.set_value":
			on = string(q.Value)
			return `{"result":{"status":254}}`
		case "node.poll_value":
			return `{"value":` + on + `}`
		}
		return "{}"
	}
}

// answers has the mimic answer like this from now on.
func (m *mimic) answers(how func(command string, q request) string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.answer = how
}

// deadline is how long an order may take that nothing will confirm.
const deadline = 300 * time.Millisecond
