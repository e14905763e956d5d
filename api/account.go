package api

import (
	"context"
	"net/http"
)

// Account is how the caller signs in.
type Account struct {
	Login    *string `json:"login" doc:"The name to sign in with beside a password; null: none." example:"ada"`
	Password bool    `json:"password" doc:"Whether there is a password." example:"true"`
	Codes    bool    `json:"codes" doc:"Whether a one-time code is asked for beside the password." example:"true"`
	Second   bool    `json:"second_factor" doc:"Whether there is a second factor: a passkey, or one-time codes beside the password. Who lets others open something needs one." example:"true"`
	Recovery int     `json:"recovery" doc:"How many recovery codes are left." example:"9"`
	OpenID   bool    `json:"openid" doc:"Whether the OpenID provider signs the caller in." example:"false"`
}

// PasswordSignIn signs in by password.
type PasswordSignIn struct {
	Login    string `json:"login" minLength:"1" maxLength:"64" doc:"The name to sign in with." example:"ada"`
	Password string `json:"password" minLength:"1" maxLength:"1024" doc:"The password." example:"correct horse battery"`
	Code     string `json:"code,omitzero" maxLength:"40" doc:"The one-time code or a recovery code, where they are asked for." example:"287082"`
}

// ProofRequest proves once more who the caller is.
type ProofRequest struct {
	Password string `json:"password" minLength:"1" maxLength:"1024" doc:"The password." example:"correct horse battery"`
	Code     string `json:"code,omitzero" maxLength:"40" doc:"The one-time code or a recovery code, where they are asked for." example:"287082"`
}

// PasswordChange sets the name to sign in with and the password.
type PasswordChange struct {
	Login    string `json:"login" minLength:"3" maxLength:"64" doc:"The name to sign in with: a-z, 0-9 and .-_@." example:"ada"`
	Password string `json:"password" minLength:"8" maxLength:"128" doc:"The password; any characters." example:"correct horse battery"`
}

// Codes is a new seed of one-time codes.
type Codes struct {
	Address string `json:"address" doc:"To be shown to an authenticator as a QR code or typed in. It is shown only now." example:"otpauth://totp/Logis?issuer=Logis&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"`
}

// CodeConfirmation shows that an authenticator knows the seed.
type CodeConfirmation struct {
	Code string `json:"code" minLength:"6" maxLength:"6" doc:"The code it shows now." example:"287082"`
}

// Recovery are codes that stand in for a lost authenticator.
type Recovery struct {
	Codes []string `json:"codes" nullable:"false" doc:"Each is good once. They are shown only now." example:"gezd-gnbv-gy3t-qojq"`
}

// Erasure says that the caller means it.
type Erasure struct {
	Name string `json:"name" minLength:"1" maxLength:"100" doc:"The caller's own name, letter by letter." example:"Grace Hopper"`
}

type (
	eraseInput          struct{ Body Erasure }
	accountOutput       struct{ Body Account }
	passwordSignInInput struct{ Body PasswordSignIn }
	proofInput          struct{ Body ProofRequest }
	passwordInput       struct{ Body PasswordChange }
	codesOutput         struct{ Body Codes }
	confirmInput        struct{ Body CodeConfirmation }
	recoveryOutput      struct{ Body Recovery }
)

