package api

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
)

// Event is one fact about the home, as it stands in the log for ever.
type Event struct {
	Seq         domain.Seq      `json:"seq" doc:"Its place in the log." example:"1040"`
	ID          domain.EventID  `json:"id" format:"uuid" doc:"The event." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a06"`
	Type        string          `json:"type" doc:"What happened: noun.past_participle." example:"device.reported"`
	Entity      domain.EntityID `json:"entity" format:"uuid" doc:"What it is about; the home itself if nothing smaller." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	OccurredAt  Instant         `json:"occurred_at" doc:"When it happened, as far as the gateway could tell."`
	RecordedAt  Instant         `json:"recorded_at" doc:"When the log learnt of it; never earlier than the event before."`
	Actor       Actor           `json:"actor" doc:"Who did it."`
	Causation   *domain.Seq     `json:"causation" doc:"The event it follows from; null: none is known." example:"1038"`
	Correlation *domain.Seq     `json:"correlation" doc:"The event the whole story began with; null: this one." example:"1037"`
	Model       *string         `json:"model" doc:"The model of the device, where one is concerned." example:"dimmable-light@1.0.0"`
	Edge        orNull[Edge]    `json:"edge" doc:"Where it came from; null: not from a gateway."`
	Historic    bool            `json:"historic" doc:"Told late, after a gap: it set off nothing." example:"false"`
	Inferred    bool            `json:"inferred" doc:"Its time or cause was concluded, not proven." example:"false"`
	Snapshot    bool            `json:"snapshot" doc:"Present state that the gateway told on connecting." example:"false"`
	Data        Object          `json:"data" doc:"The fact, as it is stored and hashed."`
	Words       *string         `json:"words" doc:"The name it gave; null: none, or one that was erased." example:"Kitchen"`
	Hash        string          `json:"hash" doc:"Its link of the hash chain: the hash of the event before is part of it." example:"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`
}

// Edge is a place in what a gateway said.
type Edge struct {
	Gateway domain.GatewayID `json:"gateway" format:"uuid" doc:"The gateway." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a04"`
	Epoch   int              `json:"epoch" doc:"Generation of its outbox." example:"1"`
	Seq     int64            `json:"seq" doc:"Place in the outbox." example:"512"`
}

// Events is a page of the log.
type Events struct {
	Items []Event    `json:"items" nullable:"false" doc:"The events."`
	Next  *string    `json:"next" doc:"Where to go on, as cursor; null: there are no more now." example:"eyJrIjoiZXZlbnRzIi"`
	Head  domain.Seq `json:"head" doc:"The newest event of the home." example:"1042"`
}

// eventOrder is which events come first.
type eventOrder string

const newestFirst eventOrder = "desc"

