package api

import (
	"logis/domain"
	"logis/eventstore"
)

// touched are the parts of a home that events change; commands are apart, see
// commandOf.
type touched struct {
	twins    map[domain.DeviceID]bool
	devices  map[domain.DeviceID]bool
	rooms    map[domain.RoomID]bool
	gateways map[domain.GatewayID]bool
}

func newTouched() touched {
	return touched{
		twins: map[domain.DeviceID]bool{}, devices: map[domain.DeviceID]bool{}, rooms: map[domain.RoomID]bool{},
		gateways: map[domain.GatewayID]bool{},
	}
}

// by adds what the event changes; its fact must be decoded. home is the state
// after it, or a later one.
func (t *touched) by(row *eventstore.Row, home *domain.Home) {
	switch row.Fact.(type) {
	case domain.RoomAdded, domain.RoomRenamed:
		t.rooms[domain.RoomID(row.Entity)] = true
	case domain.RoomRemoved:
		t.rooms[domain.RoomID(row.Entity)] = true
		for id, d := range home.Devices {
			if d.Revision == row.Seq {
				t.devices[id] = true // it was in the room
			}
		}
	case domain.GatewayEnrolled, domain.GatewayConnected, domain.GatewayDisconnected, domain.GatewayRevoked,
		domain.GatewayRefused, domain.GatewayKeyCertified, domain.GatewaySuspended, domain.GatewayGapRecorded, domain.HistoryRegressed,
		domain.GatewayConfigured, domain.GatewayConfigurationApplied, domain.GatewayConfigurationRolledBack:
		t.gateways[domain.GatewayID(row.Entity)] = true
	case domain.DeviceRegistered, domain.DeviceRemoved:
		t.devices[domain.DeviceID(row.Entity)] = true
		t.twins[domain.DeviceID(row.Entity)] = true
	case domain.DevicePlaced, domain.DeviceRenamed:
		t.devices[domain.DeviceID(row.Entity)] = true
	case domain.DeviceReported, domain.DeviceSignalled, domain.DeviceAvailabilityChanged:
		t.twins[domain.DeviceID(row.Entity)] = true
	case domain.CommandRequested, domain.CommandEnded:
		t.twins[domain.DeviceID(row.Entity)] = true // its desired values
	}
}

// commandOf returns the command a fact is about.
func commandOf(fact domain.Fact) (domain.CommandID, bool) {
	switch fact := fact.(type) {
	case domain.CommandRequested:
		return fact.Command, true
	case domain.CommandSent:
		return fact.Command, true
	case domain.CommandDelivered:
		return fact.Command, true
	case domain.CommandEnded:
		return fact.Command, true
	case domain.CommandAnsweredLate:
		return fact.Command, true
	}
	return domain.CommandID{}, false
}
