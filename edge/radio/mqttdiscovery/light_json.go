package mqttdiscovery

import (
	"math"

	"logis/domain/thing"
	"logis/edge/radio/lamp"
)

// fullScale is the scale of levels and colours unless another is announced.
const fullScale = 255

// jsonLight maps a light whose messages are objects.
func (p *part) jsonLight(e *entity) (has lightFeatures, sources map[string][]source, compose func(lampOrder, *batch) error) {
	f := e.fields
	c, ok := p.command(e, "command_topic", "")
	if !ok {
		return has, nil, nil
	}
	modes, full := colorModes(f), f.number("brightness_scale", fullScale)
	if full <= 0 {
		full = fullScale
	}
	mode := ""
	for _, m := range []string{"hs", "xy", "rgb", "rgbw", "rgbww"} {
		if mode == "" && hasMode(modes, m) {
			mode = m
		}
	}
	has = lightFeatures{
		level:  f.flag("brightness") || hasMode(modes, "brightness", "color_temp", "hs", "xy", "rgb", "rgbw", "rgbww", "white"),
		white:  hasMode(modes, "color_temp"),
		colour: mode != "" && mode != "rgbw" && mode != "rgbww",
	}
	has.mireds(f)
	kelvin := f.flag("color_temp_kelvin")
	return has, jsonSources(f.topic("state_topic"), full, kelvin), func(o lampOrder, b *batch) error {
		object := map[string]any{"state": "ON"}
		if o.on != nil && !*o.on {
			object["state"] = "OFF"
		}
		if o.level != nil {
			object["brightness"] = levelOn(*o.level, full)
		}
		if o.mireds != nil {
			object["color_temp"] = *o.mireds
			if kelvin {
				object["color_temp"] = math.Round(perKelvin / *o.mireds)
			}
		}
		if o.hue != nil {
			object["color"] = colorObject(mode, *o.hue, *o.saturate)
		}
		return c.sendJSON(b, object)
	}
}

func colorObject(mode string, hue, saturation float64) map[string]any {
	switch mode {
	case "xy":
		x, y := lamp.ToXY(hue, saturation)
		const digits = 1e4
		return map[string]any{"x": math.Round(x*digits) / digits, "y": math.Round(y*digits) / digits}
	case "rgb":
		r, g, b := lamp.ToRGB(hue, saturation)
		return map[string]any{"r": math.Round(r * fullScale), "g": math.Round(g * fullScale), "b": math.Round(b * fullScale)}
	}
	return map[string]any{"h": hue, "s": saturation}
}

// jsonSources read the state of a light out of an object.
func jsonSources(topic string, full float64, kelvin bool) map[string][]source {
	if topic == "" {
		return nil
	}
	member := func(read func(map[string]any) (thing.Value, bool)) []source {
		return []source{{topic, func(r *reading) (thing.Value, bool) {
			m, ok := r.members()
			if !ok {
				return "", false
			}
			return read(m)
		}}}
	}
	colour := func(pick func(hue, saturation float64) float64) []source {
		return member(func(m map[string]any) (thing.Value, bool) {
			hue, saturation, ok := colorIn(m)
			return thing.Number(math.Round(pick(hue, saturation))), ok
		})
	}
	return map[string][]source{
		"onOff": member(func(m map[string]any) (thing.Value, bool) {
			v, ok := map[any]thing.Value{"ON": "true", "OFF": "false"}[wordOf(m["state"])]
			return v, ok
		}),
		"currentLevel": member(func(m map[string]any) (thing.Value, bool) {
			level, ok := settle(m["brightness"]).(number)
			return thing.Number(lamp.Percent(level.f, full)), ok && level.f >= 0
		}),
		"colorTemperatureMireds": member(func(m map[string]any) (thing.Value, bool) {
			n, ok := settle(m["color_temp"]).(number)
			// In colour mode a lamp has no temperature.
			if mode := wordOf(m["color_mode"]); !ok || n.f <= 0 || mode != "" && mode != "color_temp" {
				return "", false
			}
			if kelvin {
				n.f = perKelvin / n.f
			}
			return thing.Number(math.Round(n.f)), true
		}),
		"currentHue":        colour(func(hue, _ float64) float64 { return hue }),
		"currentSaturation": colour(func(_, saturation float64) float64 { return saturation }),
	}
}

func wordOf(v any) string {
	s, _ := v.(string)
	return s
}

// colorIn reads the colour of a message. A lamp in temperature mode has none.
func colorIn(m map[string]any) (hue, saturation float64, ok bool) {
	if wordOf(m["color_mode"]) == "color_temp" {
		return 0, 0, false
	}
	color, _ := m["color"].(map[string]any)
	get := func(keys ...string) ([]float64, bool) {
		var found []float64
		for _, key := range keys {
			n, ok := settle(color[key]).(number)
			if !ok {
				return nil, false
			}
			found = append(found, n.f)
		}
		return found, true
	}
	inRange := func(h, s float64) (float64, float64, bool) {
		return h, s, h >= 0 && h <= 360 && s >= 0 && s <= fullPercent
	}
	if v, ok := get("h", "s"); ok {
		return inRange(v[0], v[1])
	}
	if v, ok := get("hue", "saturation"); ok {
		return inRange(v[0], v[1])
	}
	if v, ok := get("x", "y"); ok {
		return lamp.OfXY(v[0], v[1])
	}
	if v, ok := get("r", "g", "b"); ok {
		return lamp.OfRGB(v[0], v[1], v[2])
	}
	return 0, 0, false
}
