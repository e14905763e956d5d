package api

import (
	"context"
	"slices"
	"time"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
)

// A view is seen with the eyes of whoever asks. Somebody who was given the whole
// home and its whole past has no permit in the view and sees all of it.

// narrow returns the caller's permit where it is for less than all, nil otherwise.
func narrow(ctx context.Context) *access.Permit {
	if p := permit(ctx); p.Narrow() && p.Role != "" {
		return &p
	}
	return nil
}

// of returns the view as the permit sees it.
func (v view) of(p *access.Permit) view {
	v.permit = p
	return v
}

// everywhere reports whether no part of the home is hidden.
func (v view) everywhere() bool {
	return (v.permit == nil || v.permit.Scope.Everywhere()) && v.wish.places.Everywhere()
}

func (v view) sees(d *domain.Device) bool {
	return (v.permit == nil || v.permit.Sees(d)) && v.wish.places.Reaches(d)
}

// seesDevice reports whether the device is seen, if only because it was named:
// it may be gone.
func (v view) seesDevice(id domain.DeviceID) bool {
	d, ok := v.home.Devices[id]
	if !ok {
		d = &domain.Device{ID: id}
	}
	return v.sees(d)
}

func (v view) seesRoom(id domain.RoomID) bool {
	wanted := v.wish.places.Everywhere() || slices.Contains(v.wish.places.Rooms, id)
	return wanted && (v.permit == nil || v.permit.SeesRoom(id))
}

// seesEvent reports whether the event is about a part of the home that is seen,
// and late enough where the past is shown.
func (v view) seesEvent(row *eventstore.Row) bool {
	if v.past && v.permit != nil && row.RecordedAt.Before(v.permit.Horizon()) {
		return false
	}
	return v.everywhere() || v.seesDevice(domain.DeviceID(row.Entity)) || v.seesRoom(domain.RoomID(row.Entity))
}

// hidesCommand reports whether the command is about a device that is not seen, or
// from before the past that is.
func (v view) hidesCommand(c *domain.Command) bool {
	return !v.seesDevice(c.Device) || (v.permit != nil && c.Requested.At.Before(v.permit.Horizon()))
}

// entities returns what events may be about, nil for everything.
func (v view) entities() []domain.EntityID {
	if v.everywhere() {
		return nil
	}
	seen := []domain.EntityID{}
	for _, room := range v.permit.Scope.Rooms {
		seen = append(seen, room.Entity())
	}
	for _, device := range v.devicesSeen() {
		seen = append(seen, device.Entity())
	}
	return seen
}

// devicesSeen returns the devices that are seen, nil for all.
func (v view) devicesSeen() []domain.DeviceID {
	if v.everywhere() {
		return nil
	}
	seen := slices.Clone(v.permit.Scope.Devices)
	for id, d := range v.home.Devices {
		if v.sees(d) {
			seen = append(seen, id)
		}
	}
	return append([]domain.DeviceID{}, seen...)
}

// seen returns a view that knows what the caller sees of the home now. It looks
// at the home only where something is hidden.
func (s *Server) seen(ctx context.Context, home domain.HomeID) (view, error) {
	if p := narrow(ctx); p == nil || p.Scope.Everywhere() {
		return view{home: domain.NewHome(home, s.options.Store.Catalog()), permit: p}, nil
	}
	return s.present(ctx, home)
}

// begins returns the last event before the past that the caller may see, 0 when
// that is all of it.
func (s *Server) begins(ctx context.Context, home domain.HomeID) (domain.Seq, error) {
	p := narrow(ctx)
	if p == nil || p.Horizon().IsZero() {
		return 0, nil
	}
	// An event at the horizon itself is seen: the clock of the log has microseconds.
	return s.options.Past.SeqSince(ctx, home, p.Horizon().Add(-time.Microsecond))
}

// hiddenPast refuses what is from before the past that the caller may see.
func hiddenPast() error {
	return domain.Errorf(domain.Forbidden, "this is from before the past that was given to you")
}
