package domain_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"logis/domain"
	"logis/domain/thing"
)

func TestARequestIsRecordedWithAllThatTheEdgeNeeds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.request(domain.CommandRequest{Device: lock, Action: "lockDoor", TTL: 2 * time.Minute, Causation: 4, Correlation: 2})
	want := domain.Command{
		ID: id, Device: lock, Gateway: gateway, Class: thing.Securing, Action: "lockDoor", Desires: set("lockState", `"locked"`),
		Actor: domain.PersonActor(founder), Status: domain.Requested, Deadline: began.Add(2 * time.Minute),
		Requested: domain.Step{Seq: h.Seq, At: began}, Correlation: 2,
	}
	if diff := cmp.Diff(want, *h.Commands[id]); diff != "" {
		t.Errorf("the command is another (-want +got):\n%s", diff)
	}
	if rec := h.log[len(h.log)-1]; rec.Entity != lock.Entity() || rec.Causation != 4 || rec.Model != "lock@1.0.0" {
		t.Errorf("the event is %+v", rec.Event)
	}
	own := h.request(domain.CommandRequest{Device: lamp, Set: set("onOff", "true")})
	if c := h.Commands[own]; c.Correlation != h.Seq || c.DesiredVersion() != h.Seq || c.Revision() != h.Seq || !c.Open() {
		t.Errorf("a command of its own story is %+v", c)
	}
}

func TestAWrongRequestIsToldEverythingThatIsWrong(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, c := range []struct {
		request domain.CommandRequest
		faults  []domain.Fault
	}{
		{
			domain.CommandRequest{Device: lamp},
			[]domain.Fault{{Field: "set", Message: "must name a property to set, or action what to do"}},
		},
		{
			domain.CommandRequest{Device: lamp, Set: set("onOff", "true"), Action: "identify"},
			[]domain.Fault{{Field: "action", Message: "must not stand beside set: send two commands"}},
		},
		{
			domain.CommandRequest{Device: lamp, Set: map[string]thing.Value{"onOff": "1", "currentLevel": "101", "color": "3"}, Input: "1", TTL: time.Hour},
			[]domain.Fault{
				{Field: "set.color", Message: "is not a property of this device; it has currentLevel, onOff"},
				{Field: "set.currentLevel", Message: "must be from 0 to 100 percent"},
				{Field: "set.onOff", Message: "must be true or false"},
				{Field: "input", Message: "must only stand beside action"},
				{Field: "ttl_ms", Message: "must be at most 15m0s for a command of class C"},
			},
		},
		{
			domain.CommandRequest{Device: lamp, Set: set("onOff", ""), TTL: -1},
			[]domain.Fault{
				{Field: "set.onOff", Message: "must have a value"},
				{Field: "ttl_ms", Message: "must not be negative"},
			},
		},
		{
			domain.CommandRequest{Device: lock, Set: set("lockState", `"unlocked"`)},
			[]domain.Fault{{Field: "set.lockState", Message: "is only told by the device and cannot be set"}},
		},
		{
			domain.CommandRequest{Device: button, Set: set("onOff", "true")},
			[]domain.Fault{{Field: "set.onOff", Message: "is not a property of this device; it has none"}},
		},
		{
			domain.CommandRequest{Device: lock, Action: "toggle"},
			[]domain.Fault{{Field: "action", Message: "is not one this device has; it has lockDoor, unlockDoor"}},
		},
		{
			domain.CommandRequest{Device: lock, Action: "unlockDoor", Input: `"1234"`, TTL: 31 * time.Second},
			[]domain.Fault{
				{Field: "input", Message: "must be left out: this action takes none"},
				{Field: "ttl_ms", Message: "must be at most 30s for a command of class A"},
			},
		},
		{
			domain.CommandRequest{Device: thermostat, Set: set("occupiedHeatingSetpoint", "20.5"), TTL: time.Second},
			[]domain.Fault{{Field: "ttl_ms", Message: "must be left out: this setting waits until a newer one replaces it"}},
		},
	} {
		events, err := h.RequestCommand(c.request, h.now)
		wantFaults(t, err, c.faults...)
		if events != nil {
			t.Errorf("%+v is refused and recorded", c.request)
		}
	}
	_, err := h.RequestCommand(domain.CommandRequest{Device: domain.DeviceID{1}, Set: set("onOff", "true")}, h.now)
	wantCode(t, err, domain.NotFound)
	h.told(gateway, h.must(h.Unregister(gateway, lamp)))
	_, err = h.RequestCommand(domain.CommandRequest{Device: lamp, Set: set("onOff", "true")}, h.now)
	wantCode(t, err, domain.NotFound)
}

