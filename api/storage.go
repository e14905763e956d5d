package api

import (
	"context"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
	"logis/projections"
)

// Storage is how much room a home's history takes, and will take.
type Storage struct {
	Events    domain.Seq     `json:"events" doc:"How many events there are." example:"1042000"`
	Bytes     int64          `json:"bytes" doc:"What they take on the server's disk, with their indexes: an estimate from a sample." example:"437640000"`
	FirstAt   Instant        `json:"first_at" doc:"When the oldest was recorded."`
	KeptUntil Instant        `json:"kept_until" doc:"Until when the oldest is kept at least: nothing younger than thirteen months is ever dropped."`
	Months    []StorageMonth `json:"months" nullable:"false" doc:"The last months by UTC, the present one last."`
	Expected  Expected       `json:"expected" doc:"What it will be in a year if things go on as in the last thirty days."`
}

// StorageMonth is how much one month brought.
type StorageMonth struct {
	From   Instant    `json:"from" doc:"When it began."`
	Events domain.Seq `json:"events" doc:"How many events it brought." example:"91200"`
	Bytes  int64      `json:"bytes" doc:"What they take." example:"38304000"`
}

// Expected is a prediction.
type Expected struct {
	At     Instant    `json:"at" doc:"When."`
	Events domain.Seq `json:"events" doc:"How many events there will be." example:"2136400"`
	Bytes  int64      `json:"bytes" doc:"What they will take." example:"897288000"`
}

type storageOutput struct{ Body Storage }

func (s *Server) addStorage() {
	add(s, operation{
		id: "get-storage", method: http.MethodGet, path: "/homes/{home}/storage", tag: "History", action: access.ReadHistory,
		summary: "How much room the history takes", description: "Counts the events, estimates their bytes and tells how they grow.",
	}, s.getStorage)
}

func (s *Server) getStorage(ctx context.Context, in *InHome) (*storageOutput, error) {
	now, err := s.now(ctx)
	if err != nil {
		return nil, err
	}
	var size eventstore.Size
	err = projections.Snapshot(ctx, s.options.Store.Pool(), func(tx pgx.Tx) error {
		size, err = eventstore.SizeOf(ctx, tx, in.Home, now.Time)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &storageOutput{storageOf(size, now.Time)}, nil
}

// storageOf tells a size, and what it will be.
func storageOf(size eventstore.Size, now time.Time) Storage {
	out := Storage{
		Events: size.Events, Bytes: size.Bytes(size.Events),
		FirstAt: Instant{size.First}, KeptUntil: Instant{size.First.AddDate(0, domain.KeepMonths, 0)},
	}
	for _, m := range size.Months {
		out.Months = append(out.Months, StorageMonth{From: Instant{m.From}, Events: m.Events, Bytes: size.Bytes(m.Events)})
	}
	at := now.AddDate(1, 0, 0)
	span := min(eventstore.SizeRecent, max(now.Sub(size.First), 24*time.Hour)) // a home of one hour is no measure
	more := float64(size.Recent) * float64(at.Sub(now)) / float64(span)
	events := size.Events + domain.Seq(more)
	out.Expected = Expected{At: Instant{at}, Events: events, Bytes: size.Bytes(events)}
	return out
}
