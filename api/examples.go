package api

import (
	"bytes"
	"embed"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"logis/domain"
)

// kept examples, one file for each operation: a test asks for every operation once
// on a real server and keeps what was said.
//
//go:embed examples/*.json
var examples embed.FS

// example is one exchange that happened, with ids, times and secrets made harmless.
type example struct {
	Method  string          `json:"method"`
	Path    string          `json:"path"` // below base, with its query
	IfMatch string          `json:"if_match,omitempty"`
	Key     string          `json:"key,omitempty"` // the Idempotency-Key
	Body    json.RawMessage `json:"body,omitempty"`
	Status  int             `json:"status"`
	Type    string          `json:"type,omitempty"` // of the answer, as its Content-Type says
	Answer  json.RawMessage `json:"answer,omitempty"`
}

// exampleOf returns the example of an operation; false when there is none.
func exampleOf(operation string) (e example, ok bool, err error) {
	text, err := examples.ReadFile("examples/" + operation + ".json")
	if err != nil {
		return e, false, nil //nolint:nilerr // a test fails for an operation without one
	}
	if err := json.Unmarshal(text, &e); err != nil {
		return e, false, domain.Wrap(domain.Internal, "the example of "+operation+" cannot be read", err)
	}
	return e, true, nil
}

// illustrate puts the examples into the document.
func illustrate(doc *huma.OpenAPI) error {
	for _, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op == nil {
				continue
			}
			e, ok, err := exampleOf(op.OperationID)
			if err != nil {
				return err
			}
			if ok {
				e.illustrate(op)
			}
		}
	}
	return nil
}

func (e example) illustrate(op *huma.Operation) {
	if op.RequestBody != nil && e.Body != nil {
		op.RequestBody.Content["application/json"].Examples = sent(e.Body)
	}
	if answer := op.Responses[strconv.Itoa(e.Status)]; answer != nil && e.Answer != nil {
		if media := answer.Content[e.Type]; media != nil {
			media.Examples = sent(e.Answer)
		}
	}
	if e.Status != http.StatusSwitchingProtocols {
		op.Extensions = map[string]any{"x-codeSamples": []any{map[string]any{
			"lang": "Shell", "label": "curl", "source": e.curl(op),
		}}}
	}
}

// sent is how the document shows one value that was really sent.
func sent(value json.RawMessage) map[string]*huma.Example {
	return map[string]*huma.Example{"real": {Summary: "As it was really sent", Value: value}}
}

// curl is the example as somebody types it who has LOGIS_URL and LOGIS_TOKEN in the
// environment, or LOGIS_SESSION for what is not for tokens.
func (e example) curl(op *huma.Operation) string {
	var text strings.Builder
	text.WriteString(`curl "$LOGIS_URL` + base + e.Path + `"`)
	if e.Method != http.MethodGet {
		text.WriteString(" -X " + e.Method)
	}
	further := func(option, value string) { text.WriteString(" \\\n  " + option + " " + value) }
	header := func(name, value string) { further("-H", "'"+name+": "+value+"'") }
	people, _ := op.Metadata[peopleKey].(bool)
	open := op.Security != nil && len(op.Security) == 0
	if !open && !people {
		further("-H", `"Authorization: Bearer $LOGIS_TOKEN"`)
	}
	if !open && people {
		further("-b", `"`+cookieName+`=$LOGIS_SESSION"`)
	}
	if (open || people) && e.Method != http.MethodGet {
		header("Sec-Fetch-Site", "same-origin")
	}
	if e.IfMatch != "" {
		header("If-Match", e.IfMatch)
	}
	if e.Key != "" {
		header("Idempotency-Key", e.Key)
	}
	if e.Body != nil {
		header("Content-Type", "application/json")
		var body bytes.Buffer
		_ = json.Compact(&body, e.Body) // it was read as JSON
		further("-d", "'"+strings.ReplaceAll(body.String(), "'", `'\''`)+"'")
	}
	return text.String()
}
