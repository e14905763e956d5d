package api

import (
	"fmt"
	"net/http"
	"strings"

	"logis/domain"
	"logis/domain/thing"
)

// googleRequest is an intent of Google's cloud-to-cloud smart home API.
type googleRequest struct {
	ID     string `json:"requestId"`
	Inputs []struct {
		Intent  string `json:"intent"`
		Payload struct {
			Devices  []googleID      `json:"devices"`
			Commands []googleCommand `json:"commands"`
		} `json:"payload"`
	} `json:"inputs"`
}

type googleID struct {
	ID string `json:"id"`
}

type googleCommand struct {
	Devices   []googleID        `json:"devices"`
	Execution []googleExecution `json:"execution"`
}

type googleExecution struct {
	Command string `json:"command"`
	Params  struct {
		On         *bool    `json:"on"`
		Brightness *float64 `json:"brightness"`
		Lock       *bool    `json:"lock"`
	} `json:"params"`
}

type googleAnswer struct {
	ID      string `json:"requestId"`
	Payload any    `json:"payload"`
}

// googleFailure says why, for one device or for all.
type googleFailure struct {
	Status string `json:"status,omitzero"`
	Code   string `json:"errorCode"`
}

func (s *Server) serveGoogle(w http.ResponseWriter, r *http.Request) {
	var in googleRequest
	if err := readSpoken(w, r, &in); err != nil {
		s.refuse(w, r, err)
		return
	}
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	sp, err := s.speaker(r.Context(), token)
	var payload any
	if err == nil {
		payload, err = sp.google(in)
	}
	status := http.StatusOK
	if err != nil {
		s.note(r.Context(), "google", problemOf(err))
		if payload = (googleFailure{Code: googleCode(domain.CodeOf(err))}); domain.CodeOf(err) == domain.Unauthorized {
			status = http.StatusUnauthorized // it gets another token and asks again
		}
	}
	s.sayJSON(w, r, status, googleAnswer{ID: in.ID, Payload: payload})
}

// googleCode is Google's word for a refusal.
func googleCode(code domain.Code) string {
	switch code {
	case domain.Unauthorized:
		return "authFailure"
	case domain.Forbidden:
		return "securityRestriction"
	case domain.NotFound:
		return "deviceNotFound"
	case domain.Invalid:
		return "notSupported"
	case domain.EdgeOffline, domain.Conflict:
		return "deviceOffline"
	case domain.Overloaded:
		return "transientError"
	}
	return "hardError"
}

// google does what an intent says.
func (sp *speaker) google(in googleRequest) (any, error) {
	if len(in.Inputs) != 1 {
		return nil, domain.InvalidInput(domain.Fault{Field: "inputs", Message: "must be one"})
	}
	switch one := in.Inputs[0]; one.Intent {
	case "action.devices.SYNC":
		found, err := sp.things()
		return map[string]any{"agentUserId": sp.p.Person.String(), "devices": all(found, googleThing)}, err
	case "action.devices.QUERY":
		return sp.googleQuery(one.Payload.Devices)
	case "action.devices.EXECUTE":
		return sp.googleExecute(in.ID, one.Payload.Commands)
	case "action.devices.DISCONNECT":
		return struct{}{}, sp.s.options.Access.GiveUp(sp.ctx, sp.p)
	}
	return nil, domain.InvalidInput(domain.Fault{Field: "intent", Message: "is not understood here"})
}

// byID returns the devices that the assistant sees by the ids it uses.
func (sp *speaker) byID() (map[string]spoken, error) {
	found, err := sp.things()
	named := make(map[string]spoken, len(found))
	for _, d := range found {
		named[d.ID.String()] = d
	}
	return named, err
}

func (sp *speaker) googleQuery(ids []googleID) (any, error) {
	found, err := sp.byID()
	if err != nil {
		return nil, err
	}
	states := make(map[string]any, len(ids))
	for _, id := range ids {
		d, ok := found[id.ID]
		if !ok {
			states[id.ID] = googleFailure{Status: "ERROR", Code: "deviceNotFound"}
			continue
		}
		states[id.ID] = googleState(d)
	}
	return map[string]any{"devices": states}, nil
}

// googleTry is one thing that is asked of one device.
type googleTry struct {
	device  string
	command domain.CommandID
	err     error
}

