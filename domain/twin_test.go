package domain_test

import (
	"maps"
	"testing"
	"time"

	"pgregory.net/rapid"

	"logis/domain"
	"logis/domain/thing"
)

func TestATwinShowsWhatWasSaidSinceWhenAndWhy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := h.report(lamp, "onOff", "true")
	h.now = h.now.Add(time.Minute)
	second := h.report(lamp, "onOff", "true")
	h.now = h.now.Add(time.Minute)
	id := h.request(domain.CommandRequest{Device: lamp, Set: set("onOff", "false")})
	requested := h.Seq
	third := h.told(gateway, h.must(h.Report(gateway, lamp, set("onOff", "false"), id)))

	got := h.Twins[lamp].Properties["onOff"].Reported
	want := domain.Reported{
		Value: "false", At: third.OccurredAt, Since: third.OccurredAt, Seq: third.Seq,
		Cause: requested, Epoch: 1, EdgeSeq: third.Edge.Seq,
	}
	if got != want {
		t.Errorf("reported is %+v, want %+v", got, want)
	}
	// Said again, it is the same since the first time.
	h2 := newHouse(t)
	h2.report(lamp, "onOff", "true")
	h2.now = h2.now.Add(time.Minute)
	h2.report(lamp, "onOff", "true")
	if r := h2.Twins[lamp].Properties["onOff"].Reported; r.Since != first.OccurredAt || r.At != second.OccurredAt {
		t.Errorf("said twice, it is so since %s, at %s", r.Since, r.At)
	}
}

// I-7: whatever was said last by the device stands in the twin, in whatever order
// it is recorded. The order that counts is the gateway's own: its outbox, and a
// snapshot as of an entry is newer than that entry.
func TestLateReportsNeverOverwriteNewerState(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := newHouse(t)
		type said struct {
			ref      domain.EdgeRef
			snapshot bool
			value    thing.Value
		}
		var all []said
		for epoch := range rapid.IntRange(1, 3).Draw(t, "epochs") {
			for seq := range rapid.Int64Range(1, 8).Draw(t, "entries") {
				ref := domain.EdgeRef{Gateway: gateway, Epoch: epoch + 1, Seq: seq + 1}
				all = append(all, said{ref, false, thing.Number(float64(len(all)))})
				if rapid.Bool().Draw(t, "snapshot") {
					all = append(all, said{ref, true, thing.Number(float64(len(all)))})
				}
			}
		}
		repeated := append(all, all[:len(all)/2]...) // some are told twice
		for _, s := range rapid.Permutation(repeated).Draw(t, "order") {
			ev := domain.Event{Entity: lamp.Entity(), Edge: s.ref, Fact: domain.DeviceReported{Values: set("currentLevel", s.value)}}
			if s.snapshot {
				ev.Flags = domain.Snapshot
			} else if rapid.Bool().Draw(t, "historic") {
				ev.Flags = domain.Historic
			}
			h.record(ev)
		}
		last := all[len(all)-1] // the list is in the order of the gateway
		if r := h.Twins[lamp].Properties["currentLevel"].Reported; r.Value != last.value {
			t.Fatalf("the twin says %+v, the device last said %+v", r, last)
		}
	})
}

// Values of one report can be overtaken one by one.
func TestEachValueOfAReportIsJudgedByItself(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	tell := func(seq int64, values map[string]thing.Value) {
		h.record(domain.Event{
			Entity: lamp.Entity(), Edge: domain.EdgeRef{Gateway: gateway, Epoch: 1, Seq: seq}, Fact: domain.DeviceReported{Values: values},
		})
	}
	tell(12, set("onOff", "false"))
	tell(11, map[string]thing.Value{"onOff": "true", "currentLevel": "30"})
	before := h.Twins[lamp].Revision
	tell(10, map[string]thing.Value{"onOff": "true", "currentLevel": "99"})
	p := h.Twins[lamp].Properties
	if p["onOff"].Reported.Value != "false" || p["currentLevel"].Reported.Value != "30" {
		t.Errorf("the twin says %s and %s", p["onOff"].Reported.Value, p["currentLevel"].Reported.Value)
	}
	if h.Twins[lamp].Revision != before {
		t.Error("a report that changed nothing is the twin's newest revision")
	}
}

func TestAfterASnapshotTheBacklogChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.connect(gateway, "outbox-1", 2)
	ref := domain.EdgeRef{Gateway: gateway, Epoch: 1, Seq: 9}
	ev, news, err := h.Present(lamp, ref, set("onOff", "true"))
	if !news {
		t.Fatalf("no news (%v)", err)
	}
	snapshot := h.record(ev)
	h.record(domain.Event{Entity: lamp.Entity(), Edge: ref, Flags: domain.Snapshot, Fact: domain.DeviceAvailabilityChanged{Available: true}})
	for range 4 { // entries 6 to 9
		ev := h.must(h.Report(gateway, lamp, map[string]thing.Value{"onOff": "false", "currentLevel": "5"}, domain.CommandID{}))
		ev.Flags = domain.Historic
		h.told(gateway, ev)
	}
	ev = h.must(h.Reach(gateway, lamp, false))
	ev.Edge, ev.Flags = ref, domain.Historic
	h.record(ev)
	twin := h.Twins[lamp]
	if r := twin.Properties["onOff"].Reported; r.Value != "true" || r.Seq != snapshot.Seq || !twin.Available.Is {
		t.Errorf("the backlog made %+v of it, available %+v", r, twin.Available)
	}
	if r := twin.Properties["currentLevel"].Reported; r.Value != "5" || r.EdgeSeq != 9 {
		t.Errorf("of what the snapshot left out the twin says %+v", r)
	}
	h.report(lamp, "onOff", "false") // entry 10 is live
	if r := twin.Properties["onOff"].Reported; r.Value != "false" {
		t.Errorf("a live report left %+v", r)
	}
}

