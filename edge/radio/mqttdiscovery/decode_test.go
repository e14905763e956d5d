package mqttdiscovery

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/mqtt"
)

// announce returns the devices one announcement becomes.
func announce(t testing.TB, component, payload string) []*device {
	t.Helper()
	entities, err := parseAnnouncement(component, "object", []byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	devices, _, err := mapUnit(standard(t), "unit", entities)
	if err != nil {
		t.Fatal(err)
	}
	return devices
}

func TestStateMessagesBecomeValues(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ component, payload, topic, message, want string }{
		{"switch", `{"stat_t":"s","cmd_t":"c"}`, "s", "ON", `onOff=true`},
		{"switch", `{"stat_t":"s","cmd_t":"c"}`, "s", "on", ``},
		{"switch", `{"stat_t":"s","cmd_t":"c","pl_on":"1","stat_on":"yes","stat_off":"no"}`, "s", "no", `onOff=false`},
		{"switch", `{"stat_t":"s","cmd_t":"c","pl_on":true,"pl_off":false,"val_tpl":"{{ value_json.on }}"}`, "s", `{"on":false}`, `onOff=false`},
		{"switch", `{"~":"base","stat_t":"~/s","cmd_t":"~/c"}`, "base/s", "ON", `onOff=true`},
		{"binary_sensor", `{"stat_t":"s","dev_cla":"door"}`, "s", "ON", `contact=false`},
		{"binary_sensor", `{"stat_t":"s","dev_cla":"smoke","pl_on":"alarm"}`, "s", "alarm", `smokeState="critical"`},
		{"binary_sensor", `{"stat_t":"s","dev_cla":"moisture"}`, "s", "OFF", `waterLeak=false`},
		{"binary_sensor", `{"stat_t":"s","dev_cla":"carbon_monoxide"}`, "s", "OFF", `gasState="normal"`},
		{"sensor", `{"stat_t":"s","dev_cla":"temperature","unit_of_meas":"°F"}`, "s", "70", `temperature=21.11`},
		{"sensor", `{"stat_t":"s","dev_cla":"temperature","unit_of_meas":"°C"}`, "s", "1000", ``},
		{"sensor", `{"stat_t":"s","dev_cla":"energy","unit_of_meas":"Wh"}`, "s", "1234.5", `cumulativeEnergyImported=1.2345`},
		{"sensor", `{"stat_t":"+/x/s","dev_cla":"illuminance","unit_of_meas":"lx"}`, "any/x/s", "12.4", `illuminance=12`},
		{"sensor", `{"stat_t":"+/x/s","dev_cla":"illuminance","unit_of_meas":"lx"}`, "any/y/s", "12.4", ``},
		{"light", `{"schema":"json","stat_t":"s","cmd_t":"c","brightness":true,"bri_scl":100}`, "s", `{"state":"ON","brightness":1}`, `currentLevel=1 onOff=true`},
		{"light", `{"schema":"json","stat_t":"s","cmd_t":"c","sup_clrm":["color_temp","hs"],"clr_temp_k":true}`, "s",
			`{"state":"ON","color_mode":"color_temp","color_temp":4000,"color":{"h":1,"s":2}}`, `colorTemperatureMireds=250 onOff=true`},
		{"light", `{"schema":"json","stat_t":"s","cmd_t":"c","sup_clrm":["xy"]}`, "s", `{"color":{"x":0.1724,"y":0.7468}}`, `currentHue=120 currentSaturation=100`},
		{"light", `{"stat_t":"s","cmd_t":"c","rgb_cmd_t":"rc","rgb_stat_t":"r"}`, "r", `0,0,255`, `currentHue=240 currentSaturation=100`},
		{"light", `{"stat_t":"s","cmd_t":"c","hs_cmd_t":"hc","hs_stat_t":"h"}`, "h", `30,40`, `currentHue=30 currentSaturation=40`},
		{"cover", `{"pos_t":"p","set_pos_t":"c"}`, "p", "30", `currentPositionLiftPercentage=70`},
		{"cover", `{"pos_t":"p","set_pos_t":"c","pos_open":0,"pos_clsd":255}`, "p", "51", `currentPositionLiftPercentage=20`},
		{"cover", `{"stat_t":"s","cmd_t":"c"}`, "s", "closed", `currentPositionLiftPercentage=100 motion=false`},
		{"cover", `{"stat_t":"s","cmd_t":"c"}`, "s", "opening", `motion=true`},
		{"lock", `{"stat_t":"s","cmd_t":"c"}`, "s", "JAMMED", `lockState="notFullyLocked"`},
		{"valve", `{"stat_t":"s","cmd_t":"c"}`, "s", "opening", `valveState="transitioning"`},
		{"switch", `{"stat_t":"s","cmd_t":"c","name":"Water valve"}`, "s", "ON", `valveState="open"`},
		{"climate", `{"mode_stat_t":"m","mode_cmd_t":"mc","modes":["off","heat_cool"]}`, "m", "heat_cool", `systemMode="auto"`},
		{"fan", `{"stat_t":"s","cmd_t":"c","pct_cmd_t":"pc","pct_stat_t":"p","spd_rng_max":10}`, "p", "5", `fanMode="medium"`},
		{"fan", `{"stat_t":"s","cmd_t":"c","pct_cmd_t":"pc","pct_stat_t":"p"}`, "s", "OFF", `fanMode="off" onOff=false`},
	} {
		t.Run(c.component+" "+c.message, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, d := range announce(t, c.component, c.payload) {
				for _, property := range slices.Sorted(maps.Keys(d.bindings)) {
					b := d.bindings[property]
					if v, ok := b.decode(newReading(c.topic, []byte(c.message))); ok && (b.hidden || fits(d.model, property, v)) {
						got = append(got, fmt.Sprintf("%s=%s", property, v))
					}
				}
			}
			if text := strings.Join(got, " "); text != c.want {
				t.Errorf("%s\ngot  %s\nwant %s", c.payload, text, c.want)
			}
		})
	}
}

