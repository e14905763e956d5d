package zwavejs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
)

func standard(t testing.TB) *thing.Catalog {
	t.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	return catalog
}

// node writes a node with values, each "class property key unit specific value".
func node(extra string, texts ...string) json.RawMessage {
	var all []string
	for _, text := range texts {
		f := strings.Split(text, "|")
		one := fmt.Sprintf(`{"commandClass":%s,"endpoint":0,"property":%s,"metadata":{"type":%q,"unit":%q,"writeable":true,"ccSpecific":{%s}},"value":%s`,
			f[0], f[1], f[3], f[4], f[5], f[6])
		if f[2] != "" {
			one += `,"propertyKey":` + f[2]
		}
		all = append(all, one+"}")
	}
	return json.RawMessage(fmt.Sprintf(`{"nodeId":5,"status":4,"ready":true,"isListening":true%s,"values":[%s]}`, extra, strings.Join(all, ",")))
}

// say maps a node and returns its kind, capabilities and values.
func say(t *testing.T, text json.RawMessage) string {
	t.Helper()
	l, err := parseListed(text)
	if err != nil {
		t.Fatal(err)
	}
	devices, err := mapListed(standard(t), &l, "home-5")
	if err != nil {
		t.Fatal(err)
	}
	raw := map[valueID]json.RawMessage{}
	for _, v := range l.values {
		raw[v.id] = v.Value
	}
	var said []string
	for _, d := range devices {
		said = append(said, d.Kind+strings.TrimSuffix("+"+strings.Join(d.Capabilities, "+"), "+"))
		for _, property := range slices.Sorted(maps.Keys(d.bindings)) {
			b := d.bindings[property]
			if v, ok := b.decode(func(id valueID) json.RawMessage { return raw[id] }); ok && fits(d.model, property, v) {
				said = append(said, fmt.Sprintf("%s=%s", property, v))
			}
		}
		for _, action := range slices.Sorted(maps.Keys(d.actions)) {
			said = append(said, action+"()")
		}
	}
	return strings.Join(said, " ")
}

