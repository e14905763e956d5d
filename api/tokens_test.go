package api

import (
	"net/http"
	"sync"
	"testing"

	"logis/domain"
)

// program asks for things with a token of the home's owner.
type program struct {
	h      *house
	id     domain.EntityID
	secret string
}

func (h *house) program() *program {
	h.b.t.Helper()
	var made NewToken
	h.owner.ask("POST", "/api/v1/account/tokens",
		`{"name":"Program","home":"`+h.id.String()+`","actions":["home.read","history.read","device.command"],"classes":["C"],"days":1}`).want(201).into(&made)
	return &program{h: h, id: made.Token.ID, secret: made.Secret}
}

func (p *program) ask(path, body string) *reply {
	p.h.b.t.Helper()
	return p.h.b.ask("POST", path, body, header{"Authorization", "Bearer " + p.secret}, header{"Sec-Fetch-Site", ""})
}

// status returns how far a command came, and why.
func (h *house) status(id domain.CommandID) (domain.Status, string) {
	h.b.t.Helper()
	var c Command
	h.owner.ask("GET", h.path+"/commands/"+id.String(), "").want(200).into(&c)
	if c.Reason == nil {
		return c.Status, ""
	}
	return c.Status, *c.Reason
}

// Nothing has been sent yet when the token ends: what it asked for is withdrawn, what
// its person and their other program asked for is not.
func TestWhatATokenAskedForAndWaitsIsWithdrawnWhenItEnds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	lamps := make([]domain.DeviceID, 4)
	for i := range lamps {
		lamps[i] = h.device("light", "Lamp")
	}
	const on = `{"set":{"onOff":true}}`
	ended, other := h.program(), h.program()
	var scene Scene
	h.owner.ask("POST", h.path+"/scenes", `{"name":"Bright","settings":[{"device":"`+lamps[3].String()+`","set":{"onOff":true}}]}`).want(201).into(&scene)
	var wanted, kept, own Command
	var activated Activated
	ended.ask(h.deviceAt(lamps[0])+"/commands", on).want(202).into(&wanted)
	other.ask(h.deviceAt(lamps[1])+"/commands", on).want(202).into(&kept)
	h.owner.ask("POST", h.deviceAt(lamps[2])+"/commands", on).want(202).into(&own)
	ended.ask(h.path+"/scenes/"+scene.ID.String()+"/activations", "").want(202).into(&activated)

	h.owner.ask("DELETE", "/api/v1/account/tokens/"+ended.id.String(), "").want(204)
	ended.ask(h.deviceAt(lamps[0])+"/commands", on).refused(401, domain.Unauthorized)
	for _, id := range []domain.CommandID{wanted.ID, activated.Commands[0].ID} {
		if status, why := h.status(id); status != domain.Status(domain.Cancelled) || why != "token_ended" {
			t.Errorf("what it asked for is %s, %q", status, why)
		}
	}
	for _, id := range []domain.CommandID{kept.ID, own.ID} {
		if status, why := h.status(id); status != domain.Requested {
			t.Errorf("what others asked for is %s, %q", status, why)
		}
	}
	h.owner.ask("DELETE", "/api/v1/account/tokens/"+ended.id.String(), "").refused(404, domain.NotFound)
}

// However the end of a token falls between its requests, nothing it asked for stays open.
func TestNothingATokenAskedForOutlivesIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	lamp := h.device("light", "Lamp")
	p := h.program()
	const askers = 16
	var group sync.WaitGroup
	for i := range askers {
		group.Go(func() {
			if i == askers/2 {
				h.owner.ask("DELETE", "/api/v1/account/tokens/"+p.id.String(), "").want(204)
				return
			}
			r := p.ask(h.deviceAt(lamp)+"/commands", `{"set":{"onOff":true}}`)
			if r.status != http.StatusAccepted && r.status != http.StatusUnauthorized {
				t.Errorf("%d %s", r.status, r.body)
			}
		})
	}
	group.Wait()
	var commands Commands
	h.owner.ask("GET", h.path+"/commands", "").want(200).into(&commands)
	for _, c := range commands.Items {
		if c.Status == domain.Requested {
			t.Errorf("%s waits to be sent, asked for by a token that has ended", c.ID)
		}
	}
}
