package zigbee2mqtt

import (
	"fmt"
	"math"

	"logis/domain/thing"
)

// hueSaturation converts a chromaticity of the CIE 1931 diagram, as lamps store
// colours, to hue in degrees and saturation in percent, at full brightness. It
// is the inverse of what Zigbee2MQTT does with a hue and a saturation (wide gamut
// D65, no gamma), so that a colour ordered is a colour read.
func hueSaturation(x, y float64) (hue, saturation float64, ok bool) {
	if !(x >= 0 && x <= 1 && y > 0 && y <= 1) {
		return 0, 0, false
	}
	bigX, bigZ := x/y, (1-x-y)/y
	r := linear(bigX*1.656492 - 0.354851 - bigZ*0.255038)
	g := linear(-bigX*0.707196 + 1.655397 + bigZ*0.036152)
	b := linear(bigX*0.051713 - 0.121364 + bigZ*1.011530)
	top := max(r, g, b)
	if top == 0 {
		return 0, 0, false
	}
	r, g, b = r/top, g/top, b/top
	low := min(r, g, b)
	spread := 1 - low
	if spread == 0 {
		return 0, 0, true
	}
	switch {
	case r == 1:
		hue = (g - b) / spread
	case g == 1:
		hue = 2 + (b-r)/spread
	default:
		hue = 4 + (r-g)/spread
	}
	return math.Mod(hue*60+360, 360), spread * 100, true
}

// linear clips what lies outside the gamut.
func linear(v float64) float64 { return max(v, 0) }

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
				hue, saturation, ok := hueSaturation(float64(a[attributeX])/full, float64(a[attributeY])/full)
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
	return hueSaturation(*color.X, *color.Y)
}
