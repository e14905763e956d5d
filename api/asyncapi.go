package api

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/yaml"

	"logis/domain"
)

// frame is one kind of text on a live connection, as the AsyncAPI document has it.
type frame struct {
	name  string // of its message: its type
	title string
	shape any
}

// said are what the server says over which channel, heard what the app says.
func said(channel string) []frame {
	told := []frame{
		{"welcome", "A home is followed from here on", Welcome{}},
		{"news", "The log grew", News{}},
		{"pulse", "A sign of life, every 15 seconds", Pulse{}},
	}
	ended := frame{"ended", "A home is not followed any more", Ended{}}
	switch channel {
	case "home":
		return told
	case "stream":
		return append(told, ended)
	}
	return append(told, ended,
		frame{"answer", "A command was begun", Answer{}},
		frame{"refusal", "A frame of the app came to nothing", Refusal{}})
}

func heard() []frame {
	return []frame{
		{"subscribe", "Follow a home", Subscribe{}},
		{"unsubscribe", "Follow it no more", Unsubscribe{}},
		{"command", "Ask something of a device", Order{}},
	}
}

const aboutLive = `How an app is told what happens in a home, as it happens. The REST interface is described in ` + "`/api/v1/openapi.yaml`" + `; who asks, and with what, is said there.

**Resuming.** Every frame of a home carries a ` + "`seq`" + `: begin with ` + "`after`" + ` that number and you hear exactly what you missed, each event once, in order, as far as you may see it.

**Narrowing.** Devices, rooms and types of events narrow what is told. Events that are left out still count: the seq of a pulse moves on.

**Back-pressure.** Who does not read is not waited for: 64 pages behind, or 10 seconds within one, and the connection is closed with 4429. Resume. What an app sends is read one frame at a time, the next when the last was answered.

**Ends.** 4401: the session, the token or the membership ended. 4403: what you may see has changed; begin again without after. 4408: no home is followed. 4429: too slow. 1012: the server stops; come back after a moment. 1011: a fault of ours.`

type object = map[string]any

// async writes the AsyncAPI 3 document from the same Go types that are sent.
func (s *Server) async() ([]byte, error) {
	doc := object{
		"asyncapi": "3.0.0",
		"info": object{
			"title": "Logis live", "version": "1", "description": aboutLive,
			"license": object{"name": "Apache-2.0"},
		},
		"defaultContentType": "application/json",
		"servers": object{"origin": object{
			"host": "{host}", "protocol": "wss", "pathname": base, "description": "The server the app came from.",
			"variables": object{"host": object{"default": "localhost:8080"}},
			"security":  []any{object{"$ref": "#/components/securitySchemes/token"}, object{"$ref": "#/components/securitySchemes/session"}},
		}},
		"channels": object{
			"home":   channel(livePath, "One home, told over a WebSocket. The app sends nothing.", said("home"), true),
			"stream": channel(streamPath, "One home, told as server-sent events: each frame is the data of an event of its type.", said("stream"), true),
			"homes":  channel(trunkPath, "Several homes over one WebSocket, and commands.", append(said("homes"), heard()...), false),
		},
		"operations": object{
			"tellHome":   carries("send", "home", said("home")),
			"streamHome": carries("send", "stream", said("stream")),
			"tellHomes":  carries("send", "homes", said("homes")),
			"hearApp":    carries("receive", "homes", heard()),
		},
	}
	schemas := object{}
	messages := object{}
	for _, f := range append(said("homes"), heard()...) {
		name := s.gather(schemas, f.shape)
		messages[f.name] = object{
			"name": f.name, "title": f.title, "contentType": "application/json", "payload": object{"$ref": "#/components/schemas/" + name},
		}
	}
	doc["components"] = object{"messages": messages, "schemas": schemas, "securitySchemes": object{
		"token":   object{"type": "http", "scheme": "bearer", "description": "Made by POST /account/tokens."},
		"session": object{"type": "httpApiKey", "in": "cookie", "name": cookieName, "description": "Set by POST /session; from the app's own origin only."},
	}}
	text, err := json.Marshal(doc)
	if err != nil {
		return nil, domain.Wrap(domain.Internal, "the document cannot be written", err)
	}
	var out bytes.Buffer
	err = yaml.Convert(&out, bytes.NewReader(text))
	return out.Bytes(), err
}

func channel(path, about string, frames []frame, ofHome bool) object {
	messages := object{}
	for _, f := range frames {
		messages[f.name] = object{"$ref": "#/components/messages/" + f.name}
	}
	c := object{"address": path, "description": about, "messages": messages}
	if ofHome {
		c["parameters"] = object{"home": object{"description": "The home."}}
		query := object{}
		for _, p := range (following{}).parameters() {
			if p.In == "query" {
				query[p.Name] = object{"type": p.Schema.Type, "description": p.Description, "examples": p.Schema.Examples}
			}
		}
		c["bindings"] = object{"ws": object{"query": object{"type": "object", "properties": query}}}
	}
	return c
}

func carries(action, over string, frames []frame) object {
	messages := make([]any, len(frames))
	for i, f := range frames {
		messages[i] = object{"$ref": "#/channels/" + over + "/messages/" + f.name}
	}
	return object{"action": action, "channel": object{"$ref": "#/channels/" + over}, "messages": messages}
}

// gather puts the schema of a shape and of all that it refers to into schemas, and
// returns its name.
func (s *Server) gather(schemas object, shape any) string {
	all := s.huma.OpenAPI().Components.Schemas
	ref := all.Schema(reflect.TypeOf(shape), true, "").Ref
	var add func(name string)
	add = func(name string) {
		if schemas[name] != nil {
			return
		}
		schemas[name] = all.Map()[name]
		for _, further := range references(all.Map()[name]) {
			add(further)
		}
	}
	name := ref[strings.LastIndex(ref, "/")+1:]
	add(name)
	return name
}

// references returns the names of the schemas that one refers to directly.
func references(schema *huma.Schema) []string {
	if schema == nil {
		return nil
	}
	var names []string
	if schema.Ref != "" {
		names = append(names, schema.Ref[strings.LastIndex(schema.Ref, "/")+1:])
	}
	inside := []*huma.Schema{schema.Items, schema.Not}
	inside = append(append(append(inside, schema.OneOf...), schema.AnyOf...), schema.AllOf...)
	for _, property := range schema.Properties {
		inside = append(inside, property)
	}
	if further, ok := schema.AdditionalProperties.(*huma.Schema); ok {
		inside = append(inside, further)
	}
	for _, part := range inside {
		names = append(names, references(part)...)
	}
	return names
}
