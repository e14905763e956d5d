package hub

import (
	"context"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"logis/domain"
	"logis/eventstore"
	"logis/wire"
)

// maxName bounds a name taken over from a radio's software, in bytes.
const maxName = 80

// welcomeDevice gives a device that has no name the one its radio's software
// uses, and puts it into the room that says it is in, made if there is none.
func (s *session) welcomeDevice(ctx context.Context, tx *eventstore.Tx, e *wire.Entry, rec *domain.RecordedEvent) error {
	if _, registered := rec.Fact.(domain.DeviceRegistered); !registered {
		return nil
	}
	name, room := clean(e.Name), clean(e.Room)
	if name == "" && room == "" {
		return nil
	}
	names, err := tx.Names(ctx, s.home)
	if err != nil {
		return err
	}
	cause := domain.Event{Entity: rec.Entity, Actor: domain.GatewayActor, Causation: rec.Seq}
	if name != "" && names[rec.Entity] == "" {
		ev := cause
		ev.Fact = domain.DeviceRenamed{}
		if _, err := tx.RecordNamed(ctx, s.home, ev, name); err != nil {
			return err
		}
	}
	home := tx.Home(s.home)
	if room == "" || !home.Devices[domain.DeviceID(rec.Entity)].Room.IsZero() {
		return nil
	}
	id, err := s.findRoom(ctx, tx, names, room, rec.Seq)
	if err != nil {
		return err
	}
	cause.Fact = domain.DevicePlaced{Room: id}
	_, err = tx.Record(ctx, s.home, cause)
	return err
}

// findRoom returns the room of a name, made if there is none.
func (s *session) findRoom(ctx context.Context, tx *eventstore.Tx, names map[domain.EntityID]string, name string, cause domain.Seq) (domain.RoomID, error) {
	rooms := tx.Home(s.home).Rooms
	ids := slices.SortedFunc(maps.Keys(rooms), func(a, b domain.RoomID) int { return strings.Compare(a.String(), b.String()) })
	for _, id := range ids {
		if strings.EqualFold(names[id.Entity()], name) {
			return id, nil
		}
	}
	id := eventstore.NewID[domain.RoomKind](tx.Now())
	ev := domain.Event{Entity: id.Entity(), Actor: domain.GatewayActor, Causation: cause, Fact: domain.RoomAdded{}}
	_, err := tx.RecordNamed(ctx, s.home, ev, name)
	return id, err
}

// clean takes out what does not belong into a name.
func clean(name string) string {
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, name))
	for len(name) > maxName {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	return name
}
