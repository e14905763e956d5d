package api

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
)

// Name is what people call a home, a room or a device. How it is composed of
// Unicode characters is theirs; white space around it is dropped.
type Name string

// Schema says so in OpenAPI 3.1.
func (Name) Schema(huma.Registry) *huma.Schema {
	least, most := minName, maxName
	return &huma.Schema{
		Type: huma.TypeString, MinLength: &least, MaxLength: &most, Examples: []any{"Kitchen"},
		Description: "A name: 1 to 80 characters, none of them invisible control characters.",
	}
}

// Resolve checks what the schema cannot say.
func (n *Name) Resolve(_ huma.Context, prefix *huma.PathBuffer) []error {
	text := n.trimmed()
	switch {
	case !utf8.ValidString(text):
		return nameFault(prefix, "must be UTF-8")
	case *n == "", utf8.RuneCountInString(text) > maxName:
		return nil // the schema said so
	case !strings.ContainsFunc(text, visible):
		return nameFault(prefix, fmt.Sprintf("must have %d to %d characters", minName, maxName))
	case strings.ContainsFunc(text, control):
		return nameFault(prefix, "must not contain control characters")
	}
	return nil
}

func nameFault(prefix *huma.PathBuffer, message string) []error {
	return []error{&huma.ErrorDetail{Location: prefix.String(), Message: message}}
}

func (n Name) trimmed() string { return strings.TrimSpace(string(n)) }

// visible reports whether a person can see the character.
func visible(r rune) bool {
	return unicode.IsGraphic(r) && !unicode.IsSpace(r) && r != '\u2800' && r != '\u3164'
}

// control reports whether a character is there to steer what is around it: line
// ends, escape codes, overrides of direction, spaces of no width. The joiners and
// the direction marks that scripts and emoji need are not among them.
func control(r rune) bool {
	switch {
	case unicode.IsControl(r), r == '\u2028', r == '\u2029', r == '\ufeff', r == '\u200b', r == '\u2060':
		return true
	case r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
		return true
	}
	return false
}
