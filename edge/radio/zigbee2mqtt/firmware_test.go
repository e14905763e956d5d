package zigbee2mqtt_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"logis/domain/thing"
	"logis/edge/radio/zigbee2mqtt/ziglab"
	"logis/edge/radio/zigbee2mqtt/znp"
)

// Zigbee2MQTT asks the lamp which firmware it has, and finds a newer one in an index.
func TestANewerFirmwareIsShownAndLeftToPeople(t *testing.T) {
	t.Parallel()
	lamp := znp.NewLamp(0x000d6f0000000001)
	lab := ziglab.Start(t, lamp)
	h := openHome(t, lab)
	address := ziglab.Address(lamp)
	h.UntilReach(t, true, address)
	index := filepath.Join(t.TempDir(), "index.json")
	for _, c := range []struct{ version, state string }{{"65537", "idle"}, {"65538", "available"}} {
		text := fmt.Sprintf(`[{"fileName":"lamp.ota","fileVersion":%s,"fileSize":9,"url":"/nowhere/lamp.ota",`+
			`"imageType":%d,"manufacturerCode":%d}]`, c.version, 0x7001, 0x117c)
		if err := os.WriteFile(index, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		h.ask("device/ota_update/check", fmt.Sprintf(`{"id":%q,"url":%q}`, address, index))
		h.Until(t, "the firmware is said to be "+c.state, func() bool {
			facts := h.Devices[address].Attributes
			return facts["update"] == c.state && facts["updateInstalled"] == "65537" && facts["updateLatest"] == c.version
		})
	}
	if d, _ := h.Described(address); d.Kind != "dimmable-light" || d.Attributes["manufacturer"] != "IKEA" {
		t.Errorf("the lamp is now %+v", d)
	}
	h.Set(address, map[string]thing.Value{"onOff": "true"})
	h.ask("device/rename", fmt.Sprintf(`{"from":%q,"to":"Desk"}`, address))
	h.Until(t, "its name is new, and its firmware is not forgotten", func() bool {
		return h.Devices[address].Name == "Desk" && h.Devices[address].Attributes["update"] == "available"
	})
}
