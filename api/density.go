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

// Density is how much happened when.
type Density struct {
	From     Instant  `json:"from" doc:"The beginning."`
	To       Instant  `json:"to" doc:"The end."`
	BucketMS int64    `json:"bucket_ms" doc:"The length of a bucket, in milliseconds, rounded down." example:"60000"`
	Buckets  []Bucket `json:"buckets" nullable:"false" doc:"The stretch in equal parts, in order."`
	Lanes    []Lane   `json:"lanes" nullable:"false" doc:"The same room by room, those without any event left out; empty unless asked for."`
}

// Bucket is how much happened in one part of a stretch of time.
type Bucket struct {
	FirstSeq domain.Seq `json:"first_seq" doc:"Its first event; 0: it has none." example:"1000"`
	Count    int64      `json:"count" doc:"How many events it has." example:"12"`
}

// Lane is how much happened in one room.
type Lane struct {
	Room   *domain.RoomID `json:"room" format:"uuid" nullable:"true" doc:"The room, as devices are placed at the end of the stretch; null: in none, or the home itself." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a02"`
	Name   *string        `json:"name" doc:"What the room is called there; null beside a room that is null." example:"Kitchen"`
	Counts []int64        `json:"counts" nullable:"false" doc:"About how many events each part of the stretch has. Where there are few they are exact." example:"[0,12]"`
}

type (
	densityInput struct {
		InHome
		From    Instant `query:"from" doc:"The beginning; the home's if not given." example:"2026-05-03T00:00:00Z"`
		To      Instant `query:"to" doc:"The end; now if not given." example:"2026-05-04T00:00:00Z"`
		Buckets int     `query:"buckets" minimum:"1" maximum:"1000" default:"120" doc:"Into how many parts." example:"120"`
		Lanes   bool    `query:"lanes" doc:"Whether to tell it room by room, too." example:"true"`
	}
	densityOutput struct {
		Body Density
	}
)

func (s *Server) addDensity() {
	add(s, operation{
		id: "get-density", method: http.MethodGet, path: "/homes/{home}/density", tag: "History", action: access.ReadHistory,
		summary: "How much happened when", description: "Counts the events of a stretch of time in equal parts: the shape of a timeline.",
	}, s.getDensity)
}

func (s *Server) getDensity(ctx context.Context, in *densityInput) (*densityOutput, error) {
	from, to := in.From, in.To
	if !from.IsZero() {
		if err := eventstore.ReachTime(ctx, s.options.Store.Pool(), in.Home, from.Time); err != nil {
			return nil, err
		}
	} else {
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
	if in.Lanes {
		out.Body.Lanes, err = s.lanes(ctx, in.Home, to.Time, buckets)
	}
	return out, err
}

// lanes tells buckets room by room, as devices are placed at a time: the rooms in
// their order, and last what is in none.
func (s *Server) lanes(ctx context.Context, home domain.HomeID, at time.Time, buckets []history.Bucket) ([]Lane, error) {
	seq, err := s.options.Past.SeqAt(ctx, home, at)
	if err != nil || seq == 0 {
		return nil, err
	}
	v, err := s.past(ctx, home, "to", Instant{}, seq)
	if err != nil {
		return nil, err
	}
	shares, err := s.options.Past.Shares(ctx, home, buckets)
	if err != nil {
		return nil, err
	}
	counts := map[domain.RoomID][]int64{}
	for i, share := range shares {
		for entity, n := range share {
			room := v.roomOf(entity)
			if counts[room] == nil {
				counts[room] = make([]int64, len(buckets))
			}
			counts[room][i] += n
		}
	}
	var lanes []Lane
	for _, r := range ordered(v.home.Rooms) {
		if c := counts[r.ID]; c != nil {
			name := v.room(r).Name
			lanes = append(lanes, Lane{Room: &r.ID, Name: &name, Counts: c})
		}
	}
	if c := counts[domain.RoomID{}]; c != nil {
		lanes = append(lanes, Lane{Counts: c})
	}
	return lanes, nil
}

// roomOf returns the room that an event about the entity belongs to, the zero id for
// none.
func (v view) roomOf(entity domain.EntityID) domain.RoomID {
	room := domain.RoomID(entity)
	if d, ok := v.home.Devices[domain.DeviceID(entity)]; ok {
		room = d.Room
	}
	if _, ok := v.home.Rooms[room]; !ok {
		return domain.RoomID{}
	}
	return room
}
