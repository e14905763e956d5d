package api

import (
	"mime"
	"net/http"
	"net/url"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-json-experiment/json"

	"logis/access"
	"logis/domain"
)

// The endpoints of OAuth 2.1 that apps call. Where a person says yes, /oauth/authorize,
// is a page of the browser app, over the operations in consents.go.
const (
	authorizePath = "/oauth/authorize"
	tokenPath     = "/oauth/token"  //nolint:gosec // an address
	revokePath    = "/oauth/revoke" //nolint:gosec // an address
	metadataPath  = "/.well-known/oauth-authorization-server"
)

func (s *Server) addOAuth(r chi.Router) {
	r.Get(metadataPath, s.serveMetadata)
	r.Group(func(r chi.Router) {
		r.Use(s.bounded, s.known)
		r.Post(tokenPath, s.serveToken)
		r.Post(revokePath, s.serveRevoke)
	})
}

// metadata is what RFC 8414 lets apps find out by themselves.
type metadata struct {
	Issuer     string   `json:"issuer"`
	Authorize  string   `json:"authorization_endpoint"`
	Token      string   `json:"token_endpoint"`
	Revoke     string   `json:"revocation_endpoint"`
	Docs       string   `json:"service_documentation"`
	Scopes     []string `json:"scopes_supported"`
	Answers    []string `json:"response_types_supported"`
	Modes      []string `json:"response_modes_supported"`
	Grants     []string `json:"grant_types_supported"`
	Methods    []string `json:"token_endpoint_auth_methods_supported"`
	Revoking   []string `json:"revocation_endpoint_auth_methods_supported"`
	Challenges []string `json:"code_challenge_methods_supported"`
	SaysIssuer bool     `json:"authorization_response_iss_parameter_supported"`
}

func (s *Server) serveMetadata(w http.ResponseWriter, r *http.Request) {
	site := s.site(Here{r.Host, r.TLS != nil})
	methods := []string{"client_secret_basic", "client_secret_post", "none"}
	w.Header().Set("Cache-Control", "max-age=300")
	s.sayJSON(w, r, http.StatusOK, metadata{
		Issuer: site, Authorize: site + authorizePath, Token: site + tokenPath, Revoke: site + revokePath, Docs: site + referencePath,
		Scopes: scopes(), Answers: []string{"code"}, Modes: []string{"query"}, Grants: []string{"authorization_code", "refresh_token"},
		Methods: methods, Revoking: methods, Challenges: []string{"S256"}, SaysIssuer: true,
	})
}

// tokens is RFC 6749, section 5.1.
type tokens struct {
	Access  string `json:"access_token"`
	Kind    string `json:"token_type"`
	Expires int64  `json:"expires_in"` // seconds
	Refresh string `json:"refresh_token"`
	Scope   string `json:"scope"`
}

func (s *Server) serveToken(w http.ResponseWriter, r *http.Request) {
	form, client, err := readForm(w, r)
	if err != nil {
		s.refuseApp(w, r, err)
		return
	}
	var granted access.Granted
	switch form.Get("grant_type") {
	case "authorization_code":
		granted, err = s.options.Access.Exchange(r.Context(), client, form.Get("code"), form.Get("redirect_uri"), form.Get("code_verifier"))
	case "refresh_token":
		granted, err = s.options.Access.Refresh(r.Context(), client, form.Get("refresh_token"))
	default:
		s.sayJSON(w, r, http.StatusBadRequest, oauthError{Code: "unsupported_grant_type", Text: "grant_type must be authorization_code or refresh_token"})
		return
	}
	if err != nil {
		s.refuseApp(w, r, err)
		return
	}
	s.sayJSON(w, r, http.StatusOK, tokens{
		Access: granted.Access, Kind: "Bearer", Expires: int64(access.AccessLife / time.Second),
		Refresh: granted.Refresh, Scope: scopeText(granted.Limits),
	})
}

func (s *Server) serveRevoke(w http.ResponseWriter, r *http.Request) {
	form, client, err := readForm(w, r)
	if err == nil {
		err = s.options.Access.GiveBack(r.Context(), client, form.Get("token"))
	}
	if err != nil {
		s.refuseApp(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
}

// readForm reads what an app sends, and which one it says it is: in the header (RFC
// 6749, section 2.3.1) or in the body, and not in both.
func readForm(w http.ResponseWriter, r *http.Request) (url.Values, access.Client, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, access.Client{}, domain.Errorf(domain.Invalid, "Content-Type must be application/x-www-form-urlencoded")
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		return nil, access.Client{}, domain.Errorf(domain.Invalid, "the body must be a form of at most 64 KiB")
	}
	for name, values := range r.PostForm {
		if len(values) > 1 {
			return nil, access.Client{}, domain.InvalidInput(domain.Fault{Field: name, Message: "must be there only once"})
		}
	}
	client := access.Client{ID: r.PostForm.Get("client_id"), Secret: r.PostForm.Get("client_secret")}
	id, secret, basic := r.BasicAuth()
	if !basic {
		return r.PostForm, client, nil
	}
	if client.Secret != "" || (client.ID != "" && client.ID != id) {
		return nil, client, domain.Errorf(domain.Invalid, "the app must say only once which it is")
	}
	// What stands in the header is encoded as in a form; ids and secrets of ours are the
	// same either way, and anything else is refused later.
	return r.PostForm, access.Client{ID: id, Secret: secret}, nil
}

// oauthError is RFC 6749, section 5.2.
type oauthError struct {
	Code string `json:"error"`
	Text string `json:"error_description,omitzero"`
}

// refuseApp answers an app with what it may know of err.
func (s *Server) refuseApp(w http.ResponseWriter, r *http.Request, err error) {
	problem := problemOf(err)
	s.note(r.Context(), r.Method+" "+r.URL.Path, problem)
	e := oauthError{Text: problem.Detail}
	status := http.StatusBadRequest
	switch domain.CodeOf(err) {
	case domain.Unauthorized:
		e.Code, status = "invalid_client", http.StatusUnauthorized
		w.Header().Set("WWW-Authenticate", `Basic realm="Logis"`)
	case domain.Forbidden:
		e.Code = "invalid_grant"
	case domain.Invalid:
		e.Code = "invalid_request"
	default:
		e.Code, status = "server_error", problem.Status
	}
	s.sayJSON(w, r, status, e)
}

// sayJSON writes an answer that is not of the API.
func (s *Server) sayJSON(w http.ResponseWriter, r *http.Request, status int, v any) {
	text, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	if w.Header().Get("Cache-Control") == "" {
		w.Header().Set("Cache-Control", "no-store")
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text) // a caller who is gone needs no answer
}
