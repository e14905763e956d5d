package api

import (
	"context"
	"fmt"
	"net/http"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
)

// Modes is what the home is set to, and may be.
type Modes struct {
	Mode     domain.Mode          `json:"mode" doc:"What the home is set to." example:"home"`
	Modes    []ModeName           `json:"modes" nullable:"false" doc:"What it may be set to: home, away and night, and its own."`
	Presence []Present            `json:"presence" nullable:"false" doc:"Who is at home."`
	Place    orNull[domain.Place] `json:"place" doc:"Where the home is, in tenths of a degree; null: it was not said."`
	Clauses  []domain.Clause      `json:"clauses" nullable:"false" doc:"What rules may never do."`
	Revision domain.Seq           `json:"revision" doc:"The last event that touched the home itself." example:"7"`
}

// ModeName is a mode and what people call it.
type ModeName struct {
	Mode domain.Mode `json:"mode" doc:"The mode." example:"night"`
	Name string      `json:"name" doc:"What people call it." example:"Night"`
}

// Present is whether a member is at home.
type Present struct {
	Person  domain.PersonID `json:"person" format:"uuid" doc:"The member." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a09"`
	Present *bool           `json:"present" doc:"Whether they are at home; null: nobody knows." example:"true"`
}

// ModeRequest sets the mode.
type ModeRequest struct {
	Mode domain.Mode `json:"mode" maxLength:"36" doc:"What to set the home to." example:"away"`
}

// OwnMode makes a mode.
type OwnMode struct {
	Name Name `json:"name" doc:"What to call it."`
}

// PresenceRequest says whether the caller is at home.
type PresenceRequest struct {
	Present bool `json:"present" doc:"Whether you are at home." example:"true"`
}

// SettingsChange says where the home is and what rules may never do in it.
type SettingsChange struct {
	Place   *domain.Place    `json:"place,omitzero" doc:"Where the home is, in tenths of a degree: enough for the sun."`
	Clauses *[]domain.Clause `json:"clauses,omitzero" nullable:"false" maxItems:"50" doc:"What rules may never do; replaces what was forbidden before."`
}

// InMode is the own mode an operation is about.
type InMode struct {
	InHome
	Mode domain.ModeID `path:"mode" format:"uuid" doc:"The mode." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a08"`
}

type (
	setModeInput struct {
		InHome
		Idempotent
		Body ModeRequest
	}
	addModeInput struct {
		InHome
		Idempotent
		Body OwnMode
	}
	renameModeInput struct {
		InMode
		Based
		Body Rename
	}
	removeModeInput struct {
		InMode
		Based
	}
	presenceInput struct {
		InHome
		Idempotent
		Body PresenceRequest
	}
	settingsInput struct {
		InHome
		Based
		Body SettingsChange
	}
)

func (s *Server) addModes() {
	add(s, operation{
		id: "get-modes", method: http.MethodGet, path: "/homes/{home}/modes", tag: "Rules", action: access.ReadHome,
		summary: "How the home is set", description: "Returns the home's mode, its modes, who is at home, where it is, and what rules may never do.",
	}, s.getModes)
	add(s, operation{
		id: "set-mode", method: http.MethodPost, path: "/homes/{home}/mode", tag: "Rules", action: access.CommandDevice,
		status: http.StatusOK, summary: "Set the mode", description: "Sets the home to a mode; rules may follow.",
	}, s.setMode)
	add(s, operation{
		id: "add-mode", method: http.MethodPost, path: "/homes/{home}/modes", tag: "Rules", action: access.EditRules,
		status: http.StatusCreated, refusals: []int{http.StatusConflict},
		summary: "Make a mode", description: "Makes a mode of the home's own. 409 when it has as many as it can.",
	}, s.addMode)
	add(s, operation{
		id: "rename-mode", method: http.MethodPatch, path: "/homes/{home}/modes/{mode}", tag: "Rules", action: access.EditRules,
		summary: "Rename a mode", description: "Gives a mode of the home's own another name. The ETag is that of the home's modes.",
	}, s.renameMode)
	add(s, operation{
		id: "remove-mode", method: http.MethodDelete, path: "/homes/{home}/modes/{mode}", tag: "Rules", action: access.EditRules,
		refusals: []int{http.StatusConflict},
		summary:  "Remove a mode", description: "Removes a mode of the home's own. 409 while the home is set to it.",
	}, s.removeMode)
	add(s, operation{
		id: "set-presence", method: http.MethodPost, path: "/homes/{home}/presence", tag: "Rules", action: access.CommandDevice,
		status: http.StatusOK, summary: "Come or go", description: "Says whether the caller is at home; rules may follow.",
	}, s.setPresence)
	add(s, operation{
		id: "change-settings", method: http.MethodPatch, path: "/homes/{home}/settings", tag: "Rules", action: access.EditRules,
		summary: "Change what rules go by", description: "Says where the home is and what rules may never do. The ETag is that of the home's modes.",
	}, s.changeSettings)
}

