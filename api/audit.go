package api

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
	"logis/history/audit"
)

// AuditEntry is something that somebody did in a home, or tried to.
type AuditEntry struct {
	Seq     *domain.Seq      `json:"seq" doc:"The event that says so; null: it happened at the door, and is in no home's log." example:"1040"`
	At      Instant          `json:"at" doc:"When."`
	Kind    audit.Kind       `json:"kind" enum:"command,home,rule,member,gateway,look,door" doc:"What it belongs to." example:"command"`
	What    string           `json:"what" doc:"The type of the event, or what happened at the door." example:"command.requested"`
	Actor   Actor            `json:"actor" doc:"Who did it."`
	Entity  *domain.EntityID `json:"entity" format:"uuid" nullable:"true" doc:"What it is about; null: nothing in the home." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Says    string           `json:"says" doc:"The whole of it in one sentence, with the names of the time it was asked for." example:"Ada asked Kitchen to turn on"`
	Outcome audit.Outcome    `json:"outcome" enum:"done,open,refused,failed,withdrawn,unknown" doc:"What came of it." example:"done"`
	From    *string          `json:"from" doc:"The network address it came from; null: not known, or not kept any more." example:"192.0.2.7"`
}

// Audit is a page of who did what.
type Audit struct {
	Items    []AuditEntry   `json:"items" nullable:"false" doc:"The entries, newest first."`
	Next     *string        `json:"next" doc:"Where to go on, as cursor; null: there are no more. A page with few or no items and a next searched much and found little." example:"eyJxIjoiYXNfb2Y"`
	AsOf     domain.Seq     `json:"as_of" doc:"The newest event that counts." example:"1042"`
	Query    string         `json:"query" doc:"The exact question: asked with these parameters again, the answer is the same, as far as nothing was erased meanwhile." example:"as_of=1042&kind=command&to=2026-05-04T00%3A00%3A00Z"`
	Language audit.Language `json:"language" enum:"en,de" doc:"The language of the sentences." example:"en"`
	Everyone bool           `json:"everyone" doc:"Whether it is about everybody; false: only about what the caller did and what was done to them." example:"true"`
}

// AuditQuestion chooses entries.
type AuditQuestion struct {
	AsOf    domain.Seq      `query:"as_of" minimum:"1" doc:"Events up to this one; the newest if not given." example:"1042"`
	Person  domain.PersonID `query:"person" format:"uuid" doc:"What this person did and what was done to them." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a01"`
	Device  domain.DeviceID `query:"device" format:"uuid" doc:"What is about this device." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Kind    audit.Kind      `query:"kind" enum:"command,home,rule,member,gateway,look,door" doc:"Only of this kind." example:"command"`
	Outcome audit.Outcome   `query:"outcome" enum:"done,open,refused,failed,withdrawn,unknown" doc:"Only with this outcome." example:"refused"`
	From    Instant         `query:"from" doc:"Not before this time." example:"2026-05-03T00:00:00Z"`
	To      Instant         `query:"to" doc:"Before this time; now if not given." example:"2026-05-04T00:00:00Z"`
	Text    string          `query:"text" maxLength:"200" doc:"Every one of these words must stand in the sentence." example:"kitchen"`

	Language audit.Language `query:"language" enum:"en,de" doc:"The language of the sentences, and of the words that are looked for. If not given, the one of these that the browser reads best." example:"en"`
}

// Reader says which languages the reader knows.
type Reader struct {
	Accepts string `header:"Accept-Language" maxLength:"1000" doc:"The languages that the reader knows: RFC 9110, section 12.5.4." example:"de-AT,de;q=0.9,en;q=0.8"`
}

type (
	auditInput struct {
		InHome
		Reader
		AuditQuestion
		Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many." example:"50"`
		Cursor string `query:"cursor" maxLength:"2400" doc:"Where a page before ended: its next. Not beside other parameters but limit." example:"eyJxIjoiYXNfb2Y"`
	}
	auditOutput struct {
		Body Audit
	}
)

func (s *Server) addAudit() {
	add(s, operation{
		id: "list-audit", narrow: true, method: http.MethodGet, path: "/homes/{home}/audit", tag: "History", action: access.ReadHistory,
		summary: "Who did what",
		description: "Returns what people, rules and local clients did, when, from where and with what outcome, with sign-ins and refused attempts. " +
			"Whoever may not see what others did is told what they did themselves and what was done to them. Looking at others is itself an event that they can see.",
	}, s.listAudit)
	s.addAuditExport()
}

