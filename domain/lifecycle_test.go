package domain_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"logis/domain"
	"logis/domain/thing"
)

var (
	unlockIt = domain.CommandRequest{Device: lock, Action: "unlockDoor"}
	lockIt   = domain.CommandRequest{Device: lock, Action: "lockDoor"}
	turnOn   = domain.CommandRequest{Device: lamp, Set: set("onOff", "true")}
	heat     = domain.CommandRequest{Device: thermostat, Set: set("occupiedHeatingSetpoint", "21")}
)

func TestACommandIsSentDeliveredAndEnded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.request(lockIt)
	c := h.Commands[id]
	requested := h.Seq
	sent, ok := h.SendCommand(id, "a", h.now)
	if !ok {
		t.Fatal("it is not sent")
	}
	rec := h.record(sent)
	if rec.Causation != requested || rec.Correlation != requested || rec.Actor != domain.SystemActor || rec.Entity != lock.Entity() {
		t.Errorf("sent by %+v", rec.Event)
	}
	h.now = h.now.Add(time.Second)
	delivered := h.record(h.must(h.Deliver(gateway, id)))
	ended := h.record(h.must(h.EndCommand(gateway, lock, domain.Result{
		Command: id, Outcome: domain.Unknown, Reason: "crash",
		Observed: map[string]thing.Value{"lockState": `"notFullyLocked"`, "battery": "1", "onOff": "x"},
	})))
	if ended.Causation != delivered.Seq || ended.Actor != domain.GatewayActor {
		t.Errorf("ended by %+v", ended.Event)
	}
	want := domain.Command{
		ID: id, Device: lock, Gateway: gateway, Class: thing.Securing, Action: "lockDoor", Desires: set("lockState", `"locked"`),
		Actor: domain.PersonActor(founder), Status: "unknown", Reason: "crash", Observed: set("lockState", `"notFullyLocked"`),
		Deadline: began.Add(time.Minute), Requested: domain.Step{Seq: requested, At: began}, Sent: domain.Step{Seq: requested + 1, At: began},
		Delivered: domain.Step{Seq: delivered.Seq, At: h.now}, Ended: domain.Step{Seq: ended.Seq, At: h.now},
		Session: 1, Sends: 1, Correlation: requested,
	}
	if diff := cmp.Diff(want, *c); diff != "" {
		t.Errorf("its life was another (-want +got):\n%s", diff)
	}
	if c.Open() || c.Revision() != ended.Seq || len(h.Commands) != 0 {
		t.Error("it is still open")
	}
	if due, ok := c.DueAt(); ok {
		t.Errorf("it is due at %s", due)
	}
}

// C-1: nothing is sent at its deadline or after it.
func TestACommandPastItsDeadlineIsNeverSent(t *testing.T) {
	t.Parallel()
	for _, request := range []domain.CommandRequest{unlockIt, lockIt, turnOn} {
		h := newHouse(t)
		id := h.request(request)
		deadline := h.Commands[id].Deadline
		if ev, ok := h.SendCommand(id, "a", deadline.Add(-time.Nanosecond)); !ok || ev.Fact.EventType() != "command.sent" {
			t.Errorf("before the deadline: %+v", ev)
		}
		for _, late := range []time.Duration{0, time.Nanosecond, 72 * time.Hour} {
			ev, ok := h.SendCommand(id, "a", deadline.Add(late))
			if !ok || ev.Fact.EventType() != "command.expired" {
				t.Errorf("%s after the deadline: %+v", late, ev)
			}
		}
	}
	// A setting has no deadline and is sent whenever its gateway comes back.
	h := newHouse(t)
	id := h.request(heat)
	if ev, ok := h.SendCommand(id, "a", h.now.AddDate(10, 0, 0)); !ok || ev.Fact.EventType() != "command.sent" {
		t.Errorf("after ten years: %+v", ev)
	}
	// What was sent once and not answered is not sent again when it is late.
	id = h.request(turnOn)
	h.recordIf(h.SendCommand(id, "a", h.now))
	h.connect(gateway, "outbox-1", 2)
	deadline := h.Commands[id].Deadline
	if ev, ok := h.SendCommand(id, "a", deadline); ok {
		t.Errorf("sent again at its deadline: %+v", ev)
	}
	if ev, ok := h.SendCommand(id, "a", deadline.Add(domain.AnswerGrace)); !ok || ev.Fact.EventType() != "command.unknown" {
		t.Errorf("long after its deadline: %+v", ev)
	}
}

