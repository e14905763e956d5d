package api

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"logis/domain"
	"logis/domain/call"
)

// desk stands where the hub would: it keeps what is asked and answers what a test
// tells it to.
type desk struct {
	mu      sync.Mutex
	asked   []string
	at      call.Address
	answers map[call.Method]string
	refuses error
}

func (d *desk) Call(_ context.Context, to call.Address, method call.Method, params, answer any) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	text, err := json.Marshal(params)
	if err != nil {
		return err
	}
	d.asked, d.at = append(d.asked, string(method)+" "+string(text)), to
	if d.refuses != nil {
		return d.refuses
	}
	return json.Unmarshal([]byte(d.answers[method]), answer)
}

// staffed is a house whose gateway is connected and answers.
func staffed(t *testing.T) (*house, *desk, string) {
	t.Helper()
	b := setup(t)
	d := &desk{answers: map[call.Method]string{
		call.Health:      `{"version":"1.2.3","uptime_s":60,"findings":[{"check":"disk","level":"wrong","says":"It is full.","do":"Make room."}]}`,
		call.Logs:        `{"lines":[{"at_ms":1772366400123,"level":"warn","text":"careful"},{"at_ms":9000000000000000000,"text":"torn"}],"cut":true}`,
		call.Pairing:     `{"radios":[{"radio":"zigbee","opens":true,"codes":false,"left_ms":9}]}`,
		call.OpenPairing: `{"radios":[{"radio":"zigbee","opens":true,"codes":false,"left_ms":60000}]}`,
		call.Commission:  `{"radios":[{"radio":"matter","opens":false,"codes":true,"joining":"running"}]}`,
		call.Clients:     `{"clients":[{"id":"KQ5TVQ2XJ7M4ZB3N6YFD2RLHAC","name":"Panel","opens":true}]}`, call.EndClient: `{}`,
	}}
	b.server.options.Callers = d
	h := b.person("Ada").house("Home")
	h.furnish()
	return h, d, h.path + "/gateways/" + h.gateway.String()
}

// newest returns the newest event of the house.
func (h *house) newest() Event {
	h.b.t.Helper()
	var page struct {
		Items []Event `json:"items"`
	}
	h.owner.ask("GET", fmt.Sprintf("%s/events?after=%d", h.path, h.head()-1), "").want(200).into(&page)
	return page.Items[0]
}

func TestAGatewayIsAskedAndItsAnswerShown(t *testing.T) {
	t.Parallel()
	h, d, at := staffed(t)
	before := h.head()
	for path, c := range map[string]struct{ asked, shows string }{
		"/health": {`health {}`, `{"check":"disk","level":"wrong","says":"It is full.","do":"Make room."}`},
		"/log?lines=2&level=warn&since=2026-03-01T12:00:00Z": {
			`logs {"lines":2,"level":"warn","since_ms":1772366400000}`, `{"at":"9999-12-31T23:59:59.999000Z","level":"","text":"torn"}`,
		},
		"/log":     {`logs {"lines":200}`, `"cut":true`},
		"/pairing": {`pairing {}`, `"left_ms":9,"joining":"","problem":""`},
		"/clients": {`clients {}`, `"name":"Panel","opens":true,"since":""`},
	} {
		r := h.owner.ask("GET", at+path, "").want(200)
		if asked := d.asked[len(d.asked)-1]; asked != c.asked || !strings.Contains(r.body, c.shows) {
			t.Errorf("%s asks %s and shows %s", path, asked, r.body)
		}
	}
	if g := d.at; g.Gateway != h.gateway || g.Session == 0 || g.Replica == "" {
		t.Errorf("asked at %+v", g)
	}
	if h.head() != before {
		t.Error("looking was recorded")
	}
	for _, query := range []string{"?lines=0", "?lines=501", "?level=loud", "?since=yesterday"} {
		h.owner.ask("GET", at+"/log"+query, "").refused(422, domain.Invalid)
	}
}

func TestWhatIsSteeredFromTheCloudIsRecordedWithWhoDid(t *testing.T) {
	t.Parallel()
	h, d, at := staffed(t)
	for _, c := range []struct{ method, path, body, eventType, data string }{
		{"PUT", "/pairing", `{"radio":"zigbee","seconds":60}`, "gateway.pairing_opened", `{"radio":"zigbee","seconds":60}`},
		{"PUT", "/pairing", `{"radio":"zigbee","seconds":0}`, "gateway.pairing_closed", `{"radio":"zigbee"}`},
		{"PUT", "/commissioning", `{"radio":"matter","code":"34970112332"}`, "gateway.commissioning_begun", `{"radio":"matter"}`},
		{"DELETE", "/clients/KQ5TVQ2XJ7M4ZB3N6YFD2RLHAC", "", "gateway.client_ended", `{"client":"KQ5TVQ2XJ7M4ZB3N6YFD2RLHAC"}`},
	} {
		h.owner.ask(c.method, at+c.path, c.body)
		ev := h.newest()
		if ev.Type != c.eventType || string(ev.Data) != c.data || ev.Actor.ID == nil || *ev.Actor.ID != h.owner.id.String() {
			t.Errorf("%s: %+v %s", c.path, ev, ev.Data)
		}
		if strings.Contains(string(ev.Data), "34970112332") {
			t.Error("the code is in the log")
		}
		before := h.head()
		d.refuses = domain.Errorf(domain.Conflict, "the radio says: no")
		h.owner.ask(c.method, at+c.path, c.body).refused(409, domain.Conflict)
		if d.refuses = nil; h.head() != before {
			t.Errorf("%s: what was not done is recorded", c.path)
		}
	}
	for _, body := range []string{`{"radio":"zigbee","seconds":255}`, `{"radio":"","seconds":1}`, `{"radio":"zigbee","seconds":-1}`} {
		h.owner.ask("PUT", at+"/pairing", body).refused(422, domain.Invalid)
	}
	h.owner.ask("DELETE", at+"/clients/panel", "").refused(422, domain.Invalid)
}

