package api

import (
	"context"
	"net/http"

	"logis/domain"
	"logis/domain/thing"
)

// Model is what one kind of device can be and do.
type Model struct {
	ID          string      `json:"id" doc:"Kind and version." example:"dimmable-light@1.0.0"`
	Kind        string      `json:"kind" doc:"The kind." example:"dimmable-light"`
	Version     string      `json:"version" doc:"Semantic version of the document." example:"1.0.0"`
	Title       string      `json:"title" doc:"For people." example:"Dimmable light"`
	DeviceType  int         `json:"device_type" doc:"Matter device type; 0: none." example:"257"`
	Affordances Affordances `json:"affordances" doc:"What it can be and do, in short."`
	Document    Object      `json:"document" doc:"The W3C Thing Model, its references resolved."`
}

// Affordances are all a page needs to draw controls.
type Affordances struct {
	Properties map[string]Schema `json:"properties" doc:"Its values by name."`
	Actions    map[string]Action `json:"actions" doc:"What it can be told to do, by name."`
	Events     map[string]Signal `json:"events" doc:"What it tells beside its values, by name."`
}

// Schema is one property: what its value can be and whether it can be set.
type Schema struct {
	DataSchema
	ReadOnly bool         `json:"read_only" doc:"Only the device itself moves it." example:"false"`
	Class    *thing.Class `json:"class,omitzero" nullable:"false" enum:"A,B,C,D,E,F" doc:"How carefully a command that sets it is treated; absent when it cannot be set." example:"C"`
}

// DataSchema is what a value can be: the part of JSON Schema that models use.
type DataSchema struct {
	Type       string                `json:"type" enum:"boolean,integer,number,string,object" doc:"The type of the value." example:"integer"`
	Title      string                `json:"title,omitzero" doc:"For people." example:"Brightness"`
	Unit       string                `json:"unit,omitzero" doc:"The unit of a number." example:"percent"`
	Minimum    *float64              `json:"minimum,omitzero" nullable:"false" doc:"The least number." example:"0"`
	Maximum    *float64              `json:"maximum,omitzero" nullable:"false" doc:"The greatest number." example:"100"`
	MultipleOf float64               `json:"multipleOf,omitzero" doc:"The step between numbers." example:"1"`
	MaxLength  int                   `json:"maxLength,omitzero" doc:"The most characters of a text." example:"64"`
	Enum       []thing.Value         `json:"enum,omitzero" nullable:"false" doc:"All the values there are."`
	Properties map[string]DataSchema `json:"properties,omitzero" doc:"The members of an object."`
	Required   []string              `json:"required,omitzero" nullable:"false" doc:"The members an object must have." example:"hue"`
}

// Action is something a device can be told to do.
type Action struct {
	Title string      `json:"title" doc:"For people." example:"Unlock"`
	Class thing.Class `json:"class" enum:"A,B,C,D,E,F" doc:"How carefully the command is treated." example:"A"`
	Input *DataSchema `json:"input,omitzero" doc:"What it takes; absent when nothing."`
}

// Signal is something a device tells that is no lasting value.
type Signal struct {
	Title string `json:"title" doc:"For people." example:"Pressed"`
}

func schemaOf(s *thing.Schema) DataSchema {
	out := DataSchema{
		Type: s.Type, Title: s.Title, Unit: s.Unit, Minimum: s.Minimum, Maximum: s.Maximum,
		MultipleOf: s.MultipleOf, MaxLength: s.MaxLength, Enum: s.Enum, Required: s.Required,
	}
	if len(s.Properties) > 0 {
		out.Properties = make(map[string]DataSchema, len(s.Properties))
		for name, member := range s.Properties {
			out.Properties[name] = schemaOf(&member)
		}
	}
	return out
}

func affordancesOf(m *thing.Model) Affordances {
	a := Affordances{
		Properties: make(map[string]Schema, len(m.Properties)),
		Actions:    make(map[string]Action, len(m.Actions)),
		Events:     make(map[string]Signal, len(m.Events)),
	}
	for name, p := range m.Properties {
		schema := Schema{DataSchema: schemaOf(&p.Schema), ReadOnly: p.ReadOnly}
		if p.Class.Valid() {
			schema.Class = &p.Class
		}
		a.Properties[name] = schema
	}
	for name, action := range m.Actions {
		out := Action{Title: action.Title, Class: action.Class}
		if action.Input != nil {
			input := schemaOf(action.Input)
			out.Input = &input
		}
		a.Actions[name] = out
	}
	for name, event := range m.Events {
		a.Events[name] = Signal{Title: event.Title}
	}
	return a
}

func modelOf(m *thing.Model) Model {
	return Model{
		ID: m.ID, Kind: m.Kind, Version: m.Version, Title: m.Title, DeviceType: m.DeviceType,
		Affordances: affordancesOf(m), Document: m.Document,
	}
}

type (
	modelsOutput struct {
		Body list[Model]
	}
	modelInput struct {
		Kind string `path:"kind" maxLength:"64" doc:"The kind." example:"dimmable-light"`
	}
	modelOutput struct {
		Body Model
	}
)

func (s *Server) addModels() {
	add(s, operation{
		id: "list-models", tokens: true, method: http.MethodGet, path: "/models", tag: "Devices",
		summary: "What kinds of devices there are", description: "Returns the model of every kind that Logis knows.",
	}, s.listModels)
	add(s, operation{
		id: "get-model", tokens: true, method: http.MethodGet, path: "/models/{kind}", tag: "Devices",
		summary: "What one kind of device is", description: "Returns the model of a kind, with its W3C Thing Model.",
		refusals: []int{http.StatusNotFound},
	}, s.getModel)
}

func (s *Server) listModels(context.Context, *nothing) (*modelsOutput, error) {
	out := &modelsOutput{}
	for _, m := range s.options.Store.Catalog().Kinds() {
		out.Body.Items = append(out.Body.Items, modelOf(m))
	}
	return out, nil
}

func (s *Server) getModel(_ context.Context, in *modelInput) (*modelOutput, error) {
	m, err := s.options.Store.Catalog().Describe(in.Kind, nil)
	if err != nil {
		return nil, domain.Errorf(domain.NotFound, "there is no such kind of device")
	}
	return &modelOutput{modelOf(m)}, nil
}
