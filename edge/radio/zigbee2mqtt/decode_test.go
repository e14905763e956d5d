package zigbee2mqtt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/mqtt"
)

func TestStateMessagesBecomeValues(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ device, state, want string }{
		{"aqara-contact", `{"contact":true,"battery":91.4}`, `batteryPercent=91 contact=true`},
		{"aqara-contact", `{"contact":"ON","battery":101}`, ``},
		{"aqara-climate", `{"temperature":-3.456,"humidity":55.1,"pressure":1013.25}`, `pressure=1013.3 relativeHumidity=55.1 temperature=-3.46`},
		{"aqara-leak", `{"water_leak":true,"battery_low":false}`, `batteryLow=false waterLeak=true`},
		{"heiman-gas", `{"gas":true,"tamper":true}`, `gasState="critical" tamper=true`},
		{"heiman-smoke", `{"smoke":false}`, `smokeState="normal"`},
		{"aqara-presence", `{"presence":true}`, `occupancy=true`},
		{"ikea-bulb", `{"state":"ON","brightness":1}`, `currentLevel=1 onOff=true`},
		{"ikea-bulb", `{"state":"on","brightness":255}`, `currentLevel=100`},
		{"ikea-bulb-color", `{"state":"OFF","color_mode":"color_temp","color_temp":300,"color":{"x":0.1724,"y":0.7468}}`, `colorTemperatureMireds=300 onOff=false`},
		{"ikea-bulb-color", `{"color_mode":"xy","color_temp":250,"color":{"x":0.1724,"y":0.7468}}`, `currentHue=120 currentSaturation=100`},
		{"hue-bulb-color", `{"color_mode":"hs","color":{"hue":240,"saturation":50,"x":0.1,"y":0.1}}`, `currentHue=240 currentSaturation=50`},
		{"ikea-blind", `{"position":30,"state":"OPEN"}`, `currentPositionLiftPercentage=70`},
		{"danalock", `{"lock_state":"not_fully_locked","state":"UNLOCK"}`, `lockState="notFullyLocked"`},
		{"danalock", `{"state":"LOCK"}`, ``}, // where it was told to go is not where it is
		{"sonoff-water-valve", `{"state":"ON"}`, `valveState="open"`},
		{"nue-two-gang", `{"state_top":"ON","state_bottom":"OFF"}`, `onOff=true onOff=false`},
		{"tuya-plug-metering", `{"state":"ON","power":12.5,"energy":3.21,"voltage":231,"current":0.054}`,
			`activeCurrent=0.054 activePower=12.5 cumulativeEnergyImported=3.21 onOff=true voltage=231`},
		{"bosch-trv", `{"local_temperature":20.5,"occupied_heating_setpoint":21,"system_mode":"heat"}`,
			`localTemperature=20.5 occupiedHeatingSetpoint=21 systemMode="heat"`},
		{"tuya-trv", `{"system_mode":"boost","state":"ON"}`, ``},
	} {
		t.Run(c.device+" "+c.state, func(t *testing.T) {
			t.Parallel()
			var s state
			if err := json.Unmarshal([]byte(c.state), &s); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range mustMap(t, standard(t), "testdata/devices/"+c.device+".json") {
				for _, property := range slices.Sorted(maps.Keys(d.bindings)) {
					b := d.bindings[property]
					if v, ok := b.decode(s); ok && fits(d.model, property, v) {
						got = append(got, fmt.Sprintf("%s=%s", property, v))
					}
				}
			}
			if text := strings.Join(got, " "); text != c.want {
				t.Errorf("got  %s\nwant %s", text, c.want)
			}
		})
	}
}

