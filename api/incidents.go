package api

import (
	"context"
	"net/http"
	"time"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
)

// Incident is a part of the past that somebody marked.
type Incident struct {
	ID        domain.IncidentID `json:"id" format:"uuid" doc:"The incident." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a0c"`
	Name      string            `json:"name" doc:"What people call it." example:"The door at night"`
	Note      string            `json:"note" doc:"What somebody wrote about it; it stands in no log." example:"Nobody was at home."`
	After     domain.Seq        `json:"after" doc:"The event before it." example:"1000"`
	To        domain.Seq        `json:"to" doc:"Its last event." example:"1040"`
	Rooms     []domain.RoomID   `json:"rooms" nullable:"false" doc:"The rooms it is about; none, and no devices: the whole home." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a02"`
	Devices   []domain.DeviceID `json:"devices" nullable:"false" doc:"The devices it is about, beside those in the rooms." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	CreatedAt Instant           `json:"created_at" doc:"When it was marked."`
	Links     []OpenLink        `json:"links" nullable:"false" doc:"The links to it that have not expired, the oldest first."`
}

// OpenLink is a link to an incident that has not expired. What it is nobody can tell
// any more.
type OpenLink struct {
	CreatedAt Instant  `json:"created_at" doc:"When it was made."`
	ExpiresAt Instant  `json:"expires_at" doc:"Until when it is good."`
	Opened    int64    `json:"opened" doc:"How often it was opened." example:"3"`
	OpenedAt  *Instant `json:"opened_at" nullable:"true" doc:"The last time; null: never."`
}

// IncidentRequest marks a part of the past.
type IncidentRequest struct {
	Name    Name              `json:"name" doc:"What to call it."`
	Note    string            `json:"note,omitzero" maxLength:"2000" doc:"What there is to say about it." example:"Nobody was at home."`
	After   domain.Seq        `json:"after" minimum:"0" doc:"The event before it." example:"1000"`
	To      domain.Seq        `json:"to" minimum:"1" doc:"Its last event, at most 5000 later." example:"1040"`
	Rooms   []domain.RoomID   `json:"rooms,omitzero" nullable:"false" maxItems:"100" doc:"The rooms it is about; none, and no devices: the whole home." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a02"`
	Devices []domain.DeviceID `json:"devices,omitzero" nullable:"false" maxItems:"100" doc:"The devices it is about, beside those in the rooms." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
}

// IncidentShare says how long a link is good.
type IncidentShare struct {
	Hours int `json:"hours" minimum:"1" maximum:"720" doc:"For how many hours." example:"24"`
}

// IncidentLink is a link to an incident.
type IncidentLink struct {
	Link      string  `json:"link" doc:"The secret: it belongs behind the # of an address. It is shown only now." example:"logis-incident-8yX0c1bq3c8q7cVtq1m0Yp6zJkKQ0uJkqf3m1Yw2c5E"`
	ExpiresAt Instant `json:"expires_at" doc:"Until when it is good."`
}

// InIncident is the incident an operation is about.
type InIncident struct {
	InHome
	Incident domain.IncidentID `path:"incident" format:"uuid" doc:"The incident." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a0c"`
}

type (
	incidentsOutput   struct{ Body list[Incident] }
	markIncidentInput struct {
		InHome
		Idempotent
		Body IncidentRequest
	}
	shareIncidentInput struct {
		InIncident
		Body IncidentShare
	}
	shareIncidentOutput struct{ Body IncidentLink }
)

func (s *Server) addIncidents() {
	add(s, operation{
		id: "list-incidents", method: http.MethodGet, path: "/homes/{home}/incidents", tag: "History", action: access.ReadHistory,
		summary: "The incidents", description: "Returns the parts of the past that were marked, the newest first.",
	}, s.listIncidents)
	add(s, operation{
		id: "mark-incident", method: http.MethodPost, path: "/homes/{home}/incidents", tag: "History", action: access.EditHome,
		status: http.StatusCreated, refusals: []int{http.StatusConflict},
		summary: "Mark a part of the past", description: "Keeps a part of the past under a name, with a note. 409 with too many.",
	}, s.markIncident)
	add(s, operation{
		id: "remove-incident", method: http.MethodDelete, path: "/homes/{home}/incidents/{incident}", tag: "History", action: access.EditHome,
		summary: "Remove a mark", description: "Erases its name and its note, and ends its links. What happened stays in the log.",
	}, s.removeIncident)
	add(s, operation{
		id: "share-incident", method: http.MethodPost, path: "/homes/{home}/incidents/{incident}/links", tag: "History",
		action: access.ManageMembers, dangerous: true, status: http.StatusCreated, refusals: []int{http.StatusConflict},
		summary: "Share an incident",
		description: "Makes a link that shows what the devices of the incident told and were asked, and its note, to whoever holds it, and nothing else: " +
			"nothing of now, and nobody's name.",
	}, s.shareIncident)
	add(s, operation{
		id: "unshare-incident", method: http.MethodDelete, path: "/homes/{home}/incidents/{incident}/links", tag: "History",
		action: access.ManageMembers, summary: "End the links", description: "Every link to the incident opens nothing any more.",
	}, s.unshareIncident)
	s.addIncidentOpening()
}

