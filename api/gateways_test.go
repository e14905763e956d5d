package api

import (
	"crypto/ed25519"
	"testing"

	"logis/domain"
)

// knocks brings a claim of the house's owner, as a gateway with a new key does.
func (h *house) knocks(body string) ed25519.PublicKey {
	h.b.t.Helper()
	var claim Claim
	h.owner.ask("POST", h.path+"/gateways/claims", body).want(201).into(&claim)
	parsed, err := domain.ParseClaim(claim.Claim)
	if err != nil {
		h.b.t.Fatal(err)
	}
	key, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		h.b.t.Fatal(err)
	}
	admission, err := h.b.access.Enrol(h.b.t.Context(), parsed.ID, key, true, func(secret [16]byte) bool { return secret == parsed.Secret })
	if err != nil || admission.Waits.IsZero() {
		h.b.t.Fatalf("%+v, %v", admission, err)
	}
	return key
}

// enrolled lets a gateway in that shows the letters which the owner sees.
func (h *house) enrolled() domain.GatewayID {
	h.b.t.Helper()
	key := h.knocks("")
	var decided Decided
	h.owner.ask("POST", h.path+"/gateways/newcomers/"+domain.KeyLetters(key)+"/confirmation", "").want(201).into(&decided)
	return decided.Gateway
}

func TestTheOwnerComparesTheLettersOfANewcomer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	key := h.knocks("")
	at := h.path + "/gateways/newcomers"
	var waiting list[Newcomer]
	h.owner.ask("GET", at, "").want(200).into(&waiting)
	if len(waiting.Items) != 1 || waiting.Items[0].Letters != domain.KeyLetters(key) || waiting.Items[0].KeyFingerprint != domain.KeyFingerprint(key) {
		t.Fatalf("%+v", waiting)
	}
	eve := b.person("Eve")
	eve.ask("GET", at, "").refused(404, domain.NotFound)
	eve.ask("POST", at+"/"+domain.KeyLetters(key)+"/confirmation", "").refused(404, domain.NotFound)
	h.owner.ask("POST", at+"/2222-2222/confirmation", "").refused(404, domain.NotFound)
	h.owner.ask("POST", at+"/0000-1111/confirmation", "").refused(422, domain.Invalid)
	h.owner.ask("POST", at+"/"+domain.KeyLetters(key)+"/confirmation", "").want(201)
	var gateway Gateway
	id := waiting.Items[0].Gateway.String()
	h.owner.ask("GET", h.path+"/gateways/"+id, "").want(200).into(&gateway)
	if gateway.KeyFingerprint != domain.KeyFingerprint(key) || gateway.KeyEnds == nil || gateway.Suspended != nil {
		t.Errorf("%+v", gateway)
	}
	other := h.knocks("")
	h.owner.ask("POST", at+"/"+domain.KeyLetters(other)+"/refusal", "").want(201)
	h.owner.ask("GET", at, "").want(200).into(&waiting)
	if len(waiting.Items) != 0 {
		t.Errorf("%+v", waiting)
	}
	again := h.knocks(`{"gateway":"` + id + `"}`)
	var decided Decided
	h.owner.ask("POST", at+"/"+domain.KeyLetters(again)+"/confirmation", "").want(201).into(&decided)
	if decided.Gateway.String() != id {
		t.Errorf("paired again as %s, want %s", decided.Gateway, id)
	}
	h.owner.ask("POST", h.path+"/gateways/claims", `{"gateway":"`+h.id.String()+`"}`).refused(404, domain.NotFound)
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
	_, err := b.access.Recognize(t.Context(), gateway, func(ed25519.PublicKey) bool { return true })
	if domain.CodeOf(err) != domain.Unauthorized {
		t.Errorf("its key is still good: %v", err)
	}
	h.owner.ask("DELETE", at, "", before.match()).refused(412, domain.WrongRevision)
	h.owner.ask("DELETE", at, "", after.match()).want(204)
	if again := h.owner.ask("GET", at, "").want(200).into(&got); again.header.Get("ETag") != after.header.Get("ETag") {
		t.Error("turning it out twice was recorded twice")
	}
}