type (
	eventsInput struct {
		InHome
		After  domain.Seq      `query:"after" minimum:"0" doc:"Only events after this one." example:"1000"`
		Before domain.Seq      `query:"before" minimum:"1" doc:"Only events before this one." example:"1042"`
		Order  eventOrder      `query:"order" enum:"asc,desc" doc:"Oldest or newest first; asc if not given." example:"desc"`
		Limit  int             `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"How many." example:"100"`
		Entity domain.EntityID `query:"entity" format:"uuid" doc:"Only those about this." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
		Type   string          `query:"type" maxLength:"64" doc:"Only those of this type." example:"device.reported"`
		Cursor string          `query:"cursor" maxLength:"400" doc:"Where a page before ended: its next." example:"eyJrIjoiZXZlbnRzIi"`
	}
	eventsOutput struct {
		Body Events
	}
	eventInput struct {
		InHome
		Seq domain.Seq `path:"seq" minimum:"1" doc:"Its place in the log." example:"1040"`
	}
	eventOutput struct {
		Body Event
	}
)

func (s *Server) addEvents() {
	add(s, operation{
		id: "list-events", narrow: true, method: http.MethodGet, path: "/homes/{home}/events", tag: "History", action: access.ReadHistory,
		summary: "The log", description: "Returns events of the home's log, page by page.",
	}, s.listEvents)
	add(s, operation{
		id: "get-event", narrow: true, method: http.MethodGet, path: "/homes/{home}/events/{seq}", tag: "History", action: access.ReadHistory,
		summary: "One event", description: "Returns one event of the home's log.",
	}, s.getEvent)
}

// question returns what is asked for, which a cursor knows better.
func (in *eventsInput) question() (cursor, error) {
	at := cursor{
		Kind: "events", Home: in.Home, After: in.After, Before: in.Before,
		Newest: in.Order == newestFirst, Entity: in.Entity, Type: in.Type,
	}
	if in.Type != "" && !slices.Contains(domain.EventTypes(), in.Type) {
		return at, domain.InvalidInput(domain.Fault{Field: "type", Message: "is not a type of event"})
	}
	if in.Cursor == "" {
		return at, nil
	}
	remembered, err := parseCursor(in.Cursor, at.Kind, in.Home)
	err = errors.Join(err, agree(at.Entity, remembered.Entity), agree(at.Type, remembered.Type),
		agree(at.After, 0), agree(at.Before, 0))
	if in.Order != "" && at.Newest != remembered.Newest {
		err = errors.Join(err, cursorFault("belongs to another order"))
	}
	return remembered, err
}

func (s *Server) listEvents(ctx context.Context, in *eventsInput) (*eventsOutput, error) {
	at, err := in.question()
	if err != nil {
		return nil, err
	}
	head, err := eventstore.HeadOf(ctx, s.options.Store.Pool(), in.Home)
	if err != nil {
		return nil, err
	}
	if err := s.reaches(ctx, in.Home, at); err != nil {
		return nil, err
	}
	seen, err := s.seen(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	begins, err := s.begins(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	rows, err := s.options.Store.List(ctx, eventstore.Filter{
		Home: in.Home, After: max(at.After, begins), Before: at.Before, Newest: at.Newest, Entity: at.Entity, Type: at.Type,
		Entities: seen.entities(), AtLimit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	items, err := s.told(ctx, in.Home, rows)
	if err != nil {
		return nil, err
	}
	out := &eventsOutput{Events{Items: items, Head: head.Seq}}
	if len(rows) == in.Limit {
		out.Body.Next = at.follow(rows[len(rows)-1].Seq, head.Seq)
	}
	return out, nil
}

// reaches refuses with Gone a page that would begin where the log does not reach any
// more. Without a place it begins with the first event there is.
func (s *Server) reaches(ctx context.Context, home domain.HomeID, at cursor) error {
	base, err := eventstore.BaseOf(ctx, s.options.Store.Pool(), home)
	if err != nil {
		return err
	}
	if at.After != 0 && at.After < base.Seq || at.Before != 0 && at.Before <= base.Seq {
		return base.Refusal()
	}
	return nil
}

// follow returns the cursor that goes on after the last event of a full page,
// nil when that was the end.
func (c cursor) follow(last, head domain.Seq) *string {
	switch {
	case c.Newest && last == 1, !c.Newest && last >= head:
		return nil
	case c.Newest:
		c.Before = last
	default:
		c.After = last
	}
	next := c.String()
	return &next
}

// told shows events, with the names of who acted as they are now.
func (s *Server) told(ctx context.Context, home domain.HomeID, rows []eventstore.Row) ([]Event, error) {
	names, err := eventstore.Names(ctx, s.options.Store.Pool(), home, 0)
	if err != nil {
		return nil, err
	}
	v := view{names: names}
	if err := s.meet(ctx, &v, actorsOf(rows)); err != nil {
		return nil, err
	}
	items := make([]Event, len(rows))
	for i := range rows {
		items[i] = v.event(&rows[i])
	}
	return items, nil
}

func actorsOf(rows []eventstore.Row) []domain.Actor {
	actors := make([]domain.Actor, len(rows))
	for i := range rows {
		actors[i] = rows[i].Actor
	}
	return actors
}

// eventAt returns one event of a home. It refuses with NotFound.
func (s *Server) eventAt(ctx context.Context, home domain.HomeID, seq domain.Seq) (ev *domain.RecordedEvent, err error) {
	if seq > 0 {
		err = s.options.Past.Scan(ctx, home, seq-1, seq, func(found *domain.RecordedEvent) error {
			kept := *found
			ev = &kept
			return nil
		})
	}
	if err == nil && ev == nil {
		err = domain.Errorf(domain.NotFound, "there is no such event")
	}
	return ev, err
}

func (s *Server) getEvent(ctx context.Context, in *eventInput) (*eventOutput, error) {
	rows, err := s.options.Store.List(ctx, eventstore.Filter{Home: in.Home, After: in.Seq - 1, Before: in.Seq + 1, AtLimit: 1})
	if err != nil {
		return nil, err
	}
	seen, err := s.seen(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	seen.past = true
	if len(rows) == 0 {
		if err := eventstore.ReachEvent(ctx, s.options.Store.Pool(), in.Home, in.Seq); err != nil {
			return nil, err
		}
	}
	if len(rows) == 0 || !seen.seesEvent(&rows[0]) {
		return nil, domain.Errorf(domain.NotFound, "there is no such event")
	}
	items, err := s.told(ctx, in.Home, rows)
	if err != nil {
		return nil, err
	}
	return &eventOutput{items[0]}, nil
}
