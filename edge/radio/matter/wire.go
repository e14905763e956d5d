package matter

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// schema is the version of the interface spoken here; a server says the range it
// speaks.
const schema = 11

// serverInfo is the server's first message.
type serverInfo struct {
	Fabric     uint64 `json:"compressed_fabric_id"`
	Schema     int    `json:"schema_version"`
	MinSchema  int    `json:"min_supported_schema_version"`
	Bluetooth  bool   `json:"bluetooth_enabled"`
	SDKVersion string `json:"sdk_version"`
}

var errSchema = errors.New("the Matter Server speaks another version of its interface")

func (i serverInfo) check() error {
	if i.Schema < schema || i.MinSchema > schema {
		return fmt.Errorf("%w: %d to %d, want %d", errSchema, i.MinSchema, i.Schema, schema)
	}
	return nil
}

// frame is any later message of the server: an answer or an event.
type frame struct {
	ID      string          `json:"message_id"`
	Result  json.RawMessage `json:"result"`
	Code    *int            `json:"error_code"`
	Details string          `json:"details"`
	Event   string          `json:"event"`
	Data    json.RawMessage `json:"data"`
}

// parseFrame reads a message.
func parseFrame(text []byte) (frame, bool) {
	var f frame
	if json.Unmarshal(text, &f) != nil {
		return f, false
	}
	return f, f.ID != "" || f.Event != ""
}

// request is a message to the server.
type request struct {
	ID      string         `json:"message_id"`
	Command string         `json:"command"`
	Args    map[string]any `json:"args"`
}

// attributes are values by their path, "endpoint/cluster/attribute".
type attributes map[path]json.RawMessage

// path names an attribute of a node.
type path struct {
	endpoint  uint16
	cluster   uint32
	attribute uint32
}

func (p path) String() string { return fmt.Sprintf("%d/%d/%d", p.endpoint, p.cluster, p.attribute) }

func parsePath(text string) (path, bool) {
	first, rest, _ := strings.Cut(text, "/")
	second, third, _ := strings.Cut(rest, "/")
	endpoint, err1 := strconv.ParseUint(first, 10, 16)
	cluster, err2 := strconv.ParseUint(second, 10, 32)
	attribute, err3 := strconv.ParseUint(third, 10, 32)
	return path{uint16(endpoint), uint32(cluster), uint32(attribute)}, err1 == nil && err2 == nil && err3 == nil
}

// node is the server's description of a node.
type node struct {
	id         uint64
	available  bool
	attributes attributes
}

// parseNode reads a description. Attributes that cannot be used are left out.
func parseNode(text []byte) (node, bool) {
	var told struct {
		ID         *uint64                    `json:"node_id"`
		Available  bool                       `json:"available"`
		Attributes map[string]json.RawMessage `json:"attributes"`
	}
	if json.Unmarshal(text, &told) != nil || told.ID == nil {
		return node{}, false
	}
	n := node{id: *told.ID, available: told.Available, attributes: attributes{}}
	n.attributes.add(told.Attributes)
	return n, true
}

// add takes in attributes under their names on the wire, but for those that mean
// nothing here: certificates, access lists, what a cluster lists of itself.
func (a attributes) add(told map[string]json.RawMessage) {
	for name, value := range told {
		if p, ok := parsePath(name); ok && len(value) <= maxValue && meansSomething(p) {
			a[p] = value
		}
	}
}

// update is an attribute_updated: [node, "endpoint/cluster/attribute", value].
type update struct {
	node  uint64
	path  path
	value json.RawMessage
}

func parseUpdate(text []byte) (update, bool) {
	var parts []json.RawMessage
	var u update
	var name string
	if json.Unmarshal(text, &parts) != nil || len(parts) != 3 ||
		json.Unmarshal(parts[0], &u.node) != nil || json.Unmarshal(parts[1], &name) != nil {
		return u, false
	}
	var ok bool
	u.path, ok = parsePath(name)
	u.value = parts[2]
	return u, ok && len(u.value) <= maxValue
}

// nodeEvent is something that happened at a node.
type nodeEvent struct {
	Node     *uint64                    `json:"node_id"`
	Endpoint uint16                     `json:"endpoint_id"`
	Cluster  uint32                     `json:"cluster_id"`
	Event    uint32                     `json:"event_id"`
	Number   uint64                     `json:"event_number"`
	Data     map[string]json.RawMessage `json:"data"`
}

func parseEvent(text []byte) (nodeEvent, bool) {
	var e nodeEvent
	if json.Unmarshal(text, &e) != nil {
		return e, false
	}
	return e, e.Node != nil
}
