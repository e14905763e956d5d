package mqttdiscovery

import (
	"errors"
	"strings"
	"testing"
)

// fill renders a template for a message, as a device's state would be read.
func fill(source, message string) (string, error) {
	t, err := compile(source)
	if err != nil {
		return "", err
	}
	return t.render(newReading("t", []byte(message)).scope())
}

func TestTemplatesReadMessages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ template, message, want string }{
		{`{{ value }}`, `21.5`, `21.5`},
		{`{{value}}`, ` ON `, `ON`},
		{`no expression`, `x`, `no expression`},
		{`{{ value_json.a.b }}`, `{"a":{"b":7}}`, `7`},
		{`{{ value_json['a']["b c"] }}`, `{"a":{"b c":7.0}}`, `7.0`},
		{`{{ value_json.list[1] }}`, `{"list":[1,2]}`, `2`},
		{`{{ value_json.Color.split(',')[0:3]|join(',') }}`, `{"Color":"255,64,0,12,7"}`, `255,64,0`},
		{`{{ value_json.l[1:]|join('-') }}{{ value_json.l[:1]|join }}{{ value_json.l[7:9]|join }}`, `{"l":[1,2.5,"c"]}`, `2.5-c1`},
		{`{{ value_json.on }}`, `{"on":true}`, `True`},
		{`{{ value_json.nothing }}`, `{"nothing":null}`, `None`},
		{`{{ value_json.missing }}`, `{}`, ``},
		{`{{ value | float }}`, `21`, `21.0`},
		{`{{ value|int }}`, `21.9`, `21`},
		{`{{ value | float(0) }}`, `nonsense`, `0`},
		{`{{ value_json.t | float | round(1) }}`, `{"t":"21.449"}`, `21.4`},
		{`{{ value_json.t | round }}`, `{"t":2.5}`, `2`},
		{`{{ (value_json.t - 32) * 5 / 9 }}`, `{"t":212}`, `100.0`},
		{`{{ value_json.interval/1000 }}`, `{"interval":55000}`, `55.0`},
		{`{{ value_json.n // 2 + 7 % 4 }}`, `{"n":9}`, `7`},
		{`{{ -value_json.n }}`, `{"n":9}`, `-9`},
		{`{{ 'ON' if value_json.s == 1 else 'OFF' }}`, `{"s":1}`, `ON`},
		{`{% if value_json.White%}white{%else%}rgb{%endif %}`, `{"White":0}`, `rgb`},
		{`{%- if value == 'a' -%} A {%- elif value == 'b' -%} B {%- else -%} C {%- endif -%}`, `b`, `B`},
		{`{% if "run" in value_json and value_json["run"] %} {% if value_json["p"] > 0 %} closing {% else %} opening {% endif %} {% else %} stopped {% endif %}`,
			`{"run":true,"p":3}`, `closing`},
		{`{{ value_json.x is defined }}`, `{"x":null}`, `True`},
		{`{{ value_json.x is not defined or value_json.x is none }}`, `{}`, `True`},
		{`{{ value_json.x | default('', true) | string | lower }}`, `{"x":"Ab"}`, `ab`},
		{`{{ value_json.x | is_defined }}`, `{"x":5}`, `5`},
		{`{{ value in ['a', 'b'] and not value == 'a' }}`, `b`, `True`},
		{`{ "position": {{ position }} }`, ``, `{ "position":  }`},
		{`{# a remark #}{{ 'it''s' }}`, ``, ``},
		{`{{ "}}" }}`, ``, `}}`},
		{`{{ 'a' ~ 1 }}{{ 1 == 1.0 }}{{ 'b' < 'c' }}`, ``, `a1TrueTrue`},
	} {
		got, err := fill(c.template, c.message)
		if c.template == `{# a remark #}{{ 'it''s' }}` { // two texts beside each other
			if !errors.Is(err, errTemplate) {
				t.Errorf("%s gives %q, %v; want a refusal", c.template, got, err)
			}
			continue
		}
		if err != nil || got != c.want {
			t.Errorf("%s of %s gives %q, %v; want %q", c.template, c.message, got, err, c.want)
		}
	}
}

