package api

import (
	"crypto/rand"
	"math"
	"net/http"

	"logis/domain"
	"logis/domain/thing"
)

// alexaRequest is a directive of Alexa's Smart Home Skill API, version 3.
type alexaRequest struct {
	Directive struct {
		Header   alexaHeader `json:"header"`
		Endpoint struct {
			Scope alexaScope `json:"scope"`
			ID    string     `json:"endpointId"`
		} `json:"endpoint"`
		Payload struct {
			Scope      alexaScope `json:"scope"`
			Brightness *float64   `json:"brightness"`
			Delta      *float64   `json:"brightnessDelta"`
		} `json:"payload"`
	} `json:"directive"`
}

type alexaHeader struct {
	Namespace   string `json:"namespace"`
	Name        string `json:"name"`
	Version     string `json:"payloadVersion"`
	Message     string `json:"messageId"`
	Correlation string `json:"correlationToken,omitzero"`
}

type alexaScope struct {
	Token string `json:"token"`
}

// alexaAnswer is an event and the context it tells of.
type alexaAnswer struct {
	Event struct {
		Header   alexaHeader    `json:"header"`
		Endpoint *alexaEndpoint `json:"endpoint,omitzero"`
		Payload  any            `json:"payload"`
	} `json:"event"`
	Context *alexaContext `json:"context,omitzero"`
}

type alexaEndpoint struct {
	ID string `json:"endpointId"`
}

type alexaContext struct {
	Properties []alexaProperty `json:"properties"`
}

// alexaProperty is one value and when it was so.
type alexaProperty struct {
	Namespace   string  `json:"namespace"`
	Name        string  `json:"name"`
	Value       any     `json:"value"`
	At          Instant `json:"timeOfSample"`
	Uncertainty int     `json:"uncertaintyInMilliseconds"`
}

// alexaFailure is the payload of an ErrorResponse.
type alexaFailure struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

func (s *Server) serveAlexa(w http.ResponseWriter, r *http.Request) {
	var in alexaRequest
	if err := readSpoken(w, r, &in); err != nil {
		s.refuse(w, r, err)
		return
	}
	d := &in.Directive
	token := d.Endpoint.Scope.Token
	if token == "" {
		token = d.Payload.Scope.Token
	}
	sp, err := s.speaker(r.Context(), token)
	var answer alexaAnswer
	if err == nil {
		answer, err = sp.alexa(in)
	}
	if err != nil {
		p := problemOf(err)
		s.note(r.Context(), "alexa "+d.Header.Namespace+"."+d.Header.Name, p)
		answer = alexaAnswer{}
		answer.Event.Header = alexaHeader{Namespace: "Alexa", Name: "ErrorResponse"}
		answer.Event.Payload = alexaFailure{Type: alexaCode(domain.CodeOf(err)), Message: p.Detail}
	}
	answer.Event.Header.Version, answer.Event.Header.Message = "3", rand.Text()
	answer.Event.Header.Correlation = d.Header.Correlation
	if d.Endpoint.ID != "" {
		answer.Event.Endpoint = &alexaEndpoint{d.Endpoint.ID}
	}
	s.sayJSON(w, r, http.StatusOK, answer)
}

// alexaCode is Alexa's word for a refusal.
func alexaCode(code domain.Code) string {
	switch code {
	case domain.Unauthorized:
		return "INVALID_AUTHORIZATION_CREDENTIAL"
	case domain.Forbidden:
		return "INSUFFICIENT_PERMISSIONS"
	case domain.NotFound:
		return "NO_SUCH_ENDPOINT"
	case domain.Invalid:
		return "INVALID_VALUE"
	case domain.EdgeOffline:
		return "BRIDGE_UNREACHABLE"
	case domain.Conflict:
		return "ENDPOINT_UNREACHABLE"
	case domain.Overloaded:
		return "RATE_LIMIT_EXCEEDED"
	}
	return "INTERNAL_ERROR"
}

// alexa does what a directive says.
func (sp *speaker) alexa(in alexaRequest) (answer alexaAnswer, err error) {
	h := in.Directive.Header
	if h.Namespace == "Alexa.Discovery" && h.Name == "Discover" {
		found, err := sp.things()
		answer.Event.Header = alexaHeader{Namespace: h.Namespace, Name: "Discover.Response"}
		answer.Event.Payload = map[string]any{"endpoints": all(found, alexaThing)}
		return answer, err
	}
	d, err := sp.thing(in.Directive.Endpoint.ID)
	if err != nil {
		return answer, err
	}
	answer.Event.Header, answer.Event.Payload = alexaHeader{Namespace: "Alexa", Name: "StateReport"}, struct{}{}
	if h.Namespace != "Alexa" || h.Name != "ReportState" {
		if d, err = sp.alexaCommand(d, in); err != nil {
			return answer, err
		}
		answer.Event.Header.Name = "Response"
	}
	answer.Context = &alexaContext{alexaState(d)}
	return answer, nil
}

