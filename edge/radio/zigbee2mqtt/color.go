package zigbee2mqtt

import (
	"fmt"
	"math"

	"logis/domain/thing"
	"logis/edge/radio/lamp"
)

// Attributes of the colour cluster.
const (
	attributeX      = 0x0003
	attributeY      = 0x0004
	attributeMireds = 0x0007
	attributeMode   = 0x0008
)

// Colour modes of a lamp: what its colour was set by.
const modeTemperature = 2

// bindColor returns the bindings of hue and saturation. Lamps clip colours to
// what their diodes can do, so the confirmation is lenient.
func bindColor(e expose, where endpoints) []binding {
	pick := func(property string, of func(hue, saturation float64) float64) binding {
		return binding{
			property: property,
			decode: func(s state) (thing.Value, bool) {
				hue, saturation, ok := toldColor(s, e.Property)
				return thing.Number(math.Round(of(hue, saturation))), ok
			},
			probe: where.probe(clusterColor, func(a attributes) (thing.Value, bool) {
				if a[attributeMode] == modeTemperature {
					return "", false
				}
				const full = 65536
				hue, saturation, ok := lamp.OfXY(float64(a[attributeX])/full, float64(a[attributeY])/full)
				return thing.Number(math.Round(of(hue, saturation))), ok
			}, attributeX, attributeY, attributeMode),
			get: getKey(e),
		}
	}
	hue := pick("currentHue", func(h, _ float64) float64 { return h })
	saturation := pick("currentSaturation", func(_, s float64) float64 { return s })
	hue.encode = writeColor(e.Property, "hue")
	saturation.encode = writeColor(e.Property, "saturation")
	hue.matches = sameHue
	saturation.matches = within(colorTolerance)
	return []binding{hue, saturation}
}

// colorTolerance is how far a lamp's colour may be from the one ordered, in
// degrees of hue and in percent of saturation.
const colorTolerance = 30

func sameHue(wanted, said thing.Value) bool {
	w, ok1 := wanted.Float()
	s, ok2 := said.Float()
	apart := math.Abs(math.Mod(w-s, 360))
	return ok1 && ok2 && min(apart, 360-apart) <= colorTolerance
}

func writeColor(key, part string) func(thing.Value, map[string]any) error {
	return func(v thing.Value, into map[string]any) error {
		f, ok := v.Float()
		if !ok {
			return fmt.Errorf("%s is not a number", v)
		}
		color, ok := into[key].(map[string]any)
		if !ok {
			color = map[string]any{}
			into[key] = color
		}
		color[part] = f
		return nil
	}
}

// toldColor reads the colour of a state message. A lamp in temperature mode has
// none: the one Zigbee2MQTT adds then is reckoned, not said.
func toldColor(s state, key string) (hue, saturation float64, ok bool) {
	if mode, _ := word(s["color_mode"]); mode == "color_temp" {
		return 0, 0, false
	}
	var color struct{ X, Y, Hue, Saturation *float64 }
	if !decodeInto(s[key], &color) {
		return 0, 0, false
	}
	if color.Hue != nil && color.Saturation != nil {
		return *color.Hue, *color.Saturation, true
	}
	if color.X == nil || color.Y == nil {
		return 0, 0, false
	}
	return lamp.OfXY(*color.X, *color.Y)
}
