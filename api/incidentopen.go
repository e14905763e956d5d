package api

import (
	"context"
	"net/http"
	"slices"

	"logis/access"
	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
	"logis/eventstore/wall"
)

// IncidentOpening is what somebody with a link asks for.
type IncidentOpening struct {
	Link  string     `json:"link" minLength:"1" maxLength:"100" doc:"The secret of the link: what stands after # in it." example:"logis-incident-8yX0c1bq3c8q7cVtq1m0Yp6zJkKQ0uJkqf3m1Yw2c5E"`
	After domain.Seq `json:"after,omitzero" minimum:"0" doc:"Only events after this one: the next of the page before." example:"1010"`
}

// SharedIncident is what a link shows: the incident and nothing else of the home.
type SharedIncident struct {
	Name      string         `json:"name" doc:"What people call it." example:"The door at night"`
	Note      string         `json:"note" doc:"What somebody wrote about it." example:"Nobody was at home."`
	TimeZone  string         `json:"time_zone" doc:"The time zone of the home." example:"Europe/Paris"`
	ExpiresAt Instant        `json:"expires_at" doc:"Until when the link is good."`
	Devices   []SharedDevice `json:"devices" nullable:"false" doc:"The devices it is about, as they were called then."`
	Events    []SharedEvent  `json:"events" nullable:"false" doc:"What they told and were asked, in order."`
	Next      *domain.Seq    `json:"next" doc:"Where to go on, as after; null: that was all." example:"1040"`
}

// SharedDevice is a device of a shared incident.
type SharedDevice struct {
	ID          domain.DeviceID        `json:"id" format:"uuid" doc:"The device." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Name        string                 `json:"name" doc:"What it was called." example:"Front door"`
	Kind        string                 `json:"kind" doc:"What it was." example:"lock"`
	Room        *string                `json:"room" doc:"What the room was called that it was in; null: none." example:"Hall"`
	Affordances Affordances            `json:"affordances" doc:"What its values mean."`
	Before      map[string]SharedValue `json:"before" doc:"What it had told last when the incident began."`
	Available   *bool                  `json:"available" nullable:"true" doc:"Whether its gateway could reach it then; null: nobody knew." example:"true"`
}

// SharedValue is what a device of a shared incident had told.
type SharedValue struct {
	Value thing.Value `json:"value" doc:"The value."`
	At    Instant     `json:"at" doc:"When the device said it."`
}

// SharedEvent is an event of a shared incident.
type SharedEvent struct {
	Seq        domain.Seq      `json:"seq" doc:"Its place in the log." example:"1010"`
	Type       string          `json:"type" doc:"What happened." example:"device.reported"`
	Device     domain.DeviceID `json:"device" format:"uuid" doc:"The device." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	OccurredAt Instant         `json:"occurred_at" doc:"When it happened."`
	By         string          `json:"by" enum:"person,local,gateway,system,rule" doc:"What did it; never who." example:"person"`
	Data       Object          `json:"data" doc:"The fact, as it is stored."`
}

type (
	openIncidentInput  struct{ Body IncidentOpening }
	openIncidentOutput struct{ Body SharedIncident }
)

// sharedPage bounds the events that are read for one page of a shared incident.
const sharedPage = eventstore.MaxList

func (s *Server) addIncidentOpening() {
	add(s, operation{
		id: "open-incident", method: http.MethodPost, path: "/incidents/open", tag: "History", open: true, status: http.StatusOK,
		refusals: []int{http.StatusUnauthorized},
		summary:  "Look at a shared incident",
		description: "Returns what a link shows, page by page: what the devices of the incident told and were asked. " +
			"401 in the same words for a link that was ended, has expired or is not whole.",
	}, s.openIncident)
}

