package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"logis/access"
	"logis/domain"
)

// callbackPath is the page of the browser app that a provider sends people back to.
const callbackPath = "/openid/callback"

// OpenIDProvider is where people can sign in beside Logis itself.
type OpenIDProvider struct {
	Name *string `json:"name" doc:"What people call it; null: there is none." example:"Example"`
}

// OpenIDVisit is a visit at the provider that begins.
type OpenIDVisit struct {
	Ceremony string `json:"ceremony" doc:"Goes with the answer." example:"logis-ceremony-8yX0c1bq3c8q7cVtq1m0Yp6zJkKQ0uJkqf3m1Yw2c5E"`
	Address  string `json:"address" doc:"Where to send the browser." example:"https://accounts.example.org/auth?client_id=logis&response_type=code"`
}

// OpenIDAnswer is what a browser comes back with.
type OpenIDAnswer struct {
	Ceremony string `json:"ceremony" minLength:"1" maxLength:"100" doc:"Of the visit." example:"logis-ceremony-8yX0c1bq3c8q7cVtq1m0Yp6zJkKQ0uJkqf3m1Yw2c5E"`
	State    string `json:"state" minLength:"1" maxLength:"200" doc:"As the provider gave it back." example:"af0ifjsldkj"`
	Code     string `json:"code" minLength:"1" maxLength:"4096" doc:"Of the provider." example:"SplxlOBeZQQYbYS6WxSbIA"`
}

func (a OpenIDAnswer) known() access.Answer {
	return access.Answer{Ceremony: a.Ceremony, State: a.State, Code: a.Code}
}

// OpenIDSignIn signs in by what the provider says; somebody new brings an invitation.
type OpenIDSignIn struct {
	OpenIDAnswer
	Link string `json:"link,omitzero" maxLength:"100" doc:"The one-time token of an invitation, of somebody who is not known here." example:"logis-invite-8yX0c1bq3c8q7cVtq1m0Yp6zJkKQ0uJkqf3m1Yw2c5E"`
	Name *Name  `json:"name,omitzero" doc:"What somebody new is called."`
}

type (
	providerOutput struct{ Body OpenIDProvider }
	visitInput     struct{ Here }
	visitOutput    struct{ Body OpenIDVisit }
	openIDInput    struct{ Body OpenIDSignIn }
	linkInput      struct{ Body OpenIDAnswer }
)

// Resolve asks for the name of whoever brings an invitation.
func (s *OpenIDSignIn) Resolve(_ huma.Context, prefix *huma.PathBuffer) []error {
	if s.Link != "" && s.Name == nil {
		return []error{&huma.ErrorDetail{Location: prefix.With("name"), Message: "must be there beside an invitation"}}
	}
	return nil
}

func (s *Server) addOpenID() {
	add(s, operation{
		id: "get-provider", method: http.MethodGet, path: "/session/openid", tag: "Session", open: true,
		summary: "The OpenID provider", description: "Returns where people can sign in beside Logis itself, if whoever runs the server said so.",
	}, s.getProvider)
	add(s, operation{
		id: "begin-openid", method: http.MethodPost, path: "/session/openid/begin", tag: "Session", open: true, refusals: []int{http.StatusNotFound},
		summary:     "Begin to sign in by the provider",
		description: "Makes the address at the provider to send the browser to; the visit is good for five minutes. 404 without a provider.",
	}, s.beginOpenID)
	add(s, operation{
		id: "sign-in-by-openid", method: http.MethodPost, path: "/session/openid", tag: "Session", status: http.StatusCreated, open: true,
		refusals: []int{http.StatusUnauthorized, http.StatusConflict},
		summary:  "Sign in by the provider",
		description: "Sets the session's cookie of whoever linked that account of the provider. Somebody new needs an invitation: an e-mail " +
			"address that the provider knows counts for nothing. 401 in the same words whatever is wrong.",
	}, s.signInByOpenID)
	add(s, operation{
		id: "begin-openid-link", method: http.MethodPost, path: "/account/openid/begin", tag: "Account", dangerous: true,
		refusals: []int{http.StatusNotFound},
		summary:  "Begin to link the provider", description: "As for signing in; who comes back is linked to the caller. 404 without a provider.",
	}, s.beginOpenIDLink)
	add(s, operation{
		id: "link-openid", method: http.MethodPost, path: "/account/openid", tag: "Account", status: http.StatusNoContent,
		refusals: []int{http.StatusConflict, http.StatusNotFound},
		summary:  "Link the provider", description: "From now on it signs the caller in. 409 for an account that is somebody else's here.",
	}, s.linkOpenID)
	add(s, operation{
		id: "unlink-openid", method: http.MethodDelete, path: "/account/openid", tag: "Account", dangerous: true, refusals: []int{http.StatusNotFound},
		summary: "Unlink the provider", description: "It signs the caller in no more.",
	}, s.unlinkOpenID)
}

func (s *Server) getProvider(context.Context, *nothing) (*providerOutput, error) {
	if s.options.OpenID == nil {
		return &providerOutput{}, nil
	}
	return &providerOutput{OpenIDProvider{textOrNull(s.options.OpenID.Name())}}, nil
}

// visit begins a visit of somebody, or of nobody yet.
func (s *Server) visit(ctx context.Context, h Here, p access.Principal) (*visitOutput, error) {
	if s.options.OpenID == nil {
		return nil, noProvider()
	}
	address, ceremony, err := s.options.OpenID.Begin(ctx, p, s.site(h)+callbackPath)
	return &visitOutput{OpenIDVisit{Ceremony: ceremony, Address: address}}, err
}

func noProvider() error { return domain.Errorf(domain.NotFound, "there is no OpenID provider") }

func (s *Server) beginOpenID(ctx context.Context, in *visitInput) (*visitOutput, error) {
	return s.visit(ctx, in.Here, access.Principal{})
}

func (s *Server) beginOpenIDLink(ctx context.Context, in *visitInput) (*visitOutput, error) {
	return s.visit(ctx, in.Here, principal(ctx))
}

func (s *Server) signInByOpenID(ctx context.Context, in *openIDInput) (*sessionOutput, error) {
	if s.options.OpenID == nil {
		return nil, domain.Errorf(domain.Unauthorized, "there is no OpenID provider")
	}
	name := ""
	if in.Body.Name != nil {
		name = in.Body.Name.trimmed()
	}
	token, p, err := s.options.OpenID.SignIn(ctx, in.Body.known(), in.Body.Link, name)
	if err != nil {
		return nil, err
	}
	return s.signedIn(ctx, token, p)
}

func (s *Server) linkOpenID(ctx context.Context, in *linkInput) (*nothing, error) {
	if s.options.OpenID == nil {
		return nil, noProvider()
	}
	return &nothing{}, s.options.OpenID.Link(ctx, principal(ctx), in.Body.known())
}

func (s *Server) unlinkOpenID(ctx context.Context, _ *nothing) (*nothing, error) {
	return &nothing{}, s.options.Access.Unlink(ctx, principal(ctx))
}