func TestOrdersBecomeMessages(t *testing.T) {
	t.Parallel()
	set := func(pairs ...string) radio.Order {
		o := radio.Order{Set: map[string]thing.Value{}}
		for i := 0; i < len(pairs); i += 2 {
			o.Set[pairs[i]] = thing.Value(pairs[i+1])
		}
		return o
	}
	for _, c := range []struct {
		component, payload string
		order              radio.Order
		want               string // the messages, or words of the refusal
	}{
		{"switch", `{"stat_t":"s","cmd_t":"c","pl_on":1,"pl_off":0}`, set("onOff", "true"), `[{c 1}]`},
		{"switch", `{"stat_t":"s","cmd_t":"c","cmd_tpl":"{\"p\":\"{{ value }}\"}"}`, set("onOff", "false"), `[{c {"p":"OFF"}}]`},
		{"switch", `{"stat_t":"s","cmd_t":"c/+"}`, set("onOff", "false"), `no device`},
		{"switch", `{"stat_t":"s","cmd_t":"c"}`, set(), `asks for nothing`},
		{"switch", `{"stat_t":"s","cmd_t":"c","name":"Garden valve"}`, radio.Order{Action: "openValve"}, `[{c ON}]`},
		{"switch", `{"stat_t":"s","cmd_t":"c","name":"Garden valve"}`, set("valveState", `"open"`), `cannot set valveState`},
		{"light", `{"schema":"json","cmd_t":"c","brightness":true}`, set("currentLevel", "0"), `[{c {"brightness":1,"state":"ON"}}]`},
		{"light", `{"schema":"json","cmd_t":"c","brightness":true}`, set("onOff", "false"), `[{c {"state":"OFF"}}]`},
		{"light", `{"schema":"json","cmd_t":"c","brightness":true}`, set("onOff", "false", "currentLevel", "5"), `while it is turned off`},
		{"light", `{"schema":"json","cmd_t":"c","sup_clrm":["rgb"]}`, set("currentHue", "120"), `[{c {"color":{"b":0,"g":255,"r":0},"state":"ON"}}]`},
		{"light", `{"schema":"json","cmd_t":"c","sup_clrm":["color_temp"],"min_mirs":200}`, set("colorTemperatureMireds", "160"), `takes 200 to 500`},
		{"light", `{"schema":"template","cmd_t":"c"}`, set("onOff", "true"), `no device`},
		{"light", `{"cmd_t":"c","bri_cmd_t":"b"}`, set("currentLevel", "50"), `[{b 128} {c ON}]`},
		{"light", `{"cmd_t":"c","bri_cmd_t":"b","on_cmd_type":"first"}`, set("currentLevel", "50"), `[{c ON} {b 128}]`},
		{"light", `{"cmd_t":"c","bri_cmd_t":"b","on_cmd_type":"brightness"}`, set("onOff", "true"), `[{b 255}]`},
		{"light", `{"cmd_t":"c","hs_cmd_t":"h","hs_cmd_tpl":"{{ hue }}/{{ sat }}"}`, set("currentHue", "10", "currentSaturation", "20"), `[{h 10/20} {c ON}]`},
		{"cover", `{"pos_t":"p","set_pos_t":"c"}`, set(lift, "30"), `[{c 70}]`},
		{"cover", `{"pos_t":"p","set_pos_t":"c","set_pos_tpl":"{ \"position\": {{ position }} }"}`, set(lift, "30"), `[{c { "position": 70 }}]`},
		{"cover", `{"stat_t":"s","cmd_t":"c"}`, set(lift, "30"), `takes only 0 and 100`},
		{"cover", `{"stat_t":"s","cmd_t":"c","pl_stop":null}`, radio.Order{Action: "stopMotion"}, `cannot stopMotion`},
		{"cover", `{"stat_t":"s","cmd_t":"c","dev_cla":"garage"}`, radio.Order{Action: "upOrOpen"}, `no device`},
		{"cover", `{"stat_t":"s","cmd_t":"c","name":"Front gate"}`, radio.Order{Action: "upOrOpen"}, `no device`},
		{"lock", `{"stat_t":"s","cmd_t":"c"}`, radio.Order{Action: "unlockDoor"}, `[{c UNLOCK}]`},
		{"lock", `{"stat_t":"s","cmd_t":"c","code_format":"^\\d{4}$"}`, radio.Order{Action: "unlockDoor"}, `cannot unlockDoor`},
		{"climate", `{"temp_cmd_t":"t","temp_unit":"F","min_temp":50,"max_temp":86,"mode_cmd_t":"m"}`, set("occupiedHeatingSetpoint", "20"), `[{t 68}]`},
		{"climate", `{"temp_cmd_t":"t","min_temp":7,"max_temp":30,"mode_cmd_t":"m"}`, set("occupiedHeatingSetpoint", "35"), `takes 7 to 30`},
		{"fan", `{"cmd_t":"c","pct_cmd_t":"p"}`, set("fanMode", `"high"`), `[{p 100}]`},
		{"fan", `{"cmd_t":"c","pct_cmd_t":"p"}`, set("fanMode", `"auto"`), `no fanMode "auto"`},
		{"valve", `{"stat_t":"s","cmd_t":"c","reports_position":true}`, radio.Order{Action: "openValve"}, `no device`},
	} {
		t.Run(c.component+" "+c.want, func(t *testing.T) {
			t.Parallel()
			got := "no device"
			if devices := announce(t, c.component, c.payload); len(devices) > 0 {
				sends, _, err := makePlan(devices[0], c.order, nil)
				got = fmt.Sprint(sends)
				if err != nil {
					got = err.Error()
				}
			}
			if !strings.Contains(got, c.want) {
				t.Errorf("%s\ngot  %s\nwant %s", c.payload, got, c.want)
			}
		})
	}
}

