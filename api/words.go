package api

import (
	"strings"

	"logis/domain"
)

// inOurWords turns what huma says of a field into the sentences of ours: they go
// on after the name of the field, and never repeat a value.
func inOurWords(location, message string) domain.Fault {
	field := fieldOf(location)
	if rest, ok := strings.CutPrefix(message, "expected required property "); ok {
		name := strings.TrimSuffix(rest, " to be present")
		if field == "body" {
			return domain.Fault{Field: name, Message: "must be there"}
		}
		return domain.Fault{Field: field + "." + name, Message: "must be there"}
	}
	for _, w := range []struct{ theirs, ours string }{
		{"unexpected property", "is not known here"},
		{"unknown query parameter", "is not known here"},
		{"required ", "must be there"},
		{"invalid integer", "must be a whole number"},
		{"invalid boolean", "must be true or false"},
		{"expected string to be RFC 4122 uuid", "must be an id"},
	} {
		if strings.HasPrefix(message, w.theirs) {
			return domain.Fault{Field: field, Message: w.ours}
		}
	}
	for _, w := range []struct{ theirs, ours string }{
		{"invalid value: ", ""},
		{"expected string to be ", "must be "},
		{"expected string to ", "must "},
		{"expected value to be ", "must be "},
		{"expected length >= ", "must have this many characters at least: "},
		{"expected length <= ", "must have this many characters at most: "},
		{"expected number >= ", "must be at least "},
		{"expected number <= ", "must be at most "},
		{"expected object with ", "must have "},
		{"expected string", "must be a text"},
		{"expected integer", "must be a whole number"},
		{"expected number", "must be a number"},
		{"expected boolean", "must be true or false"},
		{"expected array", "must be a list"},
		{"expected object", "must be an object"},
	} {
		if rest, ok := strings.CutPrefix(message, w.theirs); ok {
			return domain.Fault{Field: field, Message: w.ours + rest}
		}
	}
	return domain.Fault{Field: field, Message: message}
}

// fieldOf returns huma's location without the part of the request it is in.
func fieldOf(location string) string {
	for _, part := range []string{"body.", "path.", "query.", "header."} {
		if rest, ok := strings.CutPrefix(location, part); ok {
			return rest
		}
	}
	return location
}
