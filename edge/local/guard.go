package local

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"logis/domain"
)

// serveErr is a handler that may refuse.
type serveErr = func(http.ResponseWriter, *http.Request) error

// serveClient is a handler for a paired client.
type serveClient = func(http.ResponseWriter, *http.Request, Client) error

// secured puts the security headers on every answer, and refuses a name this
// gateway does not have: a page from elsewhere may have bent its own to our address.
func (s *Server) secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", s.page.policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if !s.known(r.Host) {
			refusal(http.StatusMisdirectedRequest, domain.Invalid, "this gateway is not called so: start it with --local-name").write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) known(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	return net.ParseIP(host) != nil ||
		slices.ContainsFunc(s.names, func(name string) bool { return strings.EqualFold(name, host) })
}

// respond turns a refusal into an answer, and a panic into one, too.
func (s *Server) respond(serve serveErr) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			fault := recover()
			if fault == nil {
				return
			}
			if fault == http.ErrAbortHandler { //nolint:errorlint,err113 // the value itself is meant
				panic(fault)
			}
			s.options.Log.Error("a local request failed", "request", r.Method+" "+r.URL.Path, "panic", fault)
			problemOf(domain.Errorf(domain.Internal, "")).write(w)
		}()
		err := serve(w, r)
		if err == nil {
			return
		}
		p := problemOf(err)
		if p.Status >= http.StatusInternalServerError && !errors.Is(err, context.Canceled) {
			s.options.Log.Warn("a local request was refused", "request", r.Method+" "+r.URL.Path, "status", p.Status, "why", err)
		}
		p.write(w)
	})
}

// work gives a request a place and a time limit, or sends it away.
func (s *Server) work(serve serveErr) http.Handler {
	return s.respond(func(w http.ResponseWriter, r *http.Request) error {
		select {
		case s.room <- struct{}{}:
			defer func() { <-s.room }()
		default:
			p := refusal(http.StatusServiceUnavailable, domain.Overloaded, "too much is asked at once")
			p.retryAfter = 1
			return p
		}
		ctx, cancel := context.WithTimeout(r.Context(), workTimeout)
		defer cancel()
		return serve(w, r.WithContext(ctx))
	})
}

// strangers lets everybody in who does not ask too often and is no other page.
func (s *Server) strangers(serve serveErr) serveErr {
	return func(w http.ResponseWriter, r *http.Request) error {
		if fromElsewhere(r) {
			return errOrigin
		}
		if !s.rates.strangers.Allow() {
			return errTooMany
		}
		return serve(w, r)
	}
}

// paired lets in who is paired: by a token, or by the cookie of this gateway's own
// page, which a browser also sends when another page makes it.
func (s *Server) paired(cost int, serve serveClient) serveErr {
	return func(w http.ResponseWriter, r *http.Request) error {
		token, byCookie := s.token(r)
		client, err := s.clients.find(token)
		switch {
		case errors.Is(err, errNoClient):
			if !s.rates.strangers.Allow() {
				return errTooMany
			}
			return domain.Errorf(domain.Unauthorized, "this client is not paired with the gateway")
		case err != nil:
			return domain.Wrap(domain.Storage, "the gateway's disk does not answer", err)
		case fromElsewhere(r), byCookie && !harmless(r) && !fromHere(r):
			return errOrigin
		case !s.rates.allow(client.ID, cost):
			return errTooMany
		}
		return serve(w, r, client)
	}
}

// errOrigin is told to other pages.
var errOrigin = domain.Errorf(domain.Forbidden, "this must come from the gateway's own page: Sec-Fetch-Site or Origin must say so")

// token returns what a request proves itself with.
func (s *Server) token(r *http.Request) (token string, byCookie bool) {
	if header := r.Header.Values("Authorization"); len(header) > 0 {
		scheme, token, _ := strings.Cut(header[0], " ")
		if len(header) > 1 || !strings.EqualFold(scheme, "Bearer") {
			return "", false
		}
		return token, false
	}
	cookie, err := r.Cookie(s.cookieName())
	if err != nil {
		return "", false
	}
	return cookie.Value, true
}

// cookieName ties the cookie to TLS where there is TLS.
func (s *Server) cookieName() string {
	if s.plain {
		return "logis_local"
	}
	return "__Host-logis_local"
}

func (s *Server) setCookie(w http.ResponseWriter, token string) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // without TLS it never leaves this machine
		Name: s.cookieName(), Value: token, Path: "/", MaxAge: 10 * 365 * 24 * 3600, // until it is removed here
		Secure: !s.plain, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
}

// harmless reports whether a request changes nothing and opens no socket.
func harmless(r *http.Request) bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) && r.Header.Get("Upgrade") == ""
}

// fromHere reports whether the gateway's own page asks: Sec-Fetch-Site, which no
// page can set, or Origin says so.
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

// fromElsewhere reports whether a browser says that another page asks.
func fromElsewhere(r *http.Request) bool {
	said := len(r.Header.Values("Origin")) > 0
	for _, site := range r.Header.Values("Sec-Fetch-Site") {
		said = said || site != "none" || !harmless(r)
	}
	return said && !fromHere(r)
}

// rates bounds how much is asked.
type rates struct {
	strangers *rate.Limiter

	mu      sync.Mutex
	clients map[string]*rate.Limiter
}

func newRates() *rates {
	return &rates{strangers: rate.NewLimiter(strangerRate, strangerBurst), clients: map[string]*rate.Limiter{}}
}

func (r *rates) allow(client string, cost int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	limiter, ok := r.clients[client]
	if !ok {
		if len(r.clients) >= 2*MaxClients {
			clear(r.clients) // of clients that were removed, mostly
		}
		limiter = rate.NewLimiter(clientRate, clientBurst)
		r.clients[client] = limiter
	}
	return limiter.AllowN(time.Now(), cost)
}
