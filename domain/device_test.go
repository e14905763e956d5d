package domain_test

import (
	"encoding/binary"
	"maps"
	"slices"
	"strings"
	"testing"

	"logis/domain"
	"logis/domain/thing"
)

func TestADeviceIsRegisteredWithWhatItIs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := domain.DeviceID{99}
	h.register(gateway, id, "contact-sensor", "battery", "tamper")
	d := h.Devices[id]
	if d.Gateway != gateway || d.Address != "simulated/contact-sensor" || d.Since != began || d.Attributes["manufacturer"] != "Logis" {
		t.Errorf("registered as %+v", d)
	}
	m, err := h.Model(d)
	if err != nil || !slices.Equal(m.PropertyNames(), []string{"batteryPercent", "contact", "tamper"}) {
		t.Errorf("its model is %v (%v)", m, err)
	}
	if h.log[len(h.log)-1].Model != "contact-sensor@1.0.0" {
		t.Errorf("the event is about the model %q", h.log[len(h.log)-1].Model)
	}
}

func TestADescriptionThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	many := map[string]string{}
	for i := range 33 {
		many[strings.Repeat("x", i+1)] = ""
	}
	good := domain.DeviceRegistered{Address: "simulated/dimmable-light", Kind: "dimmable-light"}
	for _, c := range []struct {
		change func(*domain.DeviceRegistered)
		fault  domain.Fault
	}{
		{func(f *domain.DeviceRegistered) { f.Kind = "toaster" }, domain.Fault{Field: "kind", Message: "or its capabilities are not known here"}},
		{func(f *domain.DeviceRegistered) { f.Capabilities = []string{"wings"} }, domain.Fault{Field: "kind", Message: "or its capabilities are not known here"}},
		{
			func(f *domain.DeviceRegistered) { f.Capabilities = slices.Repeat([]string{"battery"}, 9) },
			domain.Fault{Field: "kind", Message: "or its capabilities are not known here"},
		},
		{func(f *domain.DeviceRegistered) { f.Address = "" }, domain.Fault{Field: "address", Message: "must be 1 to 200 bytes long"}},
		{func(f *domain.DeviceRegistered) { f.Address = strings.Repeat("x", 201) }, domain.Fault{Field: "address", Message: "must be 1 to 200 bytes long"}},
		{func(f *domain.DeviceRegistered) { f.Attributes = many }, domain.Fault{Field: "attributes", Message: "must be at most 32"}},
		{
			func(f *domain.DeviceRegistered) { f.Attributes = map[string]string{"serial": strings.Repeat("9", 257)} },
			domain.Fault{Field: "attributes.serial", Message: "must have a name of at most 64 and a text of at most 256 bytes"},
		},
	} {
		fact := good
		c.change(&fact)
		_, err := h.Register(gateway, lamp, fact)
		wantFaults(t, err, c.fault)
	}
	atTheLimit := good
	atTheLimit.Attributes = maps.Clone(many)
	delete(atTheLimit.Attributes, "x")
	atTheLimit.Attributes["xx"] = strings.Repeat("y", 256)
	if _, err := h.Register(gateway, lamp, atTheLimit); err != nil {
		t.Errorf("32 attributes: %v", err)
	}
}

func TestAnIDStandsForOneDevice(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enrol(other)
	h.connect(other, "outbox-b", 2)
	same := domain.DeviceRegistered{Address: "simulated/dimmable-light", Kind: "light"}
	if _, err := h.Register(gateway, lamp, same); err != nil {
		t.Errorf("described again: %v", err)
	}
	moved := same
	moved.Address = "simulated/elsewhere"
	_, err := h.Register(gateway, lamp, moved)
	wantCode(t, err, domain.Conflict)
	_, err = h.Register(other, lamp, same)
	wantCode(t, err, domain.Conflict)

	h.told(gateway, h.must(h.Unregister(gateway, lamp)))
	if _, err := h.Register(other, lamp, moved); err != nil {
		t.Errorf("after it was removed: %v", err)
	}
}

