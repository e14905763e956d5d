package matter

import (
	"fmt"
	"math"

	"logis/domain/thing"
	"logis/edge/radio/lamp"
)

// full is the highest level, hue and saturation of a device.
const full = 254

// circle is how many degrees of hue there are; the first is the last.
const circle = 360

// now asks a lamp to change without taking its time, and also while it is off.
func now(fields map[string]any) map[string]any {
	fields["transitionTime"], fields["optionsMask"], fields["optionsOverride"] = 0, 1, 1
	return fields
}

func bindOnOff(e uint16, a attributes) []binding {
	at := path{e, clusterOnOff, 0}
	if _, ok := a[at]; !ok {
		return nil
	}
	b := bindFlag("onOff", at)
	b.encode = func(v thing.Value, _ attributes) (step, error) {
		if v == "true" {
			return step{command: "On", path: at}, nil
		}
		return step{command: "Off", path: at}, nil
	}
	return []binding{b}
}

// bindLevel binds the brightness. Level 0 is the darkest a lamp can be and not
// off: a lamp told to go to its least level turns itself off, so it is told the
// one above.
func bindLevel(e uint16, a attributes) []binding {
	at, least := path{e, clusterLevel, 0}, path{e, clusterLevel, 2}
	_, ok := a[at]
	if _, switches := a[path{e, clusterOnOff, 0}]; !ok || !switches {
		return nil // a level without a switch is a speaker's volume or a pump's speed
	}
	return []binding{{
		property: "currentLevel", paths: []path{at}, tolerance: 1,
		decode: func(a attributes) (thing.Value, bool) {
			level, ok := number(a[at])
			return thing.Number(lamp.Percent(level, full)), ok
		},
		encode: func(v thing.Value, a attributes) (step, error) {
			percent, ok := v.Float()
			if !ok {
				return step{}, fmt.Errorf("%s is not a number", v)
			}
			darkest, told := number(a[least])
			if !told {
				darkest = 1
			}
			level := max(lamp.Level(percent, full), darkest+1)
			return step{command: "MoveToLevelWithOnOff", path: at, payload: now(map[string]any{"level": min(level, full)})}, nil
		},
	}}
}

// Attributes of the colour cluster, and its modes: what a colour was set by.
const (
	attributeHue        = 0
	attributeSaturation = 1
	attributeX          = 3
	attributeY          = 4
	attributeMireds     = 7
	attributeColorMode  = 8
	attributeLeastMired = 16395
	attributeMostMired  = 16396
	modeHueSaturation   = 0
	modeXY              = 1
	modeTemperature     = 2
)

// Features of the colour cluster.
const (
	featureHueSaturation = 1 << 0
	featureXY            = 1 << 3
	featureTemperature   = 1 << 4
)

// bindColor binds what the lamp can do of hue and saturation, xy and temperature.
// A lamp keeps a value for each; only those of its present mode are true.
func bindColor(e uint16, a attributes) []binding {
	at := func(attribute uint32) path { return path{e, clusterColor, attribute} }
	features, _ := whole(a[at(attributeFeatures)])
	var all []binding
	if features&featureTemperature != 0 {
		all = append(all, bindMireds(e))
	}
	switch {
	case features&featureHueSaturation != 0:
		all = append(all, bindHueSaturation(e)...)
	case features&featureXY != 0:
		all = append(all, bindXY(e)...)
	}
	return all
}

// inMode reports whether the lamp's colour was set by what the mode says. A lamp
// that tells no mode has only one.
func inMode(e uint16, a attributes, mode uint64) bool {
	n, ok := whole(a[path{e, clusterColor, attributeColorMode}])
	return !ok || n == mode
}

func bindMireds(e uint16) binding {
	at := func(attribute uint32) path { return path{e, clusterColor, attribute} }
	return binding{
		property: "colorTemperatureMireds", paths: []path{at(attributeMireds), at(attributeColorMode)}, tolerance: 1,
		decode: func(a attributes) (thing.Value, bool) {
			f, ok := number(a[at(attributeMireds)])
			return thing.Number(math.Round(f)), ok && inMode(e, a, modeTemperature)
		},
		encode: func(v thing.Value, a attributes) (step, error) {
			f, err := limited(v, a, at(attributeLeastMired), at(attributeMostMired), 1)
			return step{command: "MoveToColorTemperature", path: at(0), payload: now(map[string]any{"colorTemperatureMireds": f})}, err
		},
	}
}

