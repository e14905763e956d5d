package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"

	"logis/domain"
)

// Problem is every refusal: an application/problem+json document (RFC 9457).
type Problem struct {
	Type   string  `json:"type" doc:"Always about:blank: code says what the problem is." example:"about:blank"`
	Title  string  `json:"title" doc:"The status in words." example:"Unprocessable Entity"`
	Status int     `json:"status" doc:"The HTTP status." example:"422"`
	Code   string  `json:"code" doc:"Why, for machines." enum:"invalid,not_found,gone,forbidden,unauthorized,proof_needed,factor_needed,wrong_expected_revision,conflict,idempotency_key_reused,edge_offline,overloaded,storage,internal" example:"invalid"`
	Detail string  `json:"detail" doc:"Why, for people." example:"name must have 1 to 80 characters"`
	Errors []Fault `json:"errors" nullable:"false" doc:"Every field that is wrong; empty when it is not about fields."`

	retryAfter int // seconds; 0: no sense in trying again
	cause      error
}

// Fault is one wrong field.
type Fault struct {
	Field   string `json:"field" doc:"Where: a path in the body, or the name of a parameter or header." example:"set.currentLevel"`
	Message string `json:"message" doc:"What is wrong with it." example:"must be from 0 to 100 percent"`
}

// Error returns the sentence.
func (p *Problem) Error() string { return p.Detail }

// Unwrap returns what the log should know and the caller should not.
func (p *Problem) Unwrap() error { return p.cause }

// GetStatus returns the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders returns Retry-After where trying again makes sense.
func (p *Problem) GetHeaders() http.Header {
	headers := http.Header{}
	if p.retryAfter > 0 {
		headers.Set("Retry-After", strconv.Itoa(p.retryAfter))
	}
	return headers
}

// ContentType returns that of RFC 9457.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// statusOf is the one place that turns a reason into an HTTP status. Input that
// was understood and is wrong is 422; input that is no JSON, or not what a body
// or its headers must be like, gets 400, 413 or 415 where it is found.
func statusOf(code domain.Code) (status, retryAfter int) {
	switch code {
	case domain.Invalid, domain.KeyReused:
		return http.StatusUnprocessableEntity, 0
	case domain.NotFound:
		return http.StatusNotFound, 0
	case domain.Gone:
		return http.StatusGone, 0
	case domain.Forbidden, domain.ProofNeeded, domain.FactorNeeded:
		return http.StatusForbidden, 0
	case domain.Unauthorized:
		return http.StatusUnauthorized, 0
	case domain.WrongRevision:
		return http.StatusPreconditionFailed, 0
	case domain.Conflict, domain.EdgeOffline:
		return http.StatusConflict, 0
	case domain.Overloaded:
		return http.StatusServiceUnavailable, 1
	case domain.Storage:
		return http.StatusServiceUnavailable, 2
	default:
		return http.StatusInternalServerError, 0
	}
}

// refusal returns a Problem whose status does not follow from its code.
func refusal(status int, code domain.Code, detail string, faults ...domain.Fault) *Problem {
	p := &Problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status,
		Code: string(code), Detail: detail, Errors: []Fault{},
	}
	for _, fault := range faults[:min(len(faults), maxFaults)] {
		p.Errors = append(p.Errors, Fault(fault))
	}
	return p
}

// faulty returns a Problem about fields; the detail says which.
func faulty(status int, faults []domain.Fault) *Problem {
	for i := range faults {
		faults[i].Field = shown(faults[i].Field)
	}
	return refusal(status, domain.Invalid, domain.InvalidInput(faults...).Message, faults...)
}

// problemOf turns any error into what the caller may know of it.
func problemOf(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	var refused *domain.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		refused = domain.Wrap(domain.Overloaded, "this took too long", err)
	case !errors.As(err, &refused):
		refused = domain.Wrap(domain.Internal, "", err)
	}
	status, retryAfter := statusOf(refused.Code)
	p = refusal(status, refused.Code, refused.Message, refused.Faults...)
	p.retryAfter, p.cause = retryAfter, err
	if status == http.StatusInternalServerError {
		p.Code, p.Detail, p.Errors = string(domain.Internal), "something is wrong here, not with the request", []Fault{}
	}
	return p
}

// own turns the errors that huma makes into ours. It is one of its transformers.
func own(_ huma.Context, _ string, v any) (any, error) {
	model, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	if model.Status >= http.StatusInternalServerError {
		return problemOf(errors.New(model.Detail)), nil
	}
	faults := make([]domain.Fault, 0, len(model.Errors))
	for _, detail := range model.Errors {
		faults = append(faults, inOurWords(detail.Location, detail.Message))
	}
	if len(faults) == 0 {
		return refusal(model.Status, domain.Invalid, model.Detail), nil
	}
	return faulty(model.Status, faults), nil
}

// maxShown bounds what is repeated of a name that the caller chose, in bytes.
const maxShown = 100

// shown makes a name that the caller chose fit for an answer and a log.
func shown(name string) string {
	if len(name) > maxShown {
		name = name[:maxShown]
	}
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			return '?'
		}
		return r
	}, name)
	return clean
}

// write sends the problem.
func (p *Problem) write(w http.ResponseWriter) {
	text, err := json.Marshal(p)
	if err != nil {
		panic(err) // only texts and numbers
	}
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(text, '\n')) // a caller who is gone needs no answer
}
