package api

import (
	"errors"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"logis/domain"
)

// orNull is an object that may be null.
type orNull[T any] struct{ value *T }

func some[T any](v T) orNull[T] { return orNull[T]{&v} }

// MarshalJSONTo writes the object or null.
func (n orNull[T]) MarshalJSONTo(e *jsontext.Encoder) error { return json.MarshalEncode(e, n.value) }

// UnmarshalJSONFrom reads what MarshalJSONTo wrote.
func (n *orNull[T]) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	return json.UnmarshalDecode(d, &n.value)
}

// Schema says so in OpenAPI 3.1.
func (n orNull[T]) Schema(r huma.Registry) *huma.Schema {
	object := r.Schema(reflect.TypeFor[T](), true, "")
	return &huma.Schema{OneOf: []*huma.Schema{object, {Type: "null"}}}
}

// Instant is a time in UTC, written with microseconds: what the log keeps.
type Instant struct{ time.Time }

const instantFormat = "2006-01-02T15:04:05.000000Z"

// MarshalText writes the time.
func (i Instant) MarshalText() ([]byte, error) {
	return i.UTC().AppendFormat(nil, instantFormat), nil
}

var errNotATime = errors.New("must be a time like 2026-05-03T14:02:11Z")

// UnmarshalText reads a time of RFC 3339 and nothing else.
func (i *Instant) UnmarshalText(text []byte) error {
	if i.Time.UnmarshalText(text) != nil {
		return errNotATime
	}
	return nil
}

// MarshalJSON writes the time as a text.
func (i Instant) MarshalJSON() ([]byte, error) {
	return i.UTC().AppendFormat(nil, `"`+instantFormat+`"`), nil
}

// Schema says so in OpenAPI 3.1.
func (Instant) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeString, Format: "date-time", Description: "A time, RFC 3339, UTC.",
		Examples: []any{"2026-05-03T14:02:11.250000Z"},
	}
}

// instant returns nil for no time.
func instant(t time.Time) *Instant {
	if t.IsZero() {
		return nil
	}
	return &Instant{t}
}

// seqOrNull returns nil for no event.
func seqOrNull(seq domain.Seq) *domain.Seq {
	if seq == 0 {
		return nil
	}
	return &seq
}

// textOrNull returns nil for no text.
func textOrNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// Object is a JSON object as it is kept, told on without being looked into.
type Object []byte

// MarshalJSONTo writes the object.
func (o Object) MarshalJSONTo(e *jsontext.Encoder) error { return e.WriteValue(jsontext.Value(o)) }

// UnmarshalJSONFrom reads any value.
func (o *Object) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	value, err := d.ReadValue()
	*o = Object(value.Clone())
	return err
}

// Schema says so in OpenAPI 3.1.
func (Object) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: &huma.Schema{}}
}

// Value is any JSON value: what a property, an input or an event's data is.
type Value struct{}

// Schema says so in OpenAPI 3.1. It stands in for thing.Value.
func (Value) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Description: "Any JSON value; what it may be, the affordance says.", Examples: []any{true}}
}