func (s *Server) listIncidents(ctx context.Context, in *InHome) (*incidentsOutput, error) {
	incidents, err := s.options.Access.Incidents(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	names, err := eventstore.Names(ctx, s.options.Store.Pool(), in.Home, 0)
	v := view{names: names}
	return &incidentsOutput{list[Incident]{all(incidents, v.incident)}}, err
}

func (v view) incident(i access.Incident) Incident {
	return Incident{
		ID: i.ID, Name: v.named(i.ID.Entity(), "Incident"), Note: i.Note, After: i.After, To: i.To,
		Rooms: i.Rooms, Devices: i.Devices, CreatedAt: Instant{i.CreatedAt}, Links: all(i.Links, openLink),
	}
}

func openLink(l access.IncidentLink) OpenLink {
	out := OpenLink{CreatedAt: Instant{l.CreatedAt}, ExpiresAt: Instant{l.ExpiresAt}, Opened: l.Opened}
	if l.OpenedAt != nil {
		out.OpenedAt = &Instant{*l.OpenedAt}
	}
	return out
}

func (s *Server) markIncident(ctx context.Context, in *markIncidentInput) (*made[Incident], error) {
	return changeOnce[Incident](ctx, s, in.Home, in.Key, func(ctx context.Context, tx *eventstore.Tx, v *view) (answer, error) {
		p := principal(ctx)
		i := access.Incident{
			ID: eventstore.NewID[domain.IncidentKind](tx.Now()), Home: in.Home, After: in.Body.After, To: in.Body.To,
			Rooms: in.Body.Rooms, Devices: in.Body.Devices, Note: in.Body.Note, CreatedBy: p.Person, CreatedAt: tx.Now(),
		}
		ev, err := v.home.MarkIncident(i.ID, domain.IncidentMarked{After: i.After, To: i.To, Rooms: i.Rooms, Devices: i.Devices}, p.Actor())
		if err != nil {
			return answer{}, err
		}
		if err := s.options.Access.NewIncident(ctx, tx.PG(), i); err != nil {
			return answer{}, err
		}
		if _, err := tx.RecordNamed(ctx, in.Home, ev, in.Body.Name.trimmed()); err != nil {
			return answer{}, err
		}
		v.names[i.ID.Entity()] = in.Body.Name.trimmed()
		out := v.incident(i)
		out.Rooms, out.Devices = append([]domain.RoomID{}, i.Rooms...), append([]domain.DeviceID{}, i.Devices...)
		return answer{location: "/homes/" + in.Home.String() + "/incidents/" + i.ID.String(), body: out}, nil
	})
}

func (s *Server) removeIncident(ctx context.Context, in *InIncident) (*nothing, error) {
	err := s.change(ctx, in.Home, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		if err := s.options.Access.ForgetIncident(ctx, tx.PG(), in.Home, in.Incident); err != nil {
			return err
		}
		return v.record(ctx, tx, in.Incident.Entity(), principal(ctx), domain.IncidentRemoved{})
	})
	return &nothing{}, err
}

func (s *Server) shareIncident(ctx context.Context, in *shareIncidentInput) (out *shareIncidentOutput, err error) {
	err = s.change(ctx, in.Home, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		p := principal(ctx)
		link, expires, err := s.options.Access.ShareIncident(ctx, tx.PG(), in.Home, in.Incident, p.Person, time.Duration(in.Body.Hours)*time.Hour)
		if err != nil {
			return err
		}
		out = &shareIncidentOutput{IncidentLink{Link: link, ExpiresAt: Instant{expires}}}
		return v.record(ctx, tx, in.Incident.Entity(), p, domain.IncidentShared{EndsMS: expires.UnixMilli()})
	})
	return out, err
}

func (s *Server) unshareIncident(ctx context.Context, in *InIncident) (*nothing, error) {
	err := s.change(ctx, in.Home, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		if err := s.options.Access.UnshareIncident(ctx, tx.PG(), in.Home, in.Incident); err != nil {
			return err
		}
		return v.record(ctx, tx, in.Incident.Entity(), principal(ctx), domain.IncidentUnshared{})
	})
	return &nothing{}, err
}
