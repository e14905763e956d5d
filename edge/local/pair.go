package local

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"logis/domain"
)

type pairingShape struct {
	ID     string `json:"id"`
	LifeMS int64  `json:"ttl_ms"` // for so long its code is good
}

// beginPairing shows a code on the gateway's screen.
func (s *Server) beginPairing(w http.ResponseWriter, r *http.Request) error {
	b, err := readBody(w, r)
	if err != nil {
		return err
	}
	var name string
	var opens bool
	b.take("name", "must be a text", &name)
	b.take("opens", "must be true or false", &opens)
	b.end()
	if why := checkName(name); why != "" {
		b.fault("name", why)
	}
	if err := b.refused(); err != nil {
		return err
	}
	all, err := s.clients.all()
	if err != nil {
		return err
	}
	if len(all) >= MaxClients {
		return domain.Errorf(domain.Conflict, "%d clients are paired, the most there can be: remove one at the gateway", MaxClients)
	}
	id, err := s.pairings.begin(name, opens)
	if err != nil {
		return err
	}
	answer(w, http.StatusCreated, pairingShape{ID: id, LifeMS: pairingLife.Milliseconds()})
	return nil
}

type pairedShape struct {
	clientShape
	Token string `json:"token,omitzero"` // shown this once
}

// finishPairing takes the code and gives a token for it, or to the gateway's own
// page a cookie.
func (s *Server) finishPairing(w http.ResponseWriter, r *http.Request) error {
	b, err := readBody(w, r)
	if err != nil {
		return err
	}
	var code string
	var cookie bool
	b.take("code", "must be a text", &code)
	b.take("cookie", "must be true or false", &cookie)
	b.end()
	if err := b.refused(); err != nil {
		return err
	}
	if cookie && !fromHere(r) {
		return errOrigin
	}
	name, opens, err := s.pairings.finish(r.PathValue("pairing"), strings.ReplaceAll(code, " ", ""))
	if err != nil {
		return err
	}
	client := Client{Name: name, Opens: opens}
	if now, ok := s.options.Time.Now(); ok {
		client.Since = now.At.Format(time.RFC3339)
	}
	client, token, err := s.clients.add(client)
	if errors.Is(err, errManyPaired) {
		return domain.Errorf(domain.Conflict, "%s", err.Error())
	}
	if err != nil {
		return err
	}
	s.options.Log.Info("a client was paired", "client", client.ID, "opens", opens)
	shape := pairedShape{clientShape: shapeOf(client)}
	if cookie {
		s.setCookie(w, token)
	} else {
		shape.Token = token
	}
	answer(w, http.StatusCreated, shape)
	return nil
}
