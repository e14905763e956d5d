package zwavejs

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"logis/domain/thing"
	"logis/edge/radio"
)

// device is one device of Logis: all of a node, or one of its endpoints.
type device struct {
	radio.Device
	model    *thing.Model
	bindings map[string]binding
	actions  map[string]action
	buttons  bool // it tells scenes
}

// action is what an action of a model becomes.
type action struct {
	sets sets
	// wants are the values that confirm it; when empty, an answer of the device to
	// alive after it does.
	wants map[string]thing.Value
	alive valueID
}

// part collects what becomes one device of Logis.
type part struct {
	node     *listed
	endpoint int  // the one with its actuator
	whole    bool // it is all of the node that is no other part's
	values   []value
	kind     string // decided by an actuator, else by the sensors
	bindings map[string]binding
	actions  map[string]action
	buttons  bool
}

// mapListed turns a node into devices of Logis: one, or one for each endpoint
// that switches something of its own. None, if nothing of it has a meaning here.
func mapListed(catalog *thing.Catalog, l *listed, address string) ([]*device, error) {
	var devices []*device
	for _, p := range makeParts(l) {
		p.actuate()
		p.sense()
		if p.kind == "" {
			p.kind = p.sensorKind()
		}
		if p.kind == "" {
			continue
		}
		d, err := p.device(catalog)
		if err != nil {
			return nil, fmt.Errorf("node %d: %w", l.NodeID, err)
		}
		p.describe(d, address)
		devices = append(devices, d)
	}
	return devices, nil
}

// makeParts returns one part, or one for every endpoint with an actuator when
// there are several, followed by one for what belongs to none of them.
func makeParts(l *listed) []*part {
	byEndpoint := map[int][]value{}
	for _, v := range l.values {
		byEndpoint[v.id.endpoint] = append(byEndpoint[v.id.endpoint], v)
	}
	var acting []int
	for endpoint, values := range byEndpoint {
		if slices.ContainsFunc(values, func(v value) bool { return v.acts() }) {
			acting = append(acting, endpoint)
		}
	}
	slices.Sort(acting)
	rest := &part{node: l, whole: true, bindings: map[string]binding{}, actions: map[string]action{}}
	if len(acting) == 1 {
		rest.endpoint = acting[0]
	}
	if len(acting) < 2 {
		rest.values = l.values
		return []*part{rest}
	}
	var parts []*part
	for _, endpoint := range acting[:min(len(acting), maxParts)] {
		parts = append(parts, &part{
			node: l, endpoint: endpoint, values: byEndpoint[endpoint], bindings: map[string]binding{}, actions: map[string]action{},
		})
	}
	for _, v := range l.values {
		if !slices.Contains(acting, v.id.endpoint) {
			rest.values = append(rest.values, v)
		}
	}
	return append(parts, rest)
}

// acts reports whether the value is what makes an endpoint an actuator.
func (v *value) acts() bool {
	switch v.id.class {
	case classBinarySwitch, classMultilevelSwitch, classWindowCovering:
		return v.id.property == word("targetValue")
	case classDoorLock:
		return v.id.property == word("targetMode")
	case classThermostatMode:
		return v.id.property == word("mode")
	case classSetpoint:
		return true
	}
	return false
}

// find returns the value with these names on the part's endpoint.
func (p *part) find(class int, property string, key name) (value, bool) {
	for _, v := range p.values {
		if v.id == (valueID{p.endpoint, class, word(property), key}) {
			return v, true
		}
	}
	return value{}, false
}

// bind adds bindings; the first for a property wins.
func (p *part) bind(all ...binding) {
	for _, b := range all {
		if _, taken := p.bindings[b.property]; taken {
			continue
		}
		b.asked = !slices.ContainsFunc(b.reads, func(id valueID) bool { return !askable(id.class) })
		p.bindings[b.property] = b
	}
}

func (p *part) has(property string) bool {
	_, ok := p.bindings[property]
	return ok
}

// device makes a part a device.
func (p *part) device(catalog *thing.Catalog) (*device, error) {
	if p.kind == "switch" && p.has("activePower") && p.has("cumulativeEnergyImported") {
		p.kind = "plug"
	}
	base, err := catalog.Describe(p.kind, nil)
	if err != nil {
		return nil, err
	}
	names := p.capabilities(base)
	model, err := catalog.Describe(p.kind, names)
	if err != nil {
		return nil, err
	}
	for property := range p.bindings {
		if _, ok := model.Properties[property]; !ok {
			delete(p.bindings, property)
		}
	}
	for name := range p.actions {
		if _, ok := model.Actions[name]; !ok {
			delete(p.actions, name)
		}
	}
	return &device{
		Device: radio.Device{Kind: p.kind, Capabilities: names},
		model:  model, bindings: p.bindings, actions: p.actions, buttons: p.buttons,
	}, nil
}

// describe fills in what people and logs want to know.
func (p *part) describe(d *device, address string) {
	l := p.node
	maker, model := l.Config.Manufacturer, l.Config.Label
	if maker == "" && l.ManufacturerID != 0xffff {
		maker = l.Manufacturer
	}
	if model == "" {
		model = l.Label
	}
	d.Address, d.Name, d.Room = address, l.Name, l.Location
	if d.Name == "" { // nobody has named it yet
		d.Name = strings.TrimSpace(maker + " " + model)
	}
	if d.Name == "" {
		d.Name = "Z-Wave " + strconv.Itoa(l.NodeID)
	}
	if !p.whole {
		d.Address += "/" + strconv.Itoa(p.endpoint)
		d.Name += " " + strconv.Itoa(p.endpoint)
	}
	d.Attributes = map[string]string{}
	for name, value := range map[string]string{
		"manufacturer": maker, "model": model, "description": l.Config.Description, "firmware": l.Firmware, "serial": address,
		"modelId": fmt.Sprintf("%04x:%04x:%04x", l.ManufacturerID, l.ProductType, l.ProductID),
	} {
		if value != "" && value != "0000:0000:0000" {
			d.Attributes[name] = value
		}
	}
}

// mentions reports whether a description has one of the words, in any case.
func mentions(about string, words ...string) bool {
	notLetter := func(r rune) bool { return !unicode.IsLetter(r) }
	return slices.ContainsFunc(strings.FieldsFunc(strings.ToLower(about), notLetter), func(field string) bool {
		return slices.Contains(words, field)
	})
}
