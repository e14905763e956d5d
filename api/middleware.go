package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/go-chi/chi/v5"

	"logis/access"
	"logis/domain"
	"logis/eventstore/wall"
)

// policy is what a page may load: itself. Inline styles are the component kit's;
// scripts are never inline.
const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
	"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// secured puts the security headers on every answer.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(self), microphone=()")
		if r.TLS != nil {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if strings.HasPrefix(r.URL.Path, "/api/") {
			h.Set("Cache-Control", "no-store")
		}
		next.ServeHTTP(w, r)
	})
}

// recoverer turns a panic into a 500 and a line in the log.
func (s *Server) recoverer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v == http.ErrAbortHandler { //nolint:errorlint,err113 // the value itself is meant
				panic(v)
			}
			s.refuse(w, r, fmt.Errorf("panic: %v\n%s", v, debug.Stack())) //nolint:err113 // told to the log only
		}()
		next.ServeHTTP(w, r)
	})
}

// bounded gives each request a place and a time limit, or sends it away.
func (s *Server) bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case s.room <- struct{}{}:
		default:
			s.refuse(w, r, domain.Errorf(domain.Overloaded, "too much is asked at once"))
			return
		}
		p := &berth{ctx: r.Context(), leave: sync.OnceFunc(func() { <-s.room })}
		defer p.leave()
		ctx, cancel := context.WithTimeout(context.WithValue(r.Context(), berthKey, p), s.tuning.work)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// berth is the place of a request in flight.
type berth struct {
	ctx   context.Context //nolint:containedctx // that of the connection, for who stays longer than a request may
	leave func()
}

// linger gives the place of a request back that becomes something long, and returns
// the context that ends when its caller is gone.
func linger(ctx context.Context) context.Context {
	p, ok := ctx.Value(berthKey).(*berth)
	if !ok {
		return ctx
	}
	p.leave()
	return p.ctx
}

