package api

import (
	"fmt"
	"strings"
	"testing"

	"logis/domain"
)

// Who lets others open something has a second factor. Without one everything else
// goes on, and the account says how to get one.
func TestLettingOthersOpenWantsASecondFactor(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	h.furnish()
	gus := b.person("Gus")
	h.admit(gus, domain.Guest, domain.Scope{})
	if _, err := b.store.Pool().Exec(t.Context(), `DELETE FROM passkeys WHERE person_id = $1`, [16]byte(h.owner.id)); err != nil {
		t.Fatal(err)
	}
	match := h.owner.ask("GET", h.path+"/members", "").want(200)
	var members list[Member]
	match.into(&members)
	device, rule := h.fixture.device.String(), h.path+"/rules/"+h.fixture.rule.String()
	var revision header
	for _, m := range members.Items {
		if m.Person.ID == gus.id {
			revision = header{"If-Match", fmt.Sprintf("%q", fmt.Sprint(m.Revision))}
		}
	}
	token := `{"name":"P","home":"` + h.id.String() + `","actions":["device.command"],"classes":["A"],"days":1}`
	opening := func() map[string]*reply {
		return map[string]*reply{
			"invite a member":               h.owner.ask("POST", h.path+"/invitations", `{"role":"member"}`),
			"invite a guest who may unlock": h.owner.ask("POST", h.path+"/invitations", `{"role":"guest","scope":{"functions":["unlockDoor"]}}`),
			"make a guest a member":         h.owner.ask("PATCH", h.path+"/members/"+gus.id.String(), `{"role":"member"}`, revision),
			"let a rule open":               h.owner.ask("POST", rule+"/grants", `{"device":"`+device+`"}`),
			"make a rule that may":          h.owner.ask("POST", h.path+"/rules", `{"name":"x","document":`+noon+`,"grants":["`+device+`"]}`),
			"make a token for what opens":   h.owner.ask("POST", "/api/v1/account/tokens", token),
		}
	}
	before := h.head()
	for what, got := range opening() {
		if !strings.Contains(got.body, `"factor_needed"`) || got.status != 403 {
			t.Errorf("%s, without a second factor: %d %s", what, got.status, got.body)
		}
	}
	if h.head() != before {
		t.Error("refused, and the home has changed")
	}
	var account Account
	if h.owner.ask("GET", "/api/v1/account", "").want(200).into(&account); account.Second {
		t.Errorf("%+v", account)
	}
	h.turn(h.device("light", "Lamp"), true)
	h.owner.ask("POST", h.path+"/invitations", `{"role":"guest"}`).want(201)
	h.secret(`["device.command"]`, `["C"]`)
	h.owner.passkey()
	if h.owner.ask("GET", "/api/v1/account", "").want(200).into(&account); !account.Second {
		t.Errorf("%+v", account)
	}
	for what, got := range opening() {
		if got.status >= 300 {
			t.Errorf("%s, with one: %d %s", what, got.status, got.body)
		}
	}
}