func TestAHomeHasABoundedNumberOfDevices(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	fact := domain.DeviceRegistered{Address: "a", Kind: "light"}
	for i := len(h.Devices); i < domain.MaxDevices; i++ {
		var id domain.DeviceID
		binary.BigEndian.PutUint64(id[:], uint64(i)+1<<32)
		h.told(gateway, h.must(h.Register(gateway, id, fact)))
	}
	_, err := h.Register(gateway, domain.DeviceID{0xff}, fact)
	if refusal := wantCode(t, err, domain.Overloaded); refusal.Error() != "the home has 2000 devices, the most there can be" {
		t.Error(refusal)
	}
	if _, err := h.Register(gateway, lamp, domain.DeviceRegistered{Address: h.Devices[lamp].Address, Kind: "light"}); err != nil {
		t.Errorf("a known device: %v", err)
	}
}

func TestAReportIsHeldAgainstTheModel(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ev, err := h.Report(gateway, lamp, map[string]thing.Value{"onOff": "true", "currentLevel": "40"}, domain.CommandID{})
	if err != nil || ev.Entity != lamp.Entity() || ev.Actor != domain.GatewayActor || ev.Model != "dimmable-light@1.0.0" {
		t.Errorf("decided on %+v (%v)", ev, err)
	}
	_, err = h.Report(gateway, lamp, nil, domain.CommandID{})
	wantFaults(t, err, domain.Fault{Field: "values", Message: "must not be empty"})
	_, err = h.Report(gateway, lamp, map[string]thing.Value{
		"onOff": "1", "currentLevel": "101", "lockState": `"locked"`, "zeal": "1",
	}, domain.CommandID{})
	wantFaults(t, err,
		domain.Fault{Field: "values.currentLevel", Message: "must be from 0 to 100 percent"},
		domain.Fault{Field: "values.lockState", Message: "is not a property of this device"},
		domain.Fault{Field: "values.onOff", Message: "must be true or false"},
		domain.Fault{Field: "values.zeal", Message: "is not a property of this device"},
	)
}

func TestAGatewaySpeaksOnlyForItsOwnDevices(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.enrol(other)
	for _, from := range []domain.GatewayID{other, {}} {
		_, err := h.Report(from, lamp, set("onOff", "true"), domain.CommandID{})
		wantCode(t, err, domain.NotFound)
		_, err = h.Signal(from, button, "longPress", `{"position":1}`)
		wantCode(t, err, domain.NotFound)
		_, err = h.Reach(from, lamp, false)
		wantCode(t, err, domain.NotFound)
		_, err = h.Unregister(from, lamp)
		wantCode(t, err, domain.NotFound)
		_, _, err = h.Present(lamp, domain.EdgeRef{Gateway: from, Seq: 9}, set("onOff", "true"))
		wantCode(t, err, domain.NotFound)
	}
	_, err := h.Report(gateway, domain.DeviceID{1}, set("onOff", "true"), domain.CommandID{})
	wantCode(t, err, domain.NotFound)
	h.told(gateway, h.must(h.Unregister(gateway, lamp)))
	_, err = h.Report(gateway, lamp, set("onOff", "true"), domain.CommandID{})
	wantCode(t, err, domain.NotFound)
}

// N1: what a report names as its cause must be able to have caused it.
func TestACauseIsBelievedOfAnOpenCommandForTheSameDevice(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.request(domain.CommandRequest{Device: lamp, Set: set("onOff", "true"), Correlation: 3})
	requested := h.Seq
	ev := h.must(h.Report(gateway, lamp, set("onOff", "true"), id))
	if ev.Causation != requested || ev.Correlation != 3 {
		t.Errorf("caused by %d, in the story of %d", ev.Causation, ev.Correlation)
	}
	h.recordIf(h.SendCommand(id, "a", h.now))
	if ev := h.must(h.Report(gateway, lamp, set("onOff", "true"), id)); ev.Causation != h.Seq {
		t.Errorf("caused by %d, not by having been sent", ev.Causation)
	}
	for _, c := range []struct {
		device  domain.DeviceID
		values  map[string]thing.Value
		command domain.CommandID
	}{
		{curtain, set("currentPositionLiftPercentage", "1"), id},
		{lamp, set("onOff", "true"), domain.CommandID{1}},
		{lamp, set("onOff", "true"), domain.CommandID{}},
	} {
		if ev := h.must(h.Report(gateway, c.device, c.values, c.command)); ev.Causation != 0 || ev.Correlation != 0 {
			t.Errorf("%+v is caused by %d", c, ev.Causation)
		}
	}
}

