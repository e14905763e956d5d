package api

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
)

func TestASharedIncidentShowsItsSliceAndNothingElse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	lamp, door, late := h.device("light", "Lamp"), h.device("lock", "Door"), h.device("light", "Late")
	h.turn(lamp, true)
	after := h.head()
	h.turn(lamp, false)
	h.owner.ask("POST", h.deviceAt(lamp)+"/commands", `{"set":{"onOff":true}}`).want(202)
	h.report(door, map[string]thing.Value{"lockState": `"unlocked"`})
	to := h.head()
	h.turn(lamp, true)
	h.turn(late, true)
	mark := func(devices string) Incident {
		var i Incident
		body := fmt.Sprintf(`{"name":"Odd","note":"Bob did it","after":%d,"to":%d,"devices":[%s]}`, after, to, devices)
		h.owner.ask("POST", h.path+"/incidents", body).want(201).into(&i)
		return i
	}
	i := mark(`"` + lamp.String() + `"`)
	at := h.path + "/incidents/" + i.ID.String()
	var made IncidentLink
	h.owner.ask("POST", at+"/links", `{"hours":1}`).want(201).into(&made)
	open := func(link string) *reply { return b.ask("POST", "/api/v1/incidents/open", `{"link":"`+link+`"}`) }
	var shared SharedIncident
	text := open(made.Link).want(200).into(&shared).body
	if len(shared.Devices) != 1 || shared.Devices[0].Name != "Lamp" || len(shared.Events) != 2 || shared.Events[0].Seq != after+1 || shared.Note != "Bob did it" {
		t.Errorf("%+v", shared)
	}
	if was := shared.Devices[0].Before["onOff"]; string(was.Value) != "true" || shared.Devices[0].Affordances.Properties["onOff"].Type != "boolean" {
		t.Errorf("before it: %+v", shared.Devices[0])
	}
	for _, secret := range []string{door.String(), late.String(), h.id.String(), h.owner.id.String(), "Ada", "simulated/"} {
		if strings.Contains(text, secret) {
			t.Errorf("the link shows %s: %s", secret, text)
		}
	}
	whole := mark("")
	h.owner.ask("POST", h.path+"/incidents/"+whole.ID.String()+"/links", `{"hours":1}`).want(201).into(&made)
	open(made.Link).want(200).into(&shared)
	if len(shared.Events) != 3 {
		t.Errorf("of the whole home: %+v", shared.Events)
	}

	b.ask("POST", "/api/v1/incidents/open", fmt.Sprintf(`{"link":%q,"after":%d}`, made.Link, to)).want(200) // a further page is no further look
	var list list[Incident]
	h.owner.ask("GET", h.path+"/incidents", "").want(200).into(&list)
	if len(list.Items) != 2 || len(list.Items[0].Links) != 1 {
		t.Fatalf("%+v", list.Items)
	}
	if l := list.Items[0].Links[0]; l.Opened != 1 || l.OpenedAt == nil {
		t.Errorf("the link: %+v", l)
	}
	// The link is kept as its hash only, and neither it nor the note is in the log.
	log := h.owner.ask("GET", h.path+"/events?order=desc&limit=500", "").want(200).body
	if strings.Contains(log, made.Link) || strings.Contains(log, "Bob did it") {
		t.Error("the log tells")
	}
	h.owner.ask("DELETE", h.path+"/incidents/"+whole.ID.String()+"/links", "").want(204)
	open(made.Link).refused(401, domain.Unauthorized)
	open("logis-incident-x").refused(401, domain.Unauthorized)
}

func TestALinkToAnIncidentExpiresAndARemovedOneIsErased(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	h.furnish()
	var i Incident
	h.owner.ask("POST", h.path+"/incidents", `{"name":"Odd","note":"Bob did it","after":1,"to":3}`).want(201).into(&i)
	at := h.path + "/incidents/" + i.ID.String()
	var made IncidentLink
	h.owner.ask("POST", at+"/links", `{"hours":1}`).want(201).into(&made)
	open := func() *reply { return b.ask("POST", "/api/v1/incidents/open", `{"link":"`+made.Link+`"}`) }
	open().want(200)
	if _, err := b.store.Pool().Exec(t.Context(), `UPDATE incident_links SET expires_at = $1`, time.Now().Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	open().refused(401, domain.Unauthorized)
	h.owner.ask("POST", at+"/links", `{"hours":1}`).want(201).into(&made)
	h.owner.ask("DELETE", at, "").want(204)
	open().refused(401, domain.Unauthorized)
	h.owner.ask("DELETE", at, "").refused(404, domain.NotFound)
	var left int
	err := b.store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM words WHERE home_id = $1 AND text = 'Odd'`, [16]byte(h.id)).Scan(&left)
	if err != nil || left != 0 {
		t.Errorf("%d names left, %v", left, err)
	}
	ask := func(body string) *reply { return h.owner.ask("POST", h.path+"/incidents", body) }
	ask(`{"name":"Odd","after":3,"to":3}`).refused(422, domain.Invalid)
	ask(`{"name":"Odd","after":1,"to":99999}`).refused(422, domain.Invalid)
	ask(`{"name":"Odd","after":1,"to":2,"note":"`+strings.Repeat("a", 2001)+`"}`).refused(422, domain.Invalid)
}
