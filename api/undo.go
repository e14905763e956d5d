package api

import (
	"context"
	"net/http"

	"logis/access"
	"logis/domain"
	"logis/domain/rule"
	"logis/eventstore"
)

// UndoPlan says whether a change can be undone.
type UndoPlan struct {
	Possible bool    `json:"possible" doc:"Whether it can." example:"true"`
	Reason   *string `json:"reason" doc:"Why not, for people; null: it can." example:"it was changed again since"`
}

// Undone is an undone change.
type Undone struct {
	Seq domain.Seq `json:"seq" doc:"The event that undid it." example:"1051"`
}

type (
	// InEvent is the event an operation is about.
	InEvent struct {
		InHome
		Seq domain.Seq `path:"seq" minimum:"1" doc:"The event that brought the change." example:"1042"`
	}
	undoPlanOutput struct {
		Body UndoPlan
	}
	undoInput struct {
		InEvent
		Idempotent
	}
)

func (s *Server) addUndo() {
	add(s, operation{
		id: "plan-undo", method: http.MethodGet, path: "/homes/{home}/events/{seq}/undo", tag: "History", action: access.ReadHistory,
		summary: "Whether a change can be undone", description: "Says whether the change that an event brought can be undone, and why not.",
	}, s.planUndo)
	add(s, operation{
		id: "undo-event", method: http.MethodPost, path: "/homes/{home}/events/{seq}/undo", tag: "History", action: access.EditHome,
		status: http.StatusCreated, refusals: []int{http.StatusConflict},
		summary: "Undo a change",
		description: "Brings back what an event changed: a name, a room, a mode, a version of a rule or a scene. 409 for what cannot be undone, " +
			"and for what was changed again since. A rule needs every owner's leave anew.",
	}, s.undoEvent)
}

// undoing is how a change is undone.
type undoing struct {
	entity domain.EntityID
	types  []string      // events of these types after it changed the same again
	action access.Action // that the caller must be allowed
	fact   domain.Fact   // that brings back what was
	name   *Name         // with it, for what has one
	draft  *rule.Proposal
	back   domain.Seq // the version of the rule
}

func cannot(why string) error { return domain.Errorf(domain.Conflict, "%s", why) }

// undoingOf finds out how the change of an event is undone. It refuses with Conflict
// what cannot be, with Forbidden what the caller may not, and with NotFound.
func (s *Server) undoingOf(ctx context.Context, in InEvent) (undoing, error) {
	head, err := eventstore.HeadOf(ctx, s.options.Store.Pool(), in.Home)
	if err == nil && in.Seq > head.Seq {
		err = domain.Errorf(domain.NotFound, "there is no such event")
	}
	if err != nil {
		return undoing{}, err
	}
	before, err := s.options.Past.At(ctx, in.Home, in.Seq-1)
	if err != nil {
		return undoing{}, err
	}
	rows, err := s.options.Store.List(ctx, eventstore.Filter{Home: in.Home, After: in.Seq - 1, Before: in.Seq + 1, AtLimit: 1})
	if err != nil {
		return undoing{}, err
	}
	row := rows[0]
	if row.Fact, err = domain.DecodeFact(row.Type, row.Schema, row.Data); err != nil {
		return undoing{}, domain.Wrap(domain.Internal, "the event cannot be read", err)
	}
	u, err := wayBack(before, &row)
	if err != nil {
		return u, err
	}
	if !permit(ctx).May(u.action) {
		return u, domain.Errorf(domain.Forbidden, "your role in this home does not allow it")
	}
	if u.name != nil {
		names, err := eventstore.Names(ctx, s.options.Store.Pool(), in.Home, in.Seq-1)
		if err != nil {
			return u, err
		}
		if *u.name = Name(names[u.entity]); *u.name == "" {
			return u, cannot("it had no name before, or one that was erased")
		}
	}
	later, err := s.options.Store.List(ctx, eventstore.Filter{
		Home: in.Home, After: in.Seq, Entity: u.entity, Types: u.types, AtLimit: 1,
	})
	if err == nil && len(later) > 0 {
		err = domain.Errorf(domain.Conflict, "it was changed again since, by event %d: undo that one", later[0].Seq)
	}
	return u, err
}

// wayBack returns how the change of an event is undone in a home that was so before.
func wayBack(before *domain.Home, row *eventstore.Row) (undoing, error) {
	u := undoing{entity: row.Entity, types: []string{row.Type}, action: access.EditHome}
	switch fact := row.Fact.(type) {
	case domain.HomeRenamed, domain.RoomRenamed, domain.DeviceRenamed:
		u.fact, u.name = fact, new(Name)
	case domain.RuleRenamed, domain.SceneRenamed:
		u.fact, u.name, u.action = fact, new(Name), access.EditRules
	case domain.DevicePlaced:
		d, ok := before.Devices[domain.DeviceID(row.Entity)]
		if !ok {
			return u, cannot("it was not placed anywhere before")
		}
		u.fact = domain.DevicePlaced{Room: d.Room}
	case domain.HomeModeChanged:
		u.fact, u.action = domain.HomeModeChanged{Mode: before.Mode()}, access.CommandDevice
	case domain.PolicyEdited:
		return u, cannot("what rules may never do is not undone in passing: change it where it stands")
	default:
		return u.ruleOrScene(before, row)
	}
	return u, nil
}

