package mqttdiscovery

import (
	"errors"
	"math"
	"slices"

	"logis/domain/thing"
	"logis/edge/radio/lamp"
)

var errSchema = errors.New("this schema is not supported")

// lightFeatures is what a light can, however it is told.
type lightFeatures struct {
	level, white, colour bool
	lowest, highest      float64 // mireds
}

// light maps a light of the schemas "json" and "basic".
func (p *part) light(e *entity) {
	var has lightFeatures
	var compose func(lampOrder, *batch) error
	var sources map[string][]source
	switch schema := e.fields.payload("schema", "basic"); schema {
	case "json":
		has, sources, compose = p.jsonLight(e)
	case "basic", "default":
		has, sources, compose = p.basicLight(e)
	default:
		p.refuse(e, "schema "+schema[:min(len(schema), maxName/8)], errSchema)
	}
	if compose == nil {
		return
	}
	note := func(change func(*lampOrder, thing.Value) error) func(thing.Value, *batch) error {
		return func(v thing.Value, b *batch) error {
			if b.lamp == nil {
				b.lamp = &lampOrder{compose: compose}
			}
			return change(b.lamp, v)
		}
	}
	amount := func(lowest, highest float64, place func(*lampOrder) **float64) func(thing.Value, *batch) error {
		return note(func(o *lampOrder, v thing.Value) error {
			f, err := numberOf(v)
			if err == nil && (f < lowest || f > highest) {
				err = errors.New("this device takes " + decimal(lowest) + " to " + decimal(highest))
			}
			*place(o) = &f
			return err
		})
	}
	p.kind = "light"
	p.bind(&binding{property: "onOff", sources: sources["onOff"], encode: note(func(o *lampOrder, v thing.Value) error {
		on := v == "true"
		o.on = &on
		return nil
	})})
	if has.level {
		p.kind = "dimmable-light"
		p.bind(&binding{property: "currentLevel", sources: sources["currentLevel"], matches: within(1),
			encode: amount(0, fullPercent, func(o *lampOrder) **float64 { return &o.level })})
	}
	if has.white {
		p.bind(&binding{property: "colorTemperatureMireds", sources: sources["colorTemperatureMireds"], matches: within(2),
			encode: amount(has.lowest, has.highest, func(o *lampOrder) **float64 { return &o.mireds })})
	}
	if has.colour {
		p.bind(&binding{property: "currentHue", sources: sources["currentHue"], matches: sameHue,
			encode: amount(0, 360, func(o *lampOrder) **float64 { return &o.hue })})
		p.bind(&binding{property: "currentSaturation", sources: sources["currentSaturation"], matches: within(colorTolerance),
			encode: amount(0, fullPercent, func(o *lampOrder) **float64 { return &o.saturate })})
	}
	if has.level && has.white && has.colour {
		p.kind = "color-light"
	}
}

// colorTolerance is how far a lamp's colour may be from the one ordered, in
// degrees of hue and in percent of saturation: lamps clip colours to what their
// diodes can do.
const colorTolerance = 30

func sameHue(wanted, said thing.Value) bool {
	w, ok1 := wanted.Float()
	s, ok2 := said.Float()
	apart := math.Abs(math.Mod(w-s, 360))
	return ok1 && ok2 && min(apart, 360-apart) <= colorTolerance
}

// Colour temperatures in mireds; those of a light that announces none are the
// format's own.
const (
	usualLowest  = 153
	usualHighest = 500
	perKelvin    = 1e6 // mireds are a million divided by kelvins
)

// mireds reads the range of a light that can be white.
func (l *lightFeatures) mireds(f fields) {
	l.lowest, l.highest = f.number("min_mireds", usualLowest), f.number("max_mireds", usualHighest)
	if k := f.number("max_kelvin", 0); k > 0 {
		l.lowest = math.Round(perKelvin / k)
	}
	if k := f.number("min_kelvin", 0); k > 0 {
		l.highest = math.Round(perKelvin / k)
	}
}

// scaled returns a reader of a level on a scale.
func scaled(full float64) func(string) (thing.Value, bool) {
	return numeric(0, func(level float64) float64 { return lamp.Percent(level, full) })
}

// levelOn returns a level on a scale. Zero percent is the darkest a lamp can be,
// as in Matter, and not off.
func levelOn(percent, full float64) float64 { return max(1, lamp.Level(percent, full)) }

// colorModes returns the modes a light announces.
func colorModes(f fields) []string { return f.texts("supported_color_modes") }

func hasMode(modes []string, wanted ...string) bool {
	return slices.ContainsFunc(modes, func(m string) bool { return slices.Contains(wanted, m) })
}