func TestAvailabilityIsSaidInThreeWays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ announced, says, want string }{
		{`{}`, "", "there"},
		{`{"avty_t":"a"}`, "", "unknown"},
		{`{"avty_t":"a"}`, "a=online", "there"},
		{`{"avty_t":"a","pl_avail":"Online","pl_not_avail":"Offline"}`, "a=Online a=Offline", "gone"},
		{`{"avty_t":"a","pl_avail":"Online"}`, "a=online", "unknown"},
		{`{"avty":{"t":"a","val_tpl":"{{ value_json.state }}"}}`, `a={"state":"online"}`, "there"},
		{`{"avty":[{"t":"a"},{"t":"b"}],"avty_mode":"all"}`, "a=online", "unknown"},
		{`{"avty":[{"t":"a"},{"t":"b"}],"avty_mode":"all"}`, "a=offline", "gone"},
		{`{"avty":[{"t":"a"},{"t":"b"}],"avty_mode":"all"}`, "a=online b=online", "there"},
		{`{"avty":[{"t":"a"},{"t":"b"}],"avty_mode":"any"}`, "a=offline", "unknown"},
		{`{"avty":[{"t":"a"},{"t":"b"}],"avty_mode":"any"}`, "a=offline b=online", "there"},
		{`{"avty":[{"t":"a"},{"t":"b"}]}`, "a=online b=offline", "gone"},
		{`{"avty":[{"t":"a"},{"t":"b"}]}`, "b=offline a=online", "there"},
	} {
		v, _ := decodeJSON([]byte(c.announced))
		f, _ := objectOf(v)
		a, err := readAvailability(f)
		if err != nil {
			t.Fatal(err)
		}
		p := &presence{availability: a}
		for _, message := range strings.Fields(c.says) {
			topic, payload, _ := strings.Cut(message, "=")
			p.hear(newReading(topic, []byte(payload)))
		}
		got := "unknown"
		if is, known := p.available(); known {
			got = map[bool]string{true: "there", false: "gone"}[is]
		}
		if got != c.want {
			t.Errorf("%s after %q is %s, want %s", c.announced, c.says, got, c.want)
		}
	}
}