func TestASignalIsOneTheModelHas(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.register(gateway, domain.DeviceID{77}, "camera-hub")
	for _, c := range []struct {
		device domain.DeviceID
		event  string
		data   thing.Value
		fault  *domain.Fault
	}{
		{button, "multiPressComplete", `{"count":2,"position":0}`, nil},
		{button, "longRelease", `{"position":1}`, nil},
		{domain.DeviceID{77}, "motionSeen", "", nil},
		{button, "shake", "", &domain.Fault{Field: "event", Message: "is not one this device tells"}},
		{lamp, "longPress", `{"position":1}`, &domain.Fault{Field: "event", Message: "is not one this device tells"}},
		{button, "longPress", "", &domain.Fault{Field: "data", Message: "must have a value"}},
		{button, "longPress", `{}`, &domain.Fault{Field: "data", Message: `must have "position"`}},
		{button, "longPress", `{"position":256}`, &domain.Fault{Field: "data", Message: `"position" must be from 0 to 255`}},
		{domain.DeviceID{77}, "motionSeen", "null", &domain.Fault{Field: "data", Message: "must be left out"}},
	} {
		ev, err := h.Signal(gateway, c.device, c.event, c.data)
		if c.fault == nil {
			h.told(gateway, h.must(ev, err))
			if got := h.Twins[c.device].Signals[c.event]; got.Data != c.data || got.Seq != h.Seq {
				t.Errorf("the twin holds %+v", got)
			}
			continue
		}
		wantFaults(t, err, *c.fault)
	}
}

func TestASnapshotIsNewsOnlyWhenItTellsSomething(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.report(lamp, "onOff", "true") // entry 6
	for _, c := range []struct {
		name   string
		asOf   int64
		values map[string]thing.Value
		want   bool
	}{
		{"what is known", 6, set("onOff", "true"), false},
		{"another value", 6, set("onOff", "false"), true},
		{"a value of which nothing was known", 6, set("currentLevel", "10"), true},
		{"known, but a backlog follows that could overwrite it", 9, set("onOff", "true"), true},
	} {
		ref := domain.EdgeRef{Gateway: gateway, Epoch: 1, Seq: c.asOf}
		ev, news, err := h.Present(lamp, ref, c.values)
		if err != nil || news != c.want || ev.Edge != ref || !ev.Flags.Has(domain.Snapshot) {
			t.Errorf("%s: news %v, %+v (%v)", c.name, news, ev, err)
		}
	}
	_, news, err := h.Present(lamp, domain.EdgeRef{Gateway: gateway, Epoch: 1, Seq: 6}, set("onOff", "7"))
	wantFaults(t, err, domain.Fault{Field: "values.onOff", Message: "must be true or false"})
	if news {
		t.Error("what is refused is news")
	}
}

// P-5: what is not known is unknown, never off.
func TestReachIsNewsWhenItChanges(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, available := range []bool{false, true} {
		if !h.ReachNews(lamp, available) {
			t.Errorf("of an unknown device %v is no news", available)
		}
	}
	h.told(gateway, h.must(h.Reach(gateway, lamp, false)))
	if h.ReachNews(lamp, false) || !h.ReachNews(lamp, true) {
		t.Error("news is what was known")
	}
	if a := h.Twins[lamp].Available; a.Is || a.Seq != h.Seq || a.Since != began {
		t.Errorf("the twin holds %+v", a)
	}
}

func TestAModelFollowsTheNewestDescription(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.report(lamp, "onOff", "true") // the home remembers the lamp's model from here on
	h.register(gateway, lamp, "plug")
	h.report(lamp, "activePower", "12.5")
	if _, err := h.Report(gateway, lamp, set("currentLevel", "1"), domain.CommandID{}); err == nil {
		t.Error("a plug reports a level")
	}
}
