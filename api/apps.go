package api

import (
	"context"
	"net/http"

	"logis/access"
	"logis/domain"
	"logis/domain/thing"
)

// App is a program of others that may ask people to act for them.
type App struct {
	ID        domain.EntityID `json:"id" format:"uuid" doc:"OAuth's client_id." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a0c"`
	Name      string          `json:"name" doc:"What people are told it is called." example:"Widget"`
	Redirects []string        `json:"redirects" nullable:"false" doc:"Where its people may be sent back, compared letter by letter." example:"https://app.example.org/callback"`
	Public    bool            `json:"public" doc:"Whether it runs where no secret can be kept, and has none." example:"true"`
	CreatedAt Instant         `json:"created_at" doc:"When it was registered."`
}

// AppRequest registers an app.
type AppRequest struct {
	Name      Name     `json:"name" doc:"What people are told it is called."`
	Redirects []string `json:"redirects" nullable:"false" minItems:"1" maxItems:"10" doc:"Where its people may be sent back: https, http to the very machine, or a scheme of its own with a dot in it." example:"https://app.example.org/callback"`
	Public    bool     `json:"public,omitzero" doc:"Whether it runs where no secret can be kept, as on a phone." example:"true"`
}

// NewApp is an app with its secret.
type NewApp struct {
	App    App     `json:"app" doc:"What was registered."`
	Secret *string `json:"secret" doc:"OAuth's client_secret. It is shown only now; null for a public app." example:"logis-app-8yX0c1bq3c8q7cVtq1m0Yp6zJkKQ0uJkqf3m1Yw2c5E"`
}

// Grant is what the caller lets an app do.
type Grant struct {
	ID        domain.EntityID `json:"id" format:"uuid" doc:"What was granted." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a0d"`
	App       string          `json:"app" doc:"What the app is called." example:"Widget"`
	Vetted    bool            `json:"vetted" doc:"Whether it was registered by who runs the server, not by a person." example:"false"`
	Home      domain.HomeID   `json:"home" format:"uuid" doc:"The one home it is for." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a01"`
	Actions   []access.Action `json:"actions" nullable:"false" doc:"All that it may do, within what the caller may." example:"home.read"`
	Classes   []Class         `json:"classes" nullable:"false" doc:"The classes of commands it may ask for." example:"C"`
	CreatedAt Instant         `json:"created_at" doc:"When the caller allowed it."`
	UsedAt    *Instant        `json:"used_at" nullable:"true" doc:"When it last got a token; null: it has not come back."`
	ExpiresAt Instant         `json:"expires_at" doc:"When it ends, unless the app gets another token before."`
}

type (
	appsOutput   struct{ Body list[App] }
	newAppInput  struct{ Body AppRequest }
	newAppOutput struct{ Body NewApp }
	endAppInput  struct {
		App domain.EntityID `path:"app" format:"uuid" doc:"The app." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a0c"`
	}
	grantsOutput  struct{ Body list[Grant] }
	endGrantInput struct {
		Grant domain.EntityID `path:"grant" format:"uuid" doc:"What was granted." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a0d"`
	}
)

func (s *Server) addApps() {
	add(s, operation{
		id: "list-apps", method: http.MethodGet, path: "/account/apps", tag: "Apps",
		summary: "The apps the caller registered", description: "Returns the apps, the oldest first, without their secrets.",
	}, s.listApps)
	add(s, operation{
		id: "register-app", method: http.MethodPost, path: "/account/apps", tag: "Apps", status: http.StatusCreated, dangerous: true,
		refusals: []int{http.StatusConflict},
		summary:  "Register an app", description: "Lets a program ask people, by OAuth 2.1, to act for them. 409 with too many.",
	}, s.registerApp)
	add(s, operation{
		id: "remove-app", method: http.MethodDelete, path: "/account/apps/{app}", tag: "Apps", refusals: []int{http.StatusNotFound},
		summary: "Remove an app", description: "What people allowed it ends, everywhere and within two seconds.",
	}, s.removeApp)
	add(s, operation{
		id: "list-grants", method: http.MethodGet, path: "/account/grants", tag: "Apps",
		summary: "The apps that act for the caller", description: "Returns what the caller allowed to apps, the oldest first.",
	}, s.listGrants)
	add(s, operation{
		id: "end-grant", method: http.MethodDelete, path: "/account/grants/{grant}", tag: "Apps", refusals: []int{http.StatusNotFound},
		summary: "End what an app may", description: "Its tokens open nothing any more; its live sockets close within two seconds.",
	}, s.endGrant)
}

func appOf(a access.App) App {
	return App{ID: a.ID, Name: a.Name, Redirects: a.Redirects, Public: a.Public, CreatedAt: Instant{a.CreatedAt}}
}

func (s *Server) listApps(ctx context.Context, _ *nothing) (*appsOutput, error) {
	apps, err := s.options.Access.Apps(ctx, principal(ctx))
	return &appsOutput{list[App]{all(apps, appOf)}}, err
}

func (s *Server) registerApp(ctx context.Context, in *newAppInput) (*newAppOutput, error) {
	secret, app, err := s.options.Access.NewApp(ctx, principal(ctx), access.App{
		Name: in.Body.Name.trimmed(), Redirects: in.Body.Redirects, Public: in.Body.Public,
	})
	return &newAppOutput{NewApp{App: appOf(app), Secret: textOrNull(secret)}}, err
}

func (s *Server) removeApp(ctx context.Context, in *endAppInput) (*nothing, error) {
	return &nothing{}, s.options.Access.RemoveApp(ctx, principal(ctx), in.App)
}

func (s *Server) listGrants(ctx context.Context, _ *nothing) (*grantsOutput, error) {
	grants, err := s.options.Access.Grants(ctx, principal(ctx))
	return &grantsOutput{list[Grant]{all(grants, func(g access.Grant) Grant {
		out := Grant{
			ID: g.ID, App: g.App, Vetted: g.Vetted, Home: g.Limits.Home, Actions: g.Limits.Actions,
			Classes:   all(g.Limits.Classes, func(c thing.Class) Class { return Class{c} }),
			CreatedAt: Instant{g.CreatedAt}, ExpiresAt: Instant{g.ExpiresAt},
		}
		if g.UsedAt != nil {
			out.UsedAt = &Instant{*g.UsedAt}
		}
		return out
	})}}, err
}

func (s *Server) endGrant(ctx context.Context, in *endGrantInput) (*nothing, error) {
	return &nothing{}, s.options.Access.EndGrant(ctx, principal(ctx), in.Grant)
}
