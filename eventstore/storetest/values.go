package storetest

import (
	"encoding/json"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"logis/domain/thing"
)

// texts are what people and devices say: with other alphabets, with characters
// that JSON escapes, and long enough to be cut.
func texts() []string {
	return []string{"Kitchen", "Wohnzimmer", "Élise's <lamp> & co", "寝室", "a \"quoted\" \\ word", "line\nbreak", "🛋️"}
}

func text(random *rand.Rand) string {
	all := texts()
	return all[random.IntN(len(all))]
}

// value returns a random value that fits the schema.
func value(random *rand.Rand, s thing.Schema) thing.Value {
	if len(s.Enum) > 0 {
		return s.Enum[random.IntN(len(s.Enum))]
	}
	switch s.Type {
	case "boolean":
		return thing.Bool(random.IntN(2) == 0)
	case "integer":
		return thing.Number(math.Round(between(random, s)))
	case "number":
		return thing.Number(math.Round(between(random, s)*100) / 100)
	case "object":
		fields := map[string]thing.Value{}
		for _, name := range slices.Sorted(maps.Keys(s.Properties)) { // in order: each takes from the dice
			fields[name] = value(random, s.Properties[name])
		}
		v, err := thing.Of(fields)
		if err != nil {
			return ""
		}
		return v
	}
	return thing.Text(text(random))
}

// between returns a number well inside the range, so that rounding stays in it.
func between(random *rand.Rand, s thing.Schema) float64 {
	low, high := 0.0, 100.0
	if s.Minimum != nil {
		low = *s.Minimum
		high = max(high, low+1)
	}
	if s.Maximum != nil {
		high = *s.Maximum
	}
	return math.Ceil(low) + random.Float64()*max(0, math.Floor(high)-math.Ceil(low))
}

// values returns random values of some of a model's properties, at least one.
func values(random *rand.Rand, m *thing.Model, writable bool) map[string]thing.Value {
	chosen := map[string]thing.Value{}
	names := m.PropertyNames()
	for range 1 + random.IntN(3) {
		if len(names) == 0 {
			break
		}
		name := names[random.IntN(len(names))]
		if p := m.Properties[name]; !writable || !p.ReadOnly {
			chosen[name] = value(random, p.Schema)
		}
	}
	return chosen
}

// cutText is a text cut in the middle of a character: what comes in is not
// always UTF-8.
func cutText(random *rand.Rand) string {
	whole := text(random)
	return whole[:random.IntN(len(whole)+1)]
}

// entry is some JSON nobody understands.
func entry(random *rand.Rand) string {
	raw, err := json.Marshal(map[string]any{"kind": text(random), "n": random.Int64()})
	if err != nil {
		return ""
	}
	return string(raw)
}
