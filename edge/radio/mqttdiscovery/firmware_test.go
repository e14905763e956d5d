package mqttdiscovery_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/eclipse/paho.golang/paho"

	"logis/edge/radio/zigbee2mqtt/ziglab"
)

// firmware plays one device on a real broker: it announces itself with what is
// recorded in testdata, keeps a last will, and does what it is told the way its
// firmware does.
type firmware struct {
	t         *testing.T
	broker    string
	recorded  string
	will      [3]string                                // topic, and what it says when it is there and when it is not
	listens   []string                                 // topics of its commands
	obey      func(f *firmware, topic, payload string) // what it does on a command
	greet     func(f *firmware)                        // what it tells when it has connected
	mu        sync.Mutex
	client    *paho.Client
	conn      net.Conn
	state     map[string]string
	orders    map[string]int // that came since it connected, where somebody counts
	talkative bool           // tells its state after each command, changed or not
	forgetful bool           // keeps nothing at the broker but its announcements
}

// start connects the device until the test ends.
func (f *firmware) start(t *testing.T, lab *ziglab.Lab) *firmware {
	t.Helper()
	f.t, f.broker = t, strings.TrimPrefix(lab.Broker, "mqtt://")
	if f.state == nil {
		f.state = map[string]string{}
	}
	f.connect()
	t.Cleanup(f.vanish)
	return f
}

// connect announces the device and tells its state.
func (f *firmware) connect() {
	f.t.Helper()
	conn, err := net.Dial("tcp", f.broker)
	if err != nil {
		f.t.Fatal(err)
	}
	client := paho.NewClient(paho.ClientConfig{
		Conn: conn,
		OnPublishReceived: []func(paho.PublishReceived) (bool, error){func(p paho.PublishReceived) (bool, error) {
			topic, payload := p.Packet.Topic, string(p.Packet.Payload)
			go f.take(topic, payload)
			return true, nil
		}},
	})
	packet := &paho.Connect{CleanStart: true, KeepAlive: 30, ClientID: f.recorded + strconv.Itoa(os.Getpid())}
	if f.will[0] != "" {
		packet.WillMessage = &paho.WillMessage{Topic: f.will[0], Payload: []byte(f.will[2]), Retain: true}
	}
	if _, err := client.Connect(context.Background(), packet); err != nil {
		f.t.Fatal(err)
	}
	f.mu.Lock()
	f.client, f.conn, f.orders = client, conn, map[string]int{}
	f.mu.Unlock()
	for _, topic := range f.listens {
		if _, err := client.Subscribe(context.Background(), &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{{Topic: topic}}}); err != nil {
			f.t.Fatal(err)
		}
	}
	f.announce()
	if f.greet != nil {
		f.greet(f)
	}
	if f.will[0] != "" {
		f.say(f.will[0], f.will[1])
	}
}

// announce publishes what is recorded of the device.
func (f *firmware) announce() {
	f.t.Helper()
	if f.recorded == "" {
		return
	}
	for topic, payload := range recordings(f.t, f.recorded) {
		f.publish(topic, payload, true)
	}
}

// recordings returns the announcements of a file of testdata, by topic.
func recordings(t *testing.T, name string) map[string]string {
	t.Helper()
	text, err := os.ReadFile("testdata/announced/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var list []struct {
		Topic   string
		Payload json.RawMessage
	}
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, a := range list {
		all[a.Topic] = string(a.Payload)
	}
	return all
}

// vanish breaks the connection as a power cut does; the broker tells the will.
func (f *firmware) vanish() {
	f.mu.Lock()
	defer f.mu.Unlock()
	_ = f.conn.Close()
}

func (f *firmware) take(topic, payload string) {
	f.mu.Lock()
	obey := f.obey
	f.mu.Unlock()
	if obey != nil {
		obey(f, topic, payload)
	}
}

// say publishes a state, which the broker keeps unless the device is forgetful.
func (f *firmware) say(topic, payload string) {
	f.publish(topic, payload, !f.forgetful || topic == f.will[0])
}

// tell publishes an event, which the broker does not keep.
func (f *firmware) tell(topic, payload string) { f.publish(topic, payload, false) }

func (f *firmware) publish(topic, payload string, retain bool) {
	f.mu.Lock()
	client := f.client
	f.mu.Unlock()
	// A device that vanished meanwhile says nothing.
	_, _ = client.Publish(context.Background(), &paho.Publish{QoS: 1, Topic: topic, Payload: []byte(payload), Retain: retain})
}

// pour publishes without waiting for anything.
func (f *firmware) pour(topic, payload string) {
	_, _ = f.client.Publish(context.Background(), &paho.Publish{Topic: topic, Payload: []byte(payload)})
}

// reconnect comes back without announcing anything: the broker kept that.
func (f *firmware) reconnect() {
	recorded := f.recorded
	f.recorded = ""
	f.connect()
	f.recorded = recorded
}

// count returns how many orders of a kind came since the device connected.
func (f *firmware) count(what string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.orders[what]
}