func (v view) modes() Modes {
	out := Modes{
		Mode: v.home.Mode(), Place: orNull[domain.Place]{v.home.Profile.Place}, Revision: v.home.Profile.Revision,
		Modes:   []ModeName{{domain.ModeHome, "Home"}, {domain.ModeAway, "Away"}, {domain.ModeNight, "Night"}},
		Clauses: append([]domain.Clause{}, v.home.Profile.Policy.Clauses...),
	}
	for _, m := range v.home.Profile.Modes {
		if id, err := domain.ParseID[domain.ModeKind](string(m)); err == nil {
			out.Modes = append(out.Modes, ModeName{m, v.named(id.Entity(), "Mode")})
		}
	}
	out.Presence = all(ordered(v.home.Members), func(m *domain.Member) Present {
		p := Present{Person: m.Person}
		if is := m.Presence.Is; m.Presence.Seq != 0 {
			p.Present = &is
		}
		return p
	})
	return out
}

func (v view) modesAnswer() answer {
	modes := v.modes()
	return answer{revision: modes.Revision, body: modes}
}

func (s *Server) getModes(ctx context.Context, in *InHome) (*tagged[Modes], error) {
	v, err := s.present(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	return tag(v.home.Profile.Revision, v.modes()), nil
}

// settled is changeOnce for how the home is set, with the names of its modes.
func (s *Server) settled(ctx context.Context, id domain.HomeID, key string, do func(context.Context, *eventstore.Tx, *view) error) (*made[Modes], error) {
	return changeOnce[Modes](ctx, s, id, key, func(ctx context.Context, tx *eventstore.Tx, v *view) (answer, error) {
		var err error
		if v.names, err = tx.Names(ctx, id); err != nil {
			return answer{}, err
		}
		if err := do(ctx, tx, v); err != nil {
			return answer{}, err
		}
		return v.modesAnswer(), nil
	})
}

func (s *Server) setMode(ctx context.Context, in *setModeInput) (*made[Modes], error) {
	return s.settled(ctx, in.Home, in.Key, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		ev, news, err := v.home.ChangeMode(in.Body.Mode, principal(ctx).Actor())
		if err != nil || !news {
			return err
		}
		_, err = tx.Record(ctx, in.Home, ev)
		return err
	})
}

func (s *Server) addMode(ctx context.Context, in *addModeInput) (*made[Modes], error) {
	return s.settled(ctx, in.Home, in.Key, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		if n := len(v.home.Profile.Modes); n >= domain.MaxModes {
			return domain.Errorf(domain.Conflict, "the home has %d modes of its own, the most there can be", n)
		}
		id := eventstore.NewID[domain.ModeKind](tx.Now())
		return v.rename(ctx, tx, id.Entity(), principal(ctx), domain.ModeAdded{}, in.Body.Name)
	})
}

// find refuses a mode that the home does not have as its own.
func (in InMode) find(v *view) error {
	if !v.home.HasMode(domain.OwnMode(in.Mode)) {
		return domain.Errorf(domain.NotFound, "there is no such mode")
	}
	return nil
}

