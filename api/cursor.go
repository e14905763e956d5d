package api

import (
	"encoding/base64"

	"github.com/go-json-experiment/json"

	"logis/domain"
)

// cursor says where a list goes on: the whole question and how far it came, so
// that nothing has to be remembered here and nothing else has to be said.
type cursor struct {
	Kind   string          `json:"k"`
	Home   domain.HomeID   `json:"h"`
	After  domain.Seq      `json:"a,omitzero"`
	Before domain.Seq      `json:"b,omitzero"`
	Newest bool            `json:"n,omitzero"`
	Entity domain.EntityID `json:"e,omitzero"`
	Type   string          `json:"t,omitzero"`
	Open   bool            `json:"o,omitzero"`
}

// String returns the form apps pass around.
func (c cursor) String() string { return cursorText(c) }

func cursorText(c any) string {
	text, err := json.Marshal(c)
	if err != nil {
		panic(err) // ids, numbers and known types
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// readCursor reads the text of a cursor, or reports that it is none.
func readCursor[C any](text string) (c C, ok bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || json.Unmarshal(raw, &c, json.RejectUnknownMembers(true)) != nil {
		return c, false
	}
	return c, cursorText(c) == text
}

// parseCursor reads a cursor of this kind and home. It refuses with Invalid.
func parseCursor(text, kind string, home domain.HomeID) (cursor, error) {
	c, ok := readCursor[cursor](text)
	if !ok || c.After < 0 || c.Before < 0 {
		return cursor{}, cursorFault("is not one that was given out")
	}
	if c.Kind != kind || c.Home != home {
		return cursor{}, cursorFault("belongs to another question")
	}
	return c, nil
}

func cursorFault(message string) error {
	return domain.InvalidInput(domain.Fault{Field: "cursor", Message: message})
}

// agree refuses a filter that is asked for beside a cursor and differs from it.
func agree[T comparable](asked, remembered T) error {
	var absent T
	if asked != absent && asked != remembered {
		return cursorFault("belongs to another question: leave the filters out or as they were")
	}
	return nil
}