func TestADeviceThatMovesToAnotherGatewayIsBelievedAnew(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for range 20 {
		h.report(lamp, "onOff", "true")
	}
	h.told(gateway, h.must(h.Reach(gateway, lamp, true)))
	h.told(gateway, h.must(h.Unregister(gateway, lamp)))
	if !h.Devices[lamp].Removed {
		t.Error("the device is still there")
	}
	h.enrol(other)
	h.connect(other, "outbox-b", 2)
	h.register(other, lamp, "dimmable-light") // entry 1 of the other gateway
	if d := h.Devices[lamp]; d.Removed || d.Gateway != other || d.Since != began {
		t.Errorf("the device is %+v", d)
	}
	if r := h.Twins[lamp].Properties["onOff"].Reported; r.Value != "true" || r.Seq == 0 {
		t.Errorf("the move changed what is known: %+v", r)
	}
	h.report(lamp, "onOff", "false") // entry 2
	h.told(other, h.must(h.Reach(other, lamp, false)))
	twin := h.Twins[lamp]
	if twin.Properties["onOff"].Reported.Value != "false" || twin.Available.Is {
		t.Errorf("after the move the twin says %+v and %+v", twin.Properties["onOff"].Reported, twin.Available)
	}
}

func TestTheLastSignalOfEachEventIsKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	press := func(event string, data thing.Value, at time.Time) {
		ev := h.must(h.Signal(gateway, button, event, data))
		ev.OccurredAt = at
		h.told(gateway, ev)
	}
	press("longPress", `{"position":1}`, began.Add(time.Second))
	press("multiPressComplete", `{"count":2,"position":1}`, began.Add(2*time.Second))
	press("longPress", `{"position":0}`, began) // told late
	signals := h.Twins[button].Signals
	if signals["longPress"].Data != `{"position":1}` || signals["multiPressComplete"].At != began.Add(2*time.Second) {
		t.Errorf("the twin holds %+v", signals)
	}
}

func TestTheDeltaIsWhatIsWantedAndNotConfirmed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	twin := func() *domain.Twin { return h.Twins[lamp] }
	h.report(lamp, "onOff", "true")
	id := h.request(domain.CommandRequest{Device: lamp, Set: map[string]thing.Value{"onOff": "true", "currentLevel": "40"}})
	if got := twin().Delta(); !maps.Equal(got, set("currentLevel", "40")) {
		t.Errorf("the delta is %v", got)
	}
	if d := twin().Properties["currentLevel"].Desired; d.Command != id || d.Version != h.Seq || !d.Open || d.Value != "40" {
		t.Errorf("desired is %+v", d)
	}
	h.report(lamp, "currentLevel", "40")
	if got := twin().Delta(); len(got) != 0 {
		t.Errorf("confirmed, the delta is %v", got)
	}
	h.report(lamp, "currentLevel", "10") // turned at the device itself
	if got := twin().Delta(); !maps.Equal(got, set("currentLevel", "40")) {
		t.Errorf("the delta is %v", got)
	}
	h.record(h.must(h.EndCommand(gateway, lamp, domain.Result{Command: id, Outcome: domain.Succeeded})))
	if got := twin().Delta(); len(got) != 0 || twin().Properties["currentLevel"].Desired.Open {
		t.Errorf("with the command ended the delta is %v", got)
	}
	if twin().Revision != h.Seq {
		t.Error("the end of the command did not touch the twin")
	}
}

// Only the device moves what is reported: asking, sending and even success do not.
func TestOnlyAReportMovesReported(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.request(domain.CommandRequest{Device: lock, Action: "lockDoor"})
	h.recordIf(h.SendCommand(id, "a", h.now))
	h.record(h.must(h.Deliver(gateway, id)))
	h.record(h.must(h.EndCommand(gateway, lock, domain.Result{Command: id, Outcome: domain.Succeeded})))
	if p := h.Twins[lock].Properties["lockState"]; p.Reported != (domain.Reported{}) || p.Desired.Value != `"locked"` {
		t.Errorf("the lock is %+v", p)
	}
}

// An older command that ends must not close what a newer one wants.
func TestTheNewestWishStaysOpenWhenAnOlderCommandEnds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := h.request(domain.CommandRequest{Device: lamp, Set: set("onOff", "true")})
	h.recordIf(h.SendCommand(first, "a", h.now))
	second := h.request(domain.CommandRequest{Device: lamp, Set: set("onOff", "false")})
	h.record(h.must(h.EndCommand(gateway, lamp, domain.Result{Command: first, Outcome: domain.Superseded})))
	if d := h.Twins[lamp].Properties["onOff"].Desired; !d.Open || d.Command != second || d.Value != "false" {
		t.Errorf("desired is %+v", d)
	}
}