func (sp *speaker) googleExecute(request string, commands []googleCommand) (any, error) {
	found, err := sp.byID()
	if err != nil {
		return nil, err
	}
	var tries []googleTry
	var asked []domain.CommandID
	for i, c := range commands {
		for _, id := range c.Devices {
			for j, e := range c.Execution {
				if len(tries) == maxSpoken {
					return nil, domain.InvalidInput(domain.Fault{Field: "commands", Message: "must be at most 100"})
				}
				try := googleTry{device: id.ID}
				if try.command, try.err = sp.googleAsk(fmt.Sprintf("google %s %d %d", request, i, j), found[id.ID], e); try.err == nil {
					asked = append(asked, try.command)
				}
				tries = append(tries, try)
			}
		}
	}
	ended, err := sp.settled(asked)
	if err != nil {
		return nil, err
	}
	if found, err = sp.byID(); err != nil {
		return nil, err
	}
	return map[string]any{"commands": all(tries, func(try googleTry) any { return sp.googleOutcome(try, ended[try.command], found[try.device]) })}, nil
}

// googleAsk asks one device for one thing.
func (sp *speaker) googleAsk(word string, d spoken, e googleExecution) (domain.CommandID, error) {
	if d.ID.IsZero() {
		return domain.CommandID{}, domain.Errorf(domain.NotFound, "there is no such device")
	}
	var body CommandRequest
	switch name := strings.TrimPrefix(e.Command, "action.devices.commands."); {
	case name == "OnOff" && e.Params.On != nil:
		body = wished(onOff, thing.Bool(*e.Params.On))
	case name == "BrightnessAbsolute" && e.Params.Brightness != nil:
		body = wished(level, thing.Number(*e.Params.Brightness))
	case name == "LockUnlock" && e.Params.Lock != nil:
		body = bolt(*e.Params.Lock)
	default:
		return domain.CommandID{}, domain.InvalidInput(domain.Fault{Field: "command", Message: "is not understood here"})
	}
	return sp.ask(word+" "+d.ID.String(), d.ID, body)
}

// googleOutcome tells how far it came. What nobody confirmed yet is pending, never a
// success.
func (sp *speaker) googleOutcome(try googleTry, c *domain.Command, d spoken) any {
	out := struct {
		IDs    []string       `json:"ids"`
		Status string         `json:"status"`
		Code   string         `json:"errorCode,omitzero"`
		States map[string]any `json:"states,omitzero"`
	}{IDs: []string{try.device}}
	switch {
	case try.err != nil:
		sp.s.note(sp.ctx, "google", problemOf(try.err))
		out.Status, out.Code = "ERROR", googleCode(domain.CodeOf(try.err))
	case c == nil || c.Open():
		out.Status = "PENDING"
	case c.Status == domain.Status(domain.Succeeded):
		out.Status, out.States = "SUCCESS", googleState(d)
		delete(out.States, "status")
	default:
		out.Status, out.Code = "ERROR", "deviceOffline"
	}
	return out
}

// googleState is how a device is.
func googleState(d spoken) map[string]any {
	state := map[string]any{"online": d.online, "status": "SUCCESS"}
	if !d.online {
		state["status"] = "OFFLINE"
	}
	if on := d.reported(onOff); on != nil {
		state["on"] = on.Value == thing.Bool(true)
	}
	if percent, ok := d.number(level); ok {
		state["brightness"] = int(percent)
	}
	if bolt := d.reported(lockState); bolt != nil {
		word, _ := bolt.Value.Str()
		state["isLocked"], state["isJammed"] = word == "locked", word == "notFullyLocked"
	}
	return state
}

// googleThing is a device as Google learns of it.
func googleThing(d spoken) map[string]any {
	kind := "LIGHT"
	switch {
	case d.locks():
		kind = "LOCK"
	case d.Kind == "plug":
		kind = "OUTLET"
	case d.Kind == "switch" || !d.sets(onOff):
		kind = "SWITCH"
	}
	traits := []string{}
	can := func(is bool, trait string) {
		if is {
			traits = append(traits, "action.devices.traits."+trait)
		}
	}
	can(d.sets(onOff), "OnOff")
	can(d.sets(level), "Brightness")
	can(d.locks(), "LockUnlock")
	out := map[string]any{
		"id": d.ID.String(), "type": "action.devices.types." + kind, "traits": traits, "name": map[string]string{"name": d.Name},
		"willReportState": false, "deviceInfo": map[string]string{"manufacturer": orLogis(d), "model": d.Model},
	}
	if d.room != "" {
		out["roomHint"] = d.room
	}
	return out
}
