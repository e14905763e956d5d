package local

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json"

	"logis/domain"
)

// problem is every refusal: an application/problem+json document (RFC 9457), with
// the members and codes of the cloud's.
type problem struct {
	Type   string         `json:"type"`
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Code   domain.Code    `json:"code"`
	Detail string         `json:"detail"`
	Errors []domain.Fault `json:"errors"`

	retryAfter int // seconds; 0: no sense in trying again
}

func (p *problem) Error() string { return p.Detail }

func refusal(status int, code domain.Code, detail string, faults ...domain.Fault) *problem {
	return &problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status, Code: code, Detail: detail,
		Errors: append([]domain.Fault{}, faults...),
	}
}

// errTooMany is told to who asks too often.
var errTooMany = func() error {
	p := refusal(http.StatusTooManyRequests, domain.Overloaded, "too many requests: wait a moment")
	p.retryAfter = 1
	return p
}()

// problemOf turns any error into what the caller may know of it.
func problemOf(err error) *problem {
	var p *problem
	var refused *domain.Error
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		p = refusal(http.StatusServiceUnavailable, domain.Overloaded, "this took too long")
		p.retryAfter = 1
	case !errors.As(err, &refused):
		p = refusal(http.StatusServiceUnavailable, domain.Storage, "the gateway's disk does not take it now")
		p.retryAfter = 2
	case refused.Code == domain.Internal:
		p = refusal(http.StatusInternalServerError, domain.Internal, "something is wrong here, not with the request")
	default:
		p = refusal(statusOf(refused.Code), refused.Code, refused.Message, refused.Faults...)
	}
	return p
}

func statusOf(code domain.Code) int {
	switch code {
	case domain.Invalid, domain.KeyReused:
		return http.StatusUnprocessableEntity
	case domain.NotFound:
		return http.StatusNotFound
	case domain.Forbidden:
		return http.StatusForbidden
	case domain.Unauthorized:
		return http.StatusUnauthorized
	case domain.Conflict:
		return http.StatusConflict
	default:
		return http.StatusServiceUnavailable
	}
}

func (p *problem) write(w http.ResponseWriter) {
	text, err := json.Marshal(p)
	if err != nil {
		panic(err) // only texts and numbers
	}
	if p.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(p.retryAfter))
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(text, '\n'))
}
