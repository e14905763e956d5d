package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
	"logis/history/export"
)

// exportType is that of lines of JSON.
const exportType = "application/jsonl"

type (
	exportInput struct {
		InHome
		From   Instant    `query:"from" doc:"Leave out what was recorded before this time; from the home's beginning if not given." example:"2026-05-03T00:00:00Z"`
		To     Instant    `query:"to" doc:"Leave out what was recorded after this time; to the newest event if not given." example:"2026-06-03T00:00:00Z"`
		After  domain.Seq `query:"after" minimum:"1" doc:"Go on after this event, the last one of a file that was cut: no first line comes then. Not beside from." example:"1000"`
		Cursor string     `query:"cursor" maxLength:"400" doc:"Where a part before ended: its Next-Cursor. Not beside the others." example:"eyJrIjoiZXhwb3J0Ii"`
	}
	exportOutput struct {
		ContentType string     `header:"Content-Type" doc:"application/jsonl: lines of JSON."`
		Disposition string     `header:"Content-Disposition" doc:"What a browser calls the file."`
		First       domain.Seq `header:"First-Seq" doc:"The first event of this part."`
		Last        domain.Seq `header:"Last-Seq" doc:"The last event of this part."`
		End         domain.Seq `header:"End-Seq" doc:"The last event of the file."`
		Next        string     `header:"Next-Cursor" doc:"Where to go on, as cursor; missing: the file is whole."`
		Body        []byte     `contentType:"application/jsonl"`
	}
)

func (s *Server) addExport() {
	add(s, operation{
		id: "export-history", method: http.MethodGet, path: "/homes/{home}/export", tag: "History", action: access.ReadHistory,
		summary: "The history to take along",
		description: "Returns one part of a file of the home's log, which anybody can read and check without Logis. " +
			"Parts that follow each other by Next-Cursor, put one behind the other, are the file. A part that did not arrive whole is asked for again.",
		answers: exportType,
	}, s.getExport)
}

func (s *Server) getExport(ctx context.Context, in *exportInput) (*exportOutput, error) {
	done, err := s.walk()
	if err != nil {
		return nil, err
	}
	defer done()
	at, err := s.exportFrom(ctx, in)
	if err != nil {
		return nil, err
	}
	base, err := eventstore.BaseOf(ctx, s.options.Store.Pool(), in.Home)
	if err != nil {
		return nil, err
	}
	if at.Open && at.After < base.Seq {
		return nil, base.Refusal()
	}
	text, last, err := export.Part(ctx, s.options.Store, export.Span{Home: in.Home, After: at.After, To: at.Before}, !at.Open)
	if err != nil {
		return nil, err
	}
	out := &exportOutput{
		ContentType: exportType, Disposition: fmt.Sprintf(`attachment; filename="logis-%s.jsonl"`, in.Home),
		First: max(at.After, base.Seq) + 1, Last: last, End: at.Before, Body: text,
	}
	if last < at.Before {
		if last == at.After {
			return nil, domain.Errorf(domain.Internal, "event %d of the home is missing", last+1)
		}
		at.After, at.Open = last, true
		out.Next = at.String()
	}
	return out, nil
}

// exportFrom returns what is asked for: the events after one up to another, both
// included, and whether the first line was given already.
func (s *Server) exportFrom(ctx context.Context, in *exportInput) (cursor, error) {
	at := cursor{Kind: "export", Home: in.Home, After: in.After, Open: in.After != 0}
	head, err := eventstore.HeadOf(ctx, s.options.Store.Pool(), in.Home)
	if err != nil {
		return at, err
	}
	if in.Cursor != "" {
		if in.After != 0 || !in.From.IsZero() || !in.To.IsZero() {
			return at, cursorFault("must stand alone: it knows the rest")
		}
		at, err = parseCursor(in.Cursor, at.Kind, in.Home)
		if err == nil && (!at.Open || at.Before > head.Seq || at.After >= at.Before) {
			err = cursorFault("is not one that was given out")
		}
		return at, err
	}
	at.Before = head.Seq
	if !in.To.IsZero() {
		if at.Before, err = s.seqAt(ctx, in.Home, "to", in.To); err != nil {
			return at, err
		}
	}
	switch {
	case in.From.IsZero():
	case in.After != 0:
		return at, domain.InvalidInput(domain.Fault{Field: "after", Message: "must not stand beside from"})
	case !in.To.IsZero() && !in.To.After(in.From.Time):
		return at, domain.InvalidInput(domain.Fault{Field: "to", Message: "must be after from"})
	case in.From.After(head.RecordedAt):
		return at, domain.InvalidInput(domain.Fault{Field: "from", Message: "is after the newest event"})
	default:
		// An event of that very time belongs to the file: the clock of the log has microseconds.
		if at.After, err = s.options.Past.SeqAt(ctx, in.Home, in.From.Add(-time.Microsecond)); err != nil {
			return at, err
		}
	}
	if at.After > at.Before {
		return at, domain.InvalidInput(domain.Fault{Field: "after", Message: "lies beyond the end of the file"})
	}
	return at, nil
}
