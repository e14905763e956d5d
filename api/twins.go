package api

import (
	"context"
	"net/http"

	"logis/access"
	"logis/domain"
	"logis/domain/thing"
)

// Twin is what the cloud knows of one device: what it last said of itself, what
// is wanted of it, and how old each of these is.
type Twin struct {
	Device     domain.DeviceID        `json:"device" format:"uuid" doc:"The device." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Revision   domain.Seq             `json:"revision" doc:"The last event that touched the twin; 0: none did." example:"1040"`
	Available  orNull[Available]      `json:"available" doc:"Whether its gateway can reach it; null: nobody knows."`
	Properties map[string]Property    `json:"properties" doc:"Its values by name. A property that nobody ever spoke of is missing."`
	Signals    map[string]Signalled   `json:"signals" doc:"The last event of each name that the device told."`
	Delta      map[string]thing.Value `json:"delta" doc:"What is asked for and not confirmed yet."`
}

// Available is whether a gateway can reach a device.
type Available struct {
	Is    bool       `json:"is" doc:"Whether it can." example:"true"`
	Since Instant    `json:"since" doc:"Since when."`
	Seq   domain.Seq `json:"seq" doc:"The event that said so last." example:"998"`
}

// Property is one value of a twin, from both sides.
type Property struct {
	Reported orNull[Reported] `json:"reported" doc:"What the device said; null: it never did."`
	Desired  orNull[Desired]  `json:"desired" doc:"What was asked for last; null: nothing ever."`
}

// Reported is what a device itself said. Its age is the time now less at.
type Reported struct {
	Value thing.Value `json:"value" doc:"The value."`
	At    Instant     `json:"at" doc:"When the device last said it."`
	Since Instant     `json:"since" doc:"Since when it says the same."`
	Seq   domain.Seq  `json:"seq" doc:"The event that carried it." example:"1040"`
	Cause *domain.Seq `json:"cause" doc:"The event it followed from, such as a command; null: none is known." example:"1038"`
}

// Desired is what somebody asked for.
type Desired struct {
	Value   thing.Value      `json:"value" doc:"The value."`
	Version domain.Seq       `json:"version" doc:"The event that asked for it: the newest wins." example:"1037"`
	Command domain.CommandID `json:"command" format:"uuid" doc:"The command that asked." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a05"`
	At      Instant          `json:"at" doc:"When."`
	Open    bool             `json:"open" doc:"Whether the command has not ended." example:"false"`
}

// Signalled is the last event of one name that a device told.
type Signalled struct {
	Data thing.Value `json:"data" doc:"What came with it; null: nothing."`
	At   Instant     `json:"at" doc:"When it happened."`
	Seq  domain.Seq  `json:"seq" doc:"The event of the log." example:"1012"`
}

// Twins are all twins of a home, as of one event.
type Twins struct {
	Seq   domain.Seq `json:"seq" doc:"The event they are as of: where a live socket goes on." example:"1042"`
	Now   Instant    `json:"now" doc:"The server's time, to tell ages by."`
	Items []Twin     `json:"items" nullable:"false" doc:"One for each device."`
}

type twinsOutput struct{ Body Twins }

func (s *Server) addTwins() {
	add(s, operation{
		id: "list-twins", narrow: true, method: http.MethodGet, path: "/homes/{home}/twins", tag: "Devices", action: access.ReadHome,
		summary: "How all devices are", description: "Returns one consistent picture of all twins.",
	}, s.listTwins)
	add(s, operation{
		id: "get-twin", narrow: true, method: http.MethodGet, path: "/homes/{home}/devices/{device}/twin", tag: "Devices", action: access.ReadHome,
		summary: "How one device is", description: "Returns the twin of a device.",
	}, s.getTwin)
}

func (s *Server) listTwins(ctx context.Context, in *InHome) (*twinsOutput, error) {
	v, err := s.present(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	now, err := s.now(ctx)
	return &twinsOutput{Twins{Seq: v.home.Seq, Now: now, Items: v.twins()}}, err
}

func (s *Server) getTwin(ctx context.Context, in *InDevice) (*tagged[Twin], error) {
	v, err := s.present(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	if _, err := v.find(in.Device); err != nil {
		return nil, err
	}
	twin := v.twin(in.Device)
	return tag(twin.Revision, twin), nil
}
