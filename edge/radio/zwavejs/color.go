package zwavejs

import (
	"fmt"
	"math"

	"logis/domain/thing"
	"logis/edge/radio/lamp"
)

// Components of a colour.
const (
	warmWhite = iota
	coldWhite
	red
	green
	blue
)

// componentNames are what a colour's components are called where all are set at
// once.
func componentNames() []string {
	return []string{warmWhite: "warmWhite", coldWhite: "coldWhite", red: "red", green: "green", blue: "blue"}
}

// fullComponent is the most a component can be.
const fullComponent = 255

// Colour temperatures of only the cold and only the warm white. Z-Wave has no
// values for them; these are 6500 K and 2700 K.
const (
	coldMireds = 154
	warmMireds = 370
)

// palette are the components a lamp has.
type palette struct {
	part   *part
	target valueID // sets several at once
	has    [blue + 1]bool
}

// color maps a lamp's colours.
func (p *part) color() {
	target, ok := p.find(classColorSwitch, "targetColor", name{})
	if !ok {
		return
	}
	c := &palette{part: p, target: target.id}
	for component := range c.has {
		_, c.has[component] = p.find(classColorSwitch, "currentColor", number(component))
	}
	white, colorful := c.has[warmWhite] && c.has[coldWhite], c.has[red] && c.has[green] && c.has[blue]
	if white {
		p.bind(c.mireds())
	}
	if colorful {
		p.bind(c.hueSaturation()...)
	}
	if white && colorful {
		p.kind = "color-light"
	}
}

// now returns the value that tells a component.
func (c *palette) now(component int) valueID {
	return valueID{c.part.endpoint, classColorSwitch, word("currentColor"), number(component)}
}

// shares reads components as they are; false when one is not known.
func (c *palette) shares(get lookup, components ...int) ([]float64, bool) {
	var all []float64
	for _, component := range components {
		f, ok := finite(get(c.now(component)))
		if !ok || f < 0 || f > fullComponent {
			return nil, false
		}
		all = append(all, f)
	}
	return all, true
}

// put sets the components given, and all the lamp has besides to nothing.
func (c *palette) put(into *sets, shares map[int]float64) {
	color := map[string]any{}
	for component, name := range componentNames() {
		if c.has[component] {
			color[name] = math.Round(shares[component])
		}
	}
	into.put(c.target, color)
}

func (c *palette) reads(components ...int) []valueID {
	var ids []valueID
	for _, component := range components {
		ids = append(ids, c.now(component))
	}
	return ids
}

// mireds binds the colour temperature, which is the share of the warm white.
func (c *palette) mireds() binding {
	return binding{
		property: "colorTemperatureMireds", hopeful: true, matches: within(2), reads: c.reads(warmWhite, coldWhite),
		decode: func(get lookup) (thing.Value, bool) {
			white, ok := c.shares(get, warmWhite, coldWhite)
			if !ok || white[0]+white[1] == 0 { // it shows a colour, or nothing
				return "", false
			}
			share := white[0] / (white[0] + white[1])
			return thing.Number(math.Round(coldMireds + share*(warmMireds-coldMireds))), true
		},
		encode: func(v thing.Value, into *sets) error {
			f, ok := v.Float()
			if !ok || f < coldMireds || f > warmMireds {
				return fmt.Errorf("this device takes %d to %d", coldMireds, warmMireds)
			}
			if _, taken := into.get(c.target); taken {
				return errTwoColors
			}
			warm := (f - coldMireds) / (warmMireds - coldMireds) * fullComponent
			c.put(into, map[int]float64{warmWhite: warm, coldWhite: fullComponent - warm})
			return nil
		},
	}
}

// errTwoColors is why an order for a temperature and a colour is refused.
var errTwoColors = fmt.Errorf("a lamp shows a colour or a white, not both")

// hueSaturation binds hue and saturation at full brightness, which the level
// dims.
func (c *palette) hueSaturation() []binding {
	pick := func(property string, of func(hue, saturation float64) float64) binding {
		return binding{
			property: property, hopeful: true, reads: c.reads(red, green, blue),
			decode: func(get lookup) (thing.Value, bool) {
				rgb, ok := c.shares(get, red, green, blue)
				if !ok {
					return "", false
				}
				hue, saturation, ok := lamp.OfRGB(rgb[0], rgb[1], rgb[2])
				return thing.Number(math.Round(of(hue, saturation))), ok
			},
			encode: func(v thing.Value, into *sets) error {
				f, ok := v.Float()
				if !ok {
					return fmt.Errorf("%s is not a number", v)
				}
				there, taken := into.get(c.target)
				if !taken {
					there = &wish{palette: c}
					into.put(c.target, there)
				}
				w, ok := there.(*wish)
				if !ok {
					return errTwoColors
				}
				w.note(property, f)
				return nil
			},
		}
	}
	hue := pick("currentHue", func(hue, _ float64) float64 { return hue })
	saturation := pick("currentSaturation", func(_, saturation float64) float64 { return saturation })
	hue.matches, saturation.matches = sameHue, within(2)
	return []binding{hue, saturation}
}

// wish is a colour of which an order names one half or both.
type wish struct {
	palette         *palette
	hue, saturation *float64
}

func (w *wish) note(property string, f float64) {
	if property == "currentHue" {
		w.hue = &f
	} else {
		w.saturation = &f
	}
}

// complete turns wishes among the sets into colours. The half an order does not
// name is as the device told it last; a hue for a lamp that is white means a full
// colour, or nobody would see it.
func (s *sets) complete(told map[string]thing.Value) {
	for _, one := range *s {
		w, ok := one.value.(*wish)
		if !ok {
			continue
		}
		hue, _ := told["currentHue"].Float()
		if w.hue != nil {
			hue = *w.hue
		}
		saturation, known := told["currentSaturation"].Float()
		if w.saturation != nil {
			saturation = *w.saturation
		} else if !known || saturation == 0 {
			saturation = 100
		}
		r, g, b := lamp.ToRGB(hue, saturation)
		w.palette.put(s, map[int]float64{red: r * fullComponent, green: g * fullComponent, blue: b * fullComponent})
	}
}

// sameHue allows for what rounding to 255 steps does to a pale colour.
func sameHue(wanted, said thing.Value) bool {
	w, ok1 := wanted.Float()
	s, ok2 := said.Float()
	const tolerance = 3
	apart := math.Abs(math.Mod(w-s, 360))
	return ok1 && ok2 && min(apart, 360-apart) <= tolerance
}
