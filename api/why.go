package api

import (
	"context"
	"net/http"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
	"logis/history"
)

// Why is why something happened, and what followed.
type Why struct {
	Root      history.Root `json:"root" enum:"person,device,schedule,outside,gateway,system,earlier" doc:"What it began with; outside: a switch, or another app; earlier: the chain is too long." example:"person"`
	Links     []WhyLink    `json:"links" nullable:"false" doc:"The event, what it followed from, and so on back to the first."`
	Following []domain.Seq `json:"following" nullable:"false" doc:"The events that followed from the event, directly or by others."`
	More      bool         `json:"more" doc:"Whether there may be further ones." example:"false"`
}

// WhyLink is one event of a chain.
type WhyLink struct {
	Event  Event `json:"event" doc:"What happened."`
	Proven bool  `json:"proven" doc:"Whether the log itself holds that it follows from the next one; false: it was concluded from times and values." example:"true"`
}

type (
	whyInput struct {
		InHome
		Seq      domain.Seq      `query:"seq" minimum:"1" doc:"The event; beside a device: as of it." example:"1042"`
		Device   domain.DeviceID `query:"device" format:"uuid" doc:"A device, to ask why one of its values is as it is." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
		Property string          `query:"property" maxLength:"64" doc:"The value; beside a device." example:"onOff"`
	}
	whyOutput struct {
		Body Why
	}
)

func (s *Server) addWhy() {
	add(s, operation{
		id: "get-why", method: http.MethodGet, path: "/homes/{home}/history/why", tag: "History", action: access.ReadHistory,
		summary:     "Why something happened",
		description: "Leads an event, or a value of a device now or as of an event, back to what it began with, and tells what followed from it.",
	}, s.getWhy)
}

func (s *Server) getWhy(ctx context.Context, in *whyInput) (*whyOutput, error) {
	var story history.Story
	var err error
	switch asked := !in.Device.IsZero(); {
	case asked != (in.Property != ""):
		err = domain.InvalidInput(domain.Fault{Field: "property", Message: "must stand beside device"})
	case asked:
		story, err = s.options.Past.WhyValue(ctx, in.Home, in.Device, in.Property, in.Seq)
	case in.Seq == 0:
		err = domain.InvalidInput(domain.Fault{Field: "seq", Message: "must be given, or device and property"})
	default:
		story, err = s.options.Past.Why(ctx, in.Home, in.Seq)
	}
	if err != nil {
		return nil, err
	}
	events, err := s.told(ctx, in.Home, all(story.Links, func(l history.Link) eventstore.Row { return l.Row }))
	if err != nil {
		return nil, err
	}
	out := &whyOutput{Why{Root: story.Root, Following: []domain.Seq{}}}
	for i, l := range story.Links {
		out.Body.Links = append(out.Body.Links, WhyLink{Event: events[i], Proven: l.Proven})
	}
	following, more, err := s.options.Past.Following(ctx, in.Home, story.Links[0].Seq)
	out.Body.Following, out.Body.More = append(out.Body.Following, following...), more
	return out, err
}
