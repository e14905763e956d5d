package api

import (
	"bytes"
	_ "embed" // for the page
	"encoding/json"
	"html/template"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"logis/domain"
)

// referencePath is where people read what there is to ask.
const referencePath = "/api/docs"

//go:embed reference.html
var referencePage string

// reference writes the page from the documents: one page, no script, nothing that
// is not in it.
func (s *Server) reference() ([]byte, error) {
	page, err := template.New("reference").Funcs(template.FuncMap{"prose": prose}).Parse(referencePage)
	if err != nil {
		return nil, domain.Wrap(domain.Internal, "the reference cannot be read", err)
	}
	doc := s.huma.OpenAPI()
	chapters := make([]chapter, 0, len(doc.Tags))
	for _, tag := range doc.Tags {
		c := chapter{Name: tag.Name, About: tag.Description}
		for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
			for _, op := range operationsOf(doc.Paths[path]) {
				if slices.Contains(op.Tags, tag.Name) {
					entry, err := entryOf(op)
					if err != nil {
						return nil, err
					}
					c.Entries = append(c.Entries, entry)
				}
			}
		}
		chapters = append(chapters, c)
	}
	var out bytes.Buffer
	err = page.Execute(&out, map[string]any{
		"About": doc.Info.Description, "Chapters": chapters, "Live": aboutLive, "Said": s.framesOf(said("homes")), "Heard": s.framesOf(heard()),
	})
	return out.Bytes(), err
}

// chapter is the operations of one tag.
type chapter struct {
	Name, About string
	Entries     []entry
}

// entry is one operation as people read it.
type entry struct {
	ID, Method, Path, Summary, About string
	Parameters                       []parameter
	Curl, Answer                     string
	Status                           int
	Statuses                         []string
}

// parameter is one thing that a request or a frame says.
type parameter struct {
	Name, In, Kind, About string
	Required              bool
}

func operationsOf(item *huma.PathItem) []*huma.Operation {
	all := []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete}
	return slices.DeleteFunc(all, func(op *huma.Operation) bool { return op == nil })
}

func entryOf(op *huma.Operation) (entry, error) {
	e := entry{
		ID: op.OperationID, Method: op.Method, Path: base + op.Path, Summary: op.Summary, About: op.Description,
		Statuses: slices.Sorted(maps.Keys(op.Responses)),
	}
	for _, p := range op.Parameters {
		e.Parameters = append(e.Parameters, parameter{p.Name, p.In, kindOfSchema(p.Schema), p.Description, p.Required})
	}
	shown, ok, err := exampleOf(op.OperationID)
	if err != nil || !ok {
		return e, err
	}
	e.Status = shown.Status
	if shown.Status < 200 {
		e.Answer = indented(shown.Answer)
		return e, nil
	}
	e.Curl, e.Answer = shown.curl(op), indented(shown.Answer)
	return e, nil
}

// indented is JSON to be read, and a text as it is.
func indented(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	var out bytes.Buffer
	if json.Indent(&out, value, "", "  ") != nil {
		return ""
	}
	return out.String()
}

func kindOfSchema(schema *huma.Schema) string {
	if schema.Ref != "" {
		return schema.Ref[strings.LastIndex(schema.Ref, "/")+1:]
	}
	if schema.Type == huma.TypeArray && schema.Items != nil {
		return "list of " + kindOfSchema(schema.Items)
	}
	return schema.Type
}

// shownFrame is a frame of a live connection as people read it.
type shownFrame struct {
	Name, Title string
	Fields      []parameter
}

func (s *Server) framesOf(frames []frame) []shownFrame {
	return all(frames, func(f frame) shownFrame {
		schema := s.huma.OpenAPI().Components.Schemas.SchemaFromRef(s.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeOf(f.shape), true, "").Ref)
		out := shownFrame{Name: f.name, Title: f.title}
		for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
			field := schema.Properties[name]
			out.Fields = append(out.Fields, parameter{
				Name: name, Kind: kindOfSchema(field), About: field.Description, Required: slices.Contains(schema.Required, name),
			})
		}
		return out
	})
}

// marks are how the documents' prose marks code and what stands out.
var marks = regexp.MustCompile("`[^`]+`|\\*\\*[^*]+\\*\\*|\n\n")

// prose turns a text of the documents into HTML.
func prose(text string) template.HTML {
	var out strings.Builder
	at := 0
	for _, span := range marks.FindAllStringIndex(text, -1) {
		out.WriteString(template.HTMLEscapeString(text[at:span[0]]))
		switch mark := text[span[0]:span[1]]; mark[0] {
		case '`':
			out.WriteString("<code>" + template.HTMLEscapeString(strings.Trim(mark, "`")) + "</code>")
		case '*':
			out.WriteString("<b>" + template.HTMLEscapeString(strings.Trim(mark, "*")) + "</b>")
		default:
			out.WriteString("</p><p>")
		}
		at = span[1]
	}
	out.WriteString(template.HTMLEscapeString(text[at:]))
	return template.HTML("<p>" + out.String() + "</p>") //nolint:gosec // every part was escaped
}
