package api

import (
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"

	"logis/access"
	"logis/domain"
)

// Welcome is the first frame that is told of a home.
type Welcome struct {
	Type string        `json:"type" enum:"welcome" doc:"Which frame it is." example:"welcome"`
	Key  string        `json:"key,omitzero" doc:"That of the app's frame; left out where there was none." example:"a1"`
	Home domain.HomeID `json:"home" format:"uuid" doc:"The home that is followed from here on." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a01"`
	Seq  domain.Seq    `json:"seq" doc:"Events after this one will follow." example:"1042"`
	Now  Instant       `json:"now" doc:"The server's time."`
}

// News says that the home's log grew.
type News struct {
	Type     string        `json:"type" enum:"news" doc:"Which frame it is." example:"news"`
	Home     domain.HomeID `json:"home" format:"uuid" doc:"The home." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a01"`
	Seq      domain.Seq    `json:"seq" doc:"The last event of these: where to resume." example:"1043"`
	Now      Instant       `json:"now" doc:"The server's time."`
	Events   []Event       `json:"events" nullable:"false" doc:"The new events, in order: none is left out, none comes twice."`
	Twins    []Twin        `json:"twins" nullable:"false" doc:"The present twins that the events touched: replace by device."`
	Devices  []Device      `json:"devices" nullable:"false" doc:"The present devices that the events touched: replace by id."`
	Rooms    []Room        `json:"rooms" nullable:"false" doc:"The present rooms that the events touched: replace by id."`
	Gateways []Gateway     `json:"gateways" nullable:"false" doc:"The present gateways that the events touched: replace by id."`
	Commands []Command     `json:"commands" nullable:"false" doc:"The present commands that the events touched: replace by id."`
	Removed  Removed       `json:"removed" doc:"What is gone."`
}

// Removed are the things that events took out of a home.
type Removed struct {
	Devices []domain.DeviceID `json:"devices" nullable:"false" doc:"Devices that are gone." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Rooms   []domain.RoomID   `json:"rooms" nullable:"false" doc:"Rooms that are gone." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a02"`
}

// Pulse is a sign of life where nothing happens.
type Pulse struct {
	Type string        `json:"type" enum:"pulse" doc:"Which frame it is." example:"pulse"`
	Home domain.HomeID `json:"home" format:"uuid" doc:"The home." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a01"`
	Seq  domain.Seq    `json:"seq" doc:"Where to resume: what came before was told, or is not for the app." example:"1043"`
	Now  Instant       `json:"now" doc:"The server's time."`
}

// Where homes are followed.
const (
	livePath   = "/homes/{home}/live"
	streamPath = "/homes/{home}/events/stream"
	trunkPath  = "/live"
)

const closes = "4401 when the session, the token or the membership ended, 4403 when what you may see has changed " +
	"(begin again without `after`), 4429 when the app reads too slowly (resume with `after`), " +
	"1012 when the server stops, 1011 for a fault of ours."

