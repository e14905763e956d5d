package zigbee2mqtt_test

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/eclipse/paho.golang/paho"

	"logis/edge/radio/zigbee2mqtt/ziglab"
)

// mimic speaks for Zigbee2MQTT on a real broker, for what the real one would
// never say.
type mimic struct {
	t      *testing.T
	client *paho.Client
	silent atomic.Bool // answers nothing but health checks
}

// newMimic answers health checks and refuses everything else, as Zigbee2MQTT does
// when a device does not answer.
func newMimic(t *testing.T, lab *ziglab.Lab) *mimic {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(lab.Broker, "mqtt://"))
	if err != nil {
		t.Fatal(err)
	}
	m := &mimic{t: t}
	m.client = paho.NewClient(paho.ClientConfig{
		Conn: conn,
		OnPublishReceived: []func(paho.PublishReceived) (bool, error){func(p paho.PublishReceived) (bool, error) {
			go m.answer(p.Packet.Topic, p.Packet.Payload)
			return true, nil
		}},
	})
	if _, err := m.client.Connect(t.Context(), &paho.Connect{ClientID: "mimic", CleanStart: true, KeepAlive: 30}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.client.Disconnect(&paho.Disconnect{}) })
	if _, err := m.client.Subscribe(t.Context(), &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{
		{Topic: ziglab.BaseTopic + "/bridge/request/#"}, {Topic: ziglab.BaseTopic + "/+/set"}, {Topic: ziglab.BaseTopic + "/+/get"},
	}}); err != nil {
		t.Fatal(err)
	}
	return m
}

func (m *mimic) answer(topic string, payload []byte) {
	what, ok := strings.CutPrefix(topic, ziglab.BaseTopic+"/bridge/request/")
	if !ok {
		return
	}
	var request struct{ Transaction string }
	_ = json.Unmarshal(payload, &request)
	answer := map[string]any{"transaction": request.Transaction, "status": "error", "error": "Timeout after 10000ms", "data": map[string]any{}}
	if what == "health_check" {
		answer["status"] = "ok"
	} else if m.silent.Load() {
		return
	}
	text, _ := json.Marshal(answer)
	_, _ = m.client.Publish(context.Background(), &paho.Publish{Topic: ziglab.BaseTopic + "/bridge/response/" + what, Payload: text})
}

// say publishes; what Zigbee2MQTT retains is retained.
func (m *mimic) say(topic string, payload []byte) {
	m.t.Helper()
	retain := strings.HasPrefix(topic, "bridge/state") || strings.HasPrefix(topic, "bridge/devices")
	_, err := m.client.Publish(m.t.Context(), &paho.Publish{QoS: 1, Topic: ziglab.BaseTopic + "/" + topic, Payload: payload, Retain: retain})
	if err != nil {
		m.t.Fatalf("say %s: %v", topic, err)
	}
}

// pour publishes without waiting for anything.
func (m *mimic) pour(topic, payload string) {
	m.t.Helper()
	_, err := m.client.Publish(m.t.Context(), &paho.Publish{Topic: ziglab.BaseTopic + "/" + topic, Payload: []byte(payload)})
	if err != nil {
		m.t.Fatalf("pour %s: %v", topic, err)
	}
}

// list publishes bridge/devices with devices of testdata.
func (m *mimic) list(names ...string) {
	m.t.Helper()
	elements := []string{`{"ieee_address":"0x00124b00ffffffff","type":"Coordinator"}`}
	for _, name := range names {
		text, err := os.ReadFile("testdata/devices/" + name + ".json")
		if err != nil {
			m.t.Fatal(err)
		}
		elements = append(elements, string(text))
	}
	m.say("bridge/devices", []byte("["+strings.Join(elements, ",")+"]"))
}

// deafen stops listening to sets and requests, as Zigbee2MQTT does the moment its
// connection breaks.
func (m *mimic) deafen() {
	m.t.Helper()
	_, err := m.client.Unsubscribe(m.t.Context(), &paho.Unsubscribe{Topics: []string{
		ziglab.BaseTopic + "/bridge/request/#", ziglab.BaseTopic + "/+/set", ziglab.BaseTopic + "/+/get",
	}})
	if err != nil {
		m.t.Fatal(err)
	}
}
