package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"logis/access"
	"logis/domain"
	"logis/domain/thing"
)

// Class is a class of commands in a list: by itself thing.Class is a byte, and a
// list of those a text.
type Class struct{ thing.Class }

// Schema says so in OpenAPI 3.1.
func (Class) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeString, Enum: []any{"A", "B", "C", "D", "E", "F"}, Description: "A class of commands.", Examples: []any{"C"},
	}
}

// Token is what a program of the caller comes with.
type Token struct {
	ID        domain.EntityID `json:"id" format:"uuid" doc:"The token; not its secret." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a09"`
	Name      string          `json:"name" doc:"What the caller calls it." example:"Terminal"`
	Home      domain.HomeID   `json:"home" format:"uuid" doc:"The one home it is for." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a01"`
	Actions   []access.Action `json:"actions" nullable:"false" doc:"All that it may do, within what its person may." example:"home.read"`
	Classes   []Class         `json:"classes" nullable:"false" doc:"The classes of commands it may ask for." example:"C"`
	CreatedAt Instant         `json:"created_at" doc:"When it was made."`
	ExpiresAt Instant         `json:"expires_at" doc:"Until when it is good."`
}

// TokenRequest makes a token.
type TokenRequest struct {
	Name    Name            `json:"name" doc:"What to call it."`
	Home    domain.HomeID   `json:"home" format:"uuid" doc:"The one home it is for." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a01"`
	Actions []access.Action `json:"actions" nullable:"false" minItems:"1" maxItems:"20" doc:"What it may do, such as home.read, history.read, device.command." example:"home.read"`
	Classes []Class         `json:"classes,omitzero" nullable:"false" maxItems:"6" doc:"The classes of commands it may ask for; beside device.command only." example:"C"`
	Days    int             `json:"days" minimum:"1" maximum:"366" doc:"For how many days." example:"90"`
}

// NewToken is a token with its secret.
type NewToken struct {
	Token  Token  `json:"token" doc:"What it is for."`
	Secret string `json:"secret" doc:"To be sent as Authorization: Bearer. It is shown only now." example:"logis-token-8yX0c1bq3c8q7cVtq1m0Yp6zJkKQ0uJkqf3m1Yw2c5E"`
}

// SignedIn is a browser that is signed in.
type SignedIn struct {
	ID        domain.EntityID `json:"id" format:"uuid" doc:"The session." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a0a"`
	Agent     string          `json:"agent" doc:"What the browser called itself when it signed in." example:"Mozilla/5.0"`
	Current   bool            `json:"current" doc:"Whether it is the one that asks." example:"true"`
	CreatedAt Instant         `json:"created_at" doc:"When it signed in."`
	ExpiresAt Instant         `json:"expires_at" doc:"When it has to sign in again."`
}

// DoorEntry is a line of the access log.
type DoorEntry struct {
	At      Instant     `json:"at" doc:"When."`
	What    access.Deed `json:"what" doc:"What happened." example:"signed_in.passkey"`
	Refused bool        `json:"refused" doc:"Whether it was refused." example:"false"`
	Place   string      `json:"place" doc:"The network address it came from." example:"192.0.2.7"`
}

type (
	tokensOutput   struct{ Body list[Token] }
	sessionsOutput struct{ Body list[SignedIn] }
	doorOutput     struct{ Body list[DoorEntry] }
	newTokenInput  struct{ Body TokenRequest }
	newTokenOutput struct{ Body NewToken }
	endTokenInput  struct {
		Token domain.EntityID `path:"token" format:"uuid" doc:"The token." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a09"`
	}
	endSessionInput struct {
		Session domain.EntityID `path:"session" format:"uuid" doc:"The session." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a0a"`
	}
)

