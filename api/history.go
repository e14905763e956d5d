package api

import (
	"context"
	"net/http"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
	"logis/history"
)

// Frame is one event and the full state, after it, of what it changed.
type Frame struct {
	Event   Event           `json:"event" doc:"What happened."`
	Twin    orNull[Twin]    `json:"twin" doc:"The twin it changed; null: none."`
	Device  orNull[Device]  `json:"device" doc:"The device it changed; null: none, or it is gone."`
	Room    orNull[Room]    `json:"room" doc:"The room it changed; null: none, or it is gone."`
	Gateway orNull[Gateway] `json:"gateway" doc:"The gateway it changed; null: none."`
}

// Film is a stretch of a home's past, to be replayed by replacing.
type Film struct {
	From   domain.Seq `json:"from" doc:"It begins after this event." example:"1000"`
	To     domain.Seq `json:"to" doc:"Its last event." example:"1042"`
	Head   domain.Seq `json:"head" doc:"The newest event of the home." example:"1042"`
	Frames []Frame    `json:"frames" nullable:"false" doc:"Every event of the stretch, in order."`
}

type (
	filmInput struct {
		InHome
		From  domain.Seq `query:"from" required:"true" minimum:"0" doc:"Begin after this event." example:"1000"`
		Limit int        `query:"limit" minimum:"1" maximum:"500" default:"200" doc:"How many events." example:"200"`
	}
	filmOutput struct {
		Body Film
	}
)

func (s *Server) addHistory() {
	s.addState()
	add(s, operation{
		id: "get-film", narrow: true, method: http.MethodGet, path: "/homes/{home}/film", tag: "History", action: access.ReadHistory,
		summary: "A stretch of the past, event by event", description: "Returns events, each with the full state of what it changed: to replay, replace.",
	}, s.getFilm)
	s.addDensity()
}

func (s *Server) getFilm(ctx context.Context, in *filmInput) (*filmOutput, error) {
	head, err := eventstore.HeadOf(ctx, s.options.Store.Pool(), in.Home)
	if err != nil {
		return nil, err
	}
	if in.From > head.Seq {
		return nil, domain.InvalidInput(domain.Fault{Field: "from", Message: "is not recorded yet"})
	}
	begins, err := s.begins(ctx, in.Home)
	if err == nil && in.From < begins {
		err = hiddenPast()
	}
	if err != nil {
		return nil, err
	}
	names, err := eventstore.Names(ctx, s.options.Store.Pool(), in.Home, max(in.From, 1))
	if err != nil {
		return nil, err
	}
	film := Film{From: in.From, To: in.From, Head: head.Seq}
	v := view{names: names, permit: narrow(ctx)}
	err = s.options.Past.Film(ctx, in.Home, in.From, in.Limit, func(f history.Frame) error {
		if f.Row.Words != "" {
			v.names[f.Row.Entity] = f.Row.Words
		}
		v.home = f.Home
		if film.To = f.Row.Seq; !v.seesEvent(&f.Row) {
			return nil
		}
		if err := s.meet(ctx, &v, []domain.Actor{f.Row.Actor}); err != nil {
			return err
		}
		film.Frames = append(film.Frames, v.frame(&f.Row))
		return nil
	})
	film.Head = max(film.Head, film.To)
	return &filmOutput{film}, err
}

// frame shows an event with the full state of what it changed.
func (v view) frame(row *eventstore.Row) Frame {
	t := newTouched()
	t.by(row, v.home)
	frame := Frame{Event: v.event(row)}
	device, room, gateway := domain.DeviceID(row.Entity), domain.RoomID(row.Entity), domain.GatewayID(row.Entity)
	if d, ok := v.home.Devices[device]; ok && t.devices[device] && !d.Removed {
		frame.Device = some(v.device(d))
	}
	if d, ok := v.home.Devices[device]; ok && t.twins[device] && !d.Removed {
		frame.Twin = some(v.twin(device))
	}
	if r, ok := v.home.Rooms[room]; ok && t.rooms[room] {
		frame.Room = some(v.room(r))
	}
	if g, ok := v.home.Gateways[gateway]; ok && t.gateways[gateway] {
		frame.Gateway = some(v.gateway(g))
	}
	return frame
}
