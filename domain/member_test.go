package domain_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"logis/domain"
)

// sampleScope has every member filled.
func sampleScope() domain.Scope {
	return domain.Scope{
		Rooms: []domain.RoomID{{1}}, Devices: []domain.DeviceID{lamp}, Functions: []string{"onOff"},
		Window: domain.Window{From: 480, To: 1080}, Until: began.Add(24 * time.Hour), PastHours: 48,
	}
}

func TestAWindowMayGoOverMidnight(t *testing.T) {
	t.Parallel()
	day, night := domain.Window{From: 480, To: 1080}, domain.Window{From: 1320, To: 360}
	for _, c := range []struct {
		window domain.Window
		minute int
		want   bool
	}{
		{domain.Window{}, 0, true},
		{day, 479, false}, {day, 480, true}, {day, 1079, true}, {day, 1080, false},
		{night, 1319, false}, {night, 1320, true}, {night, 0, true}, {night, 359, true}, {night, 360, false},
	} {
		if got := c.window.Holds(c.minute); got != c.want {
			t.Errorf("%v at minute %d: %v", c.window, c.minute, got)
		}
	}
}

func TestTheLastOwnerCannotGo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	bob := domain.PersonID{9}
	by := domain.PersonActor(founder)
	if _, err := h.RemoveMember(founder, by); domain.CodeOf(err) != domain.Conflict {
		t.Errorf("the last owner left: %v", err)
	}
	if _, err := h.ChangeMember(founder, domain.Admin, domain.Scope{}, by, h.now); domain.CodeOf(err) != domain.Conflict {
		t.Errorf("the last owner became an admin: %v", err)
	}
	joined, err := h.Join(bob, domain.Admin, domain.Scope{}, domain.InvitationID{})
	if err != nil {
		t.Fatal(err)
	}
	h.record(joined)
	if _, err := h.RemoveMember(founder, by); domain.CodeOf(err) != domain.Conflict {
		t.Errorf("an admin is no owner: %v", err)
	}
	raised, err := h.ChangeMember(bob, domain.Owner, domain.Scope{}, by, h.now)
	if err != nil {
		t.Fatal(err)
	}
	h.record(raised)
	left, err := h.RemoveMember(founder, by)
	if err != nil || left.Fact.EventType() != "member.left" {
		t.Fatalf("%v, %v", left.Fact, err)
	}
	h.record(left)
	if _, ok := h.Members[founder]; ok || len(h.Members) != 1 {
		t.Errorf("members %v", h.Members)
	}
}

func TestWhoeverIsErasedLeavesNoHomeToItself(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	by, bob := domain.PersonActor(founder), domain.PersonID{9}
	joined, err := h.Join(bob, domain.Admin, domain.Scope{}, domain.InvitationID{})
	if err != nil {
		t.Fatal(err)
	}
	h.record(joined)
	if _, err := h.EraseMember(founder, by, false); domain.CodeOf(err) != domain.Conflict {
		t.Errorf("the last owner left an admin behind: %v", err)
	}
	if events, err := h.EraseMember(founder, domain.SystemActor, true); err != nil || len(events) != 1 {
		t.Errorf("who is gone already cannot be erased: %v, %v", events, err)
	}
	if _, err := h.EraseMember(domain.PersonID{8}, by, true); domain.CodeOf(err) != domain.NotFound {
		t.Errorf("a stranger was erased: %v", err)
	}
	for _, person := range []domain.PersonID{bob, founder} {
		events, err := h.EraseMember(person, by, false)
		if err != nil || events[0].Fact.EventType() != "member.erased" {
			t.Fatalf("%v, %v", events, err)
		}
		for _, ev := range events {
			h.record(ev)
		}
	}
	for _, g := range h.Gateways {
		if !g.Revoked {
			t.Errorf("gateway %s speaks for a home of nobody", g.ID)
		}
	}
	if len(h.Members) != 0 || len(h.Gateways) == 0 {
		t.Errorf("%d members, %d gateways", len(h.Members), len(h.Gateways))
	}
}