func TestACommandIsSentByTheReplicaThatHoldsTheSession(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.request(turnOn)
	if ev, ok := h.SendCommand(id, "b", h.now); ok {
		t.Errorf("another replica records %+v", ev)
	}
	if ev, ok := h.SendCommand(commandID(999), "a", h.now); ok {
		t.Errorf("for no command it records %+v", ev)
	}
	h.disconnect(gateway)
	if ev, ok := h.SendCommand(id, "a", h.now); ok {
		t.Errorf("without a session it records %+v", ev)
	}
}

func TestACommandIsSentOnceOnEachSession(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, request := range map[string]domain.CommandRequest{"lamp": turnOn, "lock": lockIt, "heat": heat} {
		id := h.request(request)
		if !h.recordIf(h.SendCommand(id, "a", h.now)) || h.recordIf(h.SendCommand(id, "a", h.now)) {
			t.Errorf("%s: not sent once", name)
		}
	}
	for range 2 {
		h.connect(gateway, "outbox-1", h.Gateways[gateway].Session+1)
		waiting := h.Waiting(gateway)
		if len(waiting) != 3 {
			t.Fatalf("%d commands wait for the new session", len(waiting))
		}
		for _, c := range waiting {
			if !h.recordIf(h.SendCommand(c.ID, "a", h.now)) || h.recordIf(h.SendCommand(c.ID, "a", h.now)) {
				t.Errorf("%s is not sent once on the new session", c.ID)
			}
		}
	}
	for _, c := range h.Commands {
		if c.Sends != 3 || c.Status != domain.Sent || c.Session != 3 {
			t.Errorf("after three sessions: %+v", c)
		}
	}
}

// C-2: what opens, and what happens once, is sent once in its life, even when the
// log forgot that it was sent and only the edge's answer tells.
func TestWhatMayHappenOnceIsNeverSentAgain(t *testing.T) {
	t.Parallel()
	for _, request := range []domain.CommandRequest{unlockIt, {Device: lamp, Action: "identify"}} {
		h := newHouse(t)
		sent, delivered := h.request(request), h.request(request)
		h.recordIf(h.SendCommand(sent, "a", h.now))
		h.record(h.must(h.Deliver(gateway, delivered)))
		h.connect(gateway, "outbox-1", 2)
		if waiting := h.Waiting(gateway); len(waiting) != 0 {
			t.Errorf("%d commands wait", len(waiting))
		}
		for _, id := range []domain.CommandID{sent, delivered} {
			if ev, ok := h.SendCommand(id, "a", h.now); ok {
				t.Errorf("recorded %+v", ev)
			}
			if ev, ok := h.RefuseCommand(id, "not_allowed_any_more"); ok {
				t.Errorf("what the edge has is refused before it was tried: %+v", ev)
			}
		}
	}
}

func TestASendThatFailedEndsWhatMayHappenOnceAndLeavesTheRestWaiting(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	once, again, unsent := h.request(unlockIt), h.request(turnOn), h.request(unlockIt)
	h.recordIf(h.SendCommand(once, "a", h.now))
	h.recordIf(h.SendCommand(again, "a", h.now))
	if ev, ok := h.FailSend(once, "gateway_disconnected"); !ok || ev.Fact.EventType() != "command.failed" {
		t.Errorf("decided on %+v", ev)
	}
	for _, id := range []domain.CommandID{again, unsent, commandID(999)} {
		if ev, ok := h.FailSend(id, "gateway_disconnected"); ok {
			t.Errorf("decided on %+v", ev)
		}
	}
	h.record(h.must(h.Deliver(gateway, once)))
	if ev, ok := h.FailSend(once, "gateway_disconnected"); ok {
		t.Errorf("what was delivered failed to be sent: %+v", ev)
	}
}

