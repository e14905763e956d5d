package history

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"sync"

	"logis/domain"
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
