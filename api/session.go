package api

import (
	"context"
	"net/http"
	"time"

	"logis/access"
	"logis/domain"
)

// cookieName has the prefix that makes browsers keep the cookie to this host, to
// TLS (or localhost) and to no path.
const cookieName = "__Host-logis"

// Session is who is signed in.
type Session struct {
	Person    Person  `json:"person" doc:"Who is signed in."`
	ExpiresAt Instant `json:"expires_at" doc:"When to sign in again."`
}

// Person is somebody who can sign in.
type Person struct {
	ID   domain.PersonID `json:"id" format:"uuid" doc:"The person." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a01"`
	Name string          `json:"name" doc:"What they are called." example:"Ada"`
}

func sessionOf(p access.Principal) Session {
	return Session{Person: Person{ID: p.Person, Name: p.Name}, ExpiresAt: Instant{p.Expires}}
}

// signedIn answers with a new session.
func (s *Server) signedIn(ctx context.Context, token string, p access.Principal) (*sessionOutput, error) {
	now, err := s.now(ctx)
	if err != nil {
		return nil, err
	}
	return &sessionOutput{SetCookie: cookie(token, int(p.Expires.Sub(now.Time)/time.Second)), Body: sessionOf(p)}, nil
}

type (
	nothing      struct{}
	sessionInput struct {
		Body SignIn
	}
	sessionOutput struct {
		SetCookie http.Cookie `header:"Set-Cookie" doc:"The session; HttpOnly, Secure, SameSite=Lax."`
		Body      Session
	}
	sessionSeen struct {
		Body Session
	}
	signedOut struct {
		SetCookie http.Cookie `header:"Set-Cookie" doc:"Takes the session's cookie away."`
	}
)

// SignIn is what signs a person in.
type SignIn struct {
	Link string `json:"link" minLength:"1" maxLength:"100" doc:"The one-time token of a link: what stands after # in it." example:"logis-link-8yX0c1bq3c8q7cVtq1m0Yp6zJkKQ0uJkqf3m1Yw2c5E"`
}

func (s *Server) addSession() {
	add(s, operation{
		id: "sign-in", method: http.MethodPost, path: "/session", tag: "Session", status: http.StatusCreated, open: true,
		summary: "Sign in", description: "Uses up a one-time link and sets the session's cookie. 401 for a link that was used or has expired.",
		refusals: []int{http.StatusUnauthorized},
	}, s.signIn)
	add(s, operation{
		id: "get-session", tokens: true, method: http.MethodGet, path: "/session", tag: "Session",
		summary: "Who is signed in", description: "Returns the person and when the session ends.",
	}, s.getSession)
	add(s, operation{
		id: "sign-out", method: http.MethodDelete, path: "/session", tag: "Session",
		summary: "Sign out", description: "Ends this session; its live sockets close within two seconds.",
	}, s.signOut)
}

func (s *Server) signIn(ctx context.Context, in *sessionInput) (*sessionOutput, error) {
	token, p, err := s.options.Access.Redeem(ctx, in.Body.Link)
	if err != nil {
		return nil, err
	}
	return s.signedIn(ctx, token, p)
}

func (s *Server) getSession(ctx context.Context, _ *nothing) (*sessionSeen, error) {
	return &sessionSeen{sessionOf(principal(ctx))}, nil
}

func (s *Server) signOut(ctx context.Context, _ *nothing) (*signedOut, error) {
	if err := s.options.Access.SignOut(ctx, principal(ctx)); err != nil {
		return nil, err
	}
	return &signedOut{SetCookie: cookie("", -1)}, nil
}

// cookie returns the session's cookie; a negative age takes it away.
func cookie(token string, age int) http.Cookie {
	return http.Cookie{
		Name: cookieName, Value: token, Path: "/", MaxAge: age,
		Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}