func TestClassesAreNotMixedInOneCommand(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := domain.DeviceID{88}
	h.register(gateway, id, "air-conditioner")
	_, err := h.RequestCommand(domain.CommandRequest{
		Command: commandID(1), Device: id, Set: map[string]thing.Value{"onOff": "true", "systemMode": `"cool"`, "fanMode": `"low"`},
	}, h.now)
	wantFaults(t, err, domain.Fault{Field: "set.onOff", Message: "must be set by a command of its own: it is of another class"})
}

func TestACommandLivesAsLongAsItsClassAllows(t *testing.T) {
	t.Parallel()
	heat := domain.CommandRequest{Device: thermostat, Set: set("occupiedHeatingSetpoint", "21")}
	on := domain.CommandRequest{Device: lamp, Set: set("onOff", "true")}
	lockIt := domain.CommandRequest{Device: lock, Action: "lockDoor"}
	unlock := domain.CommandRequest{Device: lock, Action: "unlockDoor"}
	show := domain.CommandRequest{Device: lamp, Action: "identify"}
	for _, c := range []struct {
		request domain.CommandRequest
		ttl     time.Duration
		want    time.Duration // 0: no deadline
	}{
		{unlock, 0, 10 * time.Second},
		{unlock, 30 * time.Second, 30 * time.Second},
		{lockIt, 0, time.Minute},
		{lockIt, 10 * time.Minute, 10 * time.Minute},
		{on, 0, 30 * time.Second},
		{on, time.Millisecond, time.Millisecond},
		{on, 15 * time.Minute, 15 * time.Minute},
		{heat, 0, 0},
		{show, 0, 5 * time.Second},
		{show, 15 * time.Second, 15 * time.Second},
	} {
		h := newHouse(t)
		c.request.TTL = c.ttl
		command := h.Commands[h.request(c.request)]
		if want := began.Add(c.want); c.want == 0 && !command.Deadline.IsZero() || c.want != 0 && !command.Deadline.Equal(want) {
			t.Errorf("%+v has the deadline %s", c.request, command.Deadline)
		}
	}
	for _, request := range []domain.CommandRequest{unlock, lockIt, on, show} {
		h := newHouse(t)
		request.TTL = 24 * time.Hour
		_, err := h.RequestCommand(request, h.now)
		wantCode(t, err, domain.Invalid)
	}
}

// What opens, and what happens once, is refused while nobody can see it happen.
func TestWhatIsDoneLiveIsRefusedWhileTheGatewayIsAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.disconnect(gateway)
	for _, request := range []domain.CommandRequest{
		{Device: lock, Action: "unlockDoor"}, {Device: lamp, Action: "identify"}, {Device: curtain, Action: "stopMotion"},
	} {
		_, err := h.RequestCommand(request, h.now)
		wantCode(t, err, domain.EdgeOffline)
	}
	for _, request := range []domain.CommandRequest{
		{Device: lock, Action: "lockDoor"},
		{Device: lamp, Set: set("onOff", "true")},
		{Device: thermostat, Set: set("occupiedHeatingSetpoint", "21")},
	} {
		h.request(request)
	}
	// What is wrong with a request is told before that it cannot be done now.
	_, err := h.RequestCommand(domain.CommandRequest{Device: lock, Action: "unlockDoor", Input: "1"}, h.now)
	wantCode(t, err, domain.Invalid)
}

