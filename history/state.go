package history

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/hex"

	"fmt"
	"io"
	"reflect"
	"sync"

	"github.com/go-json-experiment/json"

	"logis/domain"
	"logis/domain/thing"
)

// format names how a state is written and which fold made it: the fold's version
// and the shape of [domain.Home]. A home that got new parts has a new format, and
// no state without them is believed.
//
//nolint:gochecknoglobals // a constant that is found by looking at types
var format = sync.OnceValue(func() string {
	shape := &bytes.Buffer{}
	fmt.Fprintf(shape, "flate json %d ", domain.FoldVersion)
	describe(shape, reflect.TypeFor[domain.Home](), map[reflect.Type]bool{})
	sum := sha256.Sum256(shape.Bytes())
	return hex.EncodeToString(sum[:8])
})

// describe writes the names, tags and types of what encoding/json sees.
func describe(out *bytes.Buffer, t reflect.Type, seen map[reflect.Type]bool) {
	out.WriteString(t.String())
	if seen[t] {
		return
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		describe(out, t.Elem(), seen)
	case reflect.Struct:
		for field := range fieldsOf(t) {
			fmt.Fprintf(out, "{%s %q ", field.Name, field.Tag)
			describe(out, field.Type, seen)
			out.WriteString("}")
		}
	default:
	}
}

func fieldsOf(t reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for _, field := range reflect.VisibleFields(t) {
			if field.IsExported() && !yield(field) {
				return
			}
		}
	}
}

// encodeState writes all that is known of a home. What it does not export follows
// from the rest.
func encodeState(home *domain.Home) ([]byte, error) {
	text, err := json.Marshal(home, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("encode a home: %w", err)
	}
	var out bytes.Buffer
	squeezed, err := flate.NewWriter(&out, flate.BestSpeed)
	if err != nil {
		return nil, fmt.Errorf("compress a home: %w", err)
	}
	if _, err := squeezed.Write(text); err != nil {
		return nil, fmt.Errorf("compress a home: %w", err)
	}
	if err := squeezed.Close(); err != nil {
		return nil, fmt.Errorf("compress a home: %w", err)
	}
	return out.Bytes(), nil
}

// maxState bounds what a state may unpack to, in bytes: about ten times what a home
// of domain.MaxDevices takes.
const maxState = 64 << 20

func decodeState(id domain.HomeID, catalog *thing.Catalog, doc []byte) (*domain.Home, error) {
	text, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(doc)), maxState))
	if err != nil {
		return nil, fmt.Errorf("unpack a home: %w", err)
	}
	home := domain.NewHome(id, catalog)
	if err := json.Unmarshal(text, home); err != nil {
		return nil, fmt.Errorf("decode a home: %w", err)
	}
	return home, nil
}
