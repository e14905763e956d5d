package zigbee2mqtt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"logis/domain/thing"
	"logis/edge/radio/lamp"
)

// Clusters of the Zigbee Cluster Library that hold what Logis orders.
const (
	clusterBasic      = 0x0000
	clusterIdentify   = 0x0003
	clusterOnOff      = 0x0006
	clusterLevel      = 0x0008
	clusterLock       = 0x0101
	clusterCovering   = 0x0102
	clusterThermostat = 0x0201
	clusterFan        = 0x0202
	clusterColor      = 0x0300
)

// clusterName is how bridge/devices calls a cluster.
func clusterName(id uint16) string {
	switch id {
	case clusterBasic:
		return "genBasic"
	case clusterIdentify:
		return "genIdentify"
	case clusterOnOff:
		return "genOnOff"
	case clusterLevel:
		return "genLevelCtrl"
	case clusterLock:
		return "closuresDoorLock"
	case clusterCovering:
		return "closuresWindowCovering"
	case clusterThermostat:
		return "hvacThermostat"
	case clusterFan:
		return "hvacFanCtrl"
	case clusterColor:
		return "lightingColorCtrl"
	}
	return ""
}

// probe reads a property from the device itself, with one ZCL read.
type probe struct {
	endpoint   byte
	cluster    uint16
	attributes []uint16
	// decode makes a value of what the device answered. Nil means that the value
	// follows in a state message: Zigbee2MQTT knows how this device counts.
	decode func(attributes) (thing.Value, bool)
}

func (p *probe) exists() bool { return p.endpoint != 0 }

// attributes are numbers a device answered, by attribute id.
type attributes map[uint16]int64

// endpoints finds where on a device a cluster lives.
type endpoints struct {
	all  map[string]endpointInfo
	name string // of the endpoint the exposes belong to; "" for the device's own
}

// probe returns a probe of the cluster, or the zero probe when the device does
// not have it there.
func (e endpoints) probe(cluster uint16, decode func(attributes) (thing.Value, bool), ids ...uint16) probe {
	best := 0
	for key, info := range e.all {
		id, err := strconv.ParseUint(key, 10, 8)
		if err != nil || id == 0 || !slices.Contains(info.Clusters.Input, clusterName(cluster)) {
			continue
		}
		if e.name != "" && info.Name != e.name && key != e.name {
			continue
		}
		if best == 0 || int(id) < best {
			best = int(id)
		}
	}
	if best == 0 {
		return probe{}
	}
	return probe{endpoint: byte(best), cluster: cluster, attributes: ids, decode: decode}
}

// Statuses and commands of ZCL answers.
const (
	zclSuccess      = 0x00
	zclReadResponse = 0x01
	zclManufacturer = 0x04 // bit of the frame control: a manufacturer code follows
)

var (
	errFrame       = errors.New("not a ZCL read response")
	errUnsupported = errors.New("the device does not have the attribute")
)

// decodeReadResponse takes the numbers out of a ZCL read response. An attribute
// the device does not have is missing; errUnsupported if it has none of them.
func decodeReadResponse(zcl []byte) (attributes, error) {
	head := 3
	if len(zcl) > 0 && zcl[0]&zclManufacturer != 0 {
		head += 2
	}
	if len(zcl) < head || zcl[head-1] != zclReadResponse {
		return nil, errFrame
	}
	found := attributes{}
	for rest := zcl[head:]; len(rest) > 0; {
		if len(rest) < 3 {
			return nil, fmt.Errorf("record of %d bytes: %w", len(rest), errFrame)
		}
		id, status := binary.LittleEndian.Uint16(rest), rest[2]
		rest = rest[3:]
		if status != zclSuccess {
			continue
		}
		value, size, err := decodeNumber(rest)
		if err != nil {
			return nil, err
		}
		found[id] = value
		rest = rest[size:]
	}
	if len(found) == 0 {
		return nil, errUnsupported
	}
	return found, nil
}

// decodeNumber reads a type byte and a value of up to eight bytes. The types of
// the clusters above are all numbers: boolean, bitmap, unsigned, signed, enum.
func decodeNumber(b []byte) (value int64, size int, err error) {
	if len(b) == 0 {
		return 0, 0, errFrame
	}
	kind, signed := b[0], false
	switch {
	case kind == 0x10:
		size = 1
	case kind == 0x30 || kind == 0x31:
		size = int(kind-0x30) + 1
	case kind >= 0x08 && kind <= 0x0f, kind >= 0x18 && kind <= 0x1f, kind >= 0x20 && kind <= 0x27:
		size = int(kind&7) + 1
	case kind >= 0x28 && kind <= 0x2f:
		size, signed = int(kind&7)+1, true
	default:
		return 0, 0, fmt.Errorf("data type %#x: %w", kind, errFrame)
	}
	if len(b) < 1+size {
		return 0, 0, fmt.Errorf("value of type %#x is cut off: %w", kind, errFrame)
	}
	var padded [8]byte
	copy(padded[:], b[1:1+size])
	value = int64(binary.LittleEndian.Uint64(padded[:])) //nolint:gosec // bits, not a number yet
	if unused := 64 - 8*size; signed {
		value = value << unused >> unused
	}
	return value, 1 + size, nil
}

// Decoders of single attributes.

func decodeOnOff(a attributes) (thing.Value, bool) {
	v, ok := a[0]
	return thing.Bool(v == 1), ok
}

func decodeLevel(a attributes) (thing.Value, bool) {
	v, ok := a[0]
	return thing.Number(lamp.Percent(float64(v), fullLevel)), ok
}

func decodeMireds(a attributes) (thing.Value, bool) {
	v, ok := a[attributeMireds]
	if a[attributeMode] != modeTemperature {
		return "", false
	}
	return thing.Number(float64(v)), ok
}

func decodeLock(a attributes) (thing.Value, bool) {
	v, ok := a[0]
	if !ok || v < 0 || v > 2 {
		return "", false
	}
	return [...]thing.Value{`"notFullyLocked"`, `"locked"`, `"unlocked"`}[v], true
}

func decodeHundredths(id uint16) func(attributes) (thing.Value, bool) {
	return func(a attributes) (thing.Value, bool) {
		v, ok := a[id]
		return thing.Number(float64(v) / 100), ok
	}
}

// fullLevel is the highest level of the level cluster.
const fullLevel = 254