// set keeps a value of the device and returns what it was.
func (f *firmware) set(key, value string) (before string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	before = f.state[key]
	f.state[key] = value
	return before
}

func (f *firmware) get(key string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.state[key]
}

// tasmotaRelay plays a relay of Tasmota, which tells its state after each
// command, changed or not.
func tasmotaRelay(recorded, topic string, sensor string) *firmware {
	tell := func(f *firmware) {
		f.say("tele/"+topic+"/STATE", fmt.Sprintf(`{"Time":"2026-11-21T10:00:00","Uptime":"0T00:10:00","Heap":27,"POWER":%q,"Wifi":{"RSSI":80}}`, f.get("POWER")))
	}
	return &firmware{
		recorded: recorded, will: [3]string{"tele/" + topic + "/LWT", "Online", "Offline"}, listens: []string{"cmnd/" + topic + "/#"},
		state: map[string]string{"POWER": "OFF"},
		greet: func(f *firmware) {
			tell(f)
			if sensor != "" {
				f.say("tele/"+topic+"/SENSOR", sensor)
			}
		},
		obey: func(f *firmware, t, payload string) {
			if strings.HasSuffix(t, "/POWER") && (payload == "ON" || payload == "OFF") {
				f.set("POWER", payload)
				f.tell("stat/"+topic+"/RESULT", fmt.Sprintf(`{"POWER":%q}`, payload))
				f.tell("stat/"+topic+"/POWER", payload)
				tell(f)
			}
		},
	}
}

// tasmotaBulb plays a white bulb of Tasmota.
func tasmotaBulb() *firmware {
	tell := func(f *firmware) {
		f.say("tele/bulb/STATE", fmt.Sprintf(`{"Time":"2026-11-21T10:00:00","POWER":%q,"Dimmer":%s,"CT":%s}`, f.get("POWER"), f.get("Dimmer"), f.get("CT")))
	}
	return &firmware{
		recorded: "tasmota-white-bulb", will: [3]string{"tele/bulb/LWT", "Online", "Offline"}, listens: []string{"cmnd/bulb/#"},
		state: map[string]string{"POWER": "OFF", "Dimmer": "50", "CT": "300"}, greet: tell,
		obey: func(f *firmware, t, payload string) {
			key := t[strings.LastIndex(t, "/")+1:]
			f.set(key, payload)
			if key == "Dimmer" {
				f.set("POWER", "ON")
			}
			tell(f)
		},
	}
}

// tasmotaStrip plays a strip of red, green, blue and white of Tasmota. Color2 keeps
// its level, and what it tells of its colour is as dark as it burns.
func tasmotaStrip() *firmware {
	tell := func(f *firmware) {
		dimmer, _ := strconv.Atoi(f.get("Dimmer"))
		var dimmed []string
		for channel := range strings.SplitSeq(f.get("Color2"), ",") {
			full, _ := strconv.Atoi(channel)
			dimmed = append(dimmed, strconv.Itoa(full*dimmer/100))
		}
		f.say("tele/rgb/STATE", fmt.Sprintf(`{"Time":"2026-11-21T10:00:00","POWER":%q,"Dimmer":%d,"Color":"%s,0","White":0,"Channel":[1,2,3,0]}`,
			f.get("POWER"), dimmer, strings.Join(dimmed, ",")))
	}
	return &firmware{
		recorded: "tasmota-color-bulb", will: [3]string{"tele/rgb/LWT", "Online", "Offline"}, listens: []string{"cmnd/rgb/#"},
		state: map[string]string{"POWER": "OFF", "Dimmer": "50", "Color2": "255,160,80"}, greet: tell,
		obey: func(f *firmware, t, payload string) {
			f.set(t[strings.LastIndex(t, "/")+1:], payload)
			if !strings.HasSuffix(t, "/POWER") { // a level or a colour turns it on
				f.set("POWER", "ON")
			}
			tell(f)
		},
	}
}

// esphome plays a node of ESPHome whose topics are <node>/…/state and /command.
// As ESPHome does, it tells a state only when it changes, unless it is talkative.
func esphome(recorded, node string, state map[string]string, become func(f *firmware, what, payload string) map[string]string) *firmware {
	return &firmware{
		recorded: recorded, will: [3]string{node + "/status", "online", "offline"}, listens: []string{node + "/+/+/command", node + "/+/+/+/command"},
		state: state,
		greet: func(f *firmware) {
			f.mu.Lock()
			all := map[string]string{}
			for what, v := range f.state {
				all[what] = v
			}
			f.mu.Unlock()
			for what, v := range all {
				f.say(node+"/"+what+"/state", v)
			}
		},
		obey: func(f *firmware, topic, payload string) {
			what := strings.TrimSuffix(strings.TrimPrefix(topic, node+"/"), "/command")
			f.mu.Lock()
			f.orders[what]++
			f.mu.Unlock()
			for key, v := range become(f, what, payload) {
				if f.set(key, v) != v || f.talkative {
					f.say(node+"/"+key+"/state", v)
				}
			}
		},
	}
}

// asTold becomes what the payload says.
func asTold(_ *firmware, what, payload string) map[string]string {
	return map[string]string{what: payload}
}

