package mqttdiscovery

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
	words "logis/edge/radio/press"
)

// device is one device of Logis: all of what was announced as a device, or one
// of several equals in it.
type device struct {
	radio.Device
	model    *thing.Model
	bindings map[string]*binding
	actions  map[string]action
	presses  []trigger
	main     *entity   // nil when no entity stands out
	entities []*entity // of which it is made
	// presences say whether it is there: one of them must.
	presences []*presence
	expires   time.Duration // it is gone when it says nothing for so long; 0 is never
	// hopes says that the first state message after an order to a motor tells what
	// is hoped for.
	hopes bool
}

// mapUnit turns the entities of one announced device into devices of Logis. None,
// if nothing of them has a meaning here. refused says what is not understood.
func mapUnit(catalog *thing.Catalog, id string, entities []*entity) (devices []*device, refused []string, err error) {
	parts, unmapped := sortEntities(entities)
	for _, p := range parts {
		refused = append(refused, p.refused...)
		if p.kind == "" {
			p.kind = p.sensorKind()
		}
		if p.kind == "" {
			unmapped += len(p.bindings)
			continue
		}
		d, left, err := p.device(catalog)
		if err != nil {
			return nil, refused, fmt.Errorf("a %s: %w", p.kind, err)
		}
		unmapped += left
		before := len(p.refused)
		d.presences = presencesOf(d, p.refuse)
		d.expires = expiryOf(d)
		refused = append(refused, p.refused[before:]...)
		devices = append(devices, d)
	}
	for i, d := range devices {
		alike := func(other *device) bool { return other != d && other.Kind == d.Kind }
		describe(d, id, entities, refused, unmapped, i > 0 || slices.ContainsFunc(devices, alike))
	}
	return devices, refused, nil
}

// sortEntities gives every entity to a part: the first one is what the device
// mainly is, with all that fits into it; the others are what finds no place
// there and is a device of its own. It counts the entities that mean nothing.
func sortEntities(entities []*entity) (parts []*part, unmapped int) {
	order := slices.Clone(entities)
	slices.SortStableFunc(order, func(a, b *entity) int {
		if r := rank(a) - rank(b); r != 0 {
			return r
		}
		if a.setting() != b.setting() && rank(a) == notActuator {
			return map[bool]int{true: 1, false: -1}[a.setting()]
		}
		return strings.Compare(a.object+"\x00"+a.component, b.object+"\x00"+b.component)
	})
	main := newPart()
	parts = []*part{main}
	for _, e := range order {
		switch {
		case rank(e) < notActuator:
			if main.kind == "" && main.actuate(e) {
				main.name = e.fields.label("name")
				continue
			}
			if main.kind != "" {
				if p := newPart(); len(parts) < maxParts && p.actuate(e) {
					p.suffix, p.name = e.object, e.fields.label("name")
					parts = append(parts, p)
					continue
				}
			}
			unmapped++
		case main.sense(e), main.pressable(e, entities), main.identify(e):
		default:
			if p := newPart(); len(parts) < maxParts && p.sense(e) && p.sensorKind() != "" && !e.setting() && !main.knows(p) {
				p.suffix, p.name = e.object, e.fields.label("name")
				parts = append(parts, p)
				continue
			}
			unmapped++
		}
	}
	for _, p := range parts[1:] {
		for property, b := range main.bindings {
			if health(property) {
				p.bind(b)
			}
		}
	}
	return parts, unmapped
}

// knows reports whether the part tells the same as the only binding of another:
// a thermostat's own temperature is often announced a second time.
func (p *part) knows(other *part) bool {
	return other.has("temperature") && p.has("localTemperature")
}

// device makes a part a device and reports how many of its bindings had to go.
func (p *part) device(catalog *thing.Catalog) (d *device, unmapped int, err error) {
	if p.kind == "switch" && p.has("activePower") && p.has("cumulativeEnergyImported") {
		p.kind = "plug"
	}
	base, err := catalog.Describe(p.kind, nil)
	if err != nil {
		return nil, 0, err
	}
	model, names, err := p.extend(catalog, base)
	if err != nil {
		return nil, 0, err
	}
	for property, b := range p.bindings {
		if _, ok := model.Properties[property]; !ok && !b.hidden {
			delete(p.bindings, property)
			unmapped++
		}
	}
	for name := range p.actions {
		if _, ok := model.Actions[name]; !ok {
			delete(p.actions, name)
		}
	}
	if _, ok := model.Events[words.Pressed]; !ok {
		p.presses = nil
	}
	return &device{
		Device: radio.Device{Address: p.suffix, Name: p.name, Kind: p.kind, Capabilities: names},
		model:  model, bindings: p.bindings, actions: p.actions, presses: p.presses, main: p.main, entities: p.entities,
	}, unmapped, nil
}

