package local

import (
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/outbox"
)

// The shapes of answers: names and forms are those of the cloud's API where it has
// them, so that one program can speak to both.

// instant is a time in UTC with microseconds; null if it is not known.
type instant struct{ time.Time }

// MarshalJSONTo writes the time or null.
func (i instant) MarshalJSONTo(e *jsontext.Encoder) error {
	if i.IsZero() {
		return e.WriteToken(jsontext.Null)
	}
	return e.WriteToken(jsontext.String(i.UTC().Format("2006-01-02T15:04:05.000000Z")))
}

type deviceShape struct {
	ID           domain.DeviceID   `json:"id"`
	Name         string            `json:"name"`
	Kind         string            `json:"kind"`
	Model        string            `json:"model"`
	Capabilities []string          `json:"capabilities"`
	RoomName     *string           `json:"room_name"`
	Gateway      domain.GatewayID  `json:"gateway"`
	Address      string            `json:"address"`
	Attributes   map[string]string `json:"attributes"`
	Affordances  affordances       `json:"affordances"`
	Twin         twinShape         `json:"twin"`
}

type twinShape struct {
	Device     domain.DeviceID          `json:"device"`
	Available  *availableShape          `json:"available"`
	Properties map[string]propertyShape `json:"properties"`
}

type availableShape struct {
	Is bool `json:"is"`
}

type propertyShape struct {
	Reported reportedShape `json:"reported"`
}

type reportedShape struct {
	Value thing.Value `json:"value"`
	At    instant     `json:"at"`
	AgeMS *int64      `json:"age_ms"` // null: nobody knows how old it is
}

func (s *Server) deviceOf(t outbox.Twin) deviceShape {
	d := deviceShape{
		ID: t.ID, Name: t.Name, Kind: t.Kind, Model: t.Kind, Capabilities: t.Capabilities, RoomName: textOrNull(t.Room),
		Gateway: s.options.Gateway, Address: t.Radio + "/" + t.Address, Attributes: t.Attributes, Twin: twinOf(t),
	}
	title := t.Kind
	if t.Model != nil {
		d.Model, d.Affordances, title = t.Model.ID, affordancesOf(t.Model), t.Model.Title
	}
	if d.Name == "" {
		d.Name = title
	}
	return d
}

func twinOf(t outbox.Twin) twinShape {
	shape := twinShape{Device: t.ID, Properties: make(map[string]propertyShape, len(t.Values))}
	if t.Available != nil {
		shape.Available = &availableShape{*t.Available}
	}
	for name, told := range t.Values {
		reported := reportedShape{Value: told.Value, At: instant{told.At}}
		if told.Age >= 0 {
			ms := told.Age.Milliseconds()
			reported.AgeMS = &ms
		}
		shape.Properties[name] = propertyShape{reported}
	}
	return shape
}

type commandShape struct {
	ID        domain.CommandID       `json:"id"`
	Device    domain.DeviceID        `json:"device"`
	Gateway   domain.GatewayID       `json:"gateway"`
	Class     thing.Class            `json:"class"`
	Set       map[string]thing.Value `json:"set"`
	Action    *string                `json:"action"`
	Input     thing.Value            `json:"input"`
	Actor     actorShape             `json:"actor"`
	Status    domain.Status          `json:"status"`
	Reason    *string                `json:"reason"`
	Observed  map[string]thing.Value `json:"observed"`
	Deadline  instant                `json:"deadline"` // null: there is none, or the time is not known
	TTL       int64                  `json:"ttl_ms"`   // 0: there is none
	Over      int64                  `json:"transition_ms"`
	Requested stepShape              `json:"requested"`
	Delivered *stepShape             `json:"delivered"`
	Ended     *stepShape             `json:"ended"`
}

type stepShape struct {
	At instant `json:"at"`
}

type actorShape struct {
	Kind string  `json:"kind"`
	ID   string  `json:"id"`
	Name *string `json:"name"`
}

