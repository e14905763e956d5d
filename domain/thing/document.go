package thing

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"strings"
)

// document is a Thing Model as it stands in its file.
type document struct {
	Context    json.RawMessage                       `json:"@context"`
	Type       string                                `json:"@type"`
	Title      string                                `json:"title"`
	Kind       string                                `json:"logis:kind"`
	DeviceType int                                   `json:"matter:deviceType,omitempty"`
	Version    map[string]string                     `json:"version"`
	Properties map[string]map[string]json.RawMessage `json:"properties,omitempty"`
	Actions    map[string]map[string]json.RawMessage `json:"actions,omitempty"`
	Events     map[string]map[string]json.RawMessage `json:"events,omitempty"`
}

func parseDocument(text []byte) (document, error) {
	var d document
	if err := strict(text, &d); err != nil {
		return d, err
	}
	if d.Type != "tm:ThingModel" {
		return d, fmt.Errorf("@type is %q, want tm:ThingModel", d.Type)
	}
	if d.Kind == "" || d.Version["model"] == "" {
		return d, fmt.Errorf("logis:kind and version.model are required")
	}
	return d, nil
}

// resolve replaces each tm:ref by the affordance it points at; members beside
// the tm:ref win over those of the target, as the Thing Model standard says.
func (d *document) resolve(capabilities map[string]document) error {
	for group, affordances := range d.groups() {
		for name, affordance := range affordances {
			raw, ok := affordance["tm:ref"]
			if !ok {
				continue
			}
			target, err := lookup(raw, capabilities)
			if err != nil {
				return fmt.Errorf("%s %s: %w", group, name, err)
			}
			for key, value := range target {
				if _, own := affordance[key]; !own {
					affordance[key] = value
				}
			}
			delete(affordance, "tm:ref")
		}
	}
	return nil
}

func (d *document) groups() map[string]map[string]map[string]json.RawMessage {
	return map[string]map[string]map[string]json.RawMessage{
		"properties": d.Properties, "actions": d.Actions, "events": d.Events,
	}
}

// lookup finds "../capabilities/level.tm.json#/properties/currentLevel".
func lookup(raw json.RawMessage, capabilities map[string]document) (map[string]json.RawMessage, error) {
	var ref string
	if err := json.Unmarshal(raw, &ref); err != nil {
		return nil, fmt.Errorf("tm:ref: %w", err)
	}
	file, pointer, _ := strings.Cut(ref, "#/")
	group, name, _ := strings.Cut(pointer, "/")
	capability, ok := capabilities[strings.TrimSuffix(path.Base(file), ".tm.json")]
	if !ok {
		return nil, fmt.Errorf("tm:ref %q: no such capability", ref)
	}
	affordance, ok := capability.groups()[group][name]
	if !ok {
		return nil, fmt.Errorf("tm:ref %q: no such affordance", ref)
	}
	return affordance, nil
}

// model turns a resolved document into the form the rest of Logis uses.
func (d *document) model() (*Model, error) {
	text, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	m := &Model{
		ID: d.Kind + "@" + d.Version["model"], Kind: d.Kind, Version: d.Version["model"],
		Title: d.Title, DeviceType: d.DeviceType, Document: text,
		Properties: map[string]Property{}, Actions: map[string]Action{}, Events: map[string]Event{},
	}
	for name, affordance := range d.Properties {
		if m.Properties[name], err = property(affordance); err != nil {
			return nil, fmt.Errorf("property %s: %w", name, err)
		}
	}
	for name, affordance := range d.Actions {
		if m.Actions[name], err = action(affordance); err != nil {
			return nil, fmt.Errorf("action %s: %w", name, err)
		}
	}
	for name, affordance := range d.Events {
		if m.Events[name], err = event(affordance); err != nil {
			return nil, fmt.Errorf("event %s: %w", name, err)
		}
	}
	return m, nil
}

func property(members map[string]json.RawMessage) (Property, error) {
	var p struct {
		Schema
		Term        string `json:"@type"`
		Description string `json:"description"`
		ReadOnly    bool   `json:"readOnly"`
		Class       Class  `json:"logis:class"`
	}
	if err := remarshal(members, &p); err != nil {
		return Property{}, err
	}
	if !p.ReadOnly && !p.Class.Converges() {
		return Property{}, fmt.Errorf("a writable property needs logis:class B, C or D, not %q", p.Class)
	}
	return Property{Schema: p.Schema, Term: p.Term, ReadOnly: p.ReadOnly, Class: p.Class}, nil
}

func action(members map[string]json.RawMessage) (Action, error) {
	var a struct {
		Title       string           `json:"title"`
		Term        string           `json:"@type"`
		Description string           `json:"description"`
		Class       Class            `json:"logis:class"`
		Input       *Schema          `json:"input"`
		Desires     map[string]Value `json:"logis:desires"`
	}
	if err := remarshal(members, &a); err != nil {
		return Action{}, err
	}
	if !a.Class.Valid() {
		return Action{}, fmt.Errorf("an action needs logis:class")
	}
	if len(a.Desires) > 0 && !a.Class.Converges() {
		return Action{}, fmt.Errorf("class %s leaves no desired value", a.Class)
	}
	return Action{Title: a.Title, Term: a.Term, Class: a.Class, Input: a.Input, Desires: a.Desires}, nil
}

func event(members map[string]json.RawMessage) (Event, error) {
	var e struct {
		Title       string  `json:"title"`
		Term        string  `json:"@type"`
		Description string  `json:"description"`
		Data        *Schema `json:"data"`
	}
	if err := remarshal(members, &e); err != nil {
		return Event{}, err
	}
	return Event{Title: e.Title, Term: e.Term, Data: e.Data}, nil
}

// remarshal reads an affordance. A member that is none of ours is an error: a
// bound with a slip in its name would bound nothing.
func remarshal(members map[string]json.RawMessage, into any) error {
	text, err := json.Marshal(members)
	if err != nil {
		return err
	}
	return strict(text, into)
}

func strict(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}