func TestNodesBecomeDevices(t *testing.T) {
	t.Parallel()
	const on, target = `37|"currentValue"||boolean|||true`, `37|"targetValue"||boolean|||null`
	const level, levelTarget = `38|"currentValue"||number|||50`, `38|"targetValue"||number|||null`
	class := func(generic, specific int) string {
		return fmt.Sprintf(`,"deviceClass":{"generic":{"key":%d},"specific":{"key":%d}}`, generic, specific)
	}
	called := func(description string) string { return fmt.Sprintf(`,"deviceConfig":{"description":%q}`, description) }
	for _, c := range []struct {
		name string
		node json.RawMessage
		want string
	}{
		{"a switch", node("", on, target), `switch onOff=true`},
		{"a plug", node("", on, target, `50|"value"|65537|number|kWh|"meterType":1,"scale":0,"rateType":1|1.5`,
			`50|"value"|66049|number|W|"meterType":1,"scale":2,"rateType":1|60`),
			`plug activePower=60 cumulativeEnergyImported=1.5 onOff=true`},
		{"what a roof produces is not what a plug takes", node("", on, target, `50|"value"|1|number|kWh|"meterType":1,"scale":0,"rateType":2|1.5`),
			`switch onOff=true`},
		{"a valve by its class", node(class(16, 6), on, target), `valve valveState="open" closeValve() openValve()`},
		{"a valve by its description", node(called("Water Valve Controller"), on, target), `valve valveState="open" closeValve() openValve()`},
		{"a garage door is nothing yet", node(called("Garage Door Relay"), on, target), ``},
		{"a dimmer", node(class(17, 1), level, levelTarget), `dimmable-light currentLevel=51 onOff=true`},
		{"a motor", node(class(17, 6), level, levelTarget, `38|"Open"||boolean|||null`),
			`curtain currentPositionLiftPercentage=49 downOrClose() stopMotion() upOrOpen()`},
		{"a garage door with a motor is nothing yet", node(class(17, 6)+called("Garage door opener"), level, levelTarget), ``},
		{"a level that cannot be", node(class(17, 1), `38|"currentValue"||number|||254`, levelTarget), `dimmable-light`},
		{"a lock whose bolt is elsewhere", node("", `98|"currentMode"||number|||255`, `98|"targetMode"||number|||255`, `98|"boltStatus"||any|||"unlocked"`),
			`lock lockState="notFullyLocked" lockDoor() unlockDoor()`},
		{"a lock that does not know", node("", `98|"currentMode"||number|||254`, `98|"targetMode"||number|||255`),
			`lock lockState="notFullyLocked" lockDoor() unlockDoor()`},
		{"a lock open for a while", node("", `98|"currentMode"||number|||17`, `98|"targetMode"||number|||255`), `lock lockState="unlocked" lockDoor() unlockDoor()`},
		{"a thermostat in Fahrenheit", node("", `67|"setpoint"|1|number|°F||68`, `64|"mode"||number|||1`,
			`49|"Air temperature"||number|°F|"sensorType":1|50`, `68|"mode"||number|||3`),
			`thermostat+fan fanMode="high" localTemperature=10 occupiedHeatingSetpoint=20 systemMode="heat"`},
		{"a mode without a word", node("", `64|"mode"||number|||11`), `thermostat`},
		{"a weather station", node("", `49|"Air temperature"||number|°C|"sensorType":1|-3.456`, `49|"Humidity"||number|%|"sensorType":5|55.1`,
			`49|"Barometric pressure"||number|kPa|"sensorType":9|101.3`, `49|"Illuminance"||number|Lux|"sensorType":3|120`),
			`climate-sensor+illuminance+pressure illuminance=120 pressure=1013 relativeHumidity=55.1 temperature=-3.46`},
		{"brightness in percent is no lux", node("", `49|"Illuminance"||number|%|"sensorType":3|50`), ``},
		{"a door by a binary sensor", node("", `48|"Door/Window"||boolean||"sensorType":10|true`, `128|"level"||number|%||91`),
			`contact-sensor+battery batteryPercent=91 contact=false`},
		{"motion by a binary sensor", node("", `48|"Motion"||boolean||"sensorType":12|true`), `motion-sensor occupancy=true`},
		{"a gas alarm", node("", `113|"CO Alarm"|"Sensor status"|number||"notificationType":2|2`, `128|"isLow"||boolean|||true`),
			`gas-alarm+battery-low batteryLow=true gasState="critical"`},
		{"a smoke alarm in an unknown state", node("", `113|"Smoke Alarm"|"Sensor status"|number||"notificationType":1|9`), `smoke-alarm`},
		{"a remote control", node("", `91|"scene"|"001"|number|||null`), `button`},
		{"a dimmer with scenes", node(class(17, 1), level, levelTarget, `91|"scene"|"001"|number|||null`), `dimmable-light+switch currentLevel=51 onOff=true`},
		{"settings are no device", node("", `112|"3"||number|||1`), ``},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := say(t, c.node); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// sink takes anything and checks that values are JSON.
type sink struct{ t *testing.T }

func (sink) Device(context.Context, radio.Device) error { return nil }
func (sink) Removed(context.Context, string) error      { return nil }
func (sink) Signal(context.Context, radio.Signal) error { return nil }
func (sink) Reach(context.Context, string, bool) error  { return nil }
func (s sink) Report(_ context.Context, r radio.Report) error {
	for property, v := range r.Values {
		if v == "" || !json.Valid([]byte(v)) {
			s.t.Errorf("%s of %s is told to be %q", property, r.Address, v)
		}
	}
	return nil
}

// session returns one without a connection, that tells nobody.
func offline(t *testing.T) *session {
	t.Helper()
	r, err := New(Options{URL: "ws://localhost:1"})
	if err != nil {
		t.Fatal(err)
	}
	return r.newSession(t.Context(), sink{t}, &link{hello: frame{HomeID: 1}})
}

func FuzzNode(f *testing.F) {
	f.Add([]byte(node("", `37|"currentValue"||boolean|||true`, `37|"targetValue"||boolean|||null`, `51|"currentColor"|2|number|||7`)))
	f.Add([]byte(node(`,"deviceClass":{"generic":{"key":17},"specific":{"key":6}}`, `38|"currentValue"||number|||50`, `38|"targetValue"||number|||5`)))
	f.Add([]byte(node("", `67|"setpoint"|1|number|°F||68`, `113|"Smoke Alarm"|"Sensor status"|number||"notificationType":1|9`)))
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := parseListed(text)
		if err != nil {
			return
		}
		s := offline(t)
		if err := s.takeNode(t.Context(), l); err != nil {
			t.Fatal(err)
		}
		u := s.unit(l.NodeID)
		if u == nil {
			return
		}
		for _, d := range u.all() {
			for property := range d.bindings {
				for _, v := range []thing.Value{"true", "0", "50", `"heat"`, `"x"`} {
					if _, err := makePlan(d, radio.Order{Set: map[string]thing.Value{property: v}}, nil); err != nil && d.model == nil {
						t.Fatal(err)
					}
				}
			}
		}
	})
}

func FuzzFrame(f *testing.F) {
	const aboutNode = `{"type":"event","event":{"source":"node","nodeId":5,"event":`
	for _, seed := range []string{
		aboutNode + `"value updated","args":{"commandClass":37,"endpoint":0,"property":"currentValue","newValue":true}}}`,
		aboutNode + `"value notification","args":{"commandClass":91,"endpoint":0,"property":"scene","propertyKey":"001","value":2}}}`,
		`{"type":"event","event":{"source":"controller","event":"node removed","node":{"nodeId":5}}}`,
		`{"type":"event","event":{"source":"node","event":"dead","nodeId":5}}`,
		`{"type":"result","messageId":"1","success":true,"result":{}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s := offline(t)
		l, err := parseListed(node("", `37|"currentValue"||boolean|||true`, `37|"targetValue"||boolean|||null`,
			`91|"scene"|"001"|number|||null`, `49|"Air temperature"||number|°C|"sensorType":1|20`))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.takeNode(t.Context(), l); err != nil {
			t.Fatal(err)
		}
		s.receive(text)
		for {
			l, ok, _ := s.inbox.Take(time.Unix(0, 0))
			if !ok {
				return
			}
			if l.Source == "controller" && l.Name != "node removed" {
				continue // it would be answered
			}
			if err := s.handle(t.Context(), l); err != nil && !errors.Is(err, errRestarted) {
				t.Fatal(err)
			}
		}
	})
}
