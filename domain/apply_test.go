package domain_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"logis/domain"
	"logis/domain/thing"
)

func TestAFoundedHomeHasAProfileAndAnOwner(t *testing.T) {
	t.Parallel()
	h := emptyHouse(t)
	created, joined := domain.FoundHome(homeID, founder, "Asia/Dhaka")
	h.record(created)
	if rec := h.record(joined); rec.Causation != 1 || rec.Correlation != 1 || rec.Entity != founder.Entity() {
		t.Errorf("the owner joined by %+v", rec.Event)
	}
	if want := (domain.Profile{Revision: 1, TimeZone: "Asia/Dhaka", Since: began}); !reflect.DeepEqual(h.Profile, want) {
		t.Errorf("the profile is %+v", h.Profile)
	}
	want := &domain.Member{Person: founder, Role: domain.Owner, Since: began, Revision: 2}
	if diff := cmp.Diff(want, h.Members[founder]); diff != "" {
		t.Errorf("the owner (-want +got):\n%s", diff)
	}
	h.record(domain.Event{Entity: homeID.Entity(), Fact: domain.HomeRenamed{}})
	if h.Profile.Revision != 3 || h.Profile.TimeZone != "Asia/Dhaka" {
		t.Errorf("renamed, the profile is %+v", h.Profile)
	}
}

func TestARoomThatIsRemovedLeavesItsDevicesInNone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	kitchen, hall := domain.RoomID{1}, domain.RoomID{2}
	for _, id := range []domain.RoomID{kitchen, hall} {
		h.record(domain.Event{Entity: id.Entity(), Fact: domain.RoomAdded{}})
	}
	h.record(domain.Event{Entity: kitchen.Entity(), Fact: domain.RoomRenamed{}})
	if h.Rooms[kitchen].Revision != h.Seq {
		t.Errorf("renamed, the room is %+v", h.Rooms[kitchen])
	}
	for id, room := range map[domain.DeviceID]domain.RoomID{lamp: kitchen, curtain: kitchen, lock: hall} {
		h.record(domain.Event{Entity: id.Entity(), Fact: domain.DevicePlaced{Room: room}})
	}
	h.TakeChanges()
	h.record(domain.Event{Entity: kitchen.Entity(), Fact: domain.RoomRemoved{}})
	for _, id := range []domain.DeviceID{lamp, curtain} {
		if d := h.Devices[id]; !d.Room.IsZero() || d.Revision != h.Seq {
			t.Errorf("a device of the room is %+v", d)
		}
	}
	if d := h.Devices[lock]; d.Room != hall || h.Rooms[kitchen] != nil || h.Rooms[hall] == nil {
		t.Error("another room lost its devices, or the room is still there")
	}
	changes := h.TakeChanges()
	if !changes.Rooms[kitchen] || len(changes.Rooms) != 1 || !changes.Devices[lamp] || !changes.Devices[curtain] || len(changes.Devices) != 2 {
		t.Errorf("changed are %+v", changes)
	}
}

func TestChangesAreToldOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if all := h.TakeChanges(); !all.Profile || !all.Members[founder] || !all.Gateways[gateway] || len(all.Devices) != len(devices()) {
		t.Errorf("of a new home changed %+v", all)
	}
	if none := h.TakeChanges(); none.Profile || len(none.Members)+len(none.Rooms)+len(none.Gateways)+len(none.Devices)+len(none.Twins)+len(none.Commands) != 0 {
		t.Errorf("since then %+v", none)
	}
	h.report(lamp, "onOff", "true")
	if c := h.TakeChanges(); !c.Twins[lamp] || len(c.Twins) != 1 || !c.Gateways[gateway] || len(c.Devices) != 0 {
		t.Errorf("a report changes %+v", c)
	}
	id := h.request(turnOn)
	h.record(h.must(h.CancelCommand(id, domain.SystemActor)))
	c := h.TakeChanges()
	if c.Commands[id] == nil || c.Commands[id].Status != "cancelled" || !c.Twins[lamp] {
		t.Errorf("a command that came and went changes %+v", c)
	}
}

