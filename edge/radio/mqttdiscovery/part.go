package mqttdiscovery

import (
	"fmt"
	"slices"
	"strings"

	"logis/domain/thing"
)

// part collects what becomes one device of Logis.
type part struct {
	suffix   string // of its address; "" for what the device mainly is
	name     string // of its main entity
	kind     string // decided by an actuator, else by the sensors
	main     *entity
	entities []*entity // whose availability counts
	bindings map[string]*binding
	actions  map[string]action
	presses  []trigger
	refused  []string // what of it is not understood
}

// action is what an action of a model becomes.
type action struct {
	encode func(*batch) error
	wants  map[string]thing.Value // what confirms it; nothing does if empty
}

func newPart() *part {
	return &part{bindings: map[string]*binding{}, actions: map[string]action{}}
}

// bind adds a binding unless the property has one.
func (p *part) bind(b *binding) bool {
	if _, taken := p.bindings[b.property]; taken || len(b.sources) == 0 && b.encode == nil {
		return false
	}
	p.bindings[b.property] = b
	return true
}

func (p *part) has(property string) bool { return p.bindings[property] != nil }

// refuse notes what is not understood, in words without names that people gave.
func (p *part) refuse(e *entity, field string, why error) {
	words := fmt.Sprintf("%s %s: %v", e.component, field, why)
	if !slices.Contains(p.refused, words) {
		p.refused = append(p.refused, words[:min(len(words), maxComplaint)])
	}
}

// rank orders what a device may mainly be; a high one is nothing of the kind.
func rank(e *entity) int {
	if i := slices.Index([]string{"climate", "lock", "cover", "valve", "light", "fan", "switch"}, e.component); i >= 0 && !e.setting() {
		return i
	}
	return notActuator
}

// notActuator is the rank of everything a device is not named after.
const notActuator = 9

// setting reports whether the entity is about the hardware rather than the home.
func (e *entity) setting() bool {
	return e.fields.text("entity_category") != "" || e.fields.has("enabled_by_default") && !e.fields.flag("enabled_by_default")
}

func (f fields) has(key string) bool { _, ok := f[key]; return ok }

// actuate makes the part what the entity is. It reports whether it could.
func (p *part) actuate(e *entity) bool {
	switch e.component {
	case "climate":
		p.climate(e)
	case "lock":
		p.lock(e)
	case "cover":
		p.cover(e)
	case "valve":
		p.valve(e)
	case "light":
		p.light(e)
	case "fan":
		p.fan(e)
	case "switch":
		p.relay(e)
	}
	if p.kind == "" {
		return false
	}
	p.main = e
	p.entities = append(p.entities, e)
	return true
}

// texts are what people may have written about the entity.
func (e *entity) texts() []string {
	return []string{e.about.model, e.fields.text("name"), e.fields.text("device_class"), strings.ReplaceAll(e.object, "_", " ")}
}

// onOff binds a power switch.
func (p *part) onOff(e *entity) *binding {
	on, off := e.fields.payload("payload_on", "ON"), e.fields.payload("payload_off", "OFF")
	template := "value_template"
	if e.fields.has("state_value_template") {
		template = "state_value_template"
	}
	b := &binding{
		property: "onOff",
		sources: p.source(e, "state_topic", template, word(map[string]thing.Value{
			e.fields.payload("state_on", on): "true", e.fields.payload("state_off", off): "false",
		})),
	}
	if c, ok := p.command(e, "command_topic", "command_template"); ok {
		b.encode = c.choice(map[thing.Value]string{"true": on, "false": off})
	}
	return b
}

// relay maps a switch. One that is a valve becomes a valve: opening it is an
// order of class A, whatever it is announced as.
func (p *part) relay(e *entity) {
	b := p.onOff(e)
	if b.encode == nil {
		return
	}
	if !mentions(e.texts(), "valve") {
		p.kind = "switch"
		p.bind(b)
		return
	}
	position := func(v thing.Value, ok bool) (thing.Value, bool) {
		if v == "true" {
			return `"open"`, ok
		}
		return `"closed"`, ok
	}
	valve := &binding{property: "valveState"}
	for _, s := range b.sources {
		valve.sources = append(valve.sources, source{s.topic, func(r *reading) (thing.Value, bool) { return position(s.read(r)) }})
	}
	p.turn(valve, func(o *batch) error { return b.encode("true", o) }, func(o *batch) error { return b.encode("false", o) })
}

// turn makes the part a valve.
func (p *part) turn(state *binding, open, closed func(*batch) error) {
	p.kind = "valve"
	p.bind(state)
	p.actions["openValve"] = action{open, map[string]thing.Value{"valveState": `"open"`}}
	p.actions["closeValve"] = action{closed, map[string]thing.Value{"valveState": `"closed"`}}
}

// valve maps a valve that tells open and closed. Those that tell a position are
// left out: half open is no state of the model.
func (p *part) valve(e *entity) {
	if e.fields.flag("reports_position") {
		p.refuse(e, "reports_position", errUnfit)
		return
	}
	c, ok := p.command(e, "command_topic", "command_template")
	if !ok {
		return
	}
	state := &binding{property: "valveState", sources: p.source(e, "state_topic", "value_template", word(map[string]thing.Value{
		e.fields.payload("state_open", "open"): `"open"`, e.fields.payload("state_closed", "closed"): `"closed"`,
		e.fields.payload("state_opening", "opening"): `"transitioning"`, e.fields.payload("state_closing", "closing"): `"transitioning"`,
	}))}
	send := func(payload string) func(*batch) error {
		return func(b *batch) error { return c.send(b, payload, nil) }
	}
	p.turn(state, send(e.fields.payload("payload_open", "OPEN")), send(e.fields.payload("payload_close", "CLOSE")))
}
