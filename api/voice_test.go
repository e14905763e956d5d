package api

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"logis/domain"
	"logis/domain/thing"
)

// spokenTo is a house with a linked assistant.
type spokenTo struct {
	*house
	lamp, lock domain.DeviceID
	token      string
}

func assisted(t *testing.T, tune tuning) *spokenTo {
	t.Helper()
	b := setupWith(t, tune)
	h := b.person("Ada").house("Home")
	a := &spokenTo{house: h, lamp: h.device("dimmable-light", "Lamp"), lock: h.device("lock", "Front door")}
	h.device("climate-sensor", "Climate") // nothing that an assistant knows
	client, _ := h.owner.register(false)
	a.token = h.granted(client).AccessToken
	h.report(a.lamp, map[string]thing.Value{"onOff": thing.Bool(false), "currentLevel": thing.Number(40)})
	h.report(a.lock, map[string]thing.Value{"lockState": thing.Text("locked")})
	return a
}

// attentive is quick, but waits for what devices do.
func attentive() tuning {
	tune := quick()
	tune.voice = patience
	return tune
}

// directive is what Alexa sends, as its documentation shows it.
func (a *spokenTo) directive(namespace, name string, device domain.DeviceID, payload string) string {
	return `{"directive":{"header":{"namespace":"` + namespace + `","name":"` + name + `","payloadVersion":"3",
		"messageId":"1bd5d003-31b9-476f-ad03-` + name + `","correlationToken":"dFMb0z+PgpgdDmluhJ1LddFvSqZ/jCc8ptlAKulUj90jSqg=="},
		"endpoint":{"scope":{"type":"BearerToken","token":"` + a.token + `"},"endpointId":"` + device.String() + `","cookie":{}},"payload":` + payload + `}}`
}

func (a *spokenTo) alexa(body string) alexaAnswer {
	a.b.t.Helper()
	var out alexaAnswer
	r := a.b.ask("POST", alexaPath, body, header{"Sec-Fetch-Site", ""}).want(200)
	if err := json.Unmarshal([]byte(r.body), &out); err != nil {
		a.b.t.Fatal(err)
	}
	return out
}

// failed returns the type of an ErrorResponse, "" for another answer.
func (out alexaAnswer) failed() string {
	payload, _ := out.Event.Payload.(map[string]any)
	code, _ := payload["type"].(string)
	return code
}

// values are the properties an answer tells of.
func (out alexaAnswer) values() map[string]any {
	values := map[string]any{}
	if out.Context != nil {
		for _, p := range out.Context.Properties {
			values[p.Namespace+"."+p.Name] = p.Value
		}
	}
	return values
}

// obeys lets the lamp do the next command that is asked of it, while ask asks.
func (a *spokenTo) obeys(ask func()) { a.ends(domain.Succeeded, ask) }

// ends lets the next command that is asked end so, while ask asks.
func (a *spokenTo) ends(outcome domain.Outcome, ask func()) {
	a.b.t.Helper()
	watch := a.b.store.Watch(a.id)
	defer watch.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		ask()
	}()
	for {
		var page Commands
		a.owner.ask("GET", a.path+"/commands?open=true", "").want(200).into(&page)
		if len(page.Items) > 0 {
			if outcome == domain.Succeeded {
				a.report(page.Items[0].Device, page.Items[0].Set)
			}
			a.end(page.Items[0].Device, page.Items[0].ID, outcome)
			<-done
			return
		}
		select {
		case <-watch.C:
		case <-done:
			return
		}
	}
}

