package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"logis/access"
	"logis/domain"
)

type contextKey int

const (
	principalKey contextKey = iota // access.Principal
	requestKey                     // [32]byte, of everything that makes the request what it is
	permitKey                      // access.Permit, in the home of the path
	berthKey                       // *berth, among the requests in flight
)

// principal returns who asks; behind the guard that is somebody.
func principal(ctx context.Context) access.Principal {
	p, _ := ctx.Value(principalKey).(access.Principal)
	return p
}

// guard asks whether the caller may do the operation, once, before anything else
// of the request is looked at.
func (s *Server) guard(op operation) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		r, w := humachi.Unwrap(ctx)
		permit, err := s.allowed(r, op)
		if err != nil {
			s.refuse(w, r, s.remember(r, op, err))
			return
		}
		next(huma.WithValue(ctx, permitKey, permit))
	}
}

// remember keeps that somebody known was refused an action, and returns the
// refusal; when it cannot be kept, that is the error.
func (s *Server) remember(r *http.Request, op operation, refusal error) error {
	ctx := r.Context()
	p := principal(ctx)
	code := domain.CodeOf(refusal)
	if p.Person.IsZero() || op.action == "" || (code != domain.Forbidden && code != domain.NotFound) {
		return refusal
	}
	if err := s.options.Access.Refused(ctx, p, homeOf(r.URL.Path), op.action); err != nil {
		return err
	}
	return refusal
}

// permit returns what the caller may in the home of the path.
func permit(ctx context.Context) access.Permit {
	p, _ := ctx.Value(permitKey).(access.Permit)
	return p
}

// allowed returns what the caller may, or why not.
func (s *Server) allowed(r *http.Request, op operation) (access.Permit, error) {
	if op.open {
		return access.Permit{}, nil
	}
	p := principal(r.Context())
	home, err := domain.ParseID[domain.HomeKind](r.PathValue("home"))
	switch {
	case p.Person.IsZero() && (op.action == "" || err != nil):
		return access.Permit{}, domain.Errorf(domain.Unauthorized, "sign in first")
	case op.action == "" && p.ByToken() && !op.tokens:
		return access.Permit{}, domain.Errorf(domain.Forbidden, "this is for people, not for tokens")
	case op.action == "":
		return access.Permit{}, s.fresh(r.Context(), op, p)
	case err != nil:
		return access.Permit{}, domain.InvalidInput(domain.Fault{Field: "home", Message: err.Error()})
	}
	permit, err := s.judge.Permit(r.Context(), p, home, op.action)
	if err == nil && !permit.Whole(op.action) && !op.narrow {
		err = domain.Errorf(domain.Forbidden, "this is about more of the home than was given to you")
	}
	if err == nil {
		err = s.fresh(r.Context(), op, p)
	}
	return permit, err
}

// fresh refuses what is dangerous to somebody who has not proved lately who they
// are.
func (s *Server) fresh(ctx context.Context, op operation, p access.Principal) error {
	switch {
	case op.first:
		return s.judge.FreshOrFirst(ctx, p)
	case op.dangerous:
		return s.judge.Fresh(ctx, p)
	}
	return nil
}

// letsOpen refuses to let others open something to a caller who has not proved
// lately who they are, or has no second factor.
func (s *Server) letsOpen(ctx context.Context) error {
	return s.judge.Twofold(ctx, principal(ctx))
}

// body reads the body, refuses what is not strict JSON, and remembers what the
// request was.
func (s *Server) body(ctx huma.Context, next func(huma.Context)) {
	r, w := humachi.Unwrap(ctx)
	if err := checkRepeats(r); err != nil {
		s.refuse(w, r, err)
		return
	}
	text, err := readBody(w, r, ctx.Operation().RequestBody)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(text))
	hash := sha256.New()
	hash.Write([]byte(r.Method + " " + r.URL.Path + "\n"))
	hash.Write(text)
	next(huma.WithValue(ctx, requestKey, [32]byte(hash.Sum(nil))))
}

// checkRepeats refuses what is there twice: two readers would each take another.
func checkRepeats(r *http.Request) error {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return domain.InvalidInput(domain.Fault{Field: "query", Message: "must be made of name=value pairs"})
	}
	var faults []domain.Fault
	for name, values := range query {
		if len(values) > 1 {
			faults = append(faults, domain.Fault{Field: name, Message: "must be there only once"})
		}
	}
	for _, name := range []string{"If-Match", "Idempotency-Key", "Content-Type"} {
		if len(r.Header.Values(name)) > 1 {
			faults = append(faults, domain.Fault{Field: name, Message: "must be there only once"})
		}
	}
	if len(faults) > 0 {
		return domain.InvalidInput(faults...)
	}
	return nil
}

func readBody(w http.ResponseWriter, r *http.Request, wanted *huma.RequestBody) ([]byte, error) {
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, refusal(http.StatusRequestEntityTooLarge, domain.Invalid, "the body must be at most 64 KiB long")
	case err != nil:
		return nil, refusal(http.StatusBadRequest, domain.Invalid, "the body did not arrive whole")
	case len(text) == 0:
		return text, nil // huma knows whether there must be one
	case wanted == nil:
		return nil, refusal(http.StatusBadRequest, domain.Invalid, "this takes no body")
	}
	if err := checkType(r.Header); err != nil {
		return nil, err
	}
	if faults := checkJSON(text); len(faults) > 0 {
		return nil, faulty(http.StatusBadRequest, faults)
	}
	return text, nil
}

func checkType(header http.Header) error {
	kind, parameters, err := mime.ParseMediaType(header.Get("Content-Type"))
	charset, ok := parameters["charset"]
	if err != nil || kind != "application/json" || (ok && !strings.EqualFold(charset, "utf-8")) {
		return refusal(http.StatusUnsupportedMediaType, domain.Invalid, "Content-Type must be application/json")
	}
	if encoding := header.Get("Content-Encoding"); encoding != "" {
		return refusal(http.StatusUnsupportedMediaType, domain.Invalid, "Content-Encoding must be left out")
	}
	return nil
}

// refuse answers with what the caller may know of err, and notes the rest.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(err)
	s.note(r.Context(), r.Method+" "+r.URL.Path, p)
	p.write(w)
}

// note logs faults that are not the caller's.
func (s *Server) note(ctx context.Context, what string, p *Problem) {
	if p.Status < http.StatusInternalServerError || errors.Is(p.cause, context.Canceled) {
		return
	}
	s.options.Log.ErrorContext(ctx, "request refused", "request", what, "status", p.Status, "error", causes(p.cause))
}

// causes returns the whole chain: a domain.Error tells the caller only its
// sentence.
func causes(err error) string {
	var parts []string
	for ; err != nil; err = errors.Unwrap(err) {
		if text := err.Error(); text != "" && (len(parts) == 0 || !strings.Contains(parts[len(parts)-1], text)) {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, ": ")
}
