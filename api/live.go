package api

import (
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"

	"logis/access"
	"logis/domain"
)

// Welcome is the first frame of a live socket.
type Welcome struct {
	Type string     `json:"type" enum:"welcome" doc:"Which frame it is." example:"welcome"`
	Seq  domain.Seq `json:"seq" doc:"Events after this one will follow." example:"1042"`
	Now  Instant    `json:"now" doc:"The server's time."`
}

// News says that the home's log grew.
type News struct {
	Type     string     `json:"type" enum:"news" doc:"Which frame it is." example:"news"`
	Seq      domain.Seq `json:"seq" doc:"The last event of these: where to resume." example:"1043"`
	Now      Instant    `json:"now" doc:"The server's time."`
	Events   []Event    `json:"events" nullable:"false" doc:"The new events, in order: none is left out, none comes twice."`
	Twins    []Twin     `json:"twins" nullable:"false" doc:"The present twins that the events touched: replace by device."`
	Devices  []Device   `json:"devices" nullable:"false" doc:"The present devices that the events touched: replace by id."`
	Rooms    []Room     `json:"rooms" nullable:"false" doc:"The present rooms that the events touched: replace by id."`
	Gateways []Gateway  `json:"gateways" nullable:"false" doc:"The present gateways that the events touched: replace by id."`
	Commands []Command  `json:"commands" nullable:"false" doc:"The present commands that the events touched: replace by id."`
	Removed  Removed    `json:"removed" doc:"What is gone."`
}

// Removed are the things that events took out of a home.
type Removed struct {
	Devices []domain.DeviceID `json:"devices" nullable:"false" doc:"Devices that are gone." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Rooms   []domain.RoomID   `json:"rooms" nullable:"false" doc:"Rooms that are gone." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a02"`
}

// Pulse is a sign of life on a quiet socket.
type Pulse struct {
	Type string  `json:"type" enum:"pulse" doc:"Which frame it is." example:"pulse"`
	Now  Instant `json:"now" doc:"The server's time."`
}

const livePath = "/homes/{home}/live"

// addLive adds the one operation that is no exchange of JSON: it is documented
// by hand and asks access in the same words.
func (s *Server) addLive(r chi.Router) {
	op := operation{
		id: "follow-home", method: http.MethodGet, path: livePath, tag: "Live", action: access.ReadHome, narrow: true,
		refusals: []int{http.StatusUpgradeRequired},
	}
	doc := s.huma.OpenAPI()
	schemas := doc.Components.Schemas
	least := 0.0
	doc.AddOperation(&huma.Operation{
		Metadata:    map[string]any{actionKey: op.action},
		OperationID: op.id, Method: op.method, Path: op.path, Tags: []string{op.tag},
		Summary: "Be told what happens",
		Description: "A WebSocket from the app's own origin. The server sends JSON text frames: first `Welcome`, then `News` whenever the log grew " +
			"(with `after`, beginning with every event that was missed), and `Pulse` every 15 seconds. " +
			"Who was given a part of the home is told of that part only. The app sends nothing.\n\n" +
			"Closed with 4401 when the session, the token or the membership ended, 4403 when what you may see has changed " +
			"(begin again without `after`), 4429 when the app reads too slowly (resume with `after`), " +
			"1012 when the server stops, 1011 for a fault of ours.",
		Parameters: []*huma.Param{
			{Name: "home", In: "path", Required: true, Description: "The home.", Schema: &huma.Schema{
				Type: huma.TypeString, Format: "uuid", Examples: []any{"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a01"},
			}},
			{Name: "after", In: "query", Description: "Begin after this event; from now on if not given.", Schema: &huma.Schema{
				Type: huma.TypeInteger, Format: "int64", Minimum: &least, Examples: []any{1042},
			}},
		},
		Responses: map[string]*huma.Response{"101": {
			Description: "The socket is open; these are its frames.",
			Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{OneOf: []*huma.Schema{
				schemas.Schema(reflect.TypeFor[Welcome](), true, ""),
				schemas.Schema(reflect.TypeFor[News](), true, ""),
				schemas.Schema(reflect.TypeFor[Pulse](), true, ""),
			}}}},
		}},
	})
	s.declare(op)
	r.Get(livePath, func(w http.ResponseWriter, r *http.Request) {
		permit, err := s.allowed(r, op)
		if err == nil {
			err = s.hall.enter(w, r, permit)
		}
		if err != nil {
			s.refuse(w, r, s.remember(r, op, err))
		}
	})
}
