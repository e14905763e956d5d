package zwavejs

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Statuses of a node.
const (
	statusUnknown = iota
	statusAsleep
	statusAwake
	statusDead
	statusAlive
)

// listed is a node as the server describes it.
type listed struct {
	NodeID           int             `json:"nodeId"`
	Status           int             `json:"status"`
	Ready            bool            `json:"ready"`
	Listening        bool            `json:"isListening"`
	FrequentListener json.RawMessage `json:"isFrequentListening"` // "1000ms", or false
	Controller       bool            `json:"isControllerNode"`
	Name             string          `json:"name"`
	Location         string          `json:"location"`
	Label            string          `json:"label"`
	Manufacturer     string          `json:"manufacturer"`
	ManufacturerID   int             `json:"manufacturerId"`
	ProductType      int             `json:"productType"`
	ProductID        int             `json:"productId"`
	Firmware         string          `json:"firmwareVersion"`
	Config           struct {
		Manufacturer string `json:"manufacturer"`
		Label        string `json:"label"`
		Description  string `json:"description"`
	} `json:"deviceConfig"`
	Class     deviceClass `json:"deviceClass"`
	Endpoints []struct {
		Index int         `json:"index"`
		Class deviceClass `json:"deviceClass"`
	} `json:"endpoints"`
	RawValues []json.RawMessage `json:"values"`

	values    []value
	malformed uint64 // values left out
}

// deviceClass is what Z-Wave calls the kind of a device.
type deviceClass struct {
	Generic  struct{ Key int } `json:"generic"`
	Specific struct{ Key int } `json:"specific"`
}

// value is one of a node's values, described and as it was last.
type value struct {
	valueName
	Metadata struct {
		Type      string                     `json:"type"`
		Readable  bool                       `json:"readable"`
		Writeable bool                       `json:"writeable"`
		Unit      string                     `json:"unit"`
		Min       *float64                   `json:"min"`
		Max       *float64                   `json:"max"`
		States    map[string]json.RawMessage `json:"states"`
		Specific  struct {
			SensorType       int `json:"sensorType"`
			MeterType        int `json:"meterType"`
			Scale            int `json:"scale"`
			RateType         int `json:"rateType"`
			SetpointType     int `json:"setpointType"`
			NotificationType int `json:"notificationType"`
			Parameter        int `json:"parameter"`
		} `json:"ccSpecific"`
	} `json:"metadata"`
	Value json.RawMessage `json:"value"`

	id valueID
}

// sleepy reports whether the node sleeps most of the time and cannot be called.
func (l *listed) sleepy() bool {
	return !l.Listening && !strings.HasPrefix(string(l.FrequentListener), `"`)
}

var errListed = errors.New("the node makes no sense")

// parseListed reads a node. Values that make no sense are left out and counted.
func parseListed(text json.RawMessage) (listed, error) {
	var l listed
	if err := json.Unmarshal(text, &l); err != nil {
		return listed{}, fmt.Errorf("%w: %w", errListed, err)
	}
	if l.NodeID < 1 || l.NodeID > maxNodeID || len(l.RawValues) > maxValues {
		return l, fmt.Errorf("%w: number %d with %d values", errListed, l.NodeID, len(l.RawValues))
	}
	for _, text := range l.RawValues {
		var v value
		err := json.Unmarshal(text, &v)
		id, ok := v.valueName.id()
		if err != nil || !ok {
			l.malformed++
			continue
		}
		v.id = id
		if len(v.Value) > maxValueText {
			v.Value = nil
		}
		l.values = append(l.values, v)
	}
	l.RawValues = nil
	for _, text := range []*string{
		&l.Name, &l.Location, &l.Label, &l.Manufacturer, &l.Firmware,
		&l.Config.Manufacturer, &l.Config.Label, &l.Config.Description,
	} {
		*text = strings.ToValidUTF8((*text)[:min(len(*text), maxName)], "")
	}
	return l, nil
}

// classOf returns the device class of an endpoint; most have that of the node.
func (l *listed) classOf(endpoint int) deviceClass {
	for _, e := range l.Endpoints {
		if e.Index == endpoint && e.Class.Generic.Key != 0 {
			return e.Class
		}
	}
	return l.Class
}
