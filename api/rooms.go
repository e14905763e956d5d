package api

import (
	"context"
	"net/http"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
)

// Room is a place in a home.
type Room struct {
	ID       domain.RoomID `json:"id" format:"uuid" doc:"The room." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a02"`
	Name     string        `json:"name" doc:"What people call it." example:"Kitchen"`
	Revision domain.Seq    `json:"revision" doc:"The last event that touched it." example:"7"`
}

// RoomRequest adds a room.
type RoomRequest struct {
	Name Name `json:"name" doc:"What to call it."`
}

// InRoom is the room an operation is about.
type InRoom struct {
	InHome
	Room domain.RoomID `path:"room" format:"uuid" doc:"The room." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a02"`
}

type (
	roomsOutput struct {
		Body list[Room]
	}
	addRoomInput struct {
		InHome
		Idempotent
		Body RoomRequest
	}
	renameRoomInput struct {
		InRoom
		Based
		Body Rename
	}
	removeRoomInput struct {
		InRoom
		Based
	}
)

func (s *Server) addRooms() {
	add(s, operation{
		id: "list-rooms", narrow: true, method: http.MethodGet, path: "/homes/{home}/rooms", tag: "Homes", action: access.ReadHome,
		summary: "The rooms", description: "Returns the rooms of the home, the oldest first.",
	}, s.listRooms)
	add(s, operation{
		id: "add-room", method: http.MethodPost, path: "/homes/{home}/rooms", tag: "Homes", action: access.EditHome,
		status: http.StatusCreated, refusals: []int{http.StatusConflict},
		summary: "Add a room", description: "Adds a room without devices. 409 when the home has as many as it can.",
	}, s.addRoom)
	add(s, operation{
		id: "rename-room", method: http.MethodPatch, path: "/homes/{home}/rooms/{room}", tag: "Homes", action: access.EditHome,
		summary: "Rename a room", description: "Gives the room a new name.",
	}, s.renameRoom)
	add(s, operation{
		id: "remove-room", method: http.MethodDelete, path: "/homes/{home}/rooms/{room}", tag: "Homes", action: access.EditHome,
		summary: "Remove a room", description: "Removes the room; its devices are in none then.",
	}, s.removeRoom)
}

func (s *Server) listRooms(ctx context.Context, in *InHome) (*roomsOutput, error) {
	v, err := s.present(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	return &roomsOutput{list[Room]{v.rooms()}}, nil
}

func (s *Server) addRoom(ctx context.Context, in *addRoomInput) (*made[Room], error) {
	return changeOnce[Room](ctx, s, in.Home, in.Key, func(ctx context.Context, tx *eventstore.Tx, v *view) (answer, error) {
		if n := len(v.home.Rooms); n >= maxRooms {
			return answer{}, domain.Errorf(domain.Conflict, "the home has %d rooms, the most there can be", n)
		}
		id := eventstore.NewID[domain.RoomKind](tx.Now())
		if err := v.rename(ctx, tx, id.Entity(), principal(ctx), domain.RoomAdded{}, in.Body.Name); err != nil {
			return answer{}, err
		}
		room := v.room(v.home.Rooms[id])
		return answer{revision: room.Revision, location: "/homes/" + in.Home.String() + "/rooms/" + id.String(), body: room}, nil
	})
}

func (s *Server) renameRoom(ctx context.Context, in *renameRoomInput) (out *tagged[Room], err error) {
	err = s.changeNamed(ctx, in.Home, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		if err := in.checkRoom(v, &in.Based); err != nil {
			return err
		}
		if err := v.rename(ctx, tx, in.Room.Entity(), principal(ctx), domain.RoomRenamed{}, in.Body.Name); err != nil {
			return err
		}
		room := v.room(v.home.Rooms[in.Room])
		out = tag(room.Revision, room)
		return nil
	})
	return out, err
}

func (s *Server) removeRoom(ctx context.Context, in *removeRoomInput) (*nothing, error) {
	err := s.change(ctx, in.Home, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		if err := in.checkRoom(v, &in.Based); err != nil {
			return err
		}
		return v.record(ctx, tx, in.Room.Entity(), principal(ctx), domain.RoomRemoved{})
	})
	return &nothing{}, err
}

func (in InRoom) checkRoom(v *view, match *Based) error {
	room, ok := v.home.Rooms[in.Room]
	if !ok {
		return domain.Errorf(domain.NotFound, "there is no such room")
	}
	return match.check(room.Revision)
}
