package api

import (
	"context"
	"net/http"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
)

// UndoPlan says whether a change can be undone.
type UndoPlan struct {
	Possible bool    `json:"possible" doc:"Whether it can." example:"true"`
	Reason   *string `json:"reason" doc:"Why not, for people; null: it can." example:"it was changed again since"`
}

// Undone is an undone change.
type Undone struct {
	Seq domain.Seq `json:"seq" doc:"The last event of those that undid it." example:"1051"`
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
		description: "Brings back what an event changed or removed: a name, a room, a mode, a version of a rule or a scene, a rule with its tests, " +
			"a scene, a member's role, what rules may never do. The last two want a fresh proof of who asks. " +
			"409 for what cannot be undone, and for what was changed again since. A rule needs every owner's leave anew: " +
			"one that was removed and opens something comes back turned off.",
	}, s.undoEvent)
}

func cannot(why string) error { return domain.Errorf(domain.Conflict, "%s", why) }

// undoing is a change that the caller may undo.
type undoing struct {
	then
	wayBack
}

// undoingOf finds out how the change of an event is undone. It refuses with Conflict
// what cannot be, with Forbidden what the caller may not, and with NotFound.
func (s *Server) undoingOf(ctx context.Context, in InEvent) (u undoing, err error) {
	if u.ev, err = s.eventAt(ctx, in.Home, in.Seq); err != nil {
		return u, err
	}
	if u.home, err = s.options.Past.At(ctx, in.Home, in.Seq-1); err != nil {
		return u, err
	}
	if u.wayBack, err = wayBackOf(u.then); err != nil {
		return u, err
	}
	if !permit(ctx).May(u.action) {
		return u, domain.Errorf(domain.Forbidden, "your role in this home does not allow it")
	}
	if u.names, err = eventstore.Names(ctx, s.options.Store.Pool(), in.Home, in.Seq-1); err != nil {
		return u, err
	}
	if u.called && u.name() == "" {
		return u, cannot("it had no name before, or one that was erased")
	}
	later, err := s.options.Store.List(ctx, eventstore.Filter{
		Home: in.Home, After: in.Seq, Entity: u.ev.Entity, Types: u.types, AtLimit: 1,
	})
	if err == nil && len(later) > 0 {
		err = domain.Errorf(domain.Conflict, "it was changed again since, by event %d: undo that one", later[0].Seq)
	}
	return u, err
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
	if refusal == nil && u.guarded {
		refusal = s.options.Access.Fresh(ctx, principal(ctx))
	}
	return changeOnce[Undone](ctx, s, in.Home, in.Key, func(ctx context.Context, tx *eventstore.Tx, v *view) (answer, error) {
		if refusal != nil { // a repetition gets the first answer, although there is nothing left to undo
			return answer{}, refusal
		}
		if !u.stands(v.home) {
			return answer{}, cannot("what it is about is gone")
		}
		if err := u.do(ctx, tx, v, u.then); err != nil {
			return answer{}, err
		}
		return answer{revision: v.home.Seq, body: Undone{Seq: v.home.Seq}}, nil
	})
}
