package zwavejs

import (
	"encoding/json"
	"math"
	"strconv"
)

// frame is anything the server sends.
type frame struct {
	Type string `json:"type"`

	// version
	HomeID           uint32 `json:"homeId"`
	MinSchemaVersion int    `json:"minSchemaVersion"`
	MaxSchemaVersion int    `json:"maxSchemaVersion"`

	// result
	MessageID     string          `json:"messageId"`
	Success       bool            `json:"success"`
	Result        json.RawMessage `json:"result"`
	ErrorCode     string          `json:"errorCode"`
	Message       string          `json:"message"`
	ZWaveCodeName string          `json:"zwaveErrorCodeName"`
	ZWaveMessage  string          `json:"zwaveErrorMessage"`

	// event
	Event json.RawMessage `json:"event"`
}

// event is something that happened at a node, the controller or the driver.
type event struct {
	Source    string          `json:"source"`
	Name      string          `json:"event"`
	NodeID    int             `json:"nodeId"`
	Node      json.RawMessage `json:"node"`      // of a node that was added or removed
	NodeState json.RawMessage `json:"nodeState"` // of one that is ready
	Class     int             `json:"ccId"`      // of a notification
	Requested json.RawMessage `json:"requested"` // security classes somebody asks for
	Args      json.RawMessage `json:"args"`
}

// valueArgs are the arguments of an event about a value.
type valueArgs struct {
	valueName
	NewValue json.RawMessage `json:"newValue"`
	Value    json.RawMessage `json:"value"` // of a value that is told once, such as a scene
}

// valueName is a value's id as the server writes it.
type valueName struct {
	CommandClass int             `json:"commandClass"`
	Endpoint     int             `json:"endpoint"`
	Property     json.RawMessage `json:"property"`
	PropertyKey  json.RawMessage `json:"propertyKey"`
}

// valueID names a value of a node; it can be compared.
type valueID struct {
	endpoint, class int
	property, key   name
}

// name is a word or a number. The zero name is none.
type name struct {
	text   string
	number bool
}

func word(text string) name { return name{text: text} }

func number(n int) name { return name{text: strconv.Itoa(n), number: true} }

// id reads a value's id; false when it is none.
func (v valueName) id() (valueID, bool) {
	property, ok1 := readName(v.Property)
	key, ok2 := readName(v.PropertyKey)
	sound := ok1 && ok2 && property != name{} && v.CommandClass > 0 && v.CommandClass <= math.MaxUint16 && v.Endpoint >= 0 && v.Endpoint <= math.MaxUint8
	return valueID{v.Endpoint, v.CommandClass, property, key}, sound
}

func readName(text json.RawMessage) (name, bool) {
	if len(text) == 0 || string(text) == "null" {
		return name{}, true
	}
	if len(text) > maxName {
		return name{}, false
	}
	var s string
	if json.Unmarshal(text, &s) == nil {
		return word(s), true
	}
	var n int
	if json.Unmarshal(text, &n) == nil {
		return number(n), true
	}
	return name{}, false
}

// MarshalJSON writes the id as the server reads it.
func (v valueID) MarshalJSON() ([]byte, error) {
	fields := map[string]any{"commandClass": v.class, "endpoint": v.endpoint, "property": v.property}
	if v.key != (name{}) {
		fields["propertyKey"] = v.key
	}
	return json.Marshal(fields)
}

// MarshalJSON writes a word or a number.
func (n name) MarshalJSON() ([]byte, error) {
	if n.number {
		return []byte(n.text), nil
	}
	return json.Marshal(n.text)
}
