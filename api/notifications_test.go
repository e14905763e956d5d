package api

import (
	"testing"

	"logis/dispatch/notify"
	"logis/domain"
)

func TestWhatSomebodyIsToldOfIsTheirChoice(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada, bob := b.person("Ada"), b.person("Bob")
	const path = "/api/v1/account/notifications"
	var n Notifications
	ada.ask("GET", path, "").want(200).into(&n)
	if n.Sends || n.Active || n.Address != nil || n.Quiet.value != nil || len(n.Kinds) != len(domain.NoticeKinds()) {
		t.Errorf("at first %+v", n)
	}
	ada.ask("POST", path+"/address", `{"address":"ada@example.org"}`).refused(409, domain.Conflict) // this server sends none
	ada.ask("POST", path+"/address", `{"address":"Ada <ada@example.org>"}`).refused(422, domain.Invalid)
	ada.ask("PUT", path, `{"quiet":{"from":60,"to":60},"kinds":[]}`).refused(422, domain.Invalid)
	ada.ask("PUT", path, `{"kinds":[{"kind":"cut","choice":"off"},{"kind":"cut","choice":"quiet"}]}`).refused(422, domain.Invalid)
	ada.ask("PUT", path, `{"kinds":[{"kind":"nothing","choice":"off"}]}`).refused(422, domain.Invalid)
	ada.ask("PUT", path, `{"quiet":{"from":1320,"to":420},"kinds":[{"kind":"cut","choice":"off"}]}`).want(200).into(&n)
	chosen := map[domain.NoticeKind]notify.Choice{}
	for _, k := range n.Kinds {
		chosen[k.Kind] = k.Choice
	}
	if chosen[domain.NoticeOfCut] != notify.Off || chosen[domain.NoticeOfDoubt] != notify.Always || chosen[domain.NoticeOfGateway] != notify.Quiet {
		t.Errorf("chosen %v", chosen)
	}
	if n.Quiet.value == nil || *n.Quiet.value != (Hours{From: 1320, To: 420}) {
		t.Errorf("quiet %+v", n.Quiet)
	}
	bob.ask("GET", path, "").want(200).into(&n)
	if n.Quiet.value != nil {
		t.Error("it is another one's choice too")
	}
}

// Where somebody is told is theirs alone, wants a proof, and is gone with the session.
func TestWhereSomebodyIsToldIsTheirsAlone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada, bob := b.person("Ada"), b.person("Bob")
	const path = "/api/v1/account/notifications"
	var n Notifications
	ada.ask("GET", path, "").want(200).into(&n)
	if n.PushKey != nil || n.Webhook.value != nil {
		t.Errorf("a server that sends nothing shows %+v", n)
	}
	_, outside := b.telling(t)
	browser := subscriptionOf(outside.Browser(t))
	var made Browser
	ada.ask("POST", path+"/browsers", browser).want(201).into(&made)
	ada.ask("PUT", path+"/webhook", `{"url":"`+outside.Site+`/hook"}`).want(200)
	ada.ask("PUT", path+"/webhook", `{"url":"https://10.0.0.1/"}`).refused(422, domain.Invalid)
	ada.ask("POST", path+"/webhook/test", "").want(200)
	ada.ask("POST", path+"/webhook/test", "").refused(503, domain.Overloaded)
	ada.ask("GET", path, "").want(200).into(&n)
	if n.PushKey == nil || len(n.Browsers) != 1 || !n.Browsers[0].Current || n.Webhook.value == nil || n.Webhook.value.DeliveredAt == nil {
		t.Errorf("she sees %+v", n)
	}
	bob.ask("DELETE", path+"/browsers/"+made.ID.String(), "").refused(404, domain.NotFound)
	bob.ask("POST", path+"/webhook/test", "").refused(404, domain.NotFound)
	bob.ask("GET", path, "").want(200).into(&n)
	if len(n.Browsers) != 0 || n.Webhook.value != nil {
		t.Errorf("he sees %+v", n)
	}
	ada.ask("DELETE", "/api/v1/session", "").want(204)
	var left int
	if err := b.store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM push_subscriptions`).Scan(&left); err != nil || left != 0 {
		t.Errorf("signed out, and %d browsers are told (%v)", left, err)
	}
}