// addLive adds the operations that are no exchange of JSON: they are documented by
// hand and ask access in the same words.
func (s *Server) addLive(r chi.Router) {
	for _, f := range append(said("homes"), heard()...) {
		s.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeOf(f.shape), true, "")
	}
	one := operation{
		id: "follow-home", path: livePath, action: access.ReadHome, narrow: true, summary: "Be told what happens",
		description: "A WebSocket from the app's own origin. The server sends JSON text frames: first `Welcome`, then `News` whenever the log grew " +
			"(with `after`, beginning with every event that was missed), and `Pulse` every 15 seconds. " +
			"Who was given a part of the home is told of that part only. The app sends nothing; see `GET /live` for a connection that is asked things.\n\n" +
			"Closed with " + closes,
	}
	s.addUpgrade(one, following{}.parameters(), Welcome{}, News{}, Pulse{})
	r.Get(livePath, s.opens(func(w http.ResponseWriter, r *http.Request) error {
		permit, err := s.allowed(r, one)
		if err != nil {
			return s.remember(r, one, err)
		}
		return s.hall.enter(w, r, permit)
	}))
	several := operation{
		id: "follow-homes", path: trunkPath, tokens: true, summary: "Be told of several homes, and ask",
		description: "A WebSocket for apps. The app sends `Subscribe`, `Unsubscribe` and `Order`, each with a key of its own that comes back in what answers it: " +
			"`Welcome`, `Ended`, `Answer` or `Refusal`. Of each home that is followed come `News` and `Pulse`. An order is the very same as " +
			"`POST …/commands`, with the key as its Idempotency-Key.\n\n" +
			"`Ended` tells with the codes of `follow-home` that one home is not followed any more; the connection itself is closed with " +
			"4401, 4429, 1012 and 1011 as there, and with 4408 when it followed no home for ten seconds. AsyncAPI: `/api/v1/asyncapi.yaml`.",
	}
	s.addUpgrade(several, nil, Welcome{}, News{}, Pulse{}, Ended{}, Answer{}, Refusal{})
	r.Get(trunkPath, s.opens(func(w http.ResponseWriter, r *http.Request) error {
		if _, err := s.allowed(r, several); err != nil {
			return err
		}
		return s.board(w, r)
	}))
	plain := operation{
		id: "stream-home", path: streamPath, action: access.ReadHome, narrow: true, summary: "Be told what happens, the simple way",
		description: "Server-sent events, as `EventSource` reads them: what `follow-home` sends, each frame as the data of an event of its type, " +
			"with the seq as its id. A browser that was cut off comes back with `Last-Event-ID` by itself and misses nothing. " +
			"An event `ended` says why the server ends the stream.",
	}
	s.addHandmade(plain, following{}.parameters(), map[string]*huma.Response{"200": {
		Description: "The stream; its frames are described in /api/v1/asyncapi.yaml.",
		Content:     map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeString}}},
	}})
	r.Get(streamPath, s.opens(func(w http.ResponseWriter, r *http.Request) error { return s.tell(w, r, plain) }))
}

// opens is the handler of an operation that stays open.
func (s *Server) opens(open func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := open(w, r); err != nil {
			s.refuse(w, r, err)
		}
	}
}

// addUpgrade documents a WebSocket by what the server sends over it.
func (s *Server) addUpgrade(op operation, parameters []*huma.Param, sent ...any) {
	op.refusals = []int{http.StatusUpgradeRequired}
	frames := &huma.Schema{}
	for _, frame := range sent {
		frames.OneOf = append(frames.OneOf, s.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeOf(frame), true, ""))
	}
	s.addHandmade(op, parameters, map[string]*huma.Response{"101": {
		Description: "The socket is open; these are its frames.",
		Content:     map[string]*huma.MediaType{"application/json": {Schema: frames}},
	}})
}

func (s *Server) addHandmade(op operation, parameters []*huma.Param, responses map[string]*huma.Response) {
	op.method, op.tag = http.MethodGet, "Live"
	documented := op.document()
	documented.Parameters, documented.Responses = parameters, responses
	s.huma.OpenAPI().AddOperation(&documented)
	s.declare(op)
}

// parameters documents what can be said in the query of a home's socket or stream.
func (following) parameters() []*huma.Param {
	least := 0.0
	list := func(name, example, what string) *huma.Param {
		return &huma.Param{Name: name, In: "query", Description: what, Schema: &huma.Schema{Type: huma.TypeString, Examples: []any{example}}}
	}
	return []*huma.Param{
		{Name: "home", In: "path", Required: true, Description: "The home.", Schema: &huma.Schema{
			Type: huma.TypeString, Format: "uuid", Examples: []any{"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a01"},
		}},
		{Name: "after", In: "query", Description: "Begin after this event; from now on if not given.", Schema: &huma.Schema{
			Type: huma.TypeInteger, Format: "int64", Minimum: &least, Examples: []any{1042},
		}},
		list("device", "0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03", "Only of these devices, separated by commas."),
		list("room", "0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a02", "Only of these rooms and what is in them, separated by commas."),
		list("type", "device.reported,device.availability_changed", "Only events of these types, separated by commas."),
	}
}