func TestAnAgendaKeepsItsAppointments(t *testing.T) {
	t.Parallel()
	a, now, u := newAgenda(), time.Unix(0, 0), newUnit("u")
	first, second := appointment{unit: u, what: settleDue}, appointment{unit: u, what: reachDue}
	if _, wait, ok := a.next(now); ok || wait != 0 {
		t.Errorf("an empty agenda says %v, %v", wait, ok)
	}
	a.set(first, now.Add(time.Second))
	a.set(second, now.Add(2*time.Second))
	a.set(first, now.Add(3*time.Second)) // put off
	if _, wait, ok := a.next(now.Add(time.Second)); ok || wait != time.Second {
		t.Errorf("after a second it says %v, %v; want a second more", wait, ok)
	}
	for i, want := range []appointment{second, first} {
		if got, _, ok := a.next(now.Add(3 * time.Second)); !ok || got != want {
			t.Errorf("appointment %d is %v, %v", i, got, ok)
		}
	}
	if len(a.wanted) > 0 || a.queue.Len() > 0 {
		t.Errorf("it keeps %d and %d", len(a.wanted), a.queue.Len())
	}
}

func TestPositionsFollowFromNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]int{"": 0, "button_3": 3, "2": 2, "on": 1, "turn_off": 2, "switch_4": 4, "button 7": 7, "999": firstNamed} {
		got := position(name)
		if got != want && (want != firstNamed || got < firstNamed || got >= firstNamed+manyNamed) {
			t.Errorf("button %q is at %d, want %d", name, got, want)
		}
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

func FuzzAnnouncement(f *testing.F) {
	f.Add("light", `{"schema":"json","stat_t":"s","cmd_t":"s","sup_clrm":["rgb","color_temp"],"dev":{"ids":["a b/c"]}}`,
		`{"state":"ON","color":{"r":1e308,"g":-0,"b":2}}`)
	f.Add("device", `{"dev":{"ids":"x"},"stat_t":"s","cmps":{"a":{"p":"sensor","dev_cla":"temperature","unit_of_meas":"K","val_tpl":"{{ value }}"}}}`,
		`-1e300`)
	f.Add("cover", `{"pos_t":"s","set_pos_t":"s","pos_open":1e-300,"cmd_t":"s"}`, `3`)
	f.Add("device_automation", `{"atype":"trigger","t":"s","type":"button_long_press","stype":"é","pl":"x"}`, `x`)
	f.Add("climate", `{"temp_cmd_t":"s","temp_stat_t":"s","temp_unit":"F","modes":["heat"],"mode_stat_t":"s"}`, `heat`)
	f.Add("fan", `{"cmd_t":"s","pct_cmd_t":"s","pct_stat_t":"s","spd_rng_max":1e300}`, `1e299`)
	catalog := standard(f)
	f.Fuzz(func(t *testing.T, component, payload, message string) {
		entities, err := parseAnnouncement(component, "object", []byte(payload))
		if err != nil || len(entities) == 0 {
			return
		}
		devices, _, err := mapUnit(catalog, entities[0].unit, entities)
		if err != nil {
			t.Fatalf("a device could not be described: %v", err)
		}
		u := newUnit(entities[0].unit)
		u.adopt(devices)
		for _, d := range devices {
			if strings.ContainsAny(d.Address, " \n\t") || d.Address == "" || len(d.Address) > 2*maxID+10 {
				t.Errorf("address %q", d.Address)
			}
			for property, p := range d.model.Properties {
				if !p.ReadOnly {
					for _, v := range []thing.Value{"true", "false", "0", "50", `"off"`, `"high"`} {
						_, _, _ = makePlan(d, radio.Order{Set: map[string]thing.Value{property: v}}, nil)
					}
				}
			}
		}
		for _, topic := range []string{"s", "a/s"} {
			r := newReading(topic, []byte(message))
			if _, err := u.hear(t.Context(), quiet{t}, r, mqtt.Message{Number: 1}, &Stats{}); err != nil {
				t.Fatal(err)
			}
			if err := u.press(t.Context(), quiet{t}, r); err != nil {
				t.Fatal(err)
			}
		}
	})
}
