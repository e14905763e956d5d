package api

import (
	"context"
	"net/http"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
)

// Newcomer is the key of a gateway that waits until somebody has compared its
// letters with those that the gateway shows.
type Newcomer struct {
	Letters        string           `json:"letters" doc:"The first forty bits of a hash of the key: the gateway must show the same." example:"K7QM-2XRA"`
	KeyFingerprint string           `json:"key_fingerprint" doc:"SHA-256 of the public key." example:"2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"`
	Gateway        domain.GatewayID `json:"gateway" format:"uuid" doc:"What it will be." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a04"`
	Known          bool             `json:"known" doc:"Whether that gateway is here already: this is a new key for it, because its own ended, is suspended or was lost." example:"false"`
	Since          Instant          `json:"since" doc:"Since when it waits."`
	ExpiresAt      Instant          `json:"expires_at" doc:"When it is gone, unless it is confirmed."`
}

// Decided is what was decided on a newcomer.
type Decided struct {
	Gateway domain.GatewayID `json:"gateway" format:"uuid" doc:"The gateway it is, or would have been." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a04"`
}

type (
	newcomersOutput struct {
		Body list[Newcomer]
	}
	decideInput struct {
		InHome
		Letters string `path:"letters" pattern:"^[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$" patternDescription:"two times four letters" doc:"The letters that were compared." example:"K7QM-2XRA"`
		Idempotent
		Body *nothing `doc:"Nothing needs to be said."`
	}
)

func (s *Server) addNewcomers() {
	const path = "/homes/{home}/gateways/newcomers"
	add(s, operation{
		id: "list-newcomers", method: http.MethodGet, path: path, tag: "Gateways", action: access.ReadHome,
		summary:     "Who wants to come in",
		description: "Returns the keys that wait to be confirmed, the oldest first. Whoever waits says nothing to the home and hears nothing of it.",
	}, s.listNewcomers)
	add(s, operation{
		id: "confirm-newcomer", method: http.MethodPost, path: path + "/{letters}/confirmation", tag: "Gateways",
		action: access.ManageGateways, dangerous: true, status: http.StatusCreated, refusals: []int{http.StatusConflict},
		summary: "The letters are the same",
		description: "Lets the newcomer in: the caller has seen these letters at the gateway itself. Where the gateway was known before, " +
			"its old key is never accepted again. 404 when no key with these letters waits, 409 when the home has as many gateways as it can.",
	}, s.confirmNewcomer)
	add(s, operation{
		id: "refuse-newcomer", method: http.MethodPost, path: path + "/{letters}/refusal", tag: "Gateways",
		action: access.ManageGateways, status: http.StatusCreated,
		summary: "The letters are others", description: "Sends the newcomer away, and records it.",
	}, s.refuseNewcomer)
}

func (s *Server) listNewcomers(ctx context.Context, in *InHome) (*newcomersOutput, error) {
	waiting, err := s.options.Access.Newcomers(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	return &newcomersOutput{list[Newcomer]{all(waiting, func(n access.Newcomer) Newcomer {
		return Newcomer{
			Letters: n.Letters, KeyFingerprint: n.Fingerprint, Gateway: n.Gateway, Known: n.Known,
			Since: Instant{n.Since}, ExpiresAt: Instant{n.Expires},
		}
	})}}, nil
}

func (s *Server) confirmNewcomer(ctx context.Context, in *decideInput) (*made[Decided], error) {
	return s.decide(ctx, in, s.options.Access.Confirm)
}

func (s *Server) refuseNewcomer(ctx context.Context, in *decideInput) (*made[Decided], error) {
	return s.decide(ctx, in, s.options.Access.Refuse)
}

// decide is one answer to a newcomer, given once.
func (s *Server) decide(
	ctx context.Context, in *decideInput,
	how func(context.Context, *eventstore.Tx, access.Principal, domain.HomeID, string) (domain.GatewayID, error),
) (*made[Decided], error) {
	return changeOnce[Decided](ctx, s, in.Home, in.Key, func(ctx context.Context, tx *eventstore.Tx, _ *view) (answer, error) {
		gateway, err := how(ctx, tx, principal(ctx), in.Home, in.Letters)
		return answer{body: Decided{gateway}}, err
	})
}
