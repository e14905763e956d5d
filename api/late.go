package api

import (
	"context"
	"net/http"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
	"logis/history"
)

// Late is where what was true at a time differs from what the cloud knew at it.
type Late struct {
	Seq    domain.Seq        `json:"seq" doc:"The newest event the cloud knew of at the time." example:"1042"`
	Values []ValueDifference `json:"values" nullable:"false" doc:"Values that were others than the cloud knew: as was known, and as it was."`
	Twins  []Twin            `json:"twins" nullable:"false" doc:"The devices that were otherwise than the cloud knew, as they were: put them into the state of the time."`
}

type (
	lateInput struct {
		InHome
		At Instant `query:"at" required:"true" doc:"The time." example:"2026-05-03T14:02:11Z"`
	}
	lateOutput struct {
		Body Late
	}
)

func (s *Server) addLate() {
	add(s, operation{
		id: "get-late", method: http.MethodGet, path: "/homes/{home}/history/late", tag: "History", action: access.ReadHistory,
		summary:     "What was told late",
		description: "Returns where the home truly was otherwise at a time than the cloud knew at it, because devices told late. Most of the time that is nowhere.",
	}, s.getLate)
}

func (s *Server) getLate(ctx context.Context, in *lateInput) (*lateOutput, error) {
	seq, err := s.seqAt(ctx, in.Home, "at", in.At)
	if err != nil {
		return nil, err
	}
	head, err := eventstore.HeadOf(ctx, s.options.Store.Pool(), in.Home)
	if err != nil {
		return nil, err
	}
	known, err := s.past(ctx, in.Home, "at", Instant{}, seq)
	if err != nil {
		return nil, err
	}
	was, err := s.past(ctx, in.Home, "at", in.At, head.Seq)
	if err != nil {
		return nil, err
	}
	d := history.Compare(known.home, was.home)
	out := &lateOutput{Late{Seq: seq, Values: valuesOf(d, known, was)}}
	touched := d.Available
	for id := range d.Properties {
		touched[id] = true
	}
	for _, id := range inOrder(touched) {
		if device, err := was.find(id); err == nil {
			out.Body.Twins = append(out.Body.Twins, was.twin(device.ID))
		}
	}
	return out, nil
}