func (s *Server) commandOf(a outbox.ActState) commandShape {
	c := commandShape{
		ID: a.Command, Device: a.Device, Gateway: s.options.Gateway, Class: a.Class, Set: a.Set, Action: textOrNull(a.Action),
		Input: a.Input, Actor: actorShape{Kind: "local", ID: a.Client}, Status: domain.Requested, Reason: textOrNull(a.Reason),
		Observed: a.Observed, TTL: a.TTL.Milliseconds(), Over: a.Transition.Milliseconds(), Requested: stepShape{instant{a.Asked}},
	}
	if client, err := s.clients.read(a.Client); err == nil {
		c.Actor.Name = &client.Name
	}
	if !a.Asked.IsZero() && a.TTL > 0 {
		c.Deadline = instant{a.Asked.Add(a.TTL)}
	}
	if a.Begun {
		c.Status, c.Delivered = domain.Delivered, &stepShape{instant{a.Delivered}}
	}
	if a.Outcome != "" {
		c.Status, c.Ended = domain.Status(a.Outcome), &stepShape{instant{a.Ended}}
	}
	return c
}

// affordances are all a page needs to draw controls.
type affordances struct {
	Properties map[string]propertyModel `json:"properties"`
	Actions    map[string]actionModel   `json:"actions"`
	Events     map[string]eventModel    `json:"events"`
}

type propertyModel struct {
	schema
	ReadOnly bool         `json:"read_only"`
	Class    *thing.Class `json:"class,omitzero"`
}

type schema struct {
	Type       string            `json:"type"`
	Title      string            `json:"title,omitzero"`
	Unit       string            `json:"unit,omitzero"`
	Minimum    *float64          `json:"minimum,omitzero"`
	Maximum    *float64          `json:"maximum,omitzero"`
	MultipleOf float64           `json:"multipleOf,omitzero"`
	MaxLength  int               `json:"maxLength,omitzero"`
	Enum       []thing.Value     `json:"enum,omitzero"`
	Properties map[string]schema `json:"properties,omitzero"`
	Required   []string          `json:"required,omitzero"`
}

type actionModel struct {
	Title string      `json:"title"`
	Class thing.Class `json:"class"`
	Input *schema     `json:"input,omitzero"`
}

type eventModel struct {
	Title string `json:"title"`
}

func affordancesOf(m *thing.Model) affordances {
	a := affordances{
		Properties: map[string]propertyModel{}, Actions: map[string]actionModel{}, Events: map[string]eventModel{},
	}
	for name, p := range m.Properties {
		model := propertyModel{schema: schemaOf(&p.Schema), ReadOnly: p.ReadOnly}
		if p.Class.Valid() {
			model.Class = &p.Class
		}
		a.Properties[name] = model
	}
	for name, action := range m.Actions {
		model := actionModel{Title: action.Title, Class: action.Class}
		if action.Input != nil {
			input := schemaOf(action.Input)
			model.Input = &input
		}
		a.Actions[name] = model
	}
	for name, event := range m.Events {
		a.Events[name] = eventModel{event.Title}
	}
	return a
}

func schemaOf(s *thing.Schema) schema {
	out := schema{
		Type: s.Type, Title: s.Title, Unit: s.Unit, Minimum: s.Minimum, Maximum: s.Maximum,
		MultipleOf: s.MultipleOf, MaxLength: s.MaxLength, Enum: s.Enum, Required: s.Required,
	}
	if len(s.Properties) > 0 {
		out.Properties = make(map[string]schema, len(s.Properties))
		for name, member := range s.Properties {
			out.Properties[name] = schemaOf(&member)
		}
	}
	return out
}

func textOrNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// marshal returns a frame or an answer. A text that is no UTF-8 is mended: one bad
// name must not hide a home.
func marshal(v any) ([]byte, error) {
	return json.Marshal(v, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
}
