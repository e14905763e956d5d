package api

import (
	"context"
	"net/http"

	"logis/access"
	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
)

// PutBackPlan is what putting the home back would do.
type PutBackPlan struct {
	Seq     domain.Seq      `json:"seq" doc:"The event after which the home was so." example:"1042"`
	Head    domain.Seq      `json:"head" doc:"The newest event: what is planned follows from how the home is after it." example:"1050"`
	Changes []PutBackChange `json:"changes" nullable:"false" doc:"What would be asked of devices."`
	Left    []PutBackLeft   `json:"left" nullable:"false" doc:"Devices that are left as they are, and why."`
}

// PutBackChange is what would be asked of a device.
type PutBackChange struct {
	Device domain.DeviceID        `json:"device" format:"uuid" doc:"The device." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Set    map[string]thing.Value `json:"set" doc:"The values it had then and has not now."`
}

// PutBackLeft is a device that is left as it is.
type PutBackLeft struct {
	Device domain.DeviceID    `json:"device" format:"uuid" doc:"The device." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Reason domain.LeaveReason `json:"reason" enum:"gone,guarded,away,unknown,replaced" doc:"gone: it belongs to the home no more; guarded: it locks, opens or heats; away: it cannot be reached; unknown: nothing was known of it then; replaced: it does not take the values of then." example:"guarded"`
}

// PutBackRequest says how the home is to be.
type PutBackRequest struct {
	Seq domain.Seq `json:"seq" minimum:"1" doc:"As it was after this event." example:"1042"`
}

// PutBack is what was asked for.
type PutBack struct {
	Seq      domain.Seq    `json:"seq" doc:"The event that says so; all the commands follow from it." example:"1051"`
	Commands []Command     `json:"commands" nullable:"false" doc:"What was asked of devices."`
	Refused  []Refused     `json:"refused" nullable:"false" doc:"What could not be asked."`
	Left     []PutBackLeft `json:"left" nullable:"false" doc:"Devices that are left as they are, and why."`
}

type (
	planInput struct {
		InHome
		Seq domain.Seq `query:"seq" required:"true" minimum:"1" doc:"As it was after this event." example:"1042"`
	}
	planOutput struct {
		Body PutBackPlan
	}
	putBackInput struct {
		InHome
		Idempotent
		Body PutBackRequest
	}
)

func (s *Server) addPutBack() {
	add(s, operation{
		id: "plan-put-back", method: http.MethodGet, path: "/homes/{home}/put-back", tag: "History", action: access.ReadHistory,
		summary: "What putting the home back would do",
		description: "Returns what would be asked of devices so that they are as they were after an event, and what would be left out. " +
			"Nothing that locks, opens or heats is ever put back.",
	}, s.planPutBack)
	add(s, operation{
		id: "put-back", method: http.MethodPost, path: "/homes/{home}/put-back", tag: "History", action: access.CommandDevice,
		status: http.StatusAccepted, refusals: []int{http.StatusConflict},
		summary:     "Put the home back as it was",
		description: "Asks devices for the values they had after an event, all in one commit, by how the home is then. 409 when there is nothing to put back.",
	}, s.putBack)
	s.addUndo()
}

func left(l domain.LeftOut) PutBackLeft { return PutBackLeft(l) }

// once, as it was after an event that a parameter names.
func (s *Server) asItWas(ctx context.Context, home domain.HomeID, field string, seq domain.Seq) (*domain.Home, error) {
	head, err := eventstore.HeadOf(ctx, s.options.Store.Pool(), home)
	if err == nil && seq > head.Seq {
		err = domain.InvalidInput(domain.Fault{Field: field, Message: "is not recorded yet"})
	}
	if err != nil {
		return nil, err
	}
	return s.options.Past.At(ctx, home, seq)
}

func (s *Server) planPutBack(ctx context.Context, in *planInput) (*planOutput, error) {
	then, err := s.asItWas(ctx, in.Home, "seq", in.Seq)
	if err != nil {
		return nil, err
	}
	v, err := s.present(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	settings, leave := v.home.PutBack(then)
	return &planOutput{PutBackPlan{
		Seq: in.Seq, Head: v.home.Seq, Left: all(leave, left),
		Changes: all(settings, func(s domain.SceneSetting) PutBackChange { return PutBackChange(s) }),
	}}, nil
}

func (s *Server) putBack(ctx context.Context, in *putBackInput) (*made[PutBack], error) {
	if !permit(ctx).May(access.ReadHistory) {
		return nil, domain.Errorf(domain.Forbidden, "your role in this home does not allow it")
	}
	then, err := s.asItWas(ctx, in.Home, "seq", in.Body.Seq)
	if err != nil {
		return nil, err
	}
	return changeOnce[PutBack](ctx, s, in.Home, in.Key, func(ctx context.Context, tx *eventstore.Tx, v *view) (answer, error) {
		ev, requests, leave, err := v.home.DecidePutBack(then, principal(ctx).Actor())
		if err != nil {
			return answer{}, err
		}
		seq, body, err := v.askAll(ctx, tx, ev, requests)
		if err != nil {
			return answer{}, err
		}
		return answer{body: PutBack{Seq: seq, Commands: body.Commands, Refused: body.Refused, Left: all(leave, left)}}, nil
	})
}