// alexaCommand asks for what a directive wants and returns the device as it is then.
func (sp *speaker) alexaCommand(d spoken, in alexaRequest) (spoken, error) {
	body, err := alexaWish(d, in)
	if err != nil {
		return d, err
	}
	id, err := sp.ask("alexa "+in.Directive.Header.Message, d.ID, body)
	if err != nil {
		return d, err
	}
	ended, err := sp.settled([]domain.CommandID{id})
	if err != nil {
		return d, err
	}
	if c := ended[id]; c == nil || c.Status != domain.Status(domain.Succeeded) {
		return d, domain.Errorf(domain.Conflict, "it was asked, and nobody knows yet whether it was done")
	}
	return sp.thing(d.ID.String())
}

// alexaWish reads a directive as a request of ours.
func alexaWish(d spoken, in alexaRequest) (CommandRequest, error) {
	h, p := in.Directive.Header, in.Directive.Payload
	switch h.Namespace + "." + h.Name {
	case "Alexa.PowerController.TurnOn", "Alexa.PowerController.TurnOff":
		return wished(onOff, thing.Bool(h.Name == "TurnOn")), nil
	case "Alexa.BrightnessController.SetBrightness":
		if p.Brightness != nil {
			return wished(level, thing.Number(*p.Brightness)), nil
		}
	case "Alexa.BrightnessController.AdjustBrightness":
		if was, ok := d.number(level); ok && p.Delta != nil {
			return wished(level, thing.Number(math.Min(100, math.Max(0, was+*p.Delta)))), nil
		}
	case "Alexa.LockController.Lock", "Alexa.LockController.Unlock":
		return bolt(h.Name == "Lock"), nil
	}
	return CommandRequest{}, domain.InvalidInput(domain.Fault{Field: "directive", Message: "is not understood here"})
}

// number returns what the device last said of a number.
func (d spoken) number(name string) (float64, bool) {
	if r := d.reported(name); r != nil {
		return r.Value.Float()
	}
	return 0, false
}

// alexaState is how a device is.
func alexaState(d spoken) []alexaProperty {
	reach := "UNREACHABLE"
	if d.online {
		reach = "OK"
	}
	state := []alexaProperty{}
	add := func(namespace, name string, r *Reported, value any) {
		if r != nil {
			state = append(state, alexaProperty{Namespace: "Alexa." + namespace, Name: name, Value: value, At: r.At})
		}
	}
	if on := d.reported(onOff); on != nil {
		add("PowerController", "powerState", on, map[bool]string{true: "ON", false: "OFF"}[on.Value == thing.Bool(true)])
	}
	if percent, ok := d.number(level); ok {
		add("BrightnessController", "brightness", d.reported(level), int(percent))
	}
	if bolt := d.reported(lockState); bolt != nil {
		word, _ := bolt.Value.Str()
		add("LockController", "lockState", bolt, map[string]string{"locked": "LOCKED", "unlocked": "UNLOCKED", "notFullyLocked": "JAMMED"}[word])
	}
	latest := &Reported{}
	for i := range state {
		if state[i].At.After(latest.At.Time) {
			latest.At = state[i].At
		}
	}
	add("EndpointHealth", "connectivity", latest, map[string]string{"value": reach})
	return state
}

// alexaThing is a device as Alexa discovers it.
func alexaThing(d spoken) map[string]any {
	category := "OTHER"
	switch {
	case d.locks():
		category = "SMARTLOCK"
	case d.Kind == "plug":
		category = "SMARTPLUG"
	case d.Kind == "switch":
		category = "SWITCH"
	case d.sets(onOff):
		category = "LIGHT"
	}
	capabilities := []any{map[string]any{"type": "AlexaInterface", "interface": "Alexa", "version": "3"}}
	can := func(is bool, name, property string) {
		if is {
			capabilities = append(capabilities, map[string]any{
				"type": "AlexaInterface", "interface": "Alexa." + name, "version": "3",
				"properties": map[string]any{
					"supported": []any{map[string]any{"name": property}}, "retrievable": true, "proactivelyReported": false,
				},
			})
		}
	}
	can(d.sets(onOff), "PowerController", "powerState")
	can(d.sets(level), "BrightnessController", "brightness")
	can(d.locks(), "LockController", "lockState")
	can(true, "EndpointHealth", "connectivity")
	return map[string]any{
		"endpointId": d.ID.String(), "friendlyName": d.Name, "description": d.Model + " by Logis", "manufacturerName": orLogis(d),
		"displayCategories": []string{category}, "cookie": struct{}{}, "capabilities": capabilities,
	}
}

// orLogis is who made the device; assistants want to be told something.
func orLogis(d spoken) string {
	if maker := d.Attributes["manufacturer"]; maker != "" {
		return maker
	}
	return "Logis"
}
