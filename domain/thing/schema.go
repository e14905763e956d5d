package thing

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Schema is the subset of a W3C Thing Description data schema that models use.
// A value is checked against it before it enters the log.
type Schema struct {
	Type       string            `json:"type"`
	Title      string            `json:"title,omitempty"`
	Unit       string            `json:"unit,omitempty"`
	Minimum    *float64          `json:"minimum,omitempty"`
	Maximum    *float64          `json:"maximum,omitempty"`
	MultipleOf float64           `json:"multipleOf,omitempty"`
	MaxLength  int               `json:"maxLength,omitempty"`
	Enum       []Value           `json:"enum,omitempty"`
	Properties map[string]Schema `json:"properties,omitempty"`
	Required   []string          `json:"required,omitempty"`
}

// maxTextLength bounds a string whose schema names no maxLength, in characters.
const maxTextLength = 256

// Check reports in words why v does not fit, or "" when it does.
func (s Schema) Check(v Value) string {
	if v == "" || v == "null" {
		return "must have a value"
	}
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, v) {
		return "must be one of " + join(s.Enum)
	}
	switch s.Type {
	case "boolean":
		if v != "true" && v != "false" {
			return "must be true or false"
		}
	case "integer", "number":
		return s.checkNumber(v)
	case "string":
		return s.checkText(v)
	case "object":
		return s.checkObject(v)
	default:
		return fmt.Sprintf("has a model type %q that is not supported", s.Type)
	}
	return ""
}

func (s Schema) checkNumber(v Value) string {
	f, ok := v.Float()
	switch {
	case !ok:
		return "must be a number"
	case s.Type == "integer" && f != math.Trunc(f):
		return "must be a whole number"
	case s.Minimum != nil && f < *s.Minimum, s.Maximum != nil && f > *s.Maximum:
		return "must be " + s.Range()
	case s.MultipleOf > 0 && !isMultiple(f, s.MultipleOf):
		return "must be a multiple of " + decimal(s.MultipleOf)
	}
	return ""
}

// isMultiple allows for what binary fractions cannot hold: 0.3 is three times 0.1.
func isMultiple(f, step float64) bool {
	steps := f / step
	return math.Abs(steps-math.Round(steps)) <= 1e-9*max(1, math.Abs(steps))
}

// Range says in words which numbers the schema allows, with their unit.
func (s Schema) Range() string {
	unit := ""
	if s.Unit != "" {
		unit = " " + s.Unit
	}
	switch {
	case s.Minimum != nil && s.Maximum != nil:
		return "from " + decimal(*s.Minimum) + " to " + decimal(*s.Maximum) + unit
	case s.Minimum != nil:
		return "at least " + decimal(*s.Minimum) + unit
	case s.Maximum != nil:
		return "at most " + decimal(*s.Maximum) + unit
	}
	return "a number" + unit
}

// decimal writes a number as people do, without an exponent.
func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func (s Schema) checkText(v Value) string {
	text, ok := v.Str()
	if !ok {
		return "must be a text"
	}
	limit := s.MaxLength
	if limit == 0 {
		limit = maxTextLength
	}
	if utf8.RuneCountInString(text) > limit {
		return fmt.Sprintf("must be at most %d characters long", limit)
	}
	return ""
}

func (s Schema) checkObject(v Value) string {
	var fields map[string]Value
	if v[0] != '{' || json.Unmarshal([]byte(v), &fields) != nil {
		return "must be an object"
	}
	for _, name := range s.Required {
		if _, ok := fields[name]; !ok {
			return fmt.Sprintf("must have %q", name)
		}
	}
	for _, name := range sortedKeys(fields) {
		schema, ok := s.Properties[name]
		if !ok {
			return fmt.Sprintf("must not have %q", name)
		}
		if why := schema.Check(fields[name]); why != "" {
			return fmt.Sprintf("%q %s", name, why)
		}
	}
	return ""
}

func join(values []Value) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = string(v)
	}
	return strings.Join(texts, ", ")
}