func (s *Server) renameMode(ctx context.Context, in *renameModeInput) (out *tagged[Modes], err error) {
	err = s.changeNamed(ctx, in.Home, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		err := in.find(v)
		if err == nil {
			err = in.check(v.home.Profile.Revision)
		}
		if err == nil {
			err = v.rename(ctx, tx, in.Mode.Entity(), principal(ctx), domain.ModeRenamed{}, in.Body.Name)
		}
		out = tag(v.home.Profile.Revision, v.modes())
		return err
	})
	return out, err
}

func (s *Server) removeMode(ctx context.Context, in *removeModeInput) (*nothing, error) {
	err := s.change(ctx, in.Home, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		if err := in.find(v); err != nil {
			return err
		}
		if v.home.Mode() == domain.OwnMode(in.Mode) {
			return domain.Errorf(domain.Conflict, "the home is set to this mode: set it to another one first")
		}
		if err := in.check(v.home.Profile.Revision); err != nil {
			return err
		}
		return v.record(ctx, tx, in.Mode.Entity(), principal(ctx), domain.ModeRemoved{})
	})
	return &nothing{}, err
}

func (s *Server) setPresence(ctx context.Context, in *presenceInput) (*made[Modes], error) {
	return s.settled(ctx, in.Home, in.Key, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		p := principal(ctx)
		m, ok := v.home.Members[p.Person]
		if !ok || m.Presence.Seq != 0 && m.Presence.Is == in.Body.Present {
			return nil
		}
		return v.record(ctx, tx, p.Person.Entity(), p, domain.MemberPresenceChanged{Present: in.Body.Present})
	})
}

func (s *Server) changeSettings(ctx context.Context, in *settingsInput) (out *tagged[Modes], err error) {
	if in.Body.Clauses != nil { // what was forbidden may be allowed then
		if err := s.options.Access.Fresh(ctx, principal(ctx)); err != nil {
			return nil, err
		}
	}
	err = s.changeNamed(ctx, in.Home, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		err := in.check(v.home.Profile.Revision)
		if err == nil && in.Body.Place != nil {
			err = v.locate(ctx, tx, *in.Body.Place)
		}
		if err == nil && in.Body.Clauses != nil {
			err = v.forbid(ctx, tx, *in.Body.Clauses)
		}
		out = tag(v.home.Profile.Revision, v.modes())
		return err
	})
	return out, err
}

func (v *view) locate(ctx context.Context, tx *eventstore.Tx, place domain.Place) error {
	const pole, dateLine = 900, 1800 // tenths of a degree
	if place.Latitude < -pole || place.Latitude > pole || place.Longitude < -dateLine || place.Longitude > dateLine {
		return domain.InvalidInput(domain.Fault{Field: "place", Message: "must be on the earth"})
	}
	return v.record(ctx, tx, v.home.ID.Entity(), principal(ctx), domain.HomeLocated{Place: place})
}

func (v *view) forbid(ctx context.Context, tx *eventstore.Tx, clauses []domain.Clause) error {
	var faults []domain.Fault
	for i, c := range clauses[:min(len(clauses), domain.MaxClauses)] {
		for j, id := range c.Devices {
			if _, err := v.find(id); err != nil {
				faults = append(faults, domain.Fault{Field: fmt.Sprintf("clauses[%d].devices[%d]", i, j), Message: "is not a device of this home"})
			}
		}
		for j, m := range c.Modes {
			if !v.home.HasMode(m) {
				faults = append(faults, domain.Fault{Field: fmt.Sprintf("clauses[%d].modes[%d]", i, j), Message: "is not a mode of this home"})
			}
		}
	}
	if len(faults) > 0 {
		return domain.InvalidInput(faults...)
	}
	return v.record(ctx, tx, v.home.ID.Entity(), principal(ctx), domain.PolicyEdited{Clauses: clauses})
}