func TestOrdersBecomeSets(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		device string
		order  radio.Order
		want   string // the set message, or words of the refusal
	}{
		{"ikea-bulb", radio.Order{Set: map[string]thing.Value{"onOff": "true", "currentLevel": "50"}}, `{"brightness":127,"state":"ON"}`},
		{"ikea-bulb", radio.Order{Set: map[string]thing.Value{"currentLevel": "0"}}, `{"brightness":0,"state":null}`},
		{"ikea-bulb", radio.Order{Set: map[string]thing.Value{"onOff": "false", "currentLevel": "50"}}, `refused: a lamp takes no level while it is turned off`},
		{"ikea-bulb", radio.Order{Action: "identify"}, `{"identify":"identify"}`},
		{"ikea-bulb-color", radio.Order{Set: map[string]thing.Value{"colorTemperatureMireds": "200"}},
			`refused: colorTemperatureMireds: this device takes 250 to 454`},
		{"ikea-bulb-color", radio.Order{Set: map[string]thing.Value{"currentHue": "10"}}, `{"color":{"hue":10,"saturation":100}}`},
		{"ikea-blind", radio.Order{Set: map[string]thing.Value{"currentPositionLiftPercentage": "30"}}, `{"position":70}`},
		{"ikea-blind", radio.Order{Action: "stopMotion"}, `{"state":"STOP"}`},
		{"danalock", radio.Order{Action: "unlockDoor"}, `{"state":"UNLOCK"}`},
		{"danalock", radio.Order{Set: map[string]thing.Value{"lockState": `"unlocked"`}}, `refused: the device cannot set lockState`},
		{"sonoff-water-valve", radio.Order{Action: "openValve"}, `{"state":"ON"}`},
		{"sinope-thermostat", radio.Order{Set: map[string]thing.Value{"systemMode": `"cool"`}}, `refused: systemMode: this device has no systemMode "cool"`},
		{"sinope-thermostat", radio.Order{Set: map[string]thing.Value{"systemMode": `"heat"`, "occupiedHeatingSetpoint": "21.5"}},
			`{"occupied_heating_setpoint":21.5,"system_mode":"heat"}`},
		{"aqara-contact", radio.Order{}, `refused: the order asks for nothing`},
	} {
		t.Run(c.device+" "+c.want, func(t *testing.T) {
			t.Parallel()
			p, err := makePlan(mustMap(t, standard(t), "testdata/devices/"+c.device+".json")[0], c.order, nil)
			got := string(p.payload)
			if err != nil {
				got = err.Error()
			}
			if got != c.want || err != nil && !errors.Is(err, radio.ErrRefused) {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestWhatMustNotHappenLateIsAskedFirst(t *testing.T) {
	t.Parallel()
	for device, actions := range map[string]map[string]bool{
		"danalock": {"unlockDoor": true, "lockDoor": false}, "sonoff-water-valve": {"openValve": true, "closeValve": false},
		"aqara-curtain": {"stopMotion": true, "upOrOpen": false}, "ikea-bulb": {"identify": true},
	} {
		for action, once := range actions {
			p, err := makePlan(mustMap(t, standard(t), "testdata/devices/"+device+".json")[0], radio.Order{Action: action}, nil)
			if err != nil || p.once != once {
				t.Errorf("%s of %s must be asked first: %v, want %v (%v)", action, device, p.once, once, err)
			}
		}
	}
}

func TestReadResponsesAreDecoded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		zcl  []byte
		want attributes
		err  error
	}{
		{"a boolean", []byte{0x18, 20, 1, 0, 0, 0, 0x10, 1}, attributes{0: 1}, nil},
		{"a negative number", []byte{0x18, 1, 1, 0x12, 0, 0, 0x29, 0x18, 0xfc}, attributes{0x12: -1000}, nil},
		{"two, one unsupported", []byte{0x18, 1, 1, 3, 0, 0, 0x21, 0x34, 0x12, 4, 0, 0x86}, attributes{3: 0x1234}, nil},
		{"a manufacturer's", []byte{0x1c, 0x7c, 0x11, 1, 1, 0, 0, 0, 0x30, 4}, attributes{0: 4}, nil},
		{"none supported", []byte{0x18, 1, 1, 0, 0, 0x86}, nil, errUnsupported},
		{"a default response", []byte{0x18, 1, 0x0b, 0, 0}, nil, errFrame},
		{"a string", []byte{0x18, 1, 1, 4, 0, 0, 0x42, 1, 'x'}, nil, errFrame},
		{"cut off", []byte{0x18, 1, 1, 4, 0, 0, 0x21, 1}, nil, errFrame},
		{"nothing", nil, nil, errFrame},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := decodeReadResponse(c.zcl)
			if !errors.Is(err, c.err) || !maps.Equal(got, c.want) {
				t.Errorf("got %v and %v, want %v and %v", got, err, c.want, c.err)
			}
		})
	}
}

// quiet is a sink that checks what it is told and keeps nothing.
type quiet struct{ t *testing.T }

func (quiet) Device(context.Context, radio.Device) error { return nil }
func (quiet) Removed(context.Context, string) error      { return nil }
func (quiet) Signal(context.Context, radio.Signal) error { return nil }
func (quiet) Reach(context.Context, string, bool) error  { return nil }
func (q quiet) Report(_ context.Context, r radio.Report) error {
	for property, v := range r.Values {
		if v == "" || !json.Valid([]byte(v)) {
			q.t.Errorf("%s of %s is told to be %q", property, r.Address, v)
		}
	}
	return nil
}

func FuzzStateMessage(f *testing.F) {
	for _, seed := range []string{`{"state":"ON","brightness":5,"color":{"x":1,"y":1e-300}}`, `{"action":"1_single"}`, `{"position":1e9}`, `null`} {
		f.Add([]byte(seed))
	}
	catalog, err := thing.Standard()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		for _, name := range []string{"hue-bulb-color", "ikea-blind", "bosch-trv", "tuya-four-button"} {
			u := newUnit("0x0000000000000001")
			u.devices, u.answers = mustMap(t, catalog, "testdata/devices/"+name+".json"), true
			var s state
			if json.Unmarshal(payload, &s) != nil {
				return
			}
			if _, err := u.hear(t.Context(), quiet{t}, s, mqtt.Message{}, &Stats{}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func FuzzDeviceList(f *testing.F) {
	f.Add([]byte(`{"ieee_address":"0x00124b0000000017","type":"Router","supported":true,"interview_state":"SUCCESSFUL","friendly_name":"x",` +
		`"endpoints":{"1":{"clusters":{"input":["genOnOff"]}}},"definition":{"exposes":[{"type":"light","features":[` +
		`{"name":"state","property":"state","access":7,"value_on":"ON","value_off":"OFF"},{"name":"color_hs","property":"color","access":7}]},` +
		`{"type":"enum","name":"action","access":1,"values":["1_single",5,null,"on","*"]}]}}`))
	catalog, err := thing.Standard()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, element []byte) {
		d, usable, err := parseListed(element)
		if err != nil || !usable {
			return
		}
		devices, err := mapListed(catalog, d)
		if err != nil {
			t.Fatalf("a device could not be described: %v", err)
		}
		for _, dev := range devices {
			if _, err := catalog.Describe(dev.Kind, dev.Capabilities); err != nil || !strings.HasPrefix(dev.Address, d.Address) {
				t.Errorf("device %+v: %v", dev.Device, err)
			}
		}
	})
}

func FuzzReadResponse(f *testing.F) {
	f.Add([]byte{0x18, 20, 1, 0, 0, 0, 0x10, 1})
	f.Fuzz(func(_ *testing.T, zcl []byte) { _, _ = decodeReadResponse(zcl) })
}
