package thing_test

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"logis/domain/thing"
)

func schemaOf(t *testing.T, text string) thing.Schema {
	t.Helper()
	var s thing.Schema
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestASchemaSaysInASentenceWhatIsWrong(t *testing.T) {
	t.Parallel()
	const (
		level  = `{"type":"integer","minimum":0,"maximum":100,"unit":"percent"}`
		energy = `{"type":"number","minimum":0,"maximum":1000000000,"unit":"kilowatt hour"}`
		mode   = `{"type":"string","enum":["off","heat"]}`
		press  = `{"type":"object","properties":{"position":{"type":"integer","minimum":0},"count":{"type":"integer"}},"required":["position"]}`
	)
	for _, c := range []struct {
		schema string
		value  thing.Value
		want   string
	}{
		{`{"type":"boolean"}`, `true`, ``},
		{`{"type":"boolean"}`, `false`, ``},
		{`{"type":"boolean"}`, `1`, `must be true or false`},
		{`{"type":"boolean"}`, `"true"`, `must be true or false`},
		{`{"type":"boolean"}`, ``, `must have a value`},
		{`{"type":"boolean"}`, `null`, `must have a value`},

		{level, `0`, ``},
		{level, `100`, ``},
		{level, `101`, `must be from 0 to 100 percent`},
		{level, `-1`, `must be from 0 to 100 percent`},
		{level, `1e+21`, `must be from 0 to 100 percent`},
		{level, `99.5`, `must be a whole number`},
		{level, `"50"`, `must be a number`},
		{level, `true`, `must be a number`},
		{level, `{}`, `must be a number`},
		{energy, `1000000000`, ``},
		{energy, `1000000000.5`, `must be from 0 to 1000000000 kilowatt hour`},
		{`{"type":"number","minimum":-273.15,"unit":"celsius"}`, `-273.16`, `must be at least -273.15 celsius`},
		{`{"type":"number","minimum":-273.15}`, `-273.15`, ``},
		{`{"type":"number","maximum":3}`, `3.5`, `must be at most 3`},
		{`{"type":"number"}`, `-1e+300`, ``},
		{`{"type":"number","multipleOf":0.5}`, `20.5`, ``},
		{`{"type":"number","multipleOf":0.1}`, `0.3`, ``},
		{`{"type":"number","multipleOf":0.5}`, `20.7`, `must be a multiple of 0.5`},

		{mode, `"heat"`, ``},
		{mode, `"Heat"`, `must be one of "off", "heat"`},
		{mode, `0`, `must be one of "off", "heat"`},
		{`{"type":"string"}`, `""`, ``},
		{`{"type":"string"}`, `5`, `must be a text`},
		{`{"type":"string"}`, text('x', 256), ``},
		{`{"type":"string"}`, text('ü', 256), ``},
		{`{"type":"string"}`, text('x', 257), `must be at most 256 characters long`},
		{`{"type":"string","maxLength":3}`, text('ü', 3), ``},
		{`{"type":"string","maxLength":3}`, text('ü', 4), `must be at most 3 characters long`},

		{press, `{"position":1}`, ``},
		{press, `{"count":2,"position":1}`, ``},
		{press, `{"count":2}`, `must have "position"`},
		{press, `{"position":-1}`, `"position" must be at least 0`},
		{press, `{"position":null}`, `"position" must have a value`},
		{press, `{"position":1,"speed":9}`, `must not have "speed"`},
		{press, `[1]`, `must be an object`},
		{press, `"{}"`, `must be an object`},

		{`{"type":"array"}`, `[]`, `has a model type "array" that is not supported`},
	} {
		if got := schemaOf(t, c.schema).Check(c.value); got != c.want {
			t.Errorf("%.40s in %s: %q, want %q", c.value, c.schema, got, c.want)
		}
	}
}

func text(c rune, n int) thing.Value { return thing.Text(strings.Repeat(string(c), n)) }

func TestARangeIsToldInWords(t *testing.T) {
	t.Parallel()
	for schema, want := range map[string]string{
		`{"minimum":5,"maximum":35.5,"unit":"celsius"}`: "from 5 to 35.5 celsius",
		`{"minimum":0.0001}`:                            "at least 0.0001",
		`{"maximum":1000000,"unit":"lux"}`:              "at most 1000000 lux",
		`{"unit":"watt"}`:                               "a number watt",
		`{}`:                                            "a number",
	} {
		if got := schemaOf(t, schema).Range(); got != want {
			t.Errorf("%s: %q, want %q", schema, got, want)
		}
	}
}

// No JSON that a gateway may send makes a check of any model panic.
func TestEverySchemaOfTheCatalogJudgesEveryValue(t *testing.T) {
	t.Parallel()
	models := standard(t).Kinds()
	rapid.Check(t, func(t *rapid.T) {
		written, _ := drawTwice(t, 2)
		v, err := thing.ParseValue([]byte(written))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range models {
			for name, p := range m.Properties {
				why := p.Check(v)
				if f, isNumber := v.Float(); why == "" && p.Minimum != nil && (!isNumber || f < *p.Minimum || f > *p.Maximum) {
					t.Fatalf("%s.%s takes %s", m.Kind, name, v)
				}
			}
			for name, e := range m.Events {
				if e.Data != nil && e.Data.Check(v) == "" && v[0] != '{' {
					t.Fatalf("%s.%s takes %s", m.Kind, name, v)
				}
			}
		}
	})
}
