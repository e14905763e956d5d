package zigbee2mqtt

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// listed is one element of bridge/devices, as far as this package reads it.
type listed struct {
	Address    string                  `json:"ieee_address"`
	Network    uint16                  `json:"network_address"`
	Type       string                  `json:"type"`
	Name       string                  `json:"friendly_name"`
	Disabled   bool                    `json:"disabled"`
	Supported  bool                    `json:"supported"`
	Interview  string                  `json:"interview_state"`
	Power      string                  `json:"power_source"`
	ModelID    string                  `json:"model_id"`
	Firmware   string                  `json:"software_build_id"`
	Endpoints  map[string]endpointInfo `json:"endpoints"`
	Definition *definition             `json:"definition"`
}

type endpointInfo struct {
	Name     string `json:"name"`
	Clusters struct {
		Input []string `json:"input"`
	} `json:"clusters"`
}

// definition is what Zigbee2MQTT knows about a model.
type definition struct {
	Model       string   `json:"model"`
	Vendor      string   `json:"vendor"`
	Description string   `json:"description"`
	Exposes     []expose `json:"exposes"`
	Options     []option `json:"options"`
}

// option is something one may add to a set message.
type option struct {
	Name string `json:"name"`
}

// expose is one thing a device tells or takes; "light", "climate" and the like
// group several.
type expose struct {
	Type     string            `json:"type"`
	Name     string            `json:"name"`
	Property string            `json:"property"` // its key in state messages
	Endpoint string            `json:"endpoint"`
	Unit     string            `json:"unit"`
	Access   access            `json:"access"`
	Min      *float64          `json:"value_min"`
	Max      *float64          `json:"value_max"`
	On       json.RawMessage   `json:"value_on"`
	Off      json.RawMessage   `json:"value_off"`
	Values   []json.RawMessage `json:"values"`
	Features []expose          `json:"features"`
}

// access says how a value may be used.
type access int

const (
	published access = 1 // in state messages
	settable  access = 2 // by set
	gettable  access = 4 // by get
)

func (a access) has(b access) bool { return a&b != 0 }

// feature returns the feature of the name, or a zero expose.
func (e *expose) feature(name string) (expose, bool) {
	for _, f := range e.Features {
		if f.Name == name {
			return f, true
		}
	}
	return expose{}, false
}

// texts returns those of the values that are texts.
func (e *expose) texts() []string {
	var texts []string
	for _, v := range e.Values {
		var s string
		if json.Unmarshal(v, &s) == nil {
			texts = append(texts, s)
		}
	}
	return texts
}

// coordinator is the type of the stick itself, which every list holds.
const coordinator = "Coordinator"

// splitList cuts bridge/devices into its elements, so that one strange element
// spoils none of the others.
func splitList(text []byte) ([]json.RawMessage, error) {
	var elements []json.RawMessage
	if err := json.Unmarshal(text, &elements); err != nil {
		return nil, fmt.Errorf("bridge/devices: %w", err)
	}
	return elements, nil
}

// parseListed reads one element. It reports false for what is no device a home
// could use: the coordinator, what is disabled, unknown or not interviewed yet.
func parseListed(text []byte) (listed, bool, error) {
	var d listed
	if err := json.Unmarshal(text, &d); err != nil {
		return d, false, fmt.Errorf("element of bridge/devices: %w", err)
	}
	if d.Type == coordinator || d.Disabled || !d.Supported || d.Definition == nil || d.Interview != "SUCCESSFUL" {
		return d, false, nil
	}
	if !validAddress(d.Address) {
		return d, false, fmt.Errorf("element of bridge/devices: address %.40q is not 0x and 16 digits", d.Address)
	}
	if !fitsTopic(d.Name) {
		return d, false, fmt.Errorf("device %s: its name cannot be part of a topic", d.Address)
	}
	if n := countFeatures(d.Definition.Exposes); n > maxFeatures {
		return d, false, fmt.Errorf("device %s: exposes %d features, more than %d", d.Address, n, maxFeatures)
	}
	return d, true, nil
}

// fitsTopic reports whether a friendly name can be part of topics.
func fitsTopic(name string) bool {
	return name != "" && len(name) <= maxName && !strings.ContainsAny(name, "+#\x00")
}

func validAddress(a string) bool {
	return len(a) == 18 && strings.HasPrefix(a, "0x") && strings.Trim(a[2:], "0123456789abcdef") == ""
}

func countFeatures(exposes []expose) int {
	n := len(exposes)
	for _, e := range exposes {
		n += countFeatures(e.Features)
	}
	return n
}

// sleepy reports whether the device sleeps most of the time, so that asking it
// takes long and costs its battery.
func (d *listed) sleepy() bool { return d.Type == "EndDevice" || d.Power == "Battery" }

// sameJSON reports whether two JSON literals are the same but for white space.
func sameJSON(a, b json.RawMessage) bool {
	return bytes.Equal(bytes.TrimSpace(a), bytes.TrimSpace(b))
}
