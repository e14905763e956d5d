package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"logis/access"
	"logis/domain"
)

// Passkey is a key that the caller signs in with.
type Passkey struct {
	ID        domain.EntityID `json:"id" format:"uuid" doc:"The passkey." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a0b"`
	Name      string          `json:"name" doc:"What the caller calls it." example:"Phone"`
	CreatedAt Instant         `json:"created_at" doc:"When it was made."`
	UsedAt    *Instant        `json:"used_at" nullable:"true" doc:"When it last signed in; null: it never did."`
}

// Ceremony is a challenge for a browser.
type Ceremony struct {
	Ceremony string `json:"ceremony" doc:"Goes with the answer." example:"logis-ceremony-8yX0c1bq3c8q7cVtq1m0Yp6zJkKQ0uJkqf3m1Yw2c5E"`
	Options  Object `json:"options" doc:"For navigator.credentials, in the JSON form of WebAuthn Level 3."`
}

// NewPasskey is a browser's answer with a new passkey.
type NewPasskey struct {
	Ceremony string `json:"ceremony" minLength:"1" maxLength:"100" doc:"Of the challenge." example:"logis-ceremony-8yX0c1bq3c8q7cVtq1m0Yp6zJkKQ0uJkqf3m1Yw2c5E"`
	Name     Name   `json:"name" doc:"What to call it."`
	Response Object `json:"response" doc:"What navigator.credentials.create made, as toJSON writes it."`
}

// PasskeySignIn is a browser's answer with a passkey it has.
type PasskeySignIn struct {
	Ceremony string `json:"ceremony" minLength:"1" maxLength:"100" doc:"Of the challenge." example:"logis-ceremony-8yX0c1bq3c8q7cVtq1m0Yp6zJkKQ0uJkqf3m1Yw2c5E"`
	Response Object `json:"response" doc:"What navigator.credentials.get made, as toJSON writes it."`
}

// Host is the host that the browser's address bar shows.
type Host struct{ host string }

// Resolve reads it.
func (h *Host) Resolve(ctx huma.Context) []error {
	h.host = ctx.Host()
	return nil
}

type (
	ceremonyInput   struct{ Host }
	ceremonyOutput  struct{ Body Ceremony }
	passkeysOutput  struct{ Body list[Passkey] }
	addPasskeyInput struct {
		Host
		Body NewPasskey
	}
	passkeySignInInput struct {
		Host
		Body PasskeySignIn
	}
	removePasskeyInput struct {
		Passkey domain.EntityID `path:"passkey" format:"uuid" doc:"The passkey." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a0b"`
	}
)

func (s *Server) addPasskeys() {
	add(s, operation{
		id: "begin-sign-in", method: http.MethodPost, path: "/session/passkey/begin", tag: "Session", open: true, refusals: []int{http.StatusConflict},
		summary: "Begin to sign in by passkey", description: "Makes a challenge that is good for five minutes. 409 where Logis is reached without a host name.",
	}, s.beginSignIn)
	add(s, operation{
		id: "sign-in-by-passkey", method: http.MethodPost, path: "/session/passkey", tag: "Session", status: http.StatusCreated, open: true,
		refusals: []int{http.StatusUnauthorized, http.StatusConflict},
		summary:  "Sign in by passkey", description: "Sets the session's cookie. 401 in the same words whatever is wrong.",
	}, s.signInByPasskey)
	add(s, operation{
		id: "list-passkeys", method: http.MethodGet, path: "/account/passkeys", tag: "Account",
		summary: "The caller's passkeys", description: "Returns the passkeys, the oldest first.",
	}, s.listPasskeys)
	add(s, operation{
		id: "begin-passkey", method: http.MethodPost, path: "/account/passkeys/begin", tag: "Account", first: true, refusals: []int{http.StatusConflict},
		summary: "Begin to add a passkey", description: "Makes a challenge that is good for five minutes. 409 with too many passkeys.",
	}, s.beginPasskey)
	add(s, operation{
		id: "add-passkey", method: http.MethodPost, path: "/account/passkeys", tag: "Account", status: http.StatusNoContent, first: true,
		refusals: []int{http.StatusConflict},
		summary:  "Add a passkey", description: "Keeps the key a browser made. 401 whatever is wrong with the answer.",
	}, s.addPasskey)
	add(s, operation{
		id: "remove-passkey", method: http.MethodDelete, path: "/account/passkeys/{passkey}", tag: "Account", dangerous: true,
		refusals: []int{http.StatusNotFound},
		summary:  "Remove a passkey", description: "It signs nobody in any more.",
	}, s.removePasskey)
}

func (s *Server) beginSignIn(ctx context.Context, in *ceremonyInput) (*ceremonyOutput, error) {
	ceremony, options, err := s.options.Access.BeginSignIn(ctx, in.host)
	return &ceremonyOutput{Ceremony{ceremony, options}}, err
}

func (s *Server) signInByPasskey(ctx context.Context, in *passkeySignInInput) (*sessionOutput, error) {
	token, p, err := s.options.Access.SignInByPasskey(ctx, in.host, in.Body.Ceremony, in.Body.Response)
	if err != nil {
		return nil, err
	}
	return s.signedIn(ctx, token, p)
}

func (s *Server) listPasskeys(ctx context.Context, _ *nothing) (*passkeysOutput, error) {
	keys, err := s.options.Access.Passkeys(ctx, principal(ctx))
	return &passkeysOutput{list[Passkey]{all(keys, func(k access.Passkey) Passkey {
		out := Passkey{ID: k.ID, Name: k.Name, CreatedAt: Instant{k.CreatedAt}}
		if k.UsedAt != nil {
			out.UsedAt = &Instant{*k.UsedAt}
		}
		return out
	})}}, err
}

func (s *Server) beginPasskey(ctx context.Context, in *ceremonyInput) (*ceremonyOutput, error) {
	ceremony, options, err := s.options.Access.BeginPasskey(ctx, principal(ctx), in.host)
	return &ceremonyOutput{Ceremony{ceremony, options}}, err
}

func (s *Server) addPasskey(ctx context.Context, in *addPasskeyInput) (*nothing, error) {
	return &nothing{}, s.options.Access.AddPasskey(ctx, principal(ctx), in.host, in.Body.Ceremony, in.Body.Name.trimmed(), in.Body.Response)
}

func (s *Server) removePasskey(ctx context.Context, in *removePasskeyInput) (*nothing, error) {
	return &nothing{}, s.options.Access.RemovePasskey(ctx, principal(ctx), in.Passkey)
}