func (s *Server) addAccount() {
	add(s, operation{
		id: "sign-in-by-password", method: http.MethodPost, path: "/session/password", tag: "Session", status: http.StatusCreated, open: true,
		refusals: []int{http.StatusUnauthorized, http.StatusForbidden},
		summary:  "Sign in by password",
		description: "Sets the session's cookie. 401 in the same words and time whatever is wrong; 403 `proof_needed` when only the one-time code " +
			"is missing; 503 when too many sign in at once.",
	}, s.signInByPassword)
	add(s, operation{
		id: "prove", method: http.MethodPost, path: "/session/proof", tag: "Session",
		summary: "Prove once more who you are",
		description: "What is dangerous is refused with 403 `proof_needed` unless the caller proved it in the last five minutes, and with 403 `factor_needed` " +
			"to somebody who has neither password nor passkey to prove it with. Letting others open something needs a second factor, too.",
	}, s.prove)
	add(s, operation{
		id: "get-account", method: http.MethodGet, path: "/account", tag: "Account",
		summary: "How the caller signs in", description: "Returns the ways beside one-time links and passkeys.",
	}, s.getAccount)
	add(s, operation{
		id: "set-password", method: http.MethodPost, path: "/account/password", tag: "Account", first: true, refusals: []int{http.StatusConflict},
		summary: "Set the password", description: "Sets name and password and signs every other browser out. 409 for a name that is taken.",
	}, s.setPassword)
	add(s, operation{
		id: "new-codes", method: http.MethodPost, path: "/account/codes", tag: "Account", dangerous: true,
		summary: "Begin with one-time codes", description: "Makes a seed, which counts once a code of it was shown.",
	}, s.newCodes)
	add(s, operation{
		id: "confirm-codes", method: http.MethodPost, path: "/account/codes/confirm", tag: "Account", dangerous: true,
		summary: "Confirm one-time codes", description: "From now on a code is asked for beside the password. Returns recovery codes.",
	}, s.confirmCodes)
	add(s, operation{
		id: "remove-codes", method: http.MethodDelete, path: "/account/codes", tag: "Account", dangerous: true,
		summary: "Do without one-time codes", description: "The password alone signs in.",
	}, s.removeCodes)
	add(s, operation{
		id: "erase-account", method: http.MethodPost, path: "/account/erasure", tag: "Account", dangerous: true, refusals: []int{http.StatusConflict},
		summary: "Erase the account",
		description: "Forgets who the caller is, for ever, from backups that are restored, too: name, all that signs in, and where they came from. " +
			"They belong to no home any more; what they did stays in the logs of homes under an id that names nobody. A home in which they are alone " +
			"is left to nobody, and its gateways are turned out. 409 for the last owner of a home with others in it.",
	}, s.eraseAccount)
}

func (s *Server) eraseAccount(ctx context.Context, in *eraseInput) (*signedOut, error) {
	if err := s.options.Access.Erase(ctx, principal(ctx), in.Body.Name); err != nil {
		return nil, err
	}
	return &signedOut{SetCookie: cookie("", -1)}, nil
}

func (s *Server) signInByPassword(ctx context.Context, in *passwordSignInInput) (*sessionOutput, error) {
	token, p, err := s.options.Access.SignIn(ctx, in.Body.Login, in.Body.Password, in.Body.Code)
	if err != nil {
		return nil, err
	}
	return s.signedIn(ctx, token, p)
}

func (s *Server) prove(ctx context.Context, in *proofInput) (*nothing, error) {
	return &nothing{}, s.options.Access.Prove(ctx, principal(ctx), in.Body.Password, in.Body.Code)
}

func (s *Server) getAccount(ctx context.Context, _ *nothing) (*accountOutput, error) {
	ways, err := s.options.Access.Ways(ctx, principal(ctx))
	return &accountOutput{Account{
		Login: textOrNull(ways.Login), Password: ways.Password, Codes: ways.Codes, Second: ways.Second, Recovery: ways.Recovery, OpenID: ways.OpenID,
	}}, err
}

func (s *Server) setPassword(ctx context.Context, in *passwordInput) (*nothing, error) {
	return &nothing{}, s.options.Access.SetPassword(ctx, principal(ctx), in.Body.Login, in.Body.Password)
}

func (s *Server) newCodes(ctx context.Context, _ *nothing) (*codesOutput, error) {
	address, err := s.options.Access.NewCodes(ctx, principal(ctx))
	return &codesOutput{Codes{address}}, err
}

func (s *Server) confirmCodes(ctx context.Context, in *confirmInput) (*recoveryOutput, error) {
	codes, err := s.options.Access.ConfirmCodes(ctx, principal(ctx), in.Body.Code)
	return &recoveryOutput{Recovery{codes}}, err
}

func (s *Server) removeCodes(ctx context.Context, _ *nothing) (*nothing, error) {
	return &nothing{}, s.options.Access.RemoveCodes(ctx, principal(ctx))
}
