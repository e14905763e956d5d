package matter

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
	"logis/edge/radio/gate"
)

// nodeWith is a node whose endpoint 1 is of a device type and has attributes,
// "cluster/attribute": value.
func nodeWith(t *testing.T, deviceType int, attributes map[string]string) node {
	t.Helper()
	all := []string{`"0/40/18":"id"`, `"0/40/1":"Maker"`, `"0/40/3":"Thing"`, fmt.Sprintf(`"1/29/0":[{"0":%d,"1":1},{"0":17,"1":1}]`, deviceType)}
	for p, value := range attributes {
		if strings.Count(p, "/") == 1 {
			p = "1/" + p
		}
		all = append(all, fmt.Sprintf("%q:%s", p, value))
	}
	n, ok := parseNode([]byte(`{"node_id":1,"available":true,"attributes":{` + strings.Join(all, ",") + `}}`))
	if !ok {
		t.Fatal("the node cannot be read")
	}
	return n
}

func mustCatalog(t testing.TB) *thing.Catalog {
	t.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	return catalog
}

type values map[string]thing.Value

func TestWhatBecomesWhat(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		deviceType int
		attributes map[string]string
		kind       string
		beyond     []string
		values     values
	}{
		"lamp":     {256, map[string]string{"6/0": "true"}, "light", nil, values{"onOff": "true"}},
		"dimmer":   {257, map[string]string{"6/0": "true", "8/0": "1", "8/2": "1"}, "dimmable-light", nil, values{"onOff": "true", "currentLevel": "1"}},
		"no level": {257, map[string]string{"6/0": "false", "8/0": "null"}, "dimmable-light", nil, values{"onOff": "false"}},
		"white": {
			268, map[string]string{"6/0": "true", "8/0": "254", "768/65532": "16", "768/7": "370", "768/8": "2"}, "dimmable-light",
			[]string{"color-temperature"}, values{"onOff": "true", "currentLevel": "100", "colorTemperatureMireds": "370"},
		},
		"colour": {
			269, map[string]string{"6/0": "true", "8/0": "254", "768/65532": "25", "768/0": "127", "768/1": "127", "768/7": "370", "768/8": "0"}, "color-light",
			nil, values{"onOff": "true", "currentLevel": "100", "currentHue": "180", "currentSaturation": "50"},
		},
		"colour in xy": { // red
			269, map[string]string{"6/0": "true", "8/0": "254", "768/65532": "24", "768/3": "45914", "768/4": "19615", "768/7": "370", "768/8": "1"}, "color-light",
			nil, values{"onOff": "true", "currentLevel": "100", "currentHue": "0", "currentSaturation": "100"},
		},
		"relay": {266, map[string]string{"6/0": "true"}, "switch", nil, values{"onOff": "true"}},
		"plug": {
			266, map[string]string{"6/0": "true", "144/8": "12345", "144/4": "230123", "144/5": "54", "145/1": `{"0":1234567890,"1":1}`}, "plug",
			[]string{"mains"}, values{"onOff": "true", "activePower": "12.345", "voltage": "230.123", "activeCurrent": "0.054", "cumulativeEnergyImported": "1234.568"},
		},
		"dimmable plug": {267, map[string]string{"6/0": "true", "8/0": "127"}, "dimmer", nil, values{"onOff": "true", "currentLevel": "50"}},
		"lock":          {10, map[string]string{"257/0": "3"}, "lock", nil, values{"lockState": `"unlocked"`}},
		"lock in doubt": {10, map[string]string{"257/0": "null"}, "lock", nil, values{}},
		"thermostat": {
			769, map[string]string{"513/0": "-550", "513/18": "2050", "513/28": "4"}, "thermostat",
			nil, values{"localTemperature": "-5.5", "occupiedHeatingSetpoint": "20.5", "systemMode": `"heat"`},
		},
		"air conditioner": {
			114, map[string]string{"6/0": "true", "513/0": "2600", "513/17": "2400", "513/18": "2000", "513/28": "3", "514/0": "5"}, "air-conditioner", nil,
			values{
				"onOff": "true", "localTemperature": "26", "occupiedCoolingSetpoint": "24", "occupiedHeatingSetpoint": "20",
				"systemMode": `"cool"`, "fanMode": `"auto"`,
			},
		},
		"plain air conditioner": {
			114, map[string]string{"6/0": "true", "513/0": "2600", "513/17": "2400", "513/28": "3"}, "thermostat", []string{"cooling", "on-off"},
			values{"onOff": "true", "localTemperature": "26", "occupiedCoolingSetpoint": "24", "systemMode": `"cool"`},
		},
		"curtain":        {514, map[string]string{"258/10": "0", "258/14": "2550"}, "curtain", nil, values{"currentPositionLiftPercentage": "26"}},
		"coarse curtain": {514, map[string]string{"258/10": "0", "258/8": "25"}, "curtain", nil, values{"currentPositionLiftPercentage": "25"}},
		"contact": {
			21, map[string]string{"69/0": "true", "47/12": "199"}, "contact-sensor", []string{"battery"},
			values{"contact": "true", "batteryPercent": "99.5"},
		},
		"contact whose node has the battery": {
			21, map[string]string{"69/0": "false", "0/47/14": "1"}, "contact-sensor", []string{"battery-low"}, values{"contact": "false", "batteryLow": "true"},
		},
		"leak": {67, map[string]string{"69/0": "true"}, "leak-sensor", nil, values{"waterLeak": "true"}},
		"motion": {
			263, map[string]string{"1030/0": "1", "1024/0": "10001"}, "motion-sensor", []string{"illuminance"},
			values{"occupancy": "true", "illuminance": "10"},
		},
		"warmth": {770, map[string]string{"1026/0": "2134"}, "temperature-sensor", nil, values{"temperature": "21.34"}},
		"warmth and damp": {
			770, map[string]string{"1026/0": "2134", "1029/0": "4567"}, "climate-sensor", nil,
			values{"temperature": "21.34", "relativeHumidity": "45.67"},
		},
		"air": {
			775, map[string]string{"1029/0": "4567", "1027/0": "1013"}, "humidity-sensor", []string{"pressure"},
			values{"relativeHumidity": "45.67", "pressure": "1013"},
		},
		"brightness": {262, map[string]string{"1024/0": "0"}, "light-sensor", nil, values{"illuminance": "0"}},
		"smoke": {
			118, map[string]string{"92/1": "2", "47/12": "100"}, "smoke-alarm", []string{"battery"},
			values{"smokeState": `"critical"`, "batteryPercent": "50"},
		},
		"valve":            {66, map[string]string{"129/4": "1"}, "valve", nil, values{"valveState": `"open"`}},
		"button":           {15, map[string]string{"59/0": "2", "59/1": "0"}, "button", nil, values{}},
		"lamp that blinks": {256, map[string]string{"6/0": "true", "3/0": "0"}, "light", nil, values{"onOff": "true"}},
		"lock that blinks": {10, map[string]string{"257/0": "1", "3/0": "0"}, "lock", []string{"identify"}, values{"lockState": `"locked"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := nodeWith(t, c.deviceType, c.attributes)
			devices := mapNode(mustCatalog(t), n, "base", &Stats{})
			if len(devices) != 1 {
				t.Fatalf("%d devices", len(devices))
			}
			d := devices[0]
			if d.Kind != c.kind || !slices.Equal(d.Capabilities, c.beyond) || d.Address != "base/1" || d.Name != "Maker Thing" {
				t.Errorf("it is a %s with %v at %s, called %s, want a %s with %v", d.Kind, d.Capabilities, d.Address, d.Name, c.kind, c.beyond)
			}
			got := values{}
			for property, b := range d.bindings {
				if v, ok := b.decode(n.attributes); ok {
					got[property] = v
				}
			}
			if !maps.Equal(got, c.values) {
				t.Errorf("it says\n%v, want\n%v", got, c.values)
			}
		})
	}
}

// atOnce is how the fields of a lamp's commands end.
const atOnce = `,"optionsMask":1,"optionsOverride":1,"transitionTime":0}`

func TestOrdersInTheWordsOfMatter(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		deviceType int
		attributes map[string]string
		set        values
		action     string
		want       []string
	}{
		"on": {256, map[string]string{"6/0": "false"}, values{"onOff": "true"}, "", []string{`1/6 On {}`}},
		"on at a level": {
			257, map[string]string{"6/0": "false", "8/0": "1"},
			values{"onOff": "true", "currentLevel": "50"}, "", []string{`1/8 MoveToLevelWithOnOff {"level":127` + atOnce},
		},
		"the darkest": {
			257, map[string]string{"6/0": "false", "8/0": "1", "8/2": "3"},
			values{"currentLevel": "0"}, "", []string{`1/8 MoveToLevelWithOnOff {"level":4` + atOnce},
		},
		"the brightest": {
			257, map[string]string{"6/0": "false", "8/0": "1"},
			values{"currentLevel": "100"}, "", []string{`1/8 MoveToLevelWithOnOff {"level":254` + atOnce},
		},
		"warm": {
			268, map[string]string{"6/0": "true", "8/0": "1", "768/65532": "16", "768/7": "1"},
			values{"colorTemperatureMireds": "370"}, "", []string{`1/768 MoveToColorTemperature {"colorTemperatureMireds":370` + atOnce},
		},
		"half closed": {
			514, map[string]string{"258/10": "0", "258/14": "0"},
			values{"currentPositionLiftPercentage": "50"}, "", []string{`1/258 GoToLiftPercentage {"liftPercent100thsValue":5000}`},
		},
		"warmer":         {769, map[string]string{"513/18": "2000"}, values{"occupiedHeatingSetpoint": "21.5"}, "", []string{`1/513/18 = 2150`}},
		"off, by mode":   {769, map[string]string{"513/28": "4"}, values{"systemMode": `"off"`}, "", []string{`1/513/28 = 0`}},
		"open the valve": {66, map[string]string{"129/4": "0"}, nil, "openValve", []string{`1/129 Open {}`}},
		"colour of xy": {
			269, map[string]string{"6/0": "true", "8/0": "1", "768/65532": "24", "768/3": "45914", "768/4": "19615", "768/7": "1", "768/8": "1"},
			values{"currentHue": "120"}, "", []string{`1/768 MoveToColor {"colorX":11299,"colorY":48942` + atOnce},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := nodeWith(t, c.deviceType, c.attributes)
			d := mapNode(mustCatalog(t), n, "base", &Stats{})[0]
			p, err := makePlan(d, radio.Order{Set: c.set, Action: c.action}, n.attributes)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, st := range p.steps {
				if st.command == "" {
					got = append(got, fmt.Sprintf("%s = %v", st.path, st.value))
					continue
				}
				_, args := st.request(1)
				payload, _ := json.Marshal(args["payload"])
				got = append(got, fmt.Sprintf("%d/%d %s %s", st.path.endpoint, st.path.cluster, st.command, payload))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("the server is told\n%v, want\n%v", got, c.want)
			}
			if d.Kind == "valve" && !p.once {
				t.Error("opening a valve may be repeated")
			}
		})
	}
}

func TestABridgeIsManyDevices(t *testing.T) {
	t.Parallel()
	n, ok := parseNode([]byte(`{"node_id":7,"available":true,"attributes":{"0/40/18":"bridge","1/29/0":[{"0":14,"1":1}],
		"2/29/0":[{"0":19,"1":1},{"0":256,"1":1}],"2/57/5":"Hall","2/57/17":true,"2/6/0":true,
		"3/29/0":[{"0":19,"1":1},{"0":21,"1":1}],"3/57/3":"Door","3/57/17":false,"3/69/0":true,"0/47/12":200,
		"4/29/0":[{"0":4711,"1":1}]}}`))
	if !ok {
		t.Fatal("cannot be read")
	}
	devices := mapNode(mustCatalog(t), n, hardware(n.attributes), &Stats{})
	if len(devices) != 2 || devices[0].Address != "bridge/2" || devices[0].Name != "Hall" || devices[1].Name != "Door" {
		t.Fatalf("devices: %+v", devices)
	}
	if !devices[0].reachable(n.attributes) || devices[1].reachable(n.attributes) {
		t.Error("the bridge says that it reaches the lamp and not the door")
	}
	if len(devices[1].Capabilities) > 0 {
		t.Errorf("the door has the bridge's battery: %v", devices[1].Capabilities)
	}
}

func TestPressesOfSwitchesOfEveryKind(t *testing.T) {
	t.Parallel()
	const press2, press10 = `multiPressComplete {"count":2,"position":1}`, `multiPressComplete {"count":10,"position":1}`
	const momentary, release, long, multi = 1 << 1, featureRelease, 1 << 3, featureMultiPress
	for name, c := range map[string]struct {
		features uint64
		event    uint32
		data     string
		want     string
	}{
		"a latch":                      {featureLatching, eventLatched, `{"newPosition":2}`, `multiPressComplete {"count":1,"position":2}`},
		"the simplest button":          {momentary, eventInitialPress, `{"newPosition":1}`, `multiPressComplete {"count":1,"position":1}`},
		"the first half":               {momentary | release, eventInitialPress, `{"newPosition":1}`, ``},
		"a button let go":              {momentary | release | long, eventShortRelease, `{"previousPosition":1}`, `multiPressComplete {"count":1,"position":1}`},
		"let go, and more may come":    {momentary | release | multi, eventShortRelease, `{"previousPosition":1}`, ``},
		"twice":                        {momentary | release | multi, eventMultiComplete, `{"previousPosition":1,"totalNumberOfPressesCounted":2}`, press2},
		"given up":                     {momentary | release | multi, eventMultiComplete, `{"previousPosition":1,"totalNumberOfPressesCounted":0}`, ``},
		"as often as nobody can":       {momentary | release | multi, eventMultiComplete, `{"previousPosition":1,"totalNumberOfPressesCounted":200}`, press10},
		"held":                         {momentary | release | long, eventLongPress, `{"newPosition":1}`, `longPress {"position":1}`},
		"held and let go":              {momentary | release | long, eventLongRelease, `{"previousPosition":1}`, `longRelease {"position":1}`},
		"a position that cannot be":    {momentary, eventInitialPress, `{"newPosition":1000}`, ``},
		"no position":                  {momentary, eventInitialPress, `{}`, ``},
		"an event of the future":       {momentary, 99, `{"newPosition":1}`, ``},
		"an event between two presses": {momentary | release | multi, 5, `{"newPosition":1,"currentNumberOfPressesCounted":2}`, ``},
	} {
		e := nodeEvent{Event: c.event}
		if err := json.Unmarshal([]byte(c.data), &e.Data); err != nil {
			t.Fatal(err)
		}
		event, data, ok := pressOf(e, c.features)
		got := ""
		if ok {
			got = event + " " + string(data)
		}
		if got != c.want {
			t.Errorf("%s is %q, want %q", name, got, c.want)
		}
	}
}

// FuzzMessages feeds whatever a server may say to a session with devices, and
// wants only what their models allow to be told.
func FuzzMessages(f *testing.F) {
	for _, seed := range []string{
		`{"event":"attribute_updated","data":[1,"1/768/0",254]}`, `{"event":"attribute_updated","data":[1,"1/8/0",1e300]}`,
		`{"event":"node_event","data":{"node_id":1,"endpoint_id":2,"cluster_id":59,"event_id":6,"event_number":1,` +
			`"data":{"previousPosition":1,"totalNumberOfPressesCounted":3}}}`,
		`{"event":"node_updated","data":{"node_id":1,"available":true,"attributes":{"1/29/0":[{"0":514}],"1/258/14":20000,"1/258/10":0}}}`,
		`{"event":"node_added","data":{"node_id":2,"available":true,"attributes":{"0/40/18":"x y","1/29/0":[{"0":266}],` +
			`"1/6/0":true,"1/145/1":{"0":-1},"1/1024/0":65535}}}`,
		`{"event":"node_removed","data":1}`, `{"message_id":"1","error_code":3}`, `null`,
	} {
		f.Add([]byte(seed))
	}
	catalog := mustCatalog(f)
	f.Fuzz(func(t *testing.T, message []byte) {
		r := &Radio{catalog: catalog, known: map[string]bool{}, options: Options{Now: time.Now}}
		sink := &critic{t: t, catalog: catalog, models: map[string]*thing.Model{}}
		s := r.newSession(t.Context(), sink, &link{})
		s.sink = gate.New(t.Context(), sink)
		s.receive([]byte(`{"message_id":"start","result":[{"node_id":1,"available":true,"attributes":{"0/40/18":"id",
			"1/29/0":[{"0":269}],"1/6/0":true,"1/8/0":1,"1/768/65532":25,"1/768/0":1,"1/768/1":1,"1/768/3":1,"1/768/4":1,"1/768/7":200,"1/768/8":0,
			"2/29/0":[{"0":15}],"2/59/0":2,"2/59/1":0,"2/59/65532":30}}]}`))
		s.receive(message)
		for {
			next, events, ok, _ := s.inbox.take(r.options.Now())
			if !ok {
				return
			}
			if err := s.handle(t.Context(), next, events); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// critic is a sink that complains of what no model allows.
type critic struct {
	t       *testing.T
	catalog *thing.Catalog
	models  map[string]*thing.Model
}

func (c *critic) Device(_ context.Context, d radio.Device) error {
	model, err := c.catalog.Describe(d.Kind, d.Capabilities)
	if err != nil || d.Address == "" || len(d.Address) > 128 || strings.ContainsAny(d.Address, " \n\t") {
		c.t.Errorf("device %+v: %v", d, err)
	}
	c.models[d.Address] = model
	return nil
}

func (c *critic) Removed(_ context.Context, address string) error {
	if c.models[address] == nil {
		c.t.Errorf("%s leaves and was never there", address)
	}
	delete(c.models, address)
	return nil
}

func (c *critic) Report(_ context.Context, r radio.Report) error {
	for name, v := range r.Values {
		if p, ok := c.models[r.Address].Properties[name]; !ok || p.Check(v) != "" {
			c.t.Errorf("%s tells %s = %s", r.Address, name, v)
		}
	}
	return nil
}

func (c *critic) Signal(_ context.Context, s radio.Signal) error {
	if e, ok := c.models[s.Address].Events[s.Event]; !ok || e.Data == nil || e.Data.Check(s.Data) != "" {
		c.t.Errorf("%s signals %s %s", s.Address, s.Event, s.Data)
	}
	return nil
}

func (c *critic) Reach(_ context.Context, address string, _ bool) error {
	if c.models[address] == nil {
		c.t.Errorf("%s can or cannot be reached and was never there", address)
	}
	return nil
}