// bindHueSaturation binds hue and saturation. A lamp in xy mode tells a colour,
// too.
func bindHueSaturation(e uint16) []binding {
	at := func(attribute uint32) path { return path{e, clusterColor, attribute} }
	paths := []path{at(attributeHue), at(attributeSaturation), at(attributeX), at(attributeY), at(attributeColorMode)}
	decode := func(attribute uint32, top float64) func(attributes) (thing.Value, bool) {
		return func(a attributes) (thing.Value, bool) {
			if mode, _ := whole(a[at(attributeColorMode)]); mode == modeXY {
				return ofXY(e, a, attribute == attributeHue)
			}
			f, ok := number(a[at(attribute)])
			return thing.Number(math.Round(f * top / full)), ok && inMode(e, a, modeHueSaturation)
		}
	}
	encode := func(command, field string, top float64) func(thing.Value, attributes) (step, error) {
		return func(v thing.Value, _ attributes) (step, error) {
			f, ok := v.Float()
			if !ok {
				return step{}, fmt.Errorf("%s is not a number", v)
			}
			fields := now(map[string]any{field: math.Round(f * full / top)})
			if field == "hue" {
				fields["direction"] = 0 // the shortest way
			}
			return step{command: command, path: at(0), payload: fields}, nil
		}
	}
	return []binding{
		{property: "currentHue", paths: paths, decode: decode(attributeHue, circle), encode: encode("MoveToHue", "hue", circle), tolerance: 2, round: true},
		{property: "currentSaturation", paths: paths, decode: decode(attributeSaturation, 100), encode: encode("MoveToSaturation", "saturation", 100), tolerance: 1},
	}
}

// bindXY binds the hue and saturation of a lamp that knows only xy. Setting one
// keeps the other.
func bindXY(e uint16) []binding {
	at := func(attribute uint32) path { return path{e, clusterColor, attribute} }
	paths := []path{at(attributeX), at(attributeY), at(attributeColorMode)}
	one := func(property string, isHue bool) binding {
		return binding{
			property: property, paths: paths, tolerance: xyTolerance, round: isHue,
			decode: func(a attributes) (thing.Value, bool) {
				if !inMode(e, a, modeXY) {
					return "", false
				}
				return ofXY(e, a, isHue)
			},
			encode: func(v thing.Value, a attributes) (step, error) {
				f, ok := v.Float()
				if !ok {
					return step{}, fmt.Errorf("%s is not a number", v)
				}
				hue, saturation := f, 100.0
				if told, ok := ofXY(e, a, !isHue); ok && isHue {
					saturation, _ = told.Float()
				} else if !isHue {
					hue, _ = told.Float()
					saturation = f
				}
				x, y := lamp.ToXY(hue, saturation)
				const unit = 65536
				return step{command: "MoveToColor", path: at(0), payload: now(map[string]any{"colorX": math.Round(x * unit), "colorY": math.Round(y * unit)})}, nil
			},
		}
	}
	return []binding{one("currentHue", true), one("currentSaturation", false)}
}

// xyTolerance is how far the colour of a lamp may be from the one ordered when it
// clips colours to what its diodes can do, in degrees and percent.
const xyTolerance = 30

// ofXY reckons the hue or saturation of a lamp's xy.
func ofXY(e uint16, a attributes, isHue bool) (thing.Value, bool) {
	const unit = 65536
	x, ok1 := number(a[path{e, clusterColor, attributeX}])
	y, ok2 := number(a[path{e, clusterColor, attributeY}])
	hue, saturation, ok3 := lamp.OfXY(x/unit, y/unit)
	if isHue {
		return thing.Number(math.Mod(math.Round(hue), circle)), ok1 && ok2 && ok3
	}
	return thing.Number(math.Round(saturation)), ok1 && ok2 && ok3
}
