package api

import (
	"context"
	"strings"

	"logis/domain"
)

// Actor is who did something.
type Actor struct {
	Kind string  `json:"kind" enum:"person,local,gateway,system,rule" doc:"What it is." example:"person"`
	ID   *string `json:"id" doc:"Which one; null for the system itself." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a01"`
	Name *string `json:"name" doc:"What it is called; null when it has no name, or had one that was erased." example:"Ada"`
}

// actor shows who did something; gateway is the one that the event came from.
func (v view) actor(a domain.Actor, gateway domain.GatewayID) Actor {
	kind, id, _ := strings.Cut(string(a), ":")
	out := Actor{Kind: kind, ID: textOrNull(id)}
	if person, ok := a.Person(); ok {
		out.Name = textOrNull(v.people[person])
	}
	if a == domain.GatewayActor && !gateway.IsZero() {
		text := gateway.String()
		out.ID, out.Name = &text, textOrNull(v.named(gateway.Entity(), "Gateway"))
	}
	return out
}

// meet adds the names of the persons among the actors to the view.
func (s *Server) meet(ctx context.Context, v *view, actors []domain.Actor) error {
	var unknown []domain.PersonID
	seen := map[domain.PersonID]bool{}
	for _, actor := range actors {
		id, ok := actor.Person()
		if !ok || seen[id] {
			continue
		}
		seen[id] = true
		if _, known := v.people[id]; !known {
			unknown = append(unknown, id)
		}
	}
	names, err := s.options.Access.PersonNames(ctx, unknown)
	if err != nil {
		return err
	}
	if v.people == nil {
		v.people = map[domain.PersonID]string{}
	}
	for _, id := range unknown {
		v.people[id] = names[id] // "" for somebody who was erased: not asked again
	}
	return nil
}