func esphomeLock() *firmware {
	return esphome("esphome-lock", "front-door", map[string]string{"lock/bolt": "UNLOCKED", "binary_sensor/leaf": "OFF"},
		func(_ *firmware, what, payload string) map[string]string {
			return map[string]string{what: payload + "ED"}
		})
}

// esphomeCover plays a blind; it is there at once.
func esphomeCover() *firmware {
	const at = "cover/blind/position"
	return esphome("esphome-cover", "bedroom-blind", map[string]string{at: "100"}, func(f *firmware, what, payload string) map[string]string {
		if payload == "STOP" { // it says where it stopped, though it knew before
			f.say("bedroom-blind/"+at+"/state", f.get(at))
			return nil
		}
		if to, ok := map[string]string{"OPEN": "100", "CLOSE": "0"}[payload]; ok {
			payload = to
		}
		return map[string]string{at: payload}
	})
}

func esphomeClimate() *firmware {
	const node = "climate/floor/"
	return esphome("esphome-climate", "bath-heat", map[string]string{
		node + "current_temperature": "19.5", node + "mode": "heat", node + "target_temperature": "21.0",
	}, asTold)
}

func esphomeAirConditioner() *firmware {
	const node = "climate/split/"
	return esphome("esphome-air-conditioner", "split-unit", map[string]string{
		node + "current_temperature": "70.0", node + "mode": "cool", node + "target_temperature_low": "68.0",
		node + "target_temperature_high": "77.0", node + "fan_mode": "low", node + "power": "ON",
	}, asTold)
}

// beacon plays a sensor that OpenMQTTGateway hears by radio.
func beacon(recorded, id, says string) *firmware {
	return &firmware{recorded: recorded, greet: func(f *firmware) { f.say("home/OMG_lilygo/BTtoMQTT/"+id, says) }}
}

func panel() *firmware {
	return &firmware{recorded: "tasmota-buttons", will: [3]string{"tele/panel/LWT", "Online", "Offline"}}
}

// hears returns a channel that closes when the broker has told something.
func (f *firmware) hears(topic, payload string) <-chan struct{} {
	f.t.Helper()
	conn, err := net.Dial("tcp", f.broker)
	if err != nil {
		f.t.Fatal(err)
	}
	heard := make(chan struct{})
	var once sync.Once
	client := paho.NewClient(paho.ClientConfig{
		Conn: conn,
		OnPublishReceived: []func(paho.PublishReceived) (bool, error){func(p paho.PublishReceived) (bool, error) {
			if string(p.Packet.Payload) == payload {
				once.Do(func() { close(heard) })
			}
			return true, nil
		}},
	})
	if _, err := client.Connect(context.Background(), &paho.Connect{CleanStart: true, KeepAlive: 30, ClientID: "listener " + topic}); err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { _ = conn.Close() })
	if _, err := client.Subscribe(context.Background(), &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{{Topic: topic}}}); err != nil {
		f.t.Fatal(err)
	}
	return heard
}

const roomAddress = "a4cf12f0a001"

// esphomeRoom plays a node with a light that takes objects.
func esphomeRoom() *firmware {
	const light = "light/ceiling"
	return esphome("esphome-living-room", "living-room", map[string]string{
		light: `{"state":"OFF","color_mode":"rgb","brightness":255,"color":{"r":255,"g":255,"b":255}}`, "switch/aux_relay": "OFF",
		"sensor/temperature": "21.3", "sensor/humidity": "nan", "binary_sensor/presence": "OFF",
	}, func(f *firmware, what, payload string) map[string]string {
		if what != light {
			return map[string]string{what: payload}
		}
		is, wanted := map[string]any{}, map[string]any{}
		_ = json.Unmarshal([]byte(f.get(light)), &is)
		_ = json.Unmarshal([]byte(payload), &wanted)
		for key, v := range wanted {
			is[key] = v
		}
		if _, ok := wanted["color_temp"]; ok {
			is["color_mode"] = "color_temp"
			delete(is, "color")
		} else if _, ok := wanted["color"]; ok {
			is["color_mode"] = "rgb"
		}
		text, _ := json.Marshal(is)
		return map[string]string{light: string(text)}
	})
}

func esphomeGarden() *firmware {
	return esphome("esphome-garden", "garden", map[string]string{
		"valve/drip": "closed", "binary_sensor/rain": "OFF", "sensor/probe_a": "12.1", "sensor/probe_b": "13.4",
	}, func(_ *firmware, what, payload string) map[string]string {
		return map[string]string{what: map[string]string{"OPEN": "open", "CLOSE": "closed"}[payload]}
	})
}

func esphomeFan() *firmware {
	return esphome("esphome-fan", "attic-fan", map[string]string{"fan/vent": "OFF", "fan/vent/speed_level": "1"},
		func(_ *firmware, what, payload string) map[string]string {
			if what == "fan/vent/speed_level" {
				return map[string]string{what: payload, "fan/vent": "ON"}
			}
			return map[string]string{what: payload}
		})
}
