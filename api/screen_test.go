package api

import "logis/domain"

// screen is an app that shows a home by replacing what it is told of.
type screen struct {
	devices  map[domain.DeviceID]Device
	twins    map[domain.DeviceID]Twin
	rooms    map[domain.RoomID]Room
	gateways map[domain.GatewayID]Gateway
}

func newScreen(p Picture) *screen {
	s := &screen{
		devices: map[domain.DeviceID]Device{}, twins: map[domain.DeviceID]Twin{},
		rooms: map[domain.RoomID]Room{}, gateways: map[domain.GatewayID]Gateway{},
	}
	s.replace(p.Devices, p.Twins, p.Rooms, p.Gateways)
	return s
}

func (s *screen) replace(devices []Device, twins []Twin, rooms []Room, gateways []Gateway) {
	for _, d := range devices {
		s.devices[d.ID] = d
	}
	for _, t := range twins {
		s.twins[t.Device] = t
	}
	for _, r := range rooms {
		s.rooms[r.ID] = r
	}
	for _, g := range gateways {
		s.gateways[g.ID] = g
	}
}

// show replaces by one frame of a film.
func (s *screen) show(f Frame) {
	if f.Device.value != nil {
		s.devices[f.Device.value.ID] = *f.Device.value
	}
	if f.Twin.value != nil {
		s.twins[f.Twin.value.Device] = *f.Twin.value
	}
	if f.Room.value != nil {
		s.rooms[f.Room.value.ID] = *f.Room.value
	}
	if f.Gateway.value != nil {
		s.gateways[f.Gateway.value.ID] = *f.Gateway.value
	}
	switch f.Event.Type {
	case domain.RoomRemoved{}.EventType():
		room := domain.RoomID(f.Event.Entity)
		delete(s.rooms, room)
		for id, d := range s.devices {
			if d.Room != nil && *d.Room == room {
				d.Room, d.Revision = nil, f.Event.Seq
				s.devices[id] = d
			}
		}
	case domain.DeviceRemoved{}.EventType():
		delete(s.devices, domain.DeviceID(f.Event.Entity))
		delete(s.twins, domain.DeviceID(f.Event.Entity))
	}
}

// text is what the screen shows. Cursors move with every report and are no part
// of what a gateway's frame is about.
func (s *screen) text() string {
	gateways := map[domain.GatewayID]Gateway{}
	for id, g := range s.gateways {
		g.Cursor = 0
		gateways[id] = g
	}
	text, err := encode(map[string]any{"devices": s.devices, "twins": s.twins, "rooms": s.rooms, "gateways": gateways})
	if err != nil {
		return err.Error()
	}
	return string(text)
}
