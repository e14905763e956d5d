package api

import (
	"testing"

	"logis/domain"
	"logis/domain/thing"
)

func TestADeviceSaysAllAPageNeedsToDrawIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	lamp := h.device("dimmable-light", "Ceiling lamp")
	var device Device
	got := h.owner.ask("GET", h.deviceAt(lamp), "").want(200).into(&device)
	if device.Name != "Ceiling lamp" || device.Kind != "dimmable-light" || device.Gateway != h.gateway || device.Room != nil {
		t.Errorf("%+v", device)
	}
	level, ok := device.Affordances.Properties["currentLevel"]
	if !ok || level.ReadOnly || level.Class == nil || *level.Class != thing.Comfort || *level.Maximum != 100 || level.Unit != "percent" {
		t.Errorf("currentLevel %+v", level)
	}
	if device.Attributes["manufacturer"] != "Logis" || got.header.Get("ETag") != etag(device.Revision) {
		t.Errorf("%+v, ETag %s", device, got.header.Get("ETag"))
	}
	var devices list[Device]
	h.owner.ask("GET", h.path+"/devices", "").want(200).into(&devices)
	if len(devices.Items) != 1 || devices.Items[0].ID != lamp {
		t.Errorf("%+v", devices)
	}
}

func TestADeviceIsRenamedAndMovedInOneChange(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	lamp := h.device("light", "Lamp")
	var room Room
	h.owner.ask("POST", h.path+"/rooms", `{"name":"Hall"}`).want(201).into(&room)
	var device Device
	at, body := h.deviceAt(lamp), `{"name":"Hall lamp","room":"`+room.ID.String()+`"}`
	changed := h.owner.ask("PATCH", at, body, h.owner.ask("GET", at, "").match()).want(200).into(&device)
	if device.Name != "Hall lamp" || device.Room == nil || *device.Room != room.ID || device.Revision != h.head() {
		t.Errorf("%+v at head %d", device, h.head())
	}
	again := h.owner.ask("PATCH", at, body, changed.match()).want(200)
	if again.header.Get("ETag") != changed.header.Get("ETag") {
		t.Error("what is so already became an event")
	}
	h.owner.ask("PATCH", at, `{"room":null}`, changed.match()).want(200).into(&device)
	if device.Room != nil || device.Name != "Hall lamp" {
		t.Errorf("taken out: %+v", device)
	}
	match := header{"If-Match", etag(device.Revision)}
	p := h.owner.ask("PATCH", at, `{"room":"018f0000-0000-7000-8000-000000000000"}`, match).refused(422, domain.Invalid)
	if len(p.Errors) != 1 || p.Errors[0].Field != "room" {
		t.Errorf("%+v", p)
	}
	h.owner.ask("PATCH", at, `{}`, match).refused(422, domain.Invalid)
}

func TestARemovedDeviceIsGoneEverywhereButInThePast(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	lamp := h.device("light", "Lamp")
	h.turn(lamp, true)
	before := h.head()
	h.owner.ask("DELETE", h.deviceAt(lamp), "", h.owner.ask("GET", h.deviceAt(lamp), "").match()).want(204)
	h.owner.ask("GET", h.deviceAt(lamp), "").refused(404, domain.NotFound)
	h.owner.ask("GET", h.deviceAt(lamp)+"/twin", "").refused(404, domain.NotFound)
	h.owner.ask("POST", h.deviceAt(lamp)+"/commands", `{"set":{"onOff":true}}`).refused(404, domain.NotFound)
	var devices list[Device]
	var twins Twins
	h.owner.ask("GET", h.path+"/devices", "").into(&devices)
	h.owner.ask("GET", h.path+"/twins", "").into(&twins)
	if len(devices.Items) != 0 || len(twins.Items) != 0 {
		t.Errorf("%+v %+v", devices, twins)
	}
	var past Picture
	h.owner.ask("GET", h.path+"/state?seq="+seqText(before), "").want(200).into(&past)
	if len(past.Devices) != 1 || len(past.Twins) != 1 || past.Devices[0].Name != "Lamp" {
		t.Errorf("%+v", past)
	}
}

func TestTwinsTellBothSidesAndTheirAge(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	lamp, silent := h.device("dimmable-light", "Lamp"), h.device("light", "Silent")
	h.report(lamp, map[string]thing.Value{"onOff": "true", "currentLevel": "40"})
	h.owner.ask("POST", h.deviceAt(lamp)+"/commands", `{"set":{"currentLevel":70}}`).want(202)
	var twins Twins
	h.owner.ask("GET", h.path+"/twins", "").want(200).into(&twins)
	if twins.Seq != h.head() || twins.Now.IsZero() || len(twins.Items) != 2 {
		t.Fatalf("%+v", twins)
	}
	byDevice := map[domain.DeviceID]Twin{}
	for _, twin := range twins.Items {
		byDevice[twin.Device] = twin
	}
	level := byDevice[lamp].Properties["currentLevel"]
	if level.Reported.value == nil || level.Reported.value.Value != "40" || twins.Now.Before(level.Reported.value.At.Time) {
		t.Errorf("reported %+v at %v", level.Reported.value, twins.Now)
	}
	if level.Desired.value == nil || level.Desired.value.Value != "70" || !level.Desired.value.Open {
		t.Errorf("desired %+v", level.Desired.value)
	}
	if delta := byDevice[lamp].Delta; len(delta) != 1 || delta["currentLevel"] != "70" {
		t.Errorf("delta %+v", delta)
	}
	if twin := byDevice[silent]; twin.Revision != 0 || twin.Available.value != nil || len(twin.Properties) != 0 {
		t.Errorf("a device that never spoke: %+v", twin)
	}
	var twin Twin
	got := h.owner.ask("GET", h.deviceAt(lamp)+"/twin", "").want(200).into(&twin)
	if got.header.Get("ETag") != etag(twin.Revision) || twin.Revision != h.head() {
		t.Errorf("ETag %s, revision %d", got.header.Get("ETag"), twin.Revision)
	}
}

func TestModelsAreListedAndOneIsFound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person("Ada")
	var models list[Model]
	ada.ask("GET", "/api/v1/models", "").want(200).into(&models)
	var lock Model
	ada.ask("GET", "/api/v1/models/lock", "").want(200).into(&lock)
	if len(models.Items) < 20 || lock.Kind != "lock" || len(lock.Document) == 0 || lock.Affordances.Actions["unlockDoor"].Class != thing.Opening {
		t.Errorf("%d models, lock %+v", len(models.Items), lock)
	}
	ada.ask("GET", "/api/v1/models/dragon", "").refused(404, domain.NotFound)
}