// auditCursor says where a list of entries goes on, and all that was asked.
type auditCursor struct {
	Home   domain.HomeID `json:"h"`
	Query  audit.Query   `json:"q"`
	Seq    domain.Seq    `json:"s,omitzero"`
	Door   int64         `json:"d,omitzero"`
	DoorAt time.Time     `json:"t,omitzero"`
}

// settled returns the question with everything in it that was left open.
func (q AuditQuestion) settled(ctx context.Context, s *Server, home domain.HomeID, reader Reader) (audit.Query, error) {
	out := audit.Query{
		AsOf: q.AsOf, Person: q.Person, Device: q.Device, Kind: q.Kind, Outcome: q.Outcome,
		From: q.From.Time, To: q.To.Time, Text: q.Text, Language: cmp.Or(q.Language, audit.Spoken(reader.Accepts)),
	}
	head, err := eventstore.HeadOf(ctx, s.options.Store.Pool(), home)
	switch {
	case err != nil:
		return out, err
	case out.AsOf == 0:
		out.AsOf = head.Seq
	case out.AsOf > head.Seq:
		return out, domain.InvalidInput(domain.Fault{Field: "as_of", Message: "is not recorded yet"})
	}
	if out.To.IsZero() {
		now, err := s.now(ctx)
		if err != nil {
			return out, err
		}
		out.To = now.Time
	}
	if !out.From.Before(out.To) {
		return out, domain.InvalidInput(domain.Fault{Field: "from", Message: "must be before to"})
	}
	return out, nil
}

func (in *auditInput) asked(ctx context.Context, s *Server) (at auditCursor, err error) {
	if in.Cursor == "" {
		at.Home = in.Home
		at.Query, err = in.settled(ctx, s, in.Home, in.Reader)
		return at, err
	}
	at, ok := readCursor[auditCursor](in.Cursor)
	switch {
	case !ok:
		return at, cursorFault("is not one that was given out")
	case at.Home != in.Home:
		return at, cursorFault("belongs to another question")
	case in.AuditQuestion != (AuditQuestion{}):
		return at, cursorFault("belongs to a question of its own: leave the filters out")
	}
	return at, nil
}

func (s *Server) listAudit(ctx context.Context, in *auditInput) (*auditOutput, error) {
	at, err := in.asked(ctx, s)
	if err != nil {
		return nil, err
	}
	sight, err := s.auditSight(ctx, in.Home, at.Query)
	if err != nil {
		return nil, err
	}
	if err := s.viewed(ctx, sight, at.Query, false); err != nil {
		return nil, err
	}
	out := &auditOutput{Audit{Items: []AuditEntry{}, AsOf: at.Query.AsOf, Query: at.Query.String(), Language: at.Query.Language, Everyone: sight.Only.IsZero()}}
	var found []audit.Entry
	page := audit.Page{From: audit.Mark{Seq: at.Seq, Door: at.Door, DoorAt: at.DoorAt}, Most: in.Limit}
	next, err := s.auditBook().Read(ctx, sight, at.Query, page, func(e *audit.Entry) error {
		found = append(found, *e)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if out.Body.Items, err = s.auditEntries(ctx, in.Home, found); err != nil {
		return nil, err
	}
	if next != nil {
		at.Seq, at.Door, at.DoorAt = next.Seq, next.Door, next.DoorAt
		text := cursorText(at)
		out.Body.Next = &text
	}
	return out, nil
}

// auditEntries shows entries with the names of who acted as they are now.
func (s *Server) auditEntries(ctx context.Context, home domain.HomeID, entries []audit.Entry) ([]AuditEntry, error) {
	names, err := eventstore.Names(ctx, s.options.Store.Pool(), home, 0)
	if err != nil {
		return nil, err
	}
	v := view{names: names}
	if err := s.meet(ctx, &v, all(entries, func(e audit.Entry) domain.Actor { return e.Actor })); err != nil {
		return nil, err
	}
	return all(entries, func(e audit.Entry) AuditEntry {
		out := AuditEntry{
			Seq: seqOrNull(e.Seq), At: Instant{e.At}, Kind: e.Kind, What: e.What, Actor: v.actor(e.Actor, domain.GatewayID{}),
			Says: e.Says, Outcome: e.Outcome, From: textOrNull(e.From),
		}
		if !e.Entity.IsZero() {
			out.Entity = &e.Entity
		}
		return out
	}), nil
}
