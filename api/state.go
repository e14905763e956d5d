package api

import (
	"context"
	"net/http"
	"time"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
)

// Picture is a whole home as of one event.
type Picture struct {
	Seq      domain.Seq `json:"seq" doc:"The event it is as of." example:"1042"`
	At       Instant    `json:"at" doc:"When that was recorded."`
	Home     Home       `json:"home" doc:"The home itself."`
	Rooms    []Room     `json:"rooms" nullable:"false" doc:"Its rooms."`
	Devices  []Device   `json:"devices" nullable:"false" doc:"Its devices."`
	Twins    []Twin     `json:"twins" nullable:"false" doc:"How they were."`
	Gateways []Gateway  `json:"gateways" nullable:"false" doc:"Its gateways."`
}

type (
	stateInput struct {
		InHome
		Seq     domain.Seq `query:"seq" minimum:"1" doc:"As far as was known after this event." example:"1042"`
		KnownAt Instant    `query:"known_at" doc:"As far as was known at this time. Not beside seq; without both: now." example:"2026-05-03T14:02:11Z"`
		TrueAt  Instant    `query:"true_at" doc:"As it truly was at this time: what devices told late stands where it happened." example:"2026-05-03T14:02:11Z"`
	}
	stateOutput struct {
		Body Picture
	}
)

func (s *Server) addState() {
	add(s, operation{
		id: "get-state", narrow: true, method: http.MethodGet, path: "/homes/{home}/state", tag: "History", action: access.ReadHome,
		summary: "The whole home at any instant",
		description: "Returns everything of the home as of an event or a time: as the cloud knew it then or, with true_at, as it truly was. " +
			"A device's word that came more than 72 hours late stands where it was recorded.",
	}, s.getState)
	add(s, operation{
		id: "get-difference", method: http.MethodGet, path: "/homes/{home}/history/difference", tag: "History", action: access.ReadHistory,
		summary: "What differs between two instants", description: "Returns what is not the same in the home at two times, each part as it was and as it is.",
	}, s.getDifference)
	s.addLate()
}

func (s *Server) getState(ctx context.Context, in *stateInput) (*stateOutput, error) {
	known, err := s.knownSeq(ctx, in)
	if err == nil {
		err = s.shown(ctx, in, known)
	}
	if err != nil {
		return nil, err
	}
	v, err := s.past(ctx, in.Home, "true_at", in.TrueAt, known)
	if err != nil {
		return nil, err
	}
	at, err := eventstore.RecordedAt(ctx, s.options.Store.Pool(), in.Home, v.home.Seq)
	if err != nil {
		return nil, err
	}
	return &stateOutput{Picture{
		Seq: v.home.Seq, At: Instant{at}, Home: v.profile(principal(ctx).Person),
		Rooms: v.rooms(), Devices: v.devices(), Twins: v.twins(), Gateways: v.gateways(),
	}}, nil
}

// shown refuses a state from before the past that the caller may see, by either
// clock.
func (s *Server) shown(ctx context.Context, in *stateInput, known domain.Seq) error {
	begins, err := s.begins(ctx, in.Home)
	if err != nil {
		return err
	}
	p := narrow(ctx)
	if known < begins || (p != nil && !in.TrueAt.IsZero() && in.TrueAt.Before(p.Horizon())) {
		return hiddenPast()
	}
	return nil
}

// knownSeq returns the newest event that counts.
func (s *Server) knownSeq(ctx context.Context, in *stateInput) (domain.Seq, error) {
	head, err := eventstore.HeadOf(ctx, s.options.Store.Pool(), in.Home)
	switch {
	case err != nil:
		return 0, err
	case in.Seq != 0 && !in.KnownAt.IsZero():
		return 0, domain.InvalidInput(domain.Fault{Field: "known_at", Message: "must not stand beside seq"})
	case in.Seq > head.Seq:
		return 0, domain.InvalidInput(domain.Fault{Field: "seq", Message: "is not recorded yet"})
	case in.Seq != 0:
		return in.Seq, nil
	case in.KnownAt.IsZero():
		return head.Seq, nil
	}
	return s.seqAt(ctx, in.Home, "known_at", in.KnownAt)
}

// maxAhead is how far ahead of the log's clock an app's may be that asks for now.
const maxAhead = 5 * time.Minute

// seqAt returns the newest event recorded at a time that a parameter gives. It
// refuses times before the home began and times to come.
func (s *Server) seqAt(ctx context.Context, home domain.HomeID, field string, at Instant) (domain.Seq, error) {
	now, err := s.now(ctx)
	if err != nil {
		return 0, err
	}
	if at.After(now.Add(maxAhead)) {
		return 0, domain.InvalidInput(domain.Fault{Field: field, Message: "is still to come"})
	}
	seq, err := s.options.Past.SeqAt(ctx, home, at.Time)
	if err == nil && seq == 0 {
		err = domain.InvalidInput(domain.Fault{Field: field, Message: "is before the home began"})
	}
	return seq, err
}

// past returns a view of the home as far as it was known after an event: as it
// truly was at the time the parameter gives or, without one, as of the event.
func (s *Server) past(ctx context.Context, id domain.HomeID, field string, at Instant, known domain.Seq) (v view, err error) {
	v.permit = narrow(ctx)
	if at.IsZero() {
		v.home, err = s.options.Past.At(ctx, id, known)
	} else if _, err = s.seqAt(ctx, id, field, at); err == nil {
		v.home, err = s.options.Past.TrueAt(ctx, id, at.Time, known)
	}
	if err == nil {
		v.names, err = eventstore.Names(ctx, s.options.Store.Pool(), id, v.home.Seq)
	}
	return v, err
}
