package api

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"logis/access"
	"logis/domain"
	"logis/domain/thing"
)

// Ask is what an app asks a person for, as it stands in the address that the app sent
// them to (RFC 6749, section 4.1.1, and RFC 7636).
type Ask struct {
	Client    string `json:"client_id" maxLength:"100" doc:"Which app." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a0c"`
	Redirect  string `json:"redirect_uri" maxLength:"500" doc:"Where the answer goes: one of the app's own." example:"https://app.example.org/callback"`
	Kind      string `json:"response_type,omitzero" maxLength:"100" doc:"code." example:"code"`
	Scope     string `json:"scope,omitzero" maxLength:"500" doc:"What the app would like: actions, and classes of commands like class.C." example:"home.read device.command class.C"`
	State     string `json:"state,omitzero" maxLength:"4096" doc:"Goes back to the app with the answer." example:"af0ifjsldkj"`
	Challenge string `json:"code_challenge,omitzero" maxLength:"200" doc:"Of PKCE." example:"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"`
	Method    string `json:"code_challenge_method,omitzero" maxLength:"20" doc:"S256." example:"S256"`
}

func (a Ask) known() access.Ask {
	return access.Ask{Client: a.Client, Redirect: a.Redirect, Challenge: a.Challenge, Method: a.Method}
}

// Question is what a person is asked.
type Question struct {
	App     string          `json:"app" doc:"What the app is called." example:"Widget"`
	Vetted  bool            `json:"vetted" doc:"Whether it was registered by who runs the server, not by a person." example:"false"`
	Target  string          `json:"target" doc:"Where the answer goes: a host, or the scheme of an app on this device." example:"app.example.org"`
	Actions []access.Action `json:"actions" nullable:"false" doc:"What it would like to do." example:"home.read"`
	Classes []Class         `json:"classes" nullable:"false" doc:"The classes of commands it would like to ask for; none: the person chooses." example:"C"`
	Denial  string          `json:"denial" doc:"Where to send the person who says no." example:"https://app.example.org/callback?error=access_denied&state=af0ifjsldkj"`
	Refusal *string         `json:"refusal" doc:"Where to send the person at once, because the app asks wrongly; null: it does not." example:"https://app.example.org/callback?error=invalid_scope&state=af0ifjsldkj"`
}

// ConsentRequest says yes to an app.
type ConsentRequest struct {
	Ask     Ask             `json:"ask" doc:"What the app asked."`
	Home    domain.HomeID   `json:"home" format:"uuid" doc:"The one home it is for." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a01"`
	Actions []access.Action `json:"actions" nullable:"false" minItems:"1" maxItems:"20" doc:"What it may do." example:"home.read"`
	Classes []Class         `json:"classes,omitzero" nullable:"false" maxItems:"6" doc:"The classes of commands it may ask for; beside device.command only." example:"C"`
}

// Consent is a yes.
type Consent struct {
	Address string `json:"address" doc:"Where to send the person: it holds a code that is good once, for a minute." example:"https://app.example.org/callback?code=logis-code-8yX0c1bq3c8q7cVtq1m0Yp6zJkKQ0uJkqf3m1Yw2c5E&state=af0ifjsldkj"`
}

// Here is how the server was reached.
type Here struct {
	host   string
	secure bool
}

// Resolve reads it.
func (h *Here) Resolve(ctx huma.Context) []error {
	h.host, h.secure = ctx.Host(), ctx.TLS() != nil
	return nil
}

// site is the address of this server, as people and apps reach it: TLS may end before
// it, and only this very machine is reached without.
func (s *Server) site(h Here) string {
	if s.options.Site != "" {
		return strings.TrimSuffix(s.options.Site, "/")
	}
	u := url.URL{Scheme: "https", Host: h.host}
	if name := u.Hostname(); !h.secure && (name == "localhost" || name == "127.0.0.1" || name == "::1") {
		u.Scheme = "http"
	}
	return u.String()
}

type (
	askInput struct {
		Here
		Body Ask
	}
	questionOutput struct{ Body Question }
	consentInput   struct {
		Here
		Body ConsentRequest
	}
	consentOutput struct{ Body Consent }
)

func (s *Server) addConsents() {
	add(s, operation{
		id: "check-consent", method: http.MethodPost, path: "/account/consents/check", tag: "Apps",
		summary: "What an app asks for",
		description: "Reads the address that an app sent a person to. 422 when the app is not known or the answer would go elsewhere: " +
			"then nobody is sent anywhere.",
	}, s.checkConsent)
	add(s, operation{
		id: "give-consent", method: http.MethodPost, path: "/account/consents", tag: "Apps", status: http.StatusCreated, dangerous: true,
		refusals: []int{http.StatusNotFound, http.StatusConflict},
		summary:  "Let an app act for the caller", description: "Within what the caller may, in one home, until they or the app end it.",
	}, s.giveConsent)
}

func (s *Server) checkConsent(ctx context.Context, in *askInput) (*questionOutput, error) {
	app, err := s.options.Access.Asking(ctx, in.Body.known())
	if err != nil {
		return nil, err
	}
	q := Question{App: app.Name, Vetted: app.Vetted, Target: targetOf(in.Body.Redirect), Actions: []access.Action{}, Classes: []Class{}}
	if q.Denial, err = s.answerTo(in.Here, in.Body, "error", "access_denied"); err != nil {
		return nil, err
	}
	actions, classes, wrong := parseScope(in.Body.Scope)
	var code string
	switch {
	case in.Body.Kind != "code":
		code = "unsupported_response_type"
	case app.Proves(in.Body.known()) != nil:
		code = "invalid_request"
	case wrong != nil:
		code = "invalid_scope"
	default:
		q.Actions, q.Classes = actions, append(q.Classes, classes...)
		return &questionOutput{q}, nil
	}
	refusal, err := s.answerTo(in.Here, in.Body, "error", code)
	q.Refusal = &refusal
	return &questionOutput{q}, err
}

func (s *Server) giveConsent(ctx context.Context, in *consentInput) (*consentOutput, error) {
	limits := access.Limits{
		Home: in.Body.Home, Actions: in.Body.Actions, Classes: all(in.Body.Classes, func(c Class) thing.Class { return c.Class }),
	}
	if limits.LetsOpen() {
		if err := s.letsOpen(ctx); err != nil {
			return nil, err
		}
	}
	code, err := s.options.Access.Consent(ctx, principal(ctx), in.Body.Ask.known(), limits)
	if err != nil {
		return nil, err
	}
	address, err := s.answerTo(in.Here, in.Body.Ask, "code", code)
	return &consentOutput{Consent{address}}, err
}

// answerTo returns the app's address with an answer, and with who gives it, so that an
// app that asks several servers cannot be told wrongly (RFC 9207).
func (s *Server) answerTo(h Here, ask Ask, name, value string) (string, error) {
	u, err := url.Parse(ask.Redirect)
	if err != nil {
		return "", domain.Wrap(domain.Internal, "the app's address cannot be read", err)
	}
	answer := url.Values{name: {value}, "iss": {s.site(h)}}
	if ask.State != "" {
		answer.Set("state", ask.State)
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += answer.Encode()
	return u.String(), nil
}

// targetOf is what a person can judge an address by.
func targetOf(redirect string) string {
	u, err := url.Parse(redirect)
	if err != nil || u.Host == "" {
		scheme, _, _ := strings.Cut(redirect, ":")
		return scheme
	}
	return u.Host
}