// extend adds the capabilities the part has beyond its kind, the most important
// ones if there are too many.
func (p *part) extend(catalog *thing.Catalog, base *thing.Model) (*thing.Model, []string, error) {
	var names []string
	if _, ok := base.Events[words.Pressed]; !ok && len(p.presses) > 0 {
		names = append(names, "switch")
	}
	if _, ok := base.Actions["identify"]; !ok && p.actions["identify"].encode != nil {
		names = append(names, "identify")
	}
	for _, c := range capabilities() {
		if _, ok := base.Properties[c[1]]; !ok && p.has(c[1]) {
			names = append(names, c[0])
		}
	}
	names = slices.Compact(names)
	names = names[:min(len(names), maxCapabilities)]
	slices.Sort(names)
	model, err := catalog.Describe(p.kind, names)
	return model, names, err
}

// capabilities are all that may add to a kind, with a property of theirs, most
// important first: a device may have more than fit.
func capabilities() [][2]string {
	return [][2]string{
		{"on-off", "onOff"}, {"level", "currentLevel"}, {"color-temperature", "colorTemperatureMireds"}, {"color", "currentHue"},
		{"thermostat", "localTemperature"}, {"cooling", "occupiedCoolingSetpoint"}, {"fan", "fanMode"},
		{"contact", "contact"}, {"occupancy", "occupancy"}, {"smoke", "smokeState"}, {"gas", "gasState"}, {"water-leak", "waterLeak"},
		{"tamper", "tamper"}, {"battery-low", "batteryLow"}, {"temperature", "temperature"}, {"humidity", "relativeHumidity"},
		{"power", "activePower"}, {"energy", "cumulativeEnergyImported"}, {"battery", "batteryPercent"}, {"illuminance", "illuminance"},
		{"pressure", "pressure"}, {"mains", "voltage"}, {"mains", "activeCurrent"}, {"link-quality", "linkQuality"},
	}
}

// describe fills in what people and logs want to know. The address of d is still
// its suffix, its name that of its entity, which is used if it needs it to be
// told from the others.
func describe(d *device, id string, entities []*entity, refused []string, unmapped int, several bool) {
	var a about
	for _, e := range entities {
		a = a.completedBy(e.about)
	}
	suffix, own := d.Address, d.Name
	d.Address, d.Name = id, a.name
	if d.Name == "" {
		d.Name = strings.TrimSpace(a.manufacturer + " " + a.model)
	}
	if suffix != "" {
		d.Address += "/" + safeID(suffix)
	}
	if several && own != "" {
		d.Name = strings.TrimSpace(d.Name + " " + own)
	}
	d.Name = d.Name[:min(len(d.Name), maxName)]
	d.Room = a.area
	d.hopes = a.origin == Zigbee2MQTT
	slices.Sort(refused)
	d.Attributes = map[string]string{}
	for name, value := range map[string]string{
		"manufacturer": a.manufacturer, "model": a.model, "modelId": a.modelID, "serial": a.serial, "firmware": a.firmware,
		"announcedBy": a.origin, "unmapped": strconv.Itoa(unmapped), "refused": strings.Join(slices.Compact(refused), "; "),
	} {
		if value != "" {
			d.Attributes[name] = strings.ToValidUTF8(value[:min(len(value), maxName)], "")
		}
	}
}

// completedBy fills what is not known yet.
func (a about) completedBy(b about) about {
	for _, field := range []struct {
		to   *string
		from string
	}{
		{&a.name, b.name}, {&a.manufacturer, b.manufacturer}, {&a.model, b.model}, {&a.modelID, b.modelID},
		{&a.firmware, b.firmware}, {&a.serial, b.serial}, {&a.area, b.area}, {&a.origin, b.origin},
	} {
		if *field.to == "" {
			*field.to = field.from
		}
	}
	return a
}

// expiryOf returns how long a device may be silent, if all it is made of says so.
func expiryOf(d *device) time.Duration {
	var longest time.Duration
	for _, e := range d.entities {
		after := seconds(e.fields.number("expire_after", 0))
		if after == 0 {
			return 0
		}
		longest = max(longest, after)
	}
	return longest
}

// topics returns what must be subscribed to for the device.
func (d *device) topics() []string {
	all := map[string]bool{}
	for _, b := range d.bindings {
		for _, s := range b.sources {
			all[s.topic] = true
		}
	}
	for _, t := range d.presses {
		all[t.topic] = true
	}
	for _, p := range d.presences {
		for _, entry := range p.entries {
			all[entry.topic] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}