func TestAlexaFindsWhatItCanSteerAndHowItIs(t *testing.T) {
	t.Parallel()
	a := assisted(t, quick())
	found := a.alexa(`{"directive":{"header":{"namespace":"Alexa.Discovery","name":"Discover","payloadVersion":"3","messageId":"1"},
		"payload":{"scope":{"type":"BearerToken","token":"` + a.token + `"}}}}`)
	if h := found.Event.Header; h.Namespace != "Alexa.Discovery" || h.Name != "Discover.Response" || h.Version != "3" || h.Message == "" {
		t.Errorf("%+v", h)
	}
	text, _ := json.Marshal(found.Event.Payload)
	var payload struct {
		Endpoints []struct {
			ID           string   `json:"endpointId"`
			Name         string   `json:"friendlyName"`
			Categories   []string `json:"displayCategories"`
			Capabilities []struct{ Interface string }
		}
	}
	if err := json.Unmarshal(text, &payload); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, e := range payload.Endpoints {
		words := e.Categories
		for _, c := range e.Capabilities {
			words = append(words, strings.TrimPrefix(c.Interface, "Alexa."))
		}
		got[e.Name] = strings.Join(words, " ")
	}
	want := map[string]string{
		"Lamp":       "LIGHT Alexa PowerController BrightnessController EndpointHealth",
		"Front door": "SMARTLOCK Alexa LockController EndpointHealth",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	state := a.alexa(a.directive("Alexa", "ReportState", a.lamp, "{}"))
	if h := state.Event.Header; h.Name != "StateReport" || h.Correlation == "" || state.Event.Endpoint.ID != a.lamp.String() {
		t.Errorf("%+v", state.Event)
	}
	wantValues := map[string]any{
		"Alexa.PowerController.powerState": "OFF", "Alexa.BrightnessController.brightness": 40.0,
		"Alexa.EndpointHealth.connectivity": map[string]any{"value": "OK"},
	}
	if diff := cmp.Diff(wantValues, state.values()); diff != "" {
		t.Error(diff)
	}
	a.disconnect()
	wantValues = map[string]any{
		"Alexa.LockController.lockState": "LOCKED", "Alexa.EndpointHealth.connectivity": map[string]any{"value": "UNREACHABLE"},
	}
	if diff := cmp.Diff(wantValues, a.alexa(a.directive("Alexa", "ReportState", a.lock, "{}")).values()); diff != "" {
		t.Error(diff)
	}
}

func TestAlexaIsToldOnlyWhatTheLampConfirmed(t *testing.T) {
	t.Parallel()
	a := assisted(t, attentive())
	for _, c := range []struct{ namespace, name, payload, property, value string }{
		{"PowerController", "TurnOn", "{}", "powerState", `"ON"`},
		{"BrightnessController", "SetBrightness", `{"brightness":75}`, "brightness", "75"},
		{"BrightnessController", "AdjustBrightness", `{"brightnessDelta":-25}`, "brightness", "50"},
		{"PowerController", "TurnOff", "{}", "powerState", `"OFF"`},
	} {
		var out alexaAnswer
		a.obeys(func() { out = a.alexa(a.directive("Alexa."+c.namespace, c.name, a.lamp, c.payload)) })
		got, _ := json.Marshal(out.values()["Alexa."+c.namespace+"."+c.property])
		if out.Event.Header.Name != "Response" || string(got) != c.value {
			t.Errorf("%s: %+v, %s", c.name, out.Event, got)
		}
	}
}

func TestAlexaHearsWhyNot(t *testing.T) {
	t.Parallel()
	a := assisted(t, quick())
	for want, body := range map[string]string{
		"INSUFFICIENT_PERMISSIONS":         a.directive("Alexa.LockController", "Unlock", a.lock, "{}"),
		"NO_SUCH_ENDPOINT":                 a.directive("Alexa.PowerController", "TurnOn", domain.DeviceID{1}, "{}"),
		"INVALID_VALUE":                    a.directive("Alexa.BrightnessController", "SetBrightness", a.lamp, `{"brightness":101}`),
		"ENDPOINT_UNREACHABLE":             a.directive("Alexa.PowerController", "TurnOn", a.lamp, "{}"), // asked, and not done yet
		"INVALID_AUTHORIZATION_CREDENTIAL": strings.Replace(a.directive("Alexa", "ReportState", a.lamp, "{}"), a.token, a.owner.token, 1),
	} {
		if out := a.alexa(body); out.Event.Header.Name != "ErrorResponse" || out.failed() != want {
			t.Errorf("%s: %+v", want, out.Event)
		}
	}
	before := a.head()
	a.alexa(a.directive("Alexa.PowerController", "TurnOn", a.lamp, "{}")) // the same words once more
	if a.head() != before {
		t.Error("what was said twice was asked twice")
	}
	a.b.ask("POST", alexaPath, "{", header{"Sec-Fetch-Site", ""}).refused(400, domain.Invalid)
}

// intent asks as Google does, as its documentation shows it.
func (a *spokenTo) intent(name, payload string) *reply {
	a.b.t.Helper()
	return a.b.bears(a.token, "POST", googlePath,
		`{"requestId":"ff36a3cc-ec34-11e6-b1a0-64510650abcf","inputs":[{"intent":"action.devices.`+name+`","payload":`+payload+`}]}`)
}

// says fails the test unless the answer's payload is this JSON.
func (r *reply) says(want string) {
	r.t.Helper()
	var got struct {
		ID      string `json:"requestId"`
		Payload any    `json:"payload"`
	}
	var wanted any
	if err := json.Unmarshal([]byte(want), &wanted); err != nil {
		r.t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(r.want(200).body), &got); err != nil || got.ID != "ff36a3cc-ec34-11e6-b1a0-64510650abcf" {
		r.t.Fatalf("%v in %s", err, r.body)
	}
	if diff := cmp.Diff(wanted, got.Payload); diff != "" {
		r.t.Errorf("%s: %s", r.what, diff)
	}
}

func TestGoogleFindsAsksAndLeaves(t *testing.T) {
	t.Parallel()
	a := assisted(t, quick())
	lamp, lock := a.lamp.String(), a.lock.String()
	a.intent("SYNC", "{}").says(`{"agentUserId":"` + a.owner.id.String() + `","devices":[
		{"id":"` + lamp + `","type":"action.devices.types.LIGHT","traits":["action.devices.traits.OnOff","action.devices.traits.Brightness"],
			"name":{"name":"Lamp"},"willReportState":false,"deviceInfo":{"manufacturer":"Logis","model":"dimmable-light@1.0.0"}},
		{"id":"` + lock + `","type":"action.devices.types.LOCK","traits":["action.devices.traits.LockUnlock"],
			"name":{"name":"Front door"},"willReportState":false,"deviceInfo":{"manufacturer":"Logis","model":"lock@1.0.0"}}]}`)
	a.intent("QUERY", `{"devices":[{"id":"`+lamp+`","customData":{"x":1}},{"id":"`+lock+`"},{"id":"other"}]}`).says(`{"devices":{
		"` + lamp + `":{"online":true,"status":"SUCCESS","on":false,"brightness":40},
		"` + lock + `":{"online":true,"status":"SUCCESS","isLocked":true,"isJammed":false},
		"other":{"status":"ERROR","errorCode":"deviceNotFound"}}}`)
	on := `{"command":"action.devices.commands.OnOff","params":{"on":true}}`
	a.intent("EXECUTE", `{"commands":[{"devices":[{"id":"`+lamp+`"},{"id":"other"}],"execution":[`+on+`]},
		{"devices":[{"id":"`+lock+`"}],"execution":[{"command":"action.devices.commands.LockUnlock","params":{"lock":false}}]},
		{"devices":[{"id":"`+lamp+`"}],"execution":[{"command":"action.devices.commands.ColorAbsolute","params":{}}]}]}`).says(`{"commands":[
		{"ids":["` + lamp + `"],"status":"PENDING"}, {"ids":["other"],"status":"ERROR","errorCode":"deviceNotFound"},
		{"ids":["` + lock + `"],"status":"ERROR","errorCode":"securityRestriction"},
		{"ids":["` + lamp + `"],"status":"ERROR","errorCode":"notSupported"}]}`)
	a.intent("DISCONNECT", "{}").says("{}")
	a.intent("SYNC", "{}").want(401)
	a.b.bears(a.token, "GET", a.path, "").refused(401, domain.Unauthorized)
}

func TestAssistantsAreToldWhetherTheLampDidIt(t *testing.T) {
	t.Parallel()
	a := assisted(t, attentive())
	var r *reply
	a.obeys(func() {
		r = a.intent("EXECUTE", `{"commands":[{"devices":[{"id":"`+a.lamp.String()+`"}],"execution":[
			{"command":"action.devices.commands.BrightnessAbsolute","params":{"brightness":65}}]}]}`)
	})
	r.says(`{"commands":[{"ids":["` + a.lamp.String() + `"],"status":"SUCCESS","states":{"online":true,"on":false,"brightness":65}}]}`)
	var out alexaAnswer
	a.ends(domain.Failed, func() { out = a.alexa(a.directive("Alexa.PowerController", "TurnOn", a.lamp, "{}")) })
	if out.failed() != "ENDPOINT_UNREACHABLE" {
		t.Errorf("%+v", out.Event)
	}
}