func (u undoing) ruleOrScene(before *domain.Home, row *eventstore.Row) (undoing, error) {
	u.action = access.EditRules
	switch row.Fact.(type) {
	case domain.RuleEdited:
		r, ok := before.Rules[domain.RuleID(row.Entity)]
		if !ok {
			return u, cannot("the rule was new: remove it instead")
		}
		u.draft, u.back = &rule.Proposal{Rule: r.ID, Document: r.Document}, r.Version
	case domain.RuleDisabled:
		r, ok := before.Rules[domain.RuleID(row.Entity)]
		if !ok || !r.Active() {
			return u, cannot("the rule was off before")
		}
		u.fact, u.types = domain.RuleEnabled{}, []string{row.Type, domain.RuleEnabled{}.EventType()}
	case domain.RuleEnabled:
		u.fact, u.types = domain.RuleDisabled{}, []string{row.Type, domain.RuleDisabled{}.EventType()}
	case domain.SceneEdited:
		scene, ok := before.Scenes[domain.SceneID(row.Entity)]
		if !ok {
			return u, cannot("the scene was new: remove it instead")
		}
		u.fact = domain.SceneEdited{Settings: scene.Settings, TransitionMS: scene.TransitionMS, Reverts: scene.Version}
	default:
		return u, cannot("this is no change that can be undone")
	}
	return u, nil
}

func (s *Server) planUndo(ctx context.Context, in *InEvent) (*undoPlanOutput, error) {
	_, err := s.undoingOf(ctx, *in)
	switch domain.CodeOf(err) {
	case domain.Conflict, domain.Forbidden:
		reason := problemOf(err).Detail
		return &undoPlanOutput{UndoPlan{Reason: &reason}}, nil
	}
	return &undoPlanOutput{UndoPlan{Possible: err == nil}}, err
}

func (s *Server) undoEvent(ctx context.Context, in *undoInput) (*made[Undone], error) {
	u, refusal := s.undoingOf(ctx, in.InEvent)
	return changeOnce[Undone](ctx, s, in.Home, in.Key, func(ctx context.Context, tx *eventstore.Tx, v *view) (answer, error) {
		if refusal != nil { // a repetition gets the first answer, although there is nothing left to undo
			return answer{}, refusal
		}
		if err := u.do(ctx, tx, v); err != nil {
			return answer{}, err
		}
		return answer{revision: v.home.Seq, body: Undone{Seq: v.home.Seq}}, nil
	})
}

// do records what brings back what was.
func (u undoing) do(ctx context.Context, tx *eventstore.Tx, v *view) error {
	who := principal(ctx)
	if err := u.stillThere(v.home); err != nil {
		return err
	}
	switch {
	case u.draft != nil:
		return v.saveRule(ctx, tx, *u.draft, u.back, nil)
	case u.name != nil:
		_, err := tx.RecordNamed(ctx, v.home.ID, domain.Event{Entity: u.entity, Actor: who.Actor(), Fact: u.fact}, u.name.trimmed())
		return err
	}
	if _, on := u.fact.(domain.RuleEnabled); on {
		in := changeRuleInput{InRule: InRule{Rule: domain.RuleID(u.entity)}}
		in.Body.Enabled = &on
		return in.apply(ctx, tx, v, rule.Proposal{})
	}
	return v.record(ctx, tx, u.entity, who, u.fact)
}

// stillThere refuses to undo the change of what is gone, and a way back to what is.
func (u undoing) stillThere(home *domain.Home) error {
	there := true
	switch fact := u.fact.(type) {
	case domain.RoomRenamed:
		_, there = home.Rooms[domain.RoomID(u.entity)]
	case domain.DeviceRenamed:
		d, ok := home.Devices[domain.DeviceID(u.entity)]
		there = ok && !d.Removed
	case domain.DevicePlaced:
		d, ok := home.Devices[domain.DeviceID(u.entity)]
		_, room := home.Rooms[fact.Room]
		there = ok && !d.Removed && (room || fact.Room.IsZero())
	case domain.HomeModeChanged:
		there = home.HasMode(fact.Mode)
	case domain.SceneRenamed, domain.SceneEdited:
		_, there = home.Scenes[domain.SceneID(u.entity)]
	case domain.RuleRenamed, domain.RuleEnabled, domain.RuleDisabled, nil:
		_, there = home.Rules[domain.RuleID(u.entity)]
	}
	if !there {
		return cannot("what it is about is gone")
	}
	return nil
}