func TestSomebodyWhoBelongsCannotJoinAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if _, err := h.Join(founder, domain.Guest, domain.Scope{}, domain.InvitationID{}); domain.CodeOf(err) != domain.Conflict {
		t.Errorf("an owner became a guest: %v", err)
	}
}

func TestWhatCannotBeGivenIsRefusedByField(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, c := range map[string]struct {
		role  domain.Role
		scope domain.Scope
		field string
	}{
		"no role":                    {"wizard", domain.Scope{}, "role"},
		"a room of nobody":           {domain.Guest, domain.Scope{Rooms: []domain.RoomID{{7}}}, "scope.rooms"},
		"a device of nobody":         {domain.Guest, domain.Scope{Devices: []domain.DeviceID{{7}}}, "scope.devices"},
		"too many functions":         {domain.Guest, domain.Scope{Functions: make([]string, domain.MaxScope+1)}, "scope"},
		"a function without a name":  {domain.Guest, domain.Scope{Functions: []string{""}}, "scope.functions"},
		"a function of a long name":  {domain.Guest, domain.Scope{Functions: []string{strings.Repeat("a", 65)}}, "scope.functions"},
		"a minute after the day":     {domain.Guest, domain.Scope{Window: domain.Window{From: 5, To: 1440}}, "scope.window"},
		"a window of no length":      {domain.Guest, domain.Scope{Window: domain.Window{From: 5, To: 5}}, "scope.window"},
		"a past of negative length":  {domain.Guest, domain.Scope{PastHours: -1}, "scope.past_hours"},
		"an end that was":            {domain.Guest, domain.Scope{Until: h.now}, "scope.until"},
		"an installer without end":   {domain.Installer, domain.Scope{}, "scope.until"},
		"an installer for too long":  {domain.Installer, domain.Scope{Until: h.now.Add(domain.InstallerLife + time.Second)}, "scope.until"},
		"support without end":        {domain.Support, domain.Scope{}, "scope.until"},
		"an owner of a part of home": {domain.Owner, domain.Scope{PastHours: 1}, "scope"},
	} {
		_, err := h.Invite(domain.InvitationID{1}, c.role, c.scope, domain.SystemActor, h.now)
		if domain.CodeOf(err) != domain.Invalid || !strings.Contains(faultsOf(err), c.field) {
			t.Errorf("%s: %v (%s)", name, err, faultsOf(err))
		}
	}
	ok := domain.Scope{Until: h.now.Add(domain.InstallerLife)}
	if _, err := h.Invite(domain.InvitationID{1}, domain.Installer, ok, domain.SystemActor, h.now); err != nil {
		t.Error(err)
	}
}

func faultsOf(err error) string {
	var refused *domain.Error
	if !errors.As(err, &refused) {
		return ""
	}
	fields := make([]string, len(refused.Faults))
	for i, fault := range refused.Faults {
		fields[i] = fault.Field
	}
	return strings.Join(fields, " ")
}

// A scope whose rooms are gone reaches nothing, not everything.
func TestAScopeNeverGrows(t *testing.T) {
	t.Parallel()
	scope := domain.Scope{Rooms: []domain.RoomID{{1}}, Devices: []domain.DeviceID{{2}}}
	for _, c := range []struct {
		device domain.Device
		want   bool
	}{
		{domain.Device{ID: domain.DeviceID{3}}, false},
		{domain.Device{ID: domain.DeviceID{3}, Room: domain.RoomID{4}}, false},
		{domain.Device{ID: domain.DeviceID{3}, Room: domain.RoomID{1}}, true},
		{domain.Device{ID: domain.DeviceID{2}}, true},
	} {
		if got := scope.Reaches(&c.device); got != c.want {
			t.Errorf("%+v: %v", c.device, got)
		}
	}
	if scope.Names(nil) || scope.Names([]string{"onOff"}) {
		t.Error("a scope that names no function names one")
	}
}
