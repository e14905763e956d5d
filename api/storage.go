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
	Events     domain.Seq     `json:"events" doc:"How many events there are." example:"1042000"`
	Bytes      int64          `json:"bytes" doc:"What they take on the server's disk, with their indexes: an estimate from a sample." example:"437640000"`
	FirstAt    Instant        `json:"first_at" doc:"When the oldest was recorded."`
	KeptUntil  Instant        `json:"kept_until" doc:"Until when the oldest is kept at least: nothing younger than thirteen months, or than the home keeps, ever goes."`
	KeepMonths int            `json:"keep_months" doc:"For how many months the home keeps its events; 0: for ever." example:"24"`
	Months     []StorageMonth `json:"months" nullable:"false" doc:"The last months by UTC, the present one last."`
	Expected   Expected       `json:"expected" doc:"What it will be in a year if things go on as in the last thirty days."`
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

// Retention is for how long a home keeps its events.
type Retention struct {
	KeepMonths int `json:"keep_months" minimum:"0" maximum:"1200" doc:"For how many months, thirteen at least; 0: for ever. What is older is sealed and then goes, within days." example:"24"`
}

type (
	storageOutput  struct{ Body Storage }
	retentionInput struct {
		InHome
		Idempotent
		Body Retention
	}
)

func (s *Server) addStorage() {
	add(s, operation{
		id: "get-storage", method: http.MethodGet, path: "/homes/{home}/storage", tag: "History", action: access.ReadHistory,
		summary: "How much room the history takes", description: "Counts the events, estimates their bytes and tells how they grow.",
	}, s.getStorage)
	add(s, operation{
		id: "set-retention", method: http.MethodPost, path: "/homes/{home}/retention", tag: "History", action: access.KeepHistory,
		status: http.StatusOK, dangerous: true, summary: "For how long the history is kept",
		description: "Says after how many months events go. What goes cannot be had again, but for what it came to: how the home was then, names, and statistics.",
	}, s.setRetention)
}

func (s *Server) setRetention(ctx context.Context, in *retentionInput) (*made[Retention], error) {
	return changeOnce[Retention](ctx, s, in.Home, in.Key, func(ctx context.Context, tx *eventstore.Tx, v *view) (answer, error) {
		ev, err := v.home.SetRetention(in.Body.KeepMonths, principal(ctx).Actor())
		if err != nil {
			return answer{}, err
		}
		rec, err := tx.Record(ctx, in.Home, ev)
		if err != nil {
			return answer{}, err
		}
		return answer{revision: rec.Seq, location: "/homes/" + in.Home.String() + "/storage", body: in.Body}, nil
	})
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
	homes, err := s.options.Tables.Outlines(ctx, s.options.Store.Pool(), []domain.HomeID{in.Home})
	if err != nil {
		return nil, err
	}
	return &storageOutput{storageOf(size, homes[in.Home].Profile.KeepMonths, now.Time)}, nil
}

// storageOf tells a size, and what it will be.
func storageOf(size eventstore.Size, keep int, now time.Time) Storage {
	out := Storage{
		Events: size.Events, Bytes: size.Bytes(size.Events),
		FirstAt: Instant{size.First}, KeptUntil: Instant{size.First.AddDate(0, max(keep, domain.KeepMonths), 0)}, KeepMonths: keep,
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
