package api

import (
	"context"
	"net/http"
	"time"

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

// Density is how much happened when.
type Density struct {
	From     Instant  `json:"from" doc:"The beginning."`
	To       Instant  `json:"to" doc:"The end."`
	BucketMS int64    `json:"bucket_ms" doc:"The length of a bucket, in milliseconds." example:"60000"`
	Buckets  []Bucket `json:"buckets" nullable:"false" doc:"The stretch in equal parts, in order."`
}

// Bucket is how much happened in one part of a stretch of time.
type Bucket struct {
	FirstSeq domain.Seq `json:"first_seq" doc:"Its first event; 0: it has none." example:"1000"`
	Count    int64      `json:"count" doc:"How many events it has." example:"12"`
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
	densityInput struct {
		InHome
		From    Instant `query:"from" doc:"The beginning; the home's if not given." example:"2026-05-03T00:00:00Z"`
		To      Instant `query:"to" doc:"The end; now if not given." example:"2026-05-04T00:00:00Z"`
		Buckets int     `query:"buckets" minimum:"1" maximum:"1000" default:"120" doc:"Into how many parts." example:"120"`
	}
	densityOutput struct {
		Body Density
	}
)

func (s *Server) addHistory() {
	s.addState()
	add(s, operation{
		id: "get-film", narrow: true, method: http.MethodGet, path: "/homes/{home}/film", tag: "History", action: access.ReadHistory,
		summary: "A stretch of the past, event by event", description: "Returns events, each with the full state of what it changed: to replay, replace.",
	}, s.getFilm)
	add(s, operation{
		id: "get-density", method: http.MethodGet, path: "/homes/{home}/density", tag: "History", action: access.ReadHistory,
		summary: "How much happened when", description: "Counts the events of a stretch of time in equal parts: the shape of a timeline.",
	}, s.getDensity)
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

func (s *Server) getDensity(ctx context.Context, in *densityInput) (*densityOutput, error) {
	from, to := in.From, in.To
	if from.IsZero() {
		rows, err := s.options.Store.List(ctx, eventstore.Filter{Home: in.Home, AtLimit: 1})
		if err != nil {
			return nil, err
		}
		if len(rows) == 0 {
			return nil, domain.Errorf(domain.NotFound, "there is no such home")
		}
		from = Instant{rows[0].RecordedAt.Add(-time.Microsecond)} // so that the first event counts
	}
	if to.IsZero() {
		var err error
		if to, err = s.now(ctx); err != nil {
			return nil, err
		}
	}
	buckets, err := s.options.Past.Density(ctx, in.Home, from.Time, to.Time, in.Buckets)
	if err != nil {
		return nil, err
	}
	out := &densityOutput{Density{
		From: from, To: to, BucketMS: to.Sub(from.Time).Milliseconds() / int64(in.Buckets),
	}}
	for _, b := range buckets {
		out.Body.Buckets = append(out.Body.Buckets, Bucket{FirstSeq: b.FirstSeq, Count: b.Count})
	}
	return out, nil
}