func TestTemplatesWithoutAnAnswerGiveNoValue(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ template, message string }{
		{`{{ value_json.a }}`, `not json`}, {`{{ value_json.a.b }}`, `{}`}, {`{{ value_json.a.b is defined }}`, `{}`},
		{`{{ value | float }}`, `nan`}, {`{{ value | int }}`, ``}, {`{{ value_json.x | is_defined }}`, `{}`},
		{`{{ 1 / value_json.n }}`, `{"n":0}`}, {`{{ value_json.a < 3 }}`, `{"a":"x"}`}, {`{{ value_json }}`, `{"a":1}`},
		{`{{ value_json.n | round(99) }}`, `{"n":1}`}, {`{{ value + 1 }}`, `x`}, {`{{ 'a' in value_json.n }}`, `{"n":1}`},
		{`{{ value.split('')|join }}`, `abc`}, {`{{ value_json.n.split(',') }}`, `{"n":1}`}, {`{{ value[0:1] }}`, `abc`},
		{`{{ value_json.l[0:-1]|join }}`, `{"l":[1,2]}`}, {`{{ value.split(',')|join(',') }}`, strings.Repeat(",", 2000)},
		{`{{ value ~ value ~ value ~ value ~ value ~ value ~ value ~ value ~ value }}`, strings.Repeat("x", 1000)},
	} {
		if got, err := fill(c.template, c.message); !errors.Is(err, errNoValue) {
			t.Errorf("%s of %.20s gives %q, %v; want no value", c.template, c.message, got, err)
		}
	}
}

func TestTemplatesThatNeedMoreAreRefusedByName(t *testing.T) {
	t.Parallel()
	for template, named := range map[string]string{
		`{{ states('sensor.sun') }}`:                   "states",
		`{{ value_json.Color.strip() }}`:               `a call of "strip"`,
		`{{ value_json.a[] }}`:                         "an index without a key",
		`{{ value_json.a[0:1:2] }}`:                    `":"`,
		`{{ value | regex_replace('a', 'b') }}`:        "the filter regex_replace",
		`{% set x = 1 %}{{ x }}`:                       "the statement set",
		`{% for x in value_json %}{{ x }}{% endfor %}`: "the statement for",
		`{{ now() }}`:                                  "now",
		`{{ value | round(1, 'floor') }}`:              "the filter round with 2 arguments",
		`{{ value is number }}`:                        "the test number",
		`{% if value %}x`:                              "an if without endif",
		`{% endif %}`:                                  "a lone endif",
		`{{ value`:                                     "a {{ that does not end",
		`{{ value ! 1 }}`:                              "'!'",
		`{{ 'a }}`:                                     "does not end",
		`{{ {'a': 1}[value] }}`:                        `"{"`,
		`{{ }}`:                                        `""`,
		`{{ 1.2.3 }}`:                                  "the number 1.2.3",
		`{{ value } }`:                                 "does not end",
		strings.Repeat("x", maxTemplate+1):             "a text of 4097 bytes",
		`{{ ` + strings.Repeat("(", 100) + `1` + strings.Repeat(")", 100) + ` }}`: "nesting this deep",
		`{{ ` + strings.Repeat("not ", 100) + `1 }}`:                              "nesting this deep",
		strings.Repeat("{% if 1 %}", 100) + strings.Repeat("{% endif %}", 100):    "nesting this deep",
	} {
		if _, err := compile(template); !errors.Is(err, errTemplate) || !strings.Contains(err.Error(), named) {
			t.Errorf("%.60s is refused with %v, want the words %q", template, err, named)
		}
	}
}

func FuzzTemplate(f *testing.F) {
	f.Add(`{% if value_json.a is defined %}{{ value_json['a'] | float | round(1) }}{% else %}{{ -value }}{% endif %}`, `{"a":[1,{"b":1e300}]}`)
	f.Add(`{{ (1 if value in [1, 'x'] else 2) ~ value_json.a.b[0] }}`, `{"a":{"b":[null]}}`)
	f.Fuzz(func(t *testing.T, source, message string) {
		c, err := compile(source)
		if err != nil {
			if !errors.Is(err, errTemplate) {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		said, err := c.render(newReading("t", []byte(message)).scope())
		if err != nil && !errors.Is(err, errNoValue) {
			t.Fatalf("failed with %v", err)
		}
		if len(said) > maxRendered+maxTemplate {
			t.Fatalf("it writes %d bytes", len(said))
		}
	})
}
