package zigbee2mqtt

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"logis/domain/thing"
	"logis/edge/radio"
	words "logis/edge/radio/press"
)

// Mapping says what a feature that Zigbee2MQTT exposes is in a model: with the model
// it is all that a new kind of device needs.
type Mapping struct {
	Expose     string // a number, as Zigbee2MQTT calls it
	Digits     int    // after the point
	Property   string // of the model
	Capability string // that adds the property to devices of another kind
	Kind       string // of a device that is nothing else; "" if it tells nothing about that
}

// device is one device of Logis: all of a Zigbee device, or one of its endpoints.
type device struct {
	radio.Device
	model    *thing.Model
	bindings map[string]binding
	actions  map[string]action
	presses  map[string]press
	fades    bool // Zigbee2MQTT knows a transition for it
	unmapped int  // features of its hardware that have no meaning here; told of the first device alone
}

// mapListed turns an element of bridge/devices into devices of Logis: one, or
// one for each endpoint that switches something of its own. None, if nothing the
// device exposes has a meaning here.
func mapListed(catalog *thing.Catalog, d listed, more ...Mapping) ([]*device, error) {
	parts, left := sortExposes(d, more)
	unmapped := 0
	var devices []*device
	for _, p := range parts {
		if p.kind == "" {
			p.kind = p.sensorKind()
		}
		if p.kind == "" {
			unmapped += len(p.bindings)
			continue
		}
		mapped, lost, err := p.device(catalog)
		if err != nil {
			return nil, fmt.Errorf("device %s: %w", d.Address, err)
		}
		unmapped += lost
		devices = append(devices, mapped)
	}
	left.count += unmapped
	for i, dev := range devices {
		describe(dev, d, left)
		if i == 0 {
			dev.unmapped = left.count
		}
	}
	return devices, nil
}

// describe fills in what people and logs want to know. The address of dev is
// still the name of its endpoint.
func describe(dev *device, d listed, left leftOut) {
	endpoint := dev.Address
	dev.Address, dev.fades = d.Address, d.Definition.knowsTransitions()
	dev.Name = d.Name
	if d.Name == d.Address { // nobody has named it yet
		dev.Name = strings.TrimSpace(d.Definition.Vendor + " " + d.Definition.Model)
	}
	if endpoint != "" {
		dev.Address += "/" + endpoint
		dev.Name += " " + endpoint
	}
	dev.Attributes = map[string]string{}
	for name, value := range map[string]string{
		"manufacturer": d.Definition.Vendor, "model": d.Definition.Model, "modelId": d.ModelID,
		"description": d.Definition.Description, "serial": d.Address, "firmware": d.Firmware,
		"powerSource": d.Power, "unmapped": strconv.Itoa(left.count),
		"leftOut": strings.Join(left.names, ", "),
	} {
		if value != "" {
			dev.Attributes[name] = value[:min(len(value), maxName)]
		}
	}
}

// leftOut is what a device exposes and has no meaning here.
type leftOut struct {
	count int
	names []string // of what stands alone, as Zigbee2MQTT calls it
}

func (l *leftOut) add(name string) {
	l.count++
	l.names = append(l.names, name)
}

// sortExposes gives every expose to the part of the device it belongs to, and
// tells those that belong nowhere.
func sortExposes(d listed, more []Mapping) (parts []*part, left leftOut) {
	exposes := slices.Clone(d.Definition.Exposes)
	slices.SortStableFunc(exposes, func(a, b expose) int { return rank(a) - rank(b) })
	parts = makeParts(d, exposes)
	for _, p := range parts {
		p.more = more
	}
	about := d.Definition.Description
	for _, e := range exposes {
		switch {
		case rank(e) < ungrouped:
			p := partOf(parts, e.Endpoint)
			if p.kind != "" { // a device is one thing; a radiator valve's switch is a setting
				left.count += max(1, len(e.Features))
				continue
			}
			left.count += p.actuate(e, about)
		case health(e.Name) && e.Endpoint == "":
			for _, p := range parts {
				p.sense(e)
			}
		case e.Type == "composite":
			for _, f := range e.Features {
				if !partOf(parts, e.Endpoint).senseWithin(e.Property, f) {
					left.add(e.Name + "." + f.Name)
				}
			}
		case !partOf(parts, e.Endpoint).sense(e):
			left.add(e.Name)
		}
	}
	return parts, left
}

// ungrouped is the rank of exposes that stand alone.
const ungrouped = 9

// rank orders exposes so that what a device mainly is comes first.
func rank(e expose) int {
	if i := slices.Index([]string{"climate", "lock", "cover", "light", "switch"}, e.Type); i >= 0 {
		return i
	}
	return ungrouped
}

// makeParts returns one part, or one for every endpoint with an actuator when
// there are several, followed by one for what belongs to none of them.
func makeParts(d listed, exposes []expose) []*part {
	var names []string
	for _, e := range exposes {
		if rank(e) < ungrouped && e.Endpoint != "" && !slices.Contains(names, e.Endpoint) && len(names) < maxParts {
			names = append(names, e.Endpoint)
		}
	}
	if len(names) < 2 {
		names = nil
	}
	var parts []*part
	for _, name := range append(names, "") {
		parts = append(parts, &part{
			endpoint: name, where: endpoints{d.Endpoints, name}, sleepy: d.sleepy(),
			bindings: map[string]binding{}, actions: map[string]action{},
		})
	}
	return parts
}

// partOf returns the part of the endpoint; the last part takes what has none.
func partOf(parts []*part, endpoint string) *part {
	for _, p := range parts {
		if p.endpoint == endpoint {
			return p
		}
	}
	return parts[len(parts)-1]
}

// device makes a part a device and reports how many of its bindings had to go.
func (p *part) device(catalog *thing.Catalog) (dev *device, unmapped int, err error) {
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
	for property := range p.bindings {
		if _, ok := model.Properties[property]; !ok {
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
		Device: radio.Device{Address: p.endpoint, Kind: p.kind, Capabilities: names},
		model:  model, bindings: p.bindings, actions: p.actions, presses: p.presses,
	}, unmapped, nil
}

func (p *part) has(property string) bool {
	_, ok := p.bindings[property]
	return ok
}

// extend adds the capabilities the part has beyond its kind, the most important
// ones if there are too many.
func (p *part) extend(catalog *thing.Catalog, base *thing.Model) (*thing.Model, []string, error) {
	var names []string
	if _, ok := base.Events[words.Pressed]; !ok && len(p.presses) > 0 {
		names = append(names, "switch")
	}
	if _, ok := base.Actions["identify"]; !ok && p.actions["identify"].set != nil {
		names = append(names, "identify")
	}
	for _, c := range p.capabilities() {
		if _, ok := base.Properties[c.property]; !ok && p.has(c.property) {
			names = append(names, c.name)
		}
	}
	names = names[:min(len(names), maxCapabilities)]
	slices.Sort(names)
	model, err := catalog.Describe(p.kind, names)
	return model, names, err
}

// mentions reports whether a description has the word, in any case.
func mentions(about, word string) bool {
	notLetter := func(r rune) bool { return !unicode.IsLetter(r) }
	return slices.Contains(strings.FieldsFunc(strings.ToLower(about), notLetter), word)
}