// sameOrigin refuses what another page made a browser do: changes and live
// sockets must come from the app's own origin, and say so.
func (s *Server) sameOrigin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		safe := r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions
		// A browser sends a cookie by itself, and never a token.
		if (!safe || r.Header.Get("Upgrade") != "") && !fromHere(r) && !bears(r) {
			s.refuse(w, r, domain.Errorf(domain.Forbidden, "this must come from the app's own origin: Sec-Fetch-Site or Origin must say so"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// fromHere believes Sec-Fetch-Site, which no page can set, before Origin, whose
// host a proxy may have made another than ours.
func fromHere(r *http.Request) bool {
	sites, origins := r.Header.Values("Sec-Fetch-Site"), r.Header.Values("Origin")
	if len(sites) > 0 {
		return len(sites) == 1 && sites[0] == "same-origin"
	}
	if len(origins) != 1 {
		return false
	}
	origin, err := url.Parse(origins[0])
	return err == nil && origin.Host != "" && strings.EqualFold(origin.Host, r.Host)
}

// known finds out who asks, and refuses who asks too fast. Somebody unknown is
// counted by address.
func (s *Server) known(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(access.WithVisit(r.Context(), access.Visit{Place: placeOf(r.RemoteAddr), Agent: r.UserAgent()}))
		p, err := s.authenticate(r)
		if err != nil && domain.CodeOf(err) != domain.Unauthorized {
			s.refuse(w, r, err)
			return
		}
		if !s.slowEnough(w, p, r) {
			s.refuse(w, r, tooFast())
			return
		}
		next.ServeHTTP(w, r.WithContext(behindWall(context.WithValue(r.Context(), principalKey, p), homeOf(r.URL.Path))))
	})
}

// behindWall returns a context whose queries see the home as the principal may: the
// database asks for itself whether they are a member, before access says anything.
func behindWall(ctx context.Context, home domain.HomeID) context.Context {
	if home.IsZero() {
		return wall.Nowhere(ctx)
	}
	return wall.AsMember(ctx, home, principal(ctx).Person)
}

func tooFast() *Problem {
	p := refusal(http.StatusTooManyRequests, domain.Overloaded, "too many requests: wait a moment")
	p.retryAfter = 1
	return p
}

// slowEnough counts the request: one without a session by where it came from.
// The answer says how fast it may go on.
func (s *Server) slowEnough(w http.ResponseWriter, p access.Principal, r *http.Request) bool {
	callers, caller := s.people, p.Person.String()
	if p.Person.IsZero() {
		callers, caller = s.places, placeOf(r.RemoteAddr)
	}
	defer callers.say(w.Header(), caller)
	return callers.allow(caller)
}

// bears reports whether the request comes with a token and nothing else.
func bears(r *http.Request) bool {
	return len(r.Header.Values("Authorization")) > 0 && len(r.CookiesNamed(cookieName)) == 0
}

func (s *Server) authenticate(r *http.Request) (access.Principal, error) {
	return s.recognize(r, homeOf(r.URL.Path))
}

// recognize returns who sent the request, as somebody in the home.
func (s *Server) recognize(r *http.Request, home domain.HomeID) (access.Principal, error) {
	if bears(r) {
		values := r.Header.Values("Authorization")
		token, ok := strings.CutPrefix(values[0], "Bearer ")
		if !ok || len(values) > 1 {
			return access.Principal{}, nil
		}
		p, err := s.options.Access.Authenticate(r.Context(), token, home)
		if err == nil && !p.ByToken() {
			return access.Principal{}, nil // the cookie of a browser is good in a cookie only
		}
		return p, err
	}
	cookies := r.CookiesNamed(cookieName)
	if len(cookies) != 1 {
		return access.Principal{}, nil // two of them: nobody knows which is meant
	}
	return s.options.Access.Authenticate(r.Context(), cookies[0].Value, home)
}

// homeOf returns the home a path is about, the zero id when it is about none.
func homeOf(path string) domain.HomeID {
	rest, ok := strings.CutPrefix(path, base+"/homes/")
	if !ok {
		return domain.HomeID{}
	}
	text, _, _ := strings.Cut(rest, "/")
	home, err := domain.ParseID[domain.HomeKind](text)
	if err != nil {
		return domain.HomeID{} // the guard will say so
	}
	return home
}

// elsewhere answers for every path without an operation: the browser app, but
// never where an operation could be.
func (s *Server) elsewhere(app http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/api/") || r.URL.Path == "/api":
			s.refuse(w, r, domain.Errorf(domain.NotFound, "there is nothing at this address"))
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			w.Header().Set("Allow", "GET, HEAD")
			s.refuse(w, r, refusal(http.StatusMethodNotAllowed, domain.Invalid, "this method is not for this address"))
		default:
			app.ServeHTTP(w, r)
		}
	}
}

// otherMethod answers for a path that has operations, but not this one.
func (s *Server) otherMethod(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	if r.URL.RawPath != "" {
		path = r.URL.RawPath
	}
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete} {
		if !s.router.Match(chi.NewRouteContext(), method, path) {
			continue
		}
		if allowed = append(allowed, method); method == http.MethodGet {
			allowed = append(allowed, http.MethodHead)
		}
	}
	w.Header().Set("Allow", strings.Join(append(allowed, http.MethodOptions), ", "))
	if r.Method == http.MethodOptions {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	s.refuse(w, r, refusal(http.StatusMethodNotAllowed, domain.Invalid, "this method is not for this address"))
}

// healthz says that the process is up.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) { plain(w, "up\n") }

// readyz says that the database answers.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyLimit)
	defer cancel()
	if err := s.options.Store.Pool().Ping(ctx); err != nil {
		s.refuse(w, r, domain.Wrap(domain.Storage, "the database does not answer", err))
		return
	}
	plain(w, "ready\n")
}

func plain(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(text)) // a caller who is gone needs no answer
}
