package matter

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/press"
)

// device is one device of Logis: an endpoint of a node.
type device struct {
	radio.Device
	endpoint uint16
	bridged  bool // it has a reachability of its own
	model    *thing.Model
	bindings map[string]binding
	actions  map[string]action
	presses  bool
}

// kindOf turns a Matter device type into a kind; of several types of an endpoint
// the first that is here counts.
func kindOf(types []uint64) string {
	kinds := map[uint64]string{
		10: "lock", 15: "button", typeContact: "contact-sensor", 66: "valve", typeLeak: "leak-sensor", 114: "air-conditioner",
		118: "smoke-alarm", 256: "light", 257: "dimmable-light", 262: "light-sensor", 263: "motion-sensor", 266: "switch",
		267: "dimmer", 268: "dimmable-light", 269: "color-light", 514: "curtain", 769: "thermostat", 770: "temperature-sensor",
		775: "humidity-sensor", 1296: "meter", 271: "switch", 272: "dimmer", // mounted controls
	}
	for _, t := range types {
		if kind, ok := kinds[t]; ok {
			return kind
		}
	}
	return ""
}

// mapNode turns a node into devices: one for each endpoint that is something
// Logis knows. base begins their addresses.
func mapNode(catalog *thing.Catalog, n node, base string, stats *Stats) []*device {
	var devices []*device
	for _, e := range endpoints(n.attributes) {
		d := mapEndpoint(catalog, n.attributes, e)
		if d == nil {
			continue
		}
		if len(devices) == maxParts {
			stats.Refused.Add(1)
			break
		}
		d.Address = base + "/" + strconv.Itoa(int(e))
		devices = append(devices, d)
	}
	describe(devices, n)
	return devices
}

// endpoints returns the numbers of all endpoints but the node's own, in order.
func endpoints(a attributes) []uint16 {
	found := map[uint16]bool{}
	for p := range a {
		if p.cluster == clusterDescriptor && p.endpoint > 0 {
			found[p.endpoint] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// typesOf returns the device types of an endpoint, the most telling first: a
// newer one comes with a higher number, as extended colour lights do.
func typesOf(a attributes, e uint16) []uint64 {
	var list []map[string]json.RawMessage
	if json.Unmarshal(a[path{e, clusterDescriptor, 0}], &list) != nil {
		return nil
	}
	var types []uint64
	for _, entry := range list {
		id, ok := whole(entry["0"])
		if !ok {
			id, ok = whole(entry["deviceType"])
		}
		if ok {
			types = append(types, id)
		}
	}
	slices.SortFunc(types, func(x, y uint64) int { return cmp.Compare(y, x) })
	return types
}

// mapEndpoint makes an endpoint a device, or nothing.
func mapEndpoint(catalog *thing.Catalog, a attributes, e uint16) *device {
	types := typesOf(a, e)
	_, bridged := a[path{e, clusterBridged, attributeReachable}]
	d := &device{endpoint: e, bridged: bridged, bindings: map[string]binding{}, actions: actions(e, a)}
	for _, b := range bind(e, types, a) {
		d.bindings[b.property] = b
	}
	for _, b := range batteryOf(a, e, bridged) {
		d.bindings[b.property] = b
	}
	if d.Kind = refine(kindOf(types), d.bindings); d.Kind == "" {
		return nil
	}
	_, d.presses = a[path{e, clusterSwitch, 1}]
	if err := d.fit(catalog); err != nil {
		return nil
	}
	return d
}

// refine tells kinds apart that share a device type.
func refine(kind string, has map[string]binding) string {
	all := func(properties ...string) bool {
		return !slices.ContainsFunc(properties, func(p string) bool { return has[p].decode == nil })
	}
	switch {
	case kind == "switch" && all("activePower", "cumulativeEnergyImported"):
		return "plug"
	case kind == "color-light" && !all("currentHue", "colorTemperatureMireds"):
		return "dimmable-light"
	case kind == "air-conditioner" && !all("fanMode", "occupiedHeatingSetpoint"):
		return "thermostat"
	case (kind == "temperature-sensor" || kind == "humidity-sensor") && all("temperature", "relativeHumidity"):
		return "climate-sensor"
	}
	return kind
}

// batteryOf returns what is known of the battery that feeds an endpoint: its own,
// or that of the node if the node is one piece.
func batteryOf(a attributes, e uint16, bridged bool) []binding {
	if own := bindBattery(e, a); own != nil || bridged {
		return own
	}
	return bindBattery(0, a)
}

// fit gives the device its model: the kind and what it has beyond it, the most
// important if that is too much. What the model has no room for goes.
func (d *device) fit(catalog *thing.Catalog) error {
	base, err := catalog.Describe(d.Kind, nil)
	if err != nil {
		return err
	}
	if _, ok := base.Events[press.Pressed]; !ok && d.presses {
		d.Capabilities = append(d.Capabilities, "switch")
	}
	if _, ok := base.Actions["identify"]; !ok && d.actions["identify"].proof != nil {
		d.Capabilities = append(d.Capabilities, "identify")
	}
	for _, c := range capabilities() {
		_, has := base.Properties[c.property]
		if b := d.bindings[c.property]; !has && b.decode != nil {
			d.Capabilities = append(d.Capabilities, c.name)
		}
	}
	d.Capabilities = d.Capabilities[:min(len(d.Capabilities), maxCapabilities)]
	slices.Sort(d.Capabilities)
	if d.model, err = catalog.Describe(d.Kind, d.Capabilities); err != nil {
		return err
	}
	maps.DeleteFunc(d.bindings, func(property string, _ binding) bool {
		_, ok := d.model.Properties[property]
		return !ok
	})
	maps.DeleteFunc(d.actions, func(name string, _ action) bool {
		_, ok := d.model.Actions[name]
		return !ok
	})
	return nil
}

// capability is a capability and the property that shows it.
type capability struct{ name, property string }

// capabilities are those a device may have beyond its kind, the important first.
func capabilities() []capability {
	return []capability{
		{"on-off", "onOff"},
		{"level", "currentLevel"},
		{"color-temperature", "colorTemperatureMireds"},
		{"color", "currentHue"},
		{"thermostat", "localTemperature"},
		{"cooling", "occupiedCoolingSetpoint"},
		{"fan", "fanMode"},
		{"contact", "contact"},
		{"occupancy", "occupancy"},
		{"smoke", "smokeState"},
		{"water-leak", "waterLeak"},
		{"battery-low", "batteryLow"},
		{"temperature", "temperature"},
		{"humidity", "relativeHumidity"},
		{"power", "activePower"},
		{"energy", "cumulativeEnergyImported"},
		{"battery", "batteryPercent"},
		{"illuminance", "illuminance"},
		{"pressure", "pressure"},
		{"mains", "voltage"},
	}
}

// fits reports whether a value is one the model allows.
func (d *device) fits(property string, v thing.Value) bool {
	p, ok := d.model.Properties[property]
	return ok && p.Check(v) == ""
}

// paths returns every attribute the device is made of.
func (d *device) paths() []path {
	var all []path
	for _, b := range d.bindings {
		all = append(all, b.paths...)
	}
	return all
}
