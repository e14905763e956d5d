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
