package api

import (
	"strings"
	"testing"

	"logis/domain"
	"logis/eventstore"
)

func TestTheSecretOfAWebhookIsShownOnceAndItsAddressToThoseWhoManageIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	var made, renewed WebhookSecret
	body := `{"name":"Server","url":"https://example.org/hook?token=hush","types":["device","command.failed"]}`
	h.owner.ask("POST", h.path+"/webhooks", body).want(201).into(&made)
	at := h.path + "/webhooks/" + made.Webhook.ID.String()
	h.owner.ask("POST", at+"/secret", "").want(200).into(&renewed)
	if !strings.HasPrefix(made.Secret, "whsec_") || renewed.Secret == made.Secret || made.Webhook.Stopped != nil || made.Webhook.Name != "Server" {
		t.Errorf("made %+v, renewed %+v", made, renewed)
	}
	listed := h.owner.ask("GET", h.path+"/webhooks", "").want(200).body
	for _, secret := range []string{made.Secret, renewed.Secret} {
		if strings.Contains(listed, secret) {
			t.Errorf("the list tells a secret: %s", listed)
		}
	}
	rows, err := b.store.List(t.Context(), eventstore.Filter{Home: h.id, AtLimit: eventstore.MaxList})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if strings.Contains(string(row.Data), "hush") || strings.Contains(string(row.Data), "whsec_") {
			t.Errorf("the log holds an address or a secret: %s", row.Data)
		}
	}
	bob := b.person("Bob")
	h.admit(bob, domain.Resident, domain.Scope{})
	bob.ask("GET", h.path+"/webhooks", "").refused(403, domain.Forbidden)
}

func TestAWebhookIsChangedSwitchedOffAndRemoved(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	for _, bad := range []string{
		`{"name":"x","url":"https://169.254.169.254/latest","types":[]}`, `{"name":"x","url":"http://example.org","types":[]}`,
		`{"name":"x","url":"https://example.org","types":["nothing"]}`,
	} {
		h.owner.ask("POST", h.path+"/webhooks", bad).refused(422, domain.Invalid)
	}
	var made WebhookSecret
	h.owner.ask("POST", h.path+"/webhooks", `{"name":"Server","url":"https://example.org/hook","types":["device"]}`).want(201).into(&made)
	at := h.path + "/webhooks/" + made.Webhook.ID.String()
	revision := etag(made.Webhook.Revision)
	change := func(body string) Webhook {
		t.Helper()
		var changed Webhook
		r := h.owner.ask("PATCH", at, body, header{"If-Match", revision}).want(200)
		r.into(&changed)
		revision = r.header.Get("ETag")
		return changed
	}
	h.owner.ask("PATCH", at, `{"types":["devic"]}`, header{"If-Match", revision}).refused(422, domain.Invalid)
	h.owner.ask("PATCH", at, `{"url":"https://10.0.0.1/"}`, header{"If-Match", revision}).refused(422, domain.Invalid)
	if w := change(`{"name":"Other","url":"https://example.net/hook","types":[]}`); w.Name != "Other" || w.URL != "https://example.net/hook" || len(w.Types) != 0 {
		t.Errorf("%+v", w)
	}
	h.owner.ask("POST", at+"/calls", "").want(202)
	off := change(`{"on":false}`)
	if off.Stopped == nil || *off.Stopped != string(domain.StopAsked) {
		t.Errorf("%+v", off)
	}
	h.owner.ask("POST", at+"/calls", "").refused(409, domain.Conflict)
	if on := change(`{"on":true}`); on.Stopped != nil || on.Checkpoint != h.head() {
		t.Errorf("%+v: the log is at %d", on, h.head())
	}
	h.owner.ask("DELETE", at, "", header{"If-Match", etag(1)}).refused(412, domain.WrongRevision)
	h.owner.ask("DELETE", at, "", header{"If-Match", revision}).want(204)
	h.owner.ask("POST", at+"/calls", "").refused(404, domain.NotFound)
}
