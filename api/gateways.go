package api

import (
	"context"
	"net/http"
	"time"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
)

// Gateway is a box in the home that owns radios.
type Gateway struct {
	ID             domain.GatewayID `json:"id" format:"uuid" doc:"The gateway." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a04"`
	Name           string           `json:"name" doc:"What it is called." example:"Gateway"`
	Connected      bool             `json:"connected" doc:"Whether it has a live session." example:"true"`
	Revoked        bool             `json:"revoked" doc:"Whether it was turned out for good." example:"false"`
	Suspended      *string          `json:"suspended" doc:"Why it may not speak until a new key of it is confirmed; null: it may. key_cloned: two machines took turns with its key." example:"key_cloned"`
	KeyEnds        *Instant         `json:"key_ends" nullable:"true" doc:"When its key ends; the gateway renews it by itself before. Null: its agent is too old to renew."`
	Since          Instant          `json:"since" doc:"Since when."`
	Version        string           `json:"version" doc:"Of its edge agent; empty: it was never connected." example:"0.1.0"`
	Session        int64            `json:"session" doc:"Its newest session: rises with every connection." example:"3"`
	Epoch          int              `json:"epoch" doc:"Generation of its outbox." example:"1"`
	Cursor         int64            `json:"cursor" doc:"The last entry of its outbox that is recorded." example:"512"`
	KeyFingerprint string           `json:"key_fingerprint" doc:"SHA-256 of its public key, to compare with what it shows." example:"2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"`
	Configuration  Configuration    `json:"configuration" doc:"What its agent should work with."`
	Revision       domain.Seq       `json:"revision" doc:"The last event about it." example:"1001"`
}

// Claim lets one new gateway in, once.
type Claim struct {
	Claim     string  `json:"claim" doc:"What to type at the gateway. It is shown only now." example:"logis-claim-AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"`
	ExpiresAt Instant `json:"expires_at" doc:"Until when it may be used."`
}

// ClaimRequest says what a claim is for.
type ClaimRequest struct {
	Gateway *domain.GatewayID `json:"gateway,omitempty" format:"uuid" doc:"A gateway of the home that needs another key, because its machine was lost or its key ended long ago; left out: a new gateway." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a04"`
}

// InGateway is the gateway an operation is about.
type InGateway struct {
	InHome
	Gateway domain.GatewayID `path:"gateway" format:"uuid" doc:"The gateway." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a04"`
}

type (
	revokeInput struct {
		InGateway
		Based
	}
	claimOutput struct {
		Body Claim
	}
	gatewaysOutput struct {
		Body list[Gateway]
	}
	claimInput struct {
		InHome
		Body *ClaimRequest `doc:"Nothing needs to be said of a new gateway."`
	}
)

func (s *Server) addGateways() {
	add(s, operation{
		id: "list-gateways", narrow: true, method: http.MethodGet, path: "/homes/{home}/gateways", tag: "Gateways", action: access.ReadHome,
		summary: "The gateways", description: "Returns the gateways of the home, the oldest first.",
	}, s.listGateways)
	add(s, operation{
		id: "get-gateway", narrow: true, method: http.MethodGet, path: "/homes/{home}/gateways/{gateway}", tag: "Gateways", action: access.ReadHome,
		summary: "One gateway", description: "Returns a gateway of the home.",
	}, s.getGateway)
	add(s, operation{
		id: "make-claim", method: http.MethodPost, path: "/homes/{home}/gateways/claims", tag: "Gateways",
		action: access.ManageGateways, status: http.StatusCreated, refusals: []int{http.StatusConflict},
		summary: "Let a new gateway in",
		description: "Makes a claim that one gateway may use once, within ten minutes. It then waits as a newcomer. " +
			"409 when the home has as many gateways as it can.",
	}, s.makeClaim)
	s.addNewcomers()
	add(s, operation{
		id: "revoke-gateway", method: http.MethodDelete, path: "/homes/{home}/gateways/{gateway}", tag: "Gateways",
		action: access.ManageGateways, dangerous: true,
		summary: "Turn a gateway out",
		description: "The gateway may not speak for the home any more: its socket is closed within two seconds, " +
			"and its key is never accepted again. Its devices and their history stay.",
	}, s.revokeGateway)
}

func (s *Server) listGateways(ctx context.Context, in *InHome) (*gatewaysOutput, error) {
	v, err := s.present(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	return &gatewaysOutput{list[Gateway]{v.gateways()}}, nil
}

func (s *Server) getGateway(ctx context.Context, in *InGateway) (*tagged[Gateway], error) {
	v, err := s.present(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	g, ok := v.home.Gateways[in.Gateway]
	if !ok || !v.everywhere() {
		return nil, domain.Errorf(domain.NotFound, "there is no such gateway")
	}
	return tag(g.Revision, v.gateway(g)), nil
}

// makeClaim takes no key: an answer that is kept to be repeated would keep the claim.
func (s *Server) makeClaim(ctx context.Context, in *claimInput) (out *claimOutput, err error) {
	err = s.change(ctx, in.Home, func(ctx context.Context, tx *eventstore.Tx, _ *view) error {
		claim, expires, err := s.claimFor(ctx, tx, in)
		out = &claimOutput{Claim{Claim: claim.String(), ExpiresAt: Instant{expires}}}
		return err
	})
	return out, err
}

func (s *Server) claimFor(ctx context.Context, tx *eventstore.Tx, in *claimInput) (domain.Claim, time.Time, error) {
	if in.Body != nil && in.Body.Gateway != nil {
		return s.options.Access.NewClaimFor(ctx, tx.PG(), principal(ctx), in.Home, *in.Body.Gateway)
	}
	return s.options.Access.NewClaim(ctx, tx.PG(), principal(ctx), in.Home)
}

func (s *Server) revokeGateway(ctx context.Context, in *revokeInput) (*nothing, error) {
	err := s.change(ctx, in.Home, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		ev, news, err := v.home.Revoke(in.Gateway, principal(ctx).Actor())
		if err != nil {
			return err
		}
		if err := in.check(v.home.Gateways[in.Gateway].Revision); err != nil || !news {
			return err
		}
		if _, err := tx.Record(ctx, in.Home, ev); err != nil {
			return err
		}
		return s.options.Access.Revoke(ctx, tx.PG(), in.Home, in.Gateway)
	})
	return &nothing{}, err
}
