package api

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"logis/access"
)

// operation is one thing an app may ask, beside what its input and output say.
type operation struct {
	id, summary, description, tag string
	method, path                  string
	status                        int // of success; 0: 200, or 204 without a body
	// action is what the guard asks access about, in the home of the path. Without
	// one the caller must be signed in, unless open.
	action access.Action
	open   bool
	// narrow operations answer those, too, who were given less than the whole home,
	// and leave out the rest. Others refuse them.
	narrow bool
	// dangerous operations want a proof of who asks that is not older than
	// access.ProofLife.
	dangerous bool
	// first operations set up what the caller proves who they are by: they are
	// dangerous but to somebody who has nothing yet to prove it with.
	first bool
	// tokens may do this although it is in no home; in one, their limits decide.
	tokens bool
	// answers is the type of an answer that is no JSON.
	answers string
	// refusals are the statuses beyond those that follow from the rest.
	refusals []int
}

// What stands in huma's metadata of an operation beside what huma knows: its
// action, and whether it is for people only.
const (
	actionKey = "action"
	peopleKey = "people"
)

// add makes an operation callable and documents it.
func add[I, O any](s *Server, op operation, handle func(context.Context, *I) (*O, error)) {
	documented := op.document()
	documented.Middlewares = huma.Middlewares{s.guard(op), s.body}
	huma.Register(s.huma, documented, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err != nil {
			p := problemOf(err)
			s.note(ctx, op.method+" "+op.path, p)
			return nil, p
		}
		return out, nil
	})
	s.declare(op)
}

func (op operation) document() huma.Operation {
	o := huma.Operation{
		OperationID: op.id, Summary: op.summary, Description: op.description, Tags: []string{op.tag},
		Method: op.method, Path: op.path, DefaultStatus: op.status,
		MaxBodyBytes: maxBody + 1, BodyReadTimeout: -1, // the guard has read it
		Metadata: map[string]any{actionKey: op.action, peopleKey: op.action == "" && !op.tokens},
	}
	if op.open {
		o.Security = []map[string][]string{}
	}
	return o
}

// declare documents the refusals, now that huma knows the parameters.
func (s *Server) declare(op operation) {
	o := operationAt(s.huma.OpenAPI(), op.method, op.path)
	if op.answers != "" {
		o.Responses["200"].Content = map[string]*huma.MediaType{op.answers: {Schema: &huma.Schema{Type: huma.TypeString}}}
	}
	statuses := append([]int{
		http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusServiceUnavailable,
	}, op.refusals...)
	if !op.open {
		statuses = append(statuses, http.StatusUnauthorized)
	}
	if op.action != "" {
		statuses = append(statuses, http.StatusForbidden, http.StatusNotFound)
	}
	if op.tag == "History" || slices.Contains([]string{"backtest-rule", "run-tests", "add-correction", "explain-rule"}, op.id) {
		statuses = append(statuses, http.StatusGone) // the log may have lost its beginning
	}
	if op.method != http.MethodGet {
		statuses = append(statuses, http.StatusForbidden) // another origin
	}
	if len(o.Parameters) > 0 || o.RequestBody != nil {
		statuses = append(statuses, http.StatusUnprocessableEntity)
	}
	if o.RequestBody != nil {
		statuses = append(statuses, http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	for _, p := range o.Parameters {
		if p.Name == "If-Match" {
			p.Required = true // its absence has a status of its own, so huma is not told
			statuses = append(statuses, http.StatusPreconditionFailed, http.StatusPreconditionRequired)
		}
	}
	delete(o.Responses, "default")
	for _, status := range statuses {
		o.Responses[strconv.Itoa(status)] = problemResponse(s.huma.OpenAPI(), status)
	}
}