func TestEventsAreFoldedWithoutGaps(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, seq := range []domain.Seq{0, h.Seq, h.Seq + 2, -1} {
		err := h.Apply(&domain.RecordedEvent{Seq: seq, Event: domain.Event{Fact: domain.HomeRenamed{}}})
		if err == nil || !strings.Contains(err.Error(), homeID.String()) {
			t.Errorf("event %d after %d: %v", seq, h.Seq, err)
		}
	}
}

type strange struct{}

func (strange) EventType() string { return "device.exploded" }

// C-3 in the fold: a log in which a command ends twice, or begins twice, is broken
// and nothing may go on with it.
func TestALogThatCannotHaveHappenedStopsTheFold(t *testing.T) {
	t.Parallel()
	ended := domain.CommandEnded{Command: sampleCommand, Outcome: domain.Failed}
	begun := domain.CommandRequested{Command: sampleCommand, Gateway: gateway, Class: thing.Comfort, Set: set("onOff", "true")}
	for _, c := range []struct {
		history []domain.Fact
		last    domain.Fact
		want    string
	}{
		{nil, ended, "is about a command that is not open"},
		{nil, domain.CommandSent{Command: sampleCommand}, "is about a command that is not open"},
		{nil, domain.CommandDelivered{Command: sampleCommand}, "is about a command that is not open"},
		{[]domain.Fact{begun, ended}, ended, "is about a command that is not open"},
		{[]domain.Fact{begun, ended}, domain.CommandSent{Command: sampleCommand}, "is about a command that is not open"},
		{[]domain.Fact{begun}, begun, "begins a command that is open"},
		{nil, strange{}, "no fold for domain_test.strange"},
		{nil, nil, "no fold for <nil>"},
	} {
		h := newHouse(t)
		for _, fact := range c.history {
			h.record(domain.Event{Entity: lamp.Entity(), Fact: fact})
		}
		rec := domain.RecordedEvent{Seq: h.Seq + 1, RecordedAt: h.now, Event: domain.Event{Entity: lamp.Entity(), Fact: c.last}}
		if err := h.Apply(&rec); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v behind %v: %v", c.last, c.history, err)
		}
	}
}

// What no decision would allow is folded without harm all the same: a log is
// read, not judged.
func TestEventsAboutNothingChangeNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	before := documents(t, h.Home)
	nobody := domain.EntityID{0xee}
	for _, fact := range []domain.Fact{
		domain.GatewayConnected{Session: 9}, domain.GatewayDisconnected{Session: 9}, domain.HistoryRegressed{EdgeSeq: 9},
		domain.GatewayGapRecorded{To: 9}, domain.DevicePlaced{Room: domain.RoomID{1}}, domain.DeviceRemoved{}, domain.DeviceRenamed{},
		domain.RoomRemoved{}, domain.GatewayEntryRefused{}, domain.GatewayClockStepped{}, domain.CommandAnsweredLate{},
	} {
		h.record(domain.Event{Entity: nobody, Edge: domain.EdgeRef{Gateway: domain.GatewayID(nobody), Epoch: 3, Seq: 9}, Fact: fact})
	}
	if diff := diffDocuments(before, documents(t, h.Home)); diff != "" {
		t.Errorf("something changed (-before +after):\n%s", diff)
	}
}

func TestACommandsStepsAreTimedByTheLog(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.request(turnOn)
	c := h.Commands[id]
	h.now = h.now.Add(time.Second)
	ev, _ := h.SendCommand(id, "a", h.now)
	ev.OccurredAt = began.AddDate(-1, 0, 0)
	if rec := h.record(ev); c.Sent != (domain.Step{Seq: rec.Seq, At: h.now}) {
		t.Errorf("sent at %+v", c.Sent)
	}
}
