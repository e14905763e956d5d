package mqttdiscovery

import (
	"math"
	"strings"

	"logis/domain/thing"
	"logis/edge/radio/lamp"
)

// basic is a light with a topic for each of its values.
type basic struct {
	power        *binding
	level, white command
	full         float64 // the scale of its level
	kelvin       bool
	colour       func(hue, saturation float64, b *batch) error // nil if it has none
	turnsOn      string                                        // how it is turned on
	has          lightFeatures
}

// basicLight maps a light with a topic for each of its values.
func (p *part) basicLight(e *entity) (has lightFeatures, sources map[string][]source, compose func(lampOrder, *batch) error) {
	f := e.fields
	l := &basic{power: p.onOff(e), full: f.number("brightness_scale", fullScale), kelvin: f.flag("color_temp_kelvin")}
	if l.power.encode == nil {
		return has, nil, nil
	}
	if l.full <= 0 {
		l.full = fullScale
	}
	sources = map[string][]source{"onOff": l.power.sources}
	if l.level, l.has.level = p.command(e, "brightness_command_topic", "brightness_command_template"); l.has.level {
		sources["currentLevel"] = p.source(e, "brightness_state_topic", "brightness_value_template", scaled(l.full))
	}
	if l.white, l.has.white = p.command(e, "color_temp_command_topic", "color_temp_command_template"); l.has.white {
		sources["colorTemperatureMireds"] = p.source(e, "color_temp_state_topic", "color_temp_value_template", numeric(0, l.temperature))
	}
	l.colour = p.basicColor(e, sources)
	l.has.colour = l.colour != nil
	l.has.mireds(f)
	l.turnsOn = f.payload("on_command_type", "last")
	return l.has, sources, l.compose
}

// temperature turns mireds into what the light counts in, and back.
func (l *basic) temperature(n float64) float64 {
	if l.kelvin {
		return math.Round(perKelvin / n)
	}
	return n
}

// compose sends what an order wants, in the order the light asks for.
func (l *basic) compose(o lampOrder, b *batch) error {
	on := func() error { return l.power.encode("true", b) }
	style := func() error { return l.style(o, b) }
	steps := []func() error{style, on}
	switch {
	case o.on != nil && !*o.on:
		return l.power.encode("false", b)
	case l.turnsOn == "brightness" && l.has.level: // a level turns it on
		if o.level == nil {
			o.level = lastLevel(b.told)
		}
		steps = []func() error{style}
	case l.turnsOn == "first":
		steps = []func() error{on, style}
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// style sends how a light is to burn.
func (l *basic) style(o lampOrder, b *batch) error {
	if o.mireds != nil {
		if err := l.white.send(b, decimal(l.temperature(*o.mireds)), nil); err != nil {
			return err
		}
	}
	if o.hue != nil {
		if err := l.colour(*o.hue, *o.saturate, b); err != nil {
			return err
		}
	}
	if o.level != nil {
		return l.level.send(b, decimal(levelOn(*o.level, l.full)), nil)
	}
	return nil
}

// lastLevel is the level a lamp told last, or full.
func lastLevel(told map[string]thing.Value) *float64 {
	percent, ok := told["currentLevel"].Float()
	if !ok || percent == 0 {
		percent = fullPercent
	}
	return &percent
}

// basicColor adds the sources of a colour and returns how it is sent; nil if it
// cannot be.
func (p *part) basicColor(e *entity, sources map[string][]source) func(hue, saturation float64, b *batch) error {
	for _, mode := range []struct {
		name string
		of   func(v []float64) (hue, saturation float64, ok bool)
		to   func(hue, saturation float64) []float64
		vars []string
	}{
		{"hs", func(v []float64) (float64, float64, bool) { return v[0], v[1], true },
			func(h, s float64) []float64 { return []float64{h, s} }, []string{"hue", "sat"}},
		{"rgb", func(v []float64) (float64, float64, bool) { return lamp.OfRGB(v[0], v[1], v[2]) }, rgbBytes, []string{"red", "green", "blue"}},
		{"xy", func(v []float64) (float64, float64, bool) { return lamp.OfXY(v[0], v[1]) },
			func(h, s float64) []float64 { x, y := lamp.ToXY(h, s); return []float64{x, y} }, []string{"x", "y"}},
	} {
		before := len(p.refused)
		c, ok := p.command(e, mode.name+"_command_topic", mode.name+"_command_template")
		if !ok {
			continue
		}
		pick := func(which func(h, s float64) float64) []source {
			return p.source(e, mode.name+"_state_topic", mode.name+"_value_template", func(said string) (thing.Value, bool) {
				v, ok := numbers(said, len(mode.vars))
				if !ok {
					return "", false
				}
				h, s, ok := mode.of(v)
				return thing.Number(math.Round(which(h, s))), ok
			})
		}
		sources["currentHue"] = pick(func(h, _ float64) float64 { return h })
		sources["currentSaturation"] = pick(func(_, s float64) float64 { return s })
		if len(p.refused) > before { // what cannot be read cannot be confirmed either
			continue
		}
		return func(hue, saturation float64, b *batch) error {
			words, more := []string{}, scope{}
			for i, f := range mode.to(hue, saturation) {
				words = append(words, decimal(f))
				more[mode.vars[i]] = number{f, f == math.Trunc(f)}
			}
			return c.send(b, strings.Join(words, ","), more)
		}
	}
	return nil
}

func rgbBytes(hue, saturation float64) []float64 {
	r, g, b := lamp.ToRGB(hue, saturation)
	return []float64{math.Round(r * fullScale), math.Round(g * fullScale), math.Round(b * fullScale)}
}

// numbers reads a list of numbers with commas between them.
func numbers(said string, count int) ([]float64, bool) {
	words := strings.Split(said, ",")
	if len(words) != count {
		return nil, false
	}
	var all []float64
	for _, w := range words {
		n, ok := parseNumber(w)
		if !ok {
			return nil, false
		}
		all = append(all, n.f)
	}
	return all, true
}
