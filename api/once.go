package api

import (
	"bytes"
	"context"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"logis/domain"
	"logis/eventstore"
)

// Idempotent names a request so that it happens once.
type Idempotent struct {
	Key string `header:"Idempotency-Key" required:"true" minLength:"1" maxLength:"64" pattern:"^[!-~]+$" patternDescription:"visible ASCII characters" doc:"Chosen by the app, new for every wish: the same request with the same key happens once." example:"5f0c8a1e9b7d4c3f"`
}

// kept is an answer as it is kept under its key: every repetition gets the same
// bytes.
type kept struct {
	ETag     string         `json:"etag,omitzero"`
	Location string         `json:"location,omitzero"`
	Body     jsontext.Value `json:"body"`
}

// made is the answer to a request that happens once.
type made[T any] struct {
	ETag     string `header:"ETag" doc:"Its revision in quotes, for If-Match." example:"\"42\""`
	Location string `header:"Location" doc:"Where it is." example:"/api/v1/homes/0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a01"`
	Body     text[T]
}

// text is a T whose JSON is settled.
type text[T any] struct{ bytes []byte }

func (t text[T]) exactText() []byte { return t.bytes }

// MarshalJSONTo writes it inside of something else.
func (t text[T]) MarshalJSONTo(e *jsontext.Encoder) error { return e.WriteValue(t.bytes) }

// UnmarshalJSONFrom reads any value.
func (t *text[T]) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	value, err := d.ReadValue()
	t.bytes = value.Clone()
	return err
}

// Schema is that of a T.
func (t text[T]) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[T](), true, "")
}

// answer is what a request that happens once comes to.
type answer struct {
	revision domain.Seq // 0: it has none
	location string     // below base; "": it has none
	body     any
}

// once runs do unless the key was used in the scope, inside an append that has
// locked the scope, and returns the first answer.
func once[T any](ctx context.Context, tx *eventstore.Tx, scope domain.EntityID, key string, do func() (answer, error)) (*made[T], error) {
	request, _ := ctx.Value(requestKey).([32]byte)
	text, err := tx.Once(ctx, eventstore.Key{Scope: scope, Key: key, Request: request}, func() ([]byte, error) {
		a, err := do()
		if err != nil {
			return nil, err
		}
		return a.keep()
	})
	if err != nil {
		return nil, err
	}
	return recall[T](text)
}

func (a answer) keep() ([]byte, error) {
	body, err := encode(a.body)
	if err != nil {
		return nil, err
	}
	k := kept{Body: bytes.TrimSpace(body)}
	if a.revision != 0 {
		k.ETag = etag(a.revision)
	}
	if a.location != "" {
		k.Location = base + a.location
	}
	text, err := json.Marshal(k)
	if err != nil {
		return nil, domain.Wrap(domain.Internal, "the answer cannot be kept", err)
	}
	return text, nil
}

func recall[T any](stored []byte) (*made[T], error) {
	var k kept
	if err := json.Unmarshal(stored, &k); err != nil {
		return nil, domain.Wrap(domain.Internal, "the kept answer cannot be read", err)
	}
	return &made[T]{ETag: k.ETag, Location: k.Location, Body: text[T]{append(k.Body, '\n')}}, nil
}
