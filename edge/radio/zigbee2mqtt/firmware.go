package zigbee2mqtt

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
)

// firmware is what Zigbee2MQTT says of the firmware of a device: Logis shows it, and
// leaves installing to Zigbee2MQTT.
type firmware struct {
	State     string       `json:"state"`
	Installed *json.Number `json:"installed_version"`
	Latest    *json.Number `json:"latest_version"`
}

// attributes returns what is shown; nil if nothing was said that can be used.
func (f firmware) attributes() map[string]string {
	if !slices.Contains([]string{"idle", "available", "scheduled", "updating"}, f.State) {
		return nil
	}
	shown := map[string]string{"update": f.State}
	for name, version := range map[string]*json.Number{"updateInstalled": f.Installed, "updateLatest": f.Latest} {
		if version != nil && len(*version) <= maxVersion {
			shown[name] = version.String()
		}
	}
	return shown
}

// takeFirmware shows what a state message says of the firmware, if that is new.
func (s *session) takeFirmware(ctx context.Context, u *unit, values state) error {
	var f firmware
	if !decodeInto(values["update"], &f) {
		return nil
	}
	shown := f.attributes()
	if shown == nil {
		s.stats.Unfit.Add(1)
		return nil
	}
	before := u.all()
	u.mu.Lock()
	same := maps.Equal(u.update, shown)
	u.update = shown
	u.devices = u.withUpdate(u.devices)
	now := u.devices
	u.mu.Unlock()
	if same {
		return nil
	}
	return s.introduce(ctx, before, now)
}

// withUpdate returns the devices with what is known of their firmware. It is called
// under mu.
func (u *unit) withUpdate(devices []*device) []*device {
	shown := make([]*device, len(devices))
	for i, d := range devices {
		changed := *d
		changed.Attributes = maps.Clone(d.Attributes)
		maps.Copy(changed.Attributes, u.update)
		shown[i] = &changed
	}
	return shown
}