func (s *Server) openIncident(ctx context.Context, in *openIncidentInput) (*openIncidentOutput, error) {
	i, expires, err := s.options.Access.OpenIncident(ctx, in.Body.Link, in.Body.After > 0)
	if err != nil {
		return nil, err
	}
	ctx = wall.InHome(ctx, i.Home) // the link lets in
	before, err := s.options.Past.At(ctx, i.Home, i.After)
	if err != nil {
		return nil, err
	}
	then, err := s.options.Past.At(ctx, i.Home, i.To)
	if err != nil {
		return nil, err
	}
	names, err := eventstore.Names(ctx, s.options.Store.Pool(), i.Home, i.To)
	if err != nil {
		return nil, err
	}
	present, err := eventstore.Names(ctx, s.options.Store.Pool(), i.Home, 0)
	if err != nil {
		return nil, err
	}
	out := &openIncidentOutput{SharedIncident{
		Name: view{names: present}.named(i.ID.Entity(), "Incident"), Note: i.Note, TimeZone: then.Profile.TimeZone,
		ExpiresAt: Instant{expires}, Events: []SharedEvent{},
	}}
	v := view{home: then, names: names}
	devices := devicesOf(then, i)
	out.Body.Devices = all(devices, func(d *domain.Device) SharedDevice { return v.sharedDevice(d, before) })
	if len(devices) == 0 {
		return out, nil
	}
	rows, err := s.options.Store.List(ctx, eventstore.Filter{
		Home: i.Home, After: max(i.After, in.Body.After), Before: i.To + 1, Types: sharedTypes(),
		Entities: all(devices, func(d *domain.Device) domain.EntityID { return d.ID.Entity() }), AtLimit: sharedPage,
	})
	for j := range rows {
		out.Body.Events = append(out.Body.Events, sharedEvent(&rows[j]))
	}
	if len(rows) == sharedPage {
		out.Body.Next = &rows[len(rows)-1].Seq
	}
	return out, err
}

// sharedTypes are the events that a link shows: nothing of people, and nothing that
// says what a device is behind its name.
func sharedTypes() []string {
	types := []string{
		domain.DeviceReported{}.EventType(), domain.DeviceSignalled{}.EventType(), domain.DeviceAvailabilityChanged{}.EventType(),
		domain.CommandRequested{}.EventType(),
	}
	for _, outcome := range domain.Outcomes() {
		types = append(types, domain.CommandEnded{Outcome: outcome}.EventType())
	}
	return types
}

// devicesOf returns the devices an incident is about, as they were at its end.
func devicesOf(then *domain.Home, i access.Incident) []*domain.Device {
	return slices.DeleteFunc(ordered(then.Devices), func(d *domain.Device) bool {
		whole := len(i.Rooms) == 0 && len(i.Devices) == 0
		return !whole && !slices.Contains(i.Devices, d.ID) && (d.Room.IsZero() || !slices.Contains(i.Rooms, d.Room))
	})
}

// sharedDevice tells of a device as it was called at the end of an incident, and how it
// was before.
func (v view) sharedDevice(d *domain.Device, before *domain.Home) SharedDevice {
	known := v.device(d)
	out := SharedDevice{ID: d.ID, Name: known.Name, Kind: d.Kind, Affordances: known.Affordances, Before: map[string]SharedValue{}}
	if !d.Room.IsZero() {
		out.Room = textOrNull(v.named(d.Room.Entity(), "Room"))
	}
	t, ok := before.Twins[d.ID]
	if !ok {
		return out
	}
	if t.Available.Seq != 0 {
		out.Available = &t.Available.Is
	}
	for name, p := range t.Properties {
		if r := p.Reported; r.Seq != 0 {
			out.Before[name] = SharedValue{Value: r.Value, At: Instant{r.At}}
		}
	}
	return out
}

func sharedEvent(row *eventstore.Row) SharedEvent {
	return SharedEvent{
		Seq: row.Seq, Type: row.Type, Device: domain.DeviceID(row.Entity), OccurredAt: Instant{row.OccurredAt},
		By: view{}.actor(row.Actor, domain.GatewayID{}).Kind, Data: row.Data,
	}
}
