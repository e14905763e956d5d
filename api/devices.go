package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
)

// Device is what a device is and where; how it is, its Twin says.
type Device struct {
	ID           domain.DeviceID   `json:"id" format:"uuid" doc:"The device." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Name         string            `json:"name" doc:"What people call it." example:"Ceiling lamp"`
	Kind         string            `json:"kind" doc:"Which kind of device." example:"dimmable-light"`
	Model        string            `json:"model" doc:"The kind and the version of its model." example:"dimmable-light@1.0.0"`
	Capabilities []string          `json:"capabilities" nullable:"false" doc:"What it can do beyond its kind." example:"battery"`
	Room         *domain.RoomID    `json:"room" format:"uuid" nullable:"true" doc:"Where it is; null: in no room." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a02"`
	Gateway      domain.GatewayID  `json:"gateway" format:"uuid" doc:"The gateway it speaks through." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a04"`
	Address      string            `json:"address" doc:"Its radio and the address there." example:"zigbee2mqtt/0x00158d0001"`
	Attributes   map[string]string `json:"attributes" doc:"What does not change: manufacturer, serial number, …"`
	Revision     domain.Seq        `json:"revision" doc:"The last event that touched what stands here." example:"12"`
	Since        Instant           `json:"since" doc:"When it came into the home."`
	Affordances  Affordances       `json:"affordances" doc:"What it can be and do: all a page needs to draw its controls."`
}

// DeviceChange says what is to be different about a device.
type DeviceChange struct {
	Name *Name `json:"name,omitzero" doc:"A new name."`
	Room place `json:"room,omitzero" doc:"The room it is to be in; null for none."`
}

// Resolve refuses to change nothing.
func (c *DeviceChange) Resolve(_ huma.Context, prefix *huma.PathBuffer) []error {
	if c.Name == nil && !c.Room.given {
		return []error{&huma.ErrorDetail{Location: prefix.String(), Message: "must have name or room"}}
	}
	return nil
}

// place is a room or none, if it is given at all.
type place struct {
	given bool
	room  domain.RoomID // zero: none
}

// UnmarshalJSONFrom reads an id or null.
func (p *place) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	p.given = true
	var room *domain.RoomID
	if err := json.UnmarshalDecode(d, &room); err != nil {
		return err
	}
	if room != nil {
		p.room = *room
	}
	return nil
}

// Schema says so in OpenAPI 3.1.
func (place) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeString, Nullable: true, Pattern: idPattern, PatternDescription: "an id in lower case",
		Examples: []any{"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a02"},
	}
}

// idPattern is the one form of an id.
const idPattern = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"

// InDevice is the device an operation is about.
type InDevice struct {
	InHome
	Device domain.DeviceID `path:"device" format:"uuid" doc:"The device." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
}

type (
	devicesOutput struct {
		Body list[Device]
	}
	changeDeviceInput struct {
		InDevice
		Based
		Body DeviceChange
	}
	removeDeviceInput struct {
		InDevice
		Based
	}
)

func (s *Server) addDevices() {
	add(s, operation{
		id: "list-devices", narrow: true, method: http.MethodGet, path: "/homes/{home}/devices", tag: "Devices", action: access.ReadHome,
		summary: "The devices", description: "Returns the devices of the home, the oldest first.",
	}, s.listDevices)
	add(s, operation{
		id: "get-device", narrow: true, method: http.MethodGet, path: "/homes/{home}/devices/{device}", tag: "Devices", action: access.ReadHome,
		summary: "One device", description: "Returns a device of the home.",
	}, s.getDevice)
	add(s, operation{
		id: "change-device", method: http.MethodPatch, path: "/homes/{home}/devices/{device}", tag: "Devices", action: access.EditHome,
		summary: "Rename or move a device", description: "Gives the device a new name, puts it into another room, or both.",
	}, s.changeDevice)
	add(s, operation{
		id: "remove-device", method: http.MethodDelete, path: "/homes/{home}/devices/{device}", tag: "Devices", action: access.EditHome,
		summary: "Remove a device", description: "Takes the device out of the home. Its history stays; it comes back when its gateway tells of it again.",
	}, s.removeDevice)
}

func (s *Server) listDevices(ctx context.Context, in *InHome) (*devicesOutput, error) {
	v, err := s.present(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	return &devicesOutput{list[Device]{v.devices()}}, nil
}

func (s *Server) getDevice(ctx context.Context, in *InDevice) (*tagged[Device], error) {
	v, err := s.present(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	d, err := v.find(in.Device)
	if err != nil {
		return nil, err
	}
	return tag(d.Revision, v.device(d)), nil
}

func (s *Server) changeDevice(ctx context.Context, in *changeDeviceInput) (out *tagged[Device], err error) {
	err = s.changeNamed(ctx, in.Home, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		d, err := v.find(in.Device)
		if err != nil {
			return err
		}
		if err := in.check(d.Revision); err != nil {
			return err
		}
		if name := in.Body.Name; name != nil {
			if err := v.rename(ctx, tx, in.Device.Entity(), principal(ctx), domain.DeviceRenamed{}, *name); err != nil {
				return err
			}
		}
		if err := v.move(ctx, tx, d, in.Body.Room); err != nil {
			return err
		}
		out = tag(d.Revision, v.device(d))
		return nil
	})
	return out, err
}

// move puts a device where it is to be, unless it is there.
func (v *view) move(ctx context.Context, tx *eventstore.Tx, d *domain.Device, to place) error {
	if !to.given || to.room == d.Room {
		return nil
	}
	if _, ok := v.home.Rooms[to.room]; !ok && !to.room.IsZero() {
		return domain.InvalidInput(domain.Fault{Field: "room", Message: "is not a room of this home"})
	}
	return v.record(ctx, tx, d.ID.Entity(), principal(ctx), domain.DevicePlaced{Room: to.room})
}

func (s *Server) removeDevice(ctx context.Context, in *removeDeviceInput) (*nothing, error) {
	err := s.changeNamed(ctx, in.Home, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		d, err := v.find(in.Device)
		if err != nil {
			return err
		}
		if err := in.check(d.Revision); err != nil {
			return err
		}
		return v.record(ctx, tx, in.Device.Entity(), principal(ctx), domain.DeviceRemoved{})
	})
	return &nothing{}, err
}