func TestWhatOpensMayGoOnlyOnItsSessionAndBeforeItsDeadline(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.request(unlockIt)
	deadline := h.Commands[id].Deadline
	h.recordIf(h.SendCommand(id, "a", h.now))
	for _, c := range []struct {
		name   string
		from   domain.GatewayID
		id     domain.CommandID
		at     time.Time
		denied string
	}{
		{"in time", gateway, id, deadline.Add(-time.Nanosecond), ""},
		{"too late", gateway, id, deadline, "deadline"},
		{"another gateway", domain.GatewayID{99}, id, h.now, "not_open"},
		{"nobody knows it", gateway, commandID(999), h.now, "not_open"},
	} {
		if denied := h.MayOpen(c.from, c.id, c.at); denied != c.denied {
			t.Errorf("%s: %q, want %q", c.name, denied, c.denied)
		}
	}
	h.connect(gateway, "outbox-1", 2)
	if denied := h.MayOpen(gateway, id, h.now); denied == "" {
		t.Error("a new session may carry out what an older one was sent")
	}
}

func TestARefusedCommandIsRejectedBeforeItLeaves(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.request(unlockIt)
	ev, ok := h.RefuseCommand(id, "not_allowed_any_more")
	if !h.recordIf(ev, ok) || ev.Fact.EventType() != "command.rejected" || len(h.Commands) != 0 {
		t.Errorf("decided on %+v", ev)
	}
	if _, ok := h.RefuseCommand(id, "again"); ok {
		t.Error("it is refused twice")
	}
}

func TestACommandIsWithdrawnOnlyBeforeItIsSent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	person := domain.PersonActor(founder)
	id := h.request(turnOn)
	ev := h.record(h.must(h.CancelCommand(id, person)))
	if ev.Actor != person || ev.Fact.EventType() != "command.cancelled" {
		t.Errorf("recorded %+v", ev)
	}
	_, err := h.CancelCommand(id, person)
	wantCode(t, err, domain.Conflict)
	id = h.request(turnOn)
	h.recordIf(h.SendCommand(id, "a", h.now))
	_, err = h.CancelCommand(id, person)
	wantCode(t, err, domain.Conflict)
}

func TestAnAnswerAfterTheEndIsKeptBesideIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.request(turnOn)
	h.recordIf(h.SendCommand(id, "a", h.now))
	h.now = h.now.Add(35 * time.Second)
	if ev, ok := h.CloseOverdue(id, h.now); !h.recordIf(ev, ok) || ev.Fact.EventType() != "command.unknown" {
		t.Errorf("closed with %+v", ev)
	}
	h.enrol(other)
	for _, c := range []struct {
		from   domain.GatewayID
		device domain.DeviceID
		about  domain.EntityID
	}{
		{gateway, lamp, lamp.Entity()},
		{gateway, domain.DeviceID{1}, gateway.Entity()}, // no such device
		{other, lamp, other.Entity()},                   // not its device
	} {
		ev := h.must(h.EndCommand(c.from, c.device, domain.Result{Command: id, Outcome: domain.Succeeded, Reason: "late"}))
		want := domain.CommandAnsweredLate{Command: id, Outcome: domain.Succeeded, Reason: "late"}
		if ev.Fact != want || ev.Entity != c.about {
			t.Errorf("recorded %+v", ev)
		}
	}
	ev := h.must(h.Deliver(gateway, id))
	if want := (domain.CommandAnsweredLate{Command: id, Outcome: "delivered"}); ev.Fact != want {
		t.Errorf("recorded %+v", ev)
	}
}