func TestANewerWishSupersedesThoseThatWaitForTheSame(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	second := domain.DeviceID{88}
	h.register(gateway, second, "dimmer")
	both := map[string]thing.Value{"currentLevel": "10", "onOff": "true"}
	sent := h.request(domain.CommandRequest{Device: lamp, Set: both})
	h.recordIf(h.SendCommand(sent, "a", h.now))
	h.request(domain.CommandRequest{Device: second, Set: both})
	h.request(domain.CommandRequest{Device: curtain, Action: "upOrOpen"})
	// The first of these is sent by now, the second waits.
	waiting := h.request(domain.CommandRequest{Device: lamp, Set: set("currentLevel", "20")})
	h.request(domain.CommandRequest{Device: lamp, Action: "identify"})

	newest := domain.CommandRequest{Command: commandID(777), Device: lamp, Set: both, Actor: domain.SystemActor}
	events, err := h.RequestCommand(newest, h.now)
	if err != nil || len(events) != 2 {
		t.Fatalf("%d events (%v)", len(events), err)
	}
	want := domain.CommandEnded{Command: waiting, Outcome: domain.Superseded, By: newest.Command}
	if diff := cmp.Diff(domain.Fact(want), events[0].Fact); diff != "" || events[0].Actor != domain.SystemActor {
		t.Errorf("first comes (-want +got):\n%s", diff)
	}
	if events[0].Causation != h.Commands[waiting].Requested.Seq || events[1].Fact.EventType() != "command.requested" {
		t.Errorf("the events are %+v", events)
	}
}

func TestSeveralThatWaitAreSupersededInTheOrderTheyCame(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.disconnect(gateway)
	level := h.request(domain.CommandRequest{Device: lamp, Set: set("currentLevel", "20")})
	on := h.request(domain.CommandRequest{Device: lamp, Set: set("onOff", "true")})
	events, err := h.RequestCommand(domain.CommandRequest{
		Command: commandID(777), Device: lamp, Set: map[string]thing.Value{"onOff": "false", "currentLevel": "0"},
	}, h.now)
	if err != nil || len(events) != 3 {
		t.Fatalf("%d events (%v)", len(events), err)
	}
	for i, id := range []domain.CommandID{level, on} {
		if ended, ok := events[i].Fact.(domain.CommandEnded); !ok || ended.Command != id {
			t.Errorf("event %d is %+v", i, events[i].Fact)
		}
	}
	// What happens once and what opens supersedes nothing and is superseded by nothing.
	h = newHouse(t)
	h.request(domain.CommandRequest{Device: lock, Action: "lockDoor"})
	h.request(domain.CommandRequest{Device: lock, Action: "unlockDoor"})
	h.request(domain.CommandRequest{Device: lock, Action: "unlockDoor"})
	if len(h.Commands) != 3 {
		t.Errorf("%d commands are open", len(h.Commands))
	}
}

func TestAHomeHasABoundedNumberOfOpenCommands(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for range domain.MaxOpenCommands - 1 {
		h.request(domain.CommandRequest{Device: lock, Action: "unlockDoor"})
	}
	h.request(domain.CommandRequest{Device: lamp, Set: set("onOff", "true")})
	_, err := h.RequestCommand(domain.CommandRequest{Command: commandID(1), Device: lock, Action: "lockDoor"}, h.now)
	if refusal := wantCode(t, err, domain.Overloaded); !strings.HasPrefix(refusal.Error(), "1000 commands are waiting") {
		t.Error(refusal)
	}
	// One that takes the place of another finds room.
	h.request(domain.CommandRequest{Device: lamp, Set: set("onOff", "false")})
	if len(h.Commands) != domain.MaxOpenCommands {
		t.Errorf("%d commands are open", len(h.Commands))
	}
}

func TestACommandsIDIsItsOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.request(domain.CommandRequest{Device: lamp, Set: set("onOff", "true")})
	for _, taken := range []domain.CommandID{id, {}} {
		_, err := h.RequestCommand(domain.CommandRequest{Command: taken, Device: lock, Action: "lockDoor"}, h.now)
		wantCode(t, err, domain.Conflict)
	}
}
