package edge

import (
	"os"
	"slices"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/link/linktest"
	"logis/edge/outbox"
	"logis/edge/radio"
	"logis/edge/radio/simulated"
	"logis/edge/radio/zigbee2mqtt"
	"logis/edge/radio/zigbee2mqtt/ziglab"
	"logis/wire"
)

// mister is an element of bridge/devices of a kind that nothing here knows.
const mister = `[{"type":"Coordinator","ieee_address":"0x00124b00ffffffff"},
	{"ieee_address":"0x00124b0000000077","type":"Router","supported":true,"interview_state":"SUCCESSFUL","friendly_name":"Orchids",
	"definition":{"model":"M1","vendor":"Garden","description":"Plant mister","exposes":[
		{"type":"numeric","name":"spray_level","property":"spray_level","access":7,"value_min":0,"value_max":10},
		{"type":"numeric","name":"battery","property":"battery","access":1,"unit":"%"}]}}]`

// A new kind of device is two documents and one line of a mapping. No code knows it:
// what the model says is how it is told, checked, ordered and folded.
func TestANewKindNeedsAModelAndAMappingOnly(t *testing.T) {
	t.Parallel()
	catalog, err := thing.Extended(os.DirFS("testdata"))
	if err != nil {
		t.Fatal(err)
	}
	standard, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := standard.Describe("mister", nil); err == nil {
		t.Fatal("the kind is not new")
	}
	lab := ziglab.StartBroker(t)
	for topic, payload := range map[string]string{
		"bridge/state": `{"state":"online"}`, "bridge/devices": mister, "Orchids": `{"spray_level":7,"battery":81}`,
	} {
		if err := lab.Publish(t.Context(), ziglab.BaseTopic+"/"+topic, []byte(payload), true); err != nil {
			t.Fatal(err)
		}
	}
	zigbee, err := zigbee2mqtt.New(zigbee2mqtt.Options{
		Broker: lab.Broker, Catalog: catalog,
		Mappings: []zigbee2mqtt.Mapping{{Expose: "spray_level", Property: "sprayLevel", Capability: "spray", Kind: "mister"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	home := house(t, simulated.Options{Devices: 1, Catalog: catalog, More: []string{"mister"}})
	cloud := linktest.NewCloud(t)
	run(t, Options{
		Dir: t.TempDir(), Server: cloud.URL, Claim: cloud.Claim.String(), Radios: []radio.Radio{home, zigbee}, Catalog: catalog,
	})
	ours, theirs := idOf(home, "mister"), outbox.DeviceID(linktest.Gateway(), "zigbee/0x00124b0000000077")
	for id, want := range map[domain.DeviceID]thing.Value{ours: "0", theirs: "7"} {
		cloud.Wait("what it is and says", func(entries []wire.Entry) bool {
			return says(entries, id, want) && slices.ContainsFunc(entries, func(e wire.Entry) bool { return e.Device == id && e.Model == "mister" })
		})
	}
	order := domain.CommandRequest{Set: map[string]thing.Value{"sprayLevel": "4"}}
	model, err := catalog.Describe("mister", nil)
	if err != nil {
		t.Fatal(err)
	}
	class, desires, faults := domain.Weigh(model, order)
	if class != thing.Comfort || desires["sprayLevel"] != "4" || len(faults) > 0 {
		t.Errorf("the cloud weighs it as %v, %v, %v", class, desires, faults)
	}
	cloud.Command(wire.Command{
		ID: domain.CommandID{1}, Device: ours, Class: class, DesiredVersion: 1, Set: order.Set,
		NotAfterMS: time.Now().Add(time.Minute).UnixMilli(),
	})
	cloud.Wait("it does as it was told, and says so", func(entries []wire.Entry) bool {
		results := linktest.Results(entries, domain.CommandID{1})
		return len(results) == 1 && results[0].Outcome == domain.Succeeded && says(entries, ours, "4")
	})
	cloud.Command(wire.Command{
		ID: domain.CommandID{2}, Device: ours, Class: class, DesiredVersion: 2,
		Set: map[string]thing.Value{"sprayLevel": "11"}, NotAfterMS: time.Now().Add(time.Minute).UnixMilli(),
	})
	cloud.Wait("what its model does not allow is refused", func(entries []wire.Entry) bool {
		results := linktest.Results(entries, domain.CommandID{2})
		return len(results) == 1 && results[0].Outcome == domain.Rejected
	})
}

func says(entries []wire.Entry, id domain.DeviceID, level thing.Value) bool {
	return slices.ContainsFunc(entries, func(e wire.Entry) bool { return e.Device == id && e.Values["sprayLevel"] == level })
}