func TestAGatewayThatIsAwayIsNotAsked(t *testing.T) {
	t.Parallel()
	h, d, at := staffed(t)
	h.record(domain.Event{Entity: h.gateway.Entity(), Actor: domain.SystemActor, Fact: domain.GatewayDisconnected{Session: h.session()}})
	h.owner.ask("GET", at+"/health", "").refused(409, domain.EdgeOffline)
	h.owner.ask("PUT", at+"/pairing", `{"radio":"zigbee","seconds":60}`).refused(409, domain.EdgeOffline)
	if len(d.asked) != 0 {
		t.Errorf("asked %v", d.asked)
	}
}

// session is the number of the gateway's newest session.
func (h *house) session() int64 {
	h.b.t.Helper()
	var g Gateway
	h.owner.ask("GET", h.path+"/gateways/"+h.gateway.String(), "").want(200).into(&g)
	return g.Session
}

func TestAConfigurationIsWantedByItsVersion(t *testing.T) {
	t.Parallel()
	h, _, gateway := staffed(t)
	at := gateway + "/configuration"
	var c Configuration
	first := h.owner.ask("GET", at, "").want(200).into(&c)
	if c.Version != 0 || c.State != "" || first.header.Get("ETag") != `"0"` || c.Since.value != nil {
		t.Errorf("%+v", c)
	}
	wanted := `{"log_level":"debug","outbox_mib":32,"radios_off":["zwave","matter"]}`
	h.owner.ask("PUT", at, wanted).refused(428, domain.Invalid)
	second := h.owner.ask("PUT", at, wanted, first.match()).want(200).into(&c)
	if c.State != "asked" || c.Version != h.head() || c.Wanted.RadiosOff[0] != "matter" || c.Applied != 0 {
		t.Errorf("%+v", c)
	}
	if ev := h.newest(); ev.Type != "gateway.configured" || ev.Actor.ID == nil || *ev.Actor.ID != h.owner.id.String() {
		t.Errorf("%+v", ev)
	}
	h.owner.ask("PUT", at, wanted, first.match()).refused(412, domain.WrongRevision)
	h.owner.ask("PUT", at, wanted, second.match()).want(200)
	if h.head() != c.Version {
		t.Error("the same wish was recorded twice")
	}
	h.record(domain.Event{
		Entity: h.gateway.Entity(), Actor: domain.GatewayActor, Fact: domain.GatewayConfigurationRolledBack{Version: c.Version, Reason: "it is full"},
	})
	h.owner.ask("GET", at, "").want(200).into(&c)
	if c.State != "rolled_back" || c.Reason != "it is full" {
		t.Errorf("%+v", c)
	}
	h.owner.ask("PUT", at, wanted, second.match()).want(200).into(&c)
	if c.State != "asked" || c.Version == 0 || etag(c.Version) == second.header.Get("ETag") {
		t.Errorf("another try: %+v", c)
	}
	for body, field := range map[string]string{
		`{"log_level":"loud","outbox_mib":0,"radios_off":[]}`:         "log_level",
		`{"log_level":"","outbox_mib":-1,"radios_off":[]}`:            "outbox_mib",
		`{"log_level":"","outbox_mib":4097,"radios_off":[]}`:          "outbox_mib",
		`{"log_level":"","outbox_mib":1,"radios_off":["a","a"]}`:      "radios_off",
		`{"log_level":"","outbox_mib":1,"radios_off":[],"shell":"x"}`: "shell",
	} {
		if p := h.owner.ask("PUT", at, body, second.match()).refused(422, domain.Invalid); !strings.Contains(p.Errors[0].Field, field) {
			t.Errorf("%s: %+v", body, p)
		}
	}
	var g Gateway
	h.owner.ask("GET", gateway, "").want(200).into(&g)
	if g.Configuration.State != "asked" || g.Configuration.Wanted.OutboxMiB != 32 {
		t.Errorf("the gateway shows %+v", g.Configuration)
	}
}
