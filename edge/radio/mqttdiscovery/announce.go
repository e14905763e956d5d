package mqttdiscovery

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// entity is one thing a device announces: a light, a sensor, a press of a button.
type entity struct {
	component string // light, sensor, device_automation, …
	object    string // its id among those of its kind in the device
	unit      string // the device it belongs to
	fields    fields
	about     about
}

// Zigbee2MQTT is how Zigbee2MQTT calls itself, for Options.Except.
const Zigbee2MQTT = "Zigbee2MQTT"

// isSoftware reports whether the announcement is about the software that speaks,
// not about a device: its switches are settings that nobody should find among
// the lamps.
func (e *entity) isSoftware() bool {
	return e.about.manufacturer == Zigbee2MQTT && e.about.model == "Bridge"
}

// about is what an announcement says of the device.
type about struct {
	name, manufacturer, model, modelID, firmware, serial, area string

	origin string // the software that speaks
}

var errAnnouncement = errors.New("announcement")

// announcement is where an announcement stands: component, and id of the entity.
func (o Options) announcement(topic string) (component, object string, ok bool) {
	rest, ok := strings.CutPrefix(topic, o.Prefix+"/")
	if !ok {
		return "", "", false
	}
	rest, ok = strings.CutSuffix(rest, "/config")
	levels := strings.Split(rest, "/")
	if !ok || len(levels) < 2 || len(levels) > 3 || slices.Contains(levels, "") {
		return "", "", false
	}
	return levels[0], levels[len(levels)-1], true
}

// parseAnnouncement reads what was announced on a topic: one entity, or those of
// a whole device. What is not an object of the form is an error.
func parseAnnouncement(component, object string, payload []byte) ([]*entity, error) {
	v, ok := decodeJSON(payload)
	if !ok {
		return nil, fmt.Errorf("%w: not JSON", errAnnouncement)
	}
	root, ok := objectOf(v)
	if !ok {
		return nil, fmt.Errorf("%w: not an object", errAnnouncement)
	}
	if component != "device" {
		root.expandBase(root.text("~"))
		e, err := newEntity(component, object, root, root)
		if err != nil {
			return nil, err
		}
		return []*entity{e}, nil
	}
	parts, ok := root["components"].(map[string]any)
	if !ok || len(parts) > maxEntities {
		return nil, fmt.Errorf("%w: %d components of a device", errAnnouncement, len(parts))
	}
	var all []*entity
	for _, id := range slices.Sorted(maps.Keys(parts)) {
		part, ok := objectOf(parts[id])
		if !ok || part.text("platform") == "" {
			return nil, fmt.Errorf("%w: a component without platform", errAnnouncement)
		}
		if len(part) == 1 { // it is there no more
			continue
		}
		for _, key := range shared() {
			if v, ok := root[key]; ok {
				if _, own := part[key]; !own {
					part[key] = v
				}
			}
		}
		base := part.text("~")
		if base == "" {
			base = root.text("~")
		}
		part.expandBase(base)
		e, err := newEntity(part.text("platform"), id, part, root)
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

func objectOf(v any) (fields, bool) { return object(v, longNames()) }

// shared are the fields a device may announce once for all its components.
func shared() []string {
	return []string{
		"availability", "availability_mode", "availability_template", "availability_topic", "payload_available",
		"payload_not_available", "command_topic", "state_topic", "encoding", "qos",
	}
}

func newEntity(component, object string, f, root fields) (*entity, error) {
	if len(object) > maxName {
		return nil, fmt.Errorf("%w: an id of %d bytes", errAnnouncement, len(object))
	}
	e := &entity{component: component, object: object, fields: f}
	d, hasDevice := describedBy(root)
	e.about = about{
		name: d.label("name"), manufacturer: d.label("manufacturer"), model: d.label("model"), modelID: d.label("model_id"),
		firmware: d.label("sw_version"), serial: d.label("serial_number"), area: d.label("suggested_area"),
	}
	if origin, ok := objectOf(root["origin"]); ok {
		e.about.origin = origin.label("name")
	}
	id := identity(d)
	if id == "" {
		id = f.text("unique_id")
	}
	if id == "" {
		id = component + "." + object
	}
	if !hasDevice || e.about.name == "" {
		if label := f.label("name"); !hasDevice && label != "" {
			e.about.name = label
		}
	}
	e.unit = safeID(id)
	return e, nil
}

func describedBy(root fields) (fields, bool) {
	d, ok := object(root["device"], longDeviceNames())
	if !ok {
		return fields{}, false
	}
	return d, true
}

// identity returns what identifies the hardware: of several identifiers the first
// in the alphabet, so that their order means nothing.
func identity(d fields) string {
	ids := d.texts("identifiers")
	if len(ids) == 0 {
		list, _ := d["connections"].([]any)
		for _, item := range list {
			if pair, ok := item.([]any); ok && len(pair) == 2 {
				if s, ok := write(pair[1]); ok {
					ids = append(ids, s)
				}
			}
		}
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return strings.TrimSpace(id) == "" })
	if len(ids) == 0 {
		return ""
	}
	return slices.Min(ids)
}

// safeID makes an id part of an address: no white space, no slash, not too long.
func safeID(id string) string {
	safe := url.PathEscape(id)
	if len(safe) > maxID {
		hash := sha256.Sum256([]byte(id))
		return "sha256-" + hex.EncodeToString(hash[:16])
	}
	return safe
}
