package api

import (
	"crypto/ed25519"
	"testing"

	"logis/domain"
)

// enrolled lets a gateway in by a claim of the house's owner.
func (h *house) enrolled() domain.GatewayID {
	h.b.t.Helper()
	var claim Claim
	h.owner.ask("POST", h.path+"/gateways/claims", "").want(201).into(&claim)
	parsed, err := domain.ParseClaim(claim.Claim)
	if err != nil {
		h.b.t.Fatal(err)
	}
	key, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		h.b.t.Fatal(err)
	}
	gateway, _, err := h.b.access.Enrol(h.b.t.Context(), parsed.ID, key, func(secret [16]byte) bool { return secret == parsed.Secret })
	if err != nil {
		h.b.t.Fatal(err)
	}
	return gateway
}

func TestAGatewayIsTurnedOutForGood(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	gateway := h.enrolled()
	at := h.path + "/gateways/" + gateway.String()
	var got Gateway
	before := h.owner.ask("GET", at, "").want(200).into(&got)
	if got.Revoked {
		t.Error("a new gateway is revoked")
	}
	b.person("Eve").ask("DELETE", at, "", before.match()).refused(404, domain.NotFound)
	h.owner.ask("DELETE", at, "").refused(428, domain.Invalid)
	h.owner.ask("DELETE", at, "", before.match()).want(204)
	after := h.owner.ask("GET", at, "").want(200).into(&got)
	if !got.Revoked || got.Connected {
		t.Errorf("%+v", got)
	}
	_, _, err := b.access.GatewayKey(t.Context(), gateway)
	if domain.CodeOf(err) != domain.Unauthorized {
		t.Errorf("its key is still good: %v", err)
	}
	h.owner.ask("DELETE", at, "", before.match()).refused(412, domain.WrongRevision)
	h.owner.ask("DELETE", at, "", after.match()).want(204)
	if again := h.owner.ask("GET", at, "").want(200).into(&got); again.header.Get("ETag") != after.header.Get("ETag") {
		t.Error("turning it out twice was recorded twice")
	}
}
