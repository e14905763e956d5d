package api

import (
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"logis/access"
	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
	"logis/projections"
)

const about = `What an app may ask of Logis. The truth about a home is its log of events, numbered 1, 2, 3, … without gaps (` + "`seq`" + `); everything else here follows from it.

**Signing in.** A one-time link becomes a session cookie (` + "`POST /session`" + `). A program comes with a token instead (` + "`Authorization: Bearer logis-token-…`" + `), for one home and only some actions, and needs no origin. With the cookie every method but GET and HEAD, and the live socket, must come from the app's own origin (` + "`Sec-Fetch-Site`" + ` or ` + "`Origin`" + `).

**Revisions.** The revision of a thing is the seq of the last event that touched it, and its ETag. A PATCH, a DELETE or the PUT of a configuration names the one it was based on (` + "`If-Match`" + `): 428 without, 412 when somebody was faster.

**Once.** Every POST that changes a home takes an ` + "`Idempotency-Key`" + `, unless its answer is a secret: the same request with the same key gets the very same answer for 24 hours, and happens once.

**Refusals** are ` + "`application/problem+json`" + ` (RFC 9457); ` + "`code`" + ` is for machines, ` + "`detail`" + ` for people, ` + "`errors`" + ` names every wrong field at once. After 429 and 503, wait as long as ` + "`Retry-After`" + ` says.

**Rates.** Every answer says in ` + "`RateLimit-Policy`" + ` how many requests a caller may send at once (q) and in how many seconds that many come back (w), and in ` + "`RateLimit`" + ` how many are left (r) and when all are there again (t).

**Ids** are UUIDs in lower case, **times** RFC 3339 in UTC. A home that is not yours looks like one that does not exist.`

func emptyDocument() *huma.OpenAPI {
	registry := huma.NewMapRegistry("#/components/schemas/", schemaName)
	registry.RegisterTypeAlias(reflect.TypeFor[thing.Value](), reflect.TypeFor[Value]())
	registry.RegisterTypeAlias(reflect.TypeFor[[]thing.Class](), reflect.TypeFor[[]Class]()) // else a list of bytes
	return &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title: "Logis", Version: "1", Description: about,
			License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
		},
		Servers: []*huma.Server{{URL: base, Description: "The server the app came from."}},
		Components: &huma.Components{
			Schemas:   registry,
			Responses: map[string]*huma.Response{},
			SecuritySchemes: map[string]*huma.SecurityScheme{
				"session": {Type: "apiKey", In: "cookie", Name: cookieName, Description: "Set by POST /session."},
				"token":   {Type: "http", Scheme: "bearer", Description: "Made by POST /account/tokens."},
			},
		},
		Security: []map[string][]string{{"session": {}}, {"token": {}}},
		Tags: []*huma.Tag{
			{Name: "Session", Description: "Who is signed in."},
			{Name: "Homes", Description: "Homes and their rooms."},
			{Name: "Devices", Description: "Devices, what they can do and how they are."},
			{Name: "Commands", Description: "Asking something of a device, and how far it came."},
			{Name: "Rules", Description: "What a home does by itself, its scenes and its modes."},
			{Name: "History", Description: "The log, and the home at any instant of it."},
			{Name: "Energy", Description: "What a home uses, and what that costs."},
			{Name: "Gateways", Description: "The boxes that own the radios."},
			{Name: "People", Description: "Who belongs to a home, and who is invited."},
			{Name: "Webhooks", Description: "Addresses outside that are told what happens."},
			{Name: "Account", Description: "How the caller signs in, and what comes in their name."},
			{Name: "Apps", Description: "Programs of others that act for the caller, by OAuth 2.1."},
			{Name: "Live", Description: "Being told what happens."},
		},
	}
}

// schemaName keeps apart what a rule does and what a device can do, which both are
// called an action.
func schemaName(t reflect.Type, hint string) string {
	if t == reflect.TypeFor[domain.Action]() || t == reflect.TypeFor[*domain.Action]() {
		return "RuleAction"
	}
	return huma.DefaultSchemaNamer(t, hint)
}

func operationAt(doc *huma.OpenAPI, method, path string) *huma.Operation {
	item := doc.Paths[path]
	switch method {
	case http.MethodGet:
		return item.Get
	case http.MethodPost:
		return item.Post
	case http.MethodPut:
		return item.Put
	case http.MethodPatch:
		return item.Patch
	default:
		return item.Delete
	}
}

// problemResponse returns a reference to what a refusal with the status looks like,
// which is described once.
func problemResponse(doc *huma.OpenAPI, status int) *huma.Response {
	name := strings.ReplaceAll(http.StatusText(status), " ", "")
	if doc.Components.Responses[name] == nil {
		doc.Components.Responses[name] = problemComponent(doc, status)
	}
	return &huma.Response{Ref: "#/components/responses/" + name}
}

func problemComponent(doc *huma.OpenAPI, status int) *huma.Response {
	r := &huma.Response{
		Description: http.StatusText(status),
		Content: map[string]*huma.MediaType{"application/problem+json": {
			Schema: doc.Components.Schemas.Schema(reflect.TypeFor[Problem](), true, ""),
		}},
	}
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		r.Headers = map[string]*huma.Header{"Retry-After": {
			Description: "Seconds to wait.", Schema: &huma.Schema{Type: huma.TypeInteger, Examples: []any{1}},
		}}
	}
	return r
}

// finish takes out what huma adds for its own errors.
func finish(doc *huma.OpenAPI) {
	schemas := doc.Components.Schemas.Map()
	delete(schemas, "ErrorModel")
	delete(schemas, "ErrorDetail")
}

// Document returns the OpenAPI 3.1 document as YAML, as it is kept in
// openapi.yaml.
func Document() ([]byte, error) {
	s, err := undocumented()
	if err != nil {
		return nil, err
	}
	return s.document()
}

// AsyncDocument returns the AsyncAPI 3 document as YAML, as it is kept in
// asyncapi.yaml.
func AsyncDocument() ([]byte, error) {
	s, err := undocumented()
	if err != nil {
		return nil, err
	}
	return s.asyncDocument()
}

// undocumented is a server that answers nobody: good for what it says of itself.
func undocumented() (*Server, error) {
	store := eventstore.New(nil, eventstore.Options{})
	return build(Options{Store: store, Access: access.New(store, nil), Tables: projections.Tables{}}, asInLife())
}

// serveDocument answers with a document.
func (s *Server) serveDocument(document func() ([]byte, error), kind string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		text, err := document()
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
		_, _ = w.Write(text) // a caller who is gone needs no answer
	}
}