func TestAGatewayAnswersOnlyItsOwnCommandsAndOnlyWithOutcomes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enrol(other)
	id := h.request(turnOn)
	_, err := h.Deliver(other, id)
	wantCode(t, err, domain.NotFound)
	_, err = h.EndCommand(other, lamp, domain.Result{Command: id, Outcome: domain.Succeeded})
	wantCode(t, err, domain.NotFound)
	for _, outcome := range []domain.Outcome{"", "done", domain.Cancelled, domain.Outcome(domain.Sent), "Succeeded"} {
		_, err = h.EndCommand(gateway, lamp, domain.Result{Command: id, Outcome: outcome})
		wantFaults(t, err, domain.Fault{Field: "outcome", Message: "must be succeeded, failed, rejected, expired, superseded or unknown"})
	}
	if c := h.Commands[id]; c.Status != domain.Requested {
		t.Errorf("the command is %s", c.Status)
	}
}

// C-3: each command can be closed the moment it is due, well within 30 s of its
// deadline, as expired when it never left and as unknown when it may have run.
func TestAnOverdueCommandIsClosedAsWhatItCanHaveBecome(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reach  func(h *house, id domain.CommandID)
		want   string
		reason string
		grace  time.Duration
	}{
		{func(*house, domain.CommandID) {}, "command.expired", "deadline", 0},
		{func(h *house, id domain.CommandID) { h.recordIf(h.SendCommand(id, "a", h.now)) }, "command.unknown", "no_answer", 5 * time.Second},
		{func(h *house, id domain.CommandID) { h.record(h.must(h.Deliver(gateway, id))) }, "command.unknown", "no_answer", 5 * time.Second},
	} {
		h := newHouse(t)
		id := h.request(turnOn)
		c.reach(h, id)
		command := h.Commands[id]
		due, ok := command.DueAt()
		if !ok || !due.Equal(command.Deadline.Add(c.grace)) {
			t.Errorf("due at %s (%v), %s after the deadline is right", due, ok, c.grace)
		}
		if ev, ok := h.CloseOverdue(id, due.Add(-time.Nanosecond)); ok {
			t.Errorf("closed early with %+v", ev)
		}
		ev, ok := h.CloseOverdue(id, due)
		if ended, isEnd := ev.Fact.(domain.CommandEnded); !ok || !isEnd || ended.EventType() != c.want || ended.Reason != c.reason {
			t.Errorf("closed with %+v", ev)
		}
	}
	h := newHouse(t)
	id := h.request(heat)
	if ev, ok := h.CloseOverdue(id, h.now.AddDate(10, 0, 0)); ok {
		t.Errorf("a setting is overdue: %+v", ev)
	}
	if ev, ok := h.CloseOverdue(commandID(999), h.now); ok {
		t.Errorf("no command is overdue: %+v", ev)
	}
}

// C-5: what waits is sent in the order it was asked for.
func TestCommandsWaitInTheirOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.disconnect(gateway)
	var want []domain.CommandID
	for _, request := range []domain.CommandRequest{lockIt, turnOn, heat, {Device: curtain, Action: "upOrOpen"}} {
		want = append(want, h.request(request))
	}
	h.connect(gateway, "outbox-1", 2)
	var got []domain.CommandID
	for _, c := range h.Waiting(gateway) {
		got = append(got, c.ID)
	}
	if !slices.Equal(got, want) {
		t.Errorf("they wait as %v, want %v", got, want)
	}
	if waiting := h.Waiting(other); waiting != nil {
		t.Errorf("%d commands wait for no gateway", len(waiting))
	}
}

// A log restored from a backup may not know that a command was sent.
func TestTheEdgeIsBelievedWhenTheLogForgotThatACommandWasSent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.request(unlockIt)
	h.record(h.must(h.EndCommand(gateway, lock, domain.Result{Command: id, Outcome: domain.Succeeded})))
	if len(h.Commands) != 0 {
		t.Error("the command is still open")
	}
}