func (s *Server) addTokens() {
	add(s, operation{
		id: "list-tokens", method: http.MethodGet, path: "/account/tokens", tag: "Account",
		summary: "The caller's tokens", description: "Returns the tokens, the oldest first, without their secrets.",
	}, s.listTokens)
	add(s, operation{
		id: "make-token", method: http.MethodPost, path: "/account/tokens", tag: "Account", status: http.StatusCreated, dangerous: true,
		refusals: []int{http.StatusNotFound, http.StatusConflict},
		summary:  "Make a token", description: "Makes a secret for a program: for one home, these actions, these classes of commands, these days.",
	}, s.makeToken)
	add(s, operation{
		id: "end-token", method: http.MethodDelete, path: "/account/tokens/{token}", tag: "Account", refusals: []int{http.StatusNotFound},
		summary: "End a token", description: "It opens nothing any more; its live sockets close within two seconds.",
	}, s.endToken)
	add(s, operation{
		id: "list-sessions", method: http.MethodGet, path: "/account/sessions", tag: "Account",
		summary: "Where the caller is signed in", description: "Returns the sessions, the newest first.",
	}, s.listSessions)
	add(s, operation{
		id: "end-session", method: http.MethodDelete, path: "/account/sessions/{session}", tag: "Account", refusals: []int{http.StatusNotFound},
		summary: "Sign a browser out", description: "Ends one of the caller's sessions; its live sockets close within two seconds.",
	}, s.endSession)
	add(s, operation{
		id: "list-door", method: http.MethodGet, path: "/account/log", tag: "Account",
		summary: "What happened at the caller's door", description: "Returns sign-ins, refused attempts and changes of how the caller signs in, newest first.",
	}, s.listDoor)
}

func tokenOf(t access.Token) Token {
	return Token{
		ID: t.ID, Name: t.Name, Home: t.Limits.Home, Actions: t.Limits.Actions, Classes: all(t.Limits.Classes, func(c thing.Class) Class { return Class{c} }),
		CreatedAt: Instant{t.CreatedAt}, ExpiresAt: Instant{t.ExpiresAt},
	}
}

func (s *Server) listTokens(ctx context.Context, _ *nothing) (*tokensOutput, error) {
	tokens, err := s.options.Access.Tokens(ctx, principal(ctx))
	return &tokensOutput{list[Token]{all(tokens, tokenOf)}}, err
}

func (s *Server) makeToken(ctx context.Context, in *newTokenInput) (*newTokenOutput, error) {
	limits := access.Limits{
		Home: in.Body.Home, Actions: in.Body.Actions, Classes: all(in.Body.Classes, func(c Class) thing.Class { return c.Class }),
	}
	if limits.LetsOpen() {
		if err := s.letsOpen(ctx); err != nil {
			return nil, err
		}
	}
	secret, token, err := s.options.Access.NewToken(ctx, principal(ctx), in.Body.Name.trimmed(), limits, time.Duration(in.Body.Days)*24*time.Hour)
	return &newTokenOutput{NewToken{Token: tokenOf(token), Secret: secret}}, err
}

func (s *Server) endToken(ctx context.Context, in *endTokenInput) (*nothing, error) {
	return &nothing{}, s.options.Access.EndToken(ctx, principal(ctx), in.Token)
}

func (s *Server) listSessions(ctx context.Context, _ *nothing) (*sessionsOutput, error) {
	sessions, err := s.options.Access.Sessions(ctx, principal(ctx))
	return &sessionsOutput{list[SignedIn]{all(sessions, func(s access.SignedIn) SignedIn {
		return SignedIn{ID: s.ID, Agent: s.Agent, Current: s.Current, CreatedAt: Instant{s.CreatedAt}, ExpiresAt: Instant{s.ExpiresAt}}
	})}}, err
}

func (s *Server) endSession(ctx context.Context, in *endSessionInput) (*nothing, error) {
	return &nothing{}, s.options.Access.EndSession(ctx, principal(ctx), in.Session)
}

func (s *Server) listDoor(ctx context.Context, _ *nothing) (*doorOutput, error) {
	entries, err := s.options.Access.Log(ctx, principal(ctx))
	return &doorOutput{list[DoorEntry]{all(entries, func(e access.Entry) DoorEntry {
		return DoorEntry{At: Instant{e.At}, What: e.What, Refused: e.Refused, Place: e.Place}
	})}}, err
}
