package api

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"logis/access"
	"logis/dispatch/notify"
	"logis/dispatch/outside"
	"logis/domain"
	"logis/eventstore"
	"logis/history"
	"logis/history/proof"
	"logis/projections"
)

// base is the path all operations begin with.
const base = "/api/v1"

// Options are what the API needs.
type Options struct {
	Store  *eventstore.Store  // required
	Access *access.Access     // required
	Tables projections.Tables // required
	Past   *history.Past      // required
	Proofs *proof.Sealer      // required
	// Rollups sum up what devices tell; required.
	Rollups *projections.Rollups
	// Callers ask gateways something; without one no gateway is ever connected.
	Callers Callers
	// Outside knows which addresses can be called; nil: those of the public internet.
	Outside *outside.Caller
	// Teller knows how people want to be told; nil: one that sends nothing.
	Teller *notify.Teller
	// OpenID signs people in by what a provider says of them; nil: nobody does.
	OpenID *access.OpenID
	// Site is where the app is, like https://home.example.org; "": where it is asked for.
	Site string
	// App is the browser app: index.html and what it loads. Nil serves none.
	App fs.FS
	// Log is told of faults that are not the caller's. Nil tells nobody.
	Log *slog.Logger
}

// Server answers apps. Its Run must be running for live sockets to be accepted.
type Server struct {
	options Options
	judge   judge
	tuning  tuning
	router  *chi.Mux
	huma    huma.API
	people  *callers
	places  *callers
	room    chan struct{} // one token per request in flight
	exports chan struct{} // one token per file that is written
	walks   chan struct{} // one token per request that walks along a log
	hall    *hall
	// The OpenAPI and the AsyncAPI document, each written once.
	document, asyncDocument func() ([]byte, error)
}

// judge is who says what a caller may: access, but where a test wants to know what
// holds without it.
type judge interface {
	Permit(ctx context.Context, p access.Principal, home domain.HomeID, action access.Action) (access.Permit, error)
	Fresh(ctx context.Context, p access.Principal) error
	FreshOrFirst(ctx context.Context, p access.Principal) error
	Twofold(ctx context.Context, p access.Principal) error
}

// tuning is what tests set otherwise than in life.
type tuning struct {
	person, address      pace
	inFlight, queue      int
	walks                int
	pulse, poll, recheck time.Duration
	voice                time.Duration
	work, goodbye, idle  time.Duration
}

func asInLife() tuning {
	return tuning{
		person: pace{personRate, personBurst}, address: pace{addressRate, addressBurst},
		inFlight: maxInFlight, queue: liveQueue, walks: maxWalks, pulse: livePulse, poll: livePoll, recheck: liveRecheck, voice: voiceWait,
		work: workTimeout, goodbye: liveGoodbye, idle: idleLimit,
	}
}

// New returns the handler of everything an app and a browser may ask.
func New(options Options) (*Server, error) {
	if options.Store == nil || options.Access == nil || options.Past == nil || options.Proofs == nil || options.Rollups == nil || options.Tables.Catalog == nil {
		return nil, errors.New("api: Store, Access, Tables, Past, Proofs and Rollups are required")
	}
	return build(options, asInLife())
}

func build(options Options, t tuning) (*Server, error) {
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	if options.Outside == nil {
		options.Outside = outside.New(outside.Options{})
	}
	if options.Teller == nil {
		options.Teller = notify.New(options.Store, notify.Options{})
	}
	s := &Server{
		options: options, judge: options.Access, tuning: t, router: chi.NewRouter(),
		people: newCallers(t.person), places: newCallers(t.address),
		room: make(chan struct{}, t.inFlight), exports: make(chan struct{}, maxExports), walks: make(chan struct{}, t.walks),
	}
	s.hall = newHall(s)
	app, err := newApp(options.App)
	if err != nil {
		return nil, err
	}
	s.router.Use(s.recoverer, secured, middleware.GetHead)
	s.router.Get("/healthz", s.healthz)
	s.router.Get("/readyz", s.readyz)
	s.router.Route(base, s.routes)
	s.addOAuth(s.router)
	s.addVoice(s.router)
	s.router.Get(referencePath, s.serveDocument(sync.OnceValues(s.reference), "text/html; charset=utf-8"))
	s.router.NotFound(s.elsewhere(app))
	s.router.MethodNotAllowed(s.otherMethod)
	return s, nil
}

// routes adds the operations under base.
func (s *Server) routes(r chi.Router) {
	r.Use(s.bounded, s.sameOrigin, s.known)
	s.huma = newHuma(r)
	for _, add := range []func(){
		s.addSession, s.addHomes, s.addRooms, s.addDevices, s.addTwins, s.addModels, s.addCommands,
		s.addRules, s.addScenes, s.addModes, s.addEvents, s.addHistory, s.addStatistics, s.addEnergy,
		s.addProof, s.addStorage, s.addAudit, s.addPutBack, s.addCheck, s.addExport, s.addIncidents,
		s.addWhy, s.addBacktest, s.addTests, s.addGateways, s.addMembers, s.addInvitations, s.addWebhooks,
		s.addTokens, s.addApps, s.addConsents, s.addOpenID, s.addAccount, s.addNotifications, s.addChannels, s.addPasskeys, s.addCalls, s.addConfiguration,
	} {
		add()
	}
	s.addLive(r)
	finish(s.huma.OpenAPI())
	s.document = sync.OnceValues(func() ([]byte, error) {
		if err := illustrate(s.huma.OpenAPI()); err != nil {
			return nil, err
		}
		return s.huma.OpenAPI().YAML()
	})
	s.asyncDocument = sync.OnceValues(s.async)
	r.Get("/openapi.yaml", s.serveDocument(s.document, "application/openapi+yaml"))
	r.Get("/asyncapi.yaml", s.serveDocument(s.asyncDocument, "application/vnd.aai.asyncapi+yaml"))
}

// newHuma returns huma reading and writing by our rules.
func newHuma(r chi.Router) huma.API {
	json := format()
	config := huma.Config{
		OpenAPI:       emptyDocument(),
		Formats:       map[string]huma.Format{"application/json": json, "application/problem+json": json},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{own},

		RejectUnknownQueryParameters: true,
	}
	return onlyJSON{humachi.New(r, config), config}
}

// onlyJSON answers in JSON whatever the caller would accept.
type onlyJSON struct {
	huma.API
	config huma.Config
}

// Negotiate returns the one content type there is.
func (onlyJSON) Negotiate(string) (string, error) { return "application/json", nil }

// Config lets huma find the settings behind the wrapper.
func (a onlyJSON) Config() huma.Config { return a.config }

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.router.ServeHTTP(w, r) }

// Run keeps live sockets until ctx ends; then it closes them with closeRestart
// and returns once they are gone.
func (s *Server) Run(ctx context.Context) error {
	s.hall.run(ctx)
	return nil
}

// now is the time of the log.
func (s *Server) now(ctx context.Context) (Instant, error) {
	now, err := s.options.Store.Now(ctx)
	return Instant{now}, err
}
