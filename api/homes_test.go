package api

import (
	"strings"
	"testing"

	"logis/domain"
)

func TestAHomeIsFoundedFoundAndRenamed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person("Ada")
	var home Home
	founded := ada.ask("POST", "/api/v1/homes", `{"name":"  Rue des Lilas ","time_zone":"Europe/Paris"}`).want(201).into(&home)
	if home.Name != "Rue des Lilas" || home.Role != "owner" || home.Head.Seq != 2 || home.TimeZone != "Europe/Paris" {
		t.Errorf("founded %+v", home)
	}
	location := founded.header.Get("Location")
	if location != "/api/v1/homes/"+home.ID.String() || founded.header.Get("ETag") != `"1"` {
		t.Errorf("Location %q, ETag %q", location, founded.header.Get("ETag"))
	}
	got := ada.ask("GET", location, "").want(200)
	if strings.TrimSpace(got.body) != strings.TrimSpace(founded.body) {
		t.Errorf("GET %s, POST %s", got.body, founded.body)
	}
	renamed := ada.ask("PATCH", location, `{"name":"Home"}`, got.match()).want(200).into(&home)
	if home.Name != "Home" || home.Revision != 3 || renamed.header.Get("ETag") != `"3"` {
		t.Errorf("renamed %+v", home)
	}
	var homes list[Home]
	ada.ask("GET", "/api/v1/homes", "").want(200).into(&homes)
	if len(homes.Items) != 1 || homes.Items[0].Name != "Home" {
		t.Errorf("%+v", homes)
	}
	same := ada.ask("PATCH", location, `{"name":"Home"}`, renamed.match()).want(200)
	if same.header.Get("ETag") != `"3"` {
		t.Error("the name it has already is a new event")
	}
}

func TestAChangeNeedsTheRevisionItIsBasedOn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	missing := h.owner.ask("PATCH", h.path, `{"name":"x"}`).refused(428, domain.Invalid)
	if len(missing.Errors) != 1 || missing.Errors[0].Field != "If-Match" {
		t.Errorf("%+v", missing)
	}
	h.owner.ask("PATCH", h.path, `{"name":"x"}`, header{"If-Match", `"2"`}).refused(412, domain.WrongRevision)
	for _, wrong := range []string{"1", `"01"`, `"x"`, `W/"1"`, "*", `"1","2"`, `"-1"`, `"99999999999999999999"`} {
		h.owner.ask("PATCH", h.path, `{"name":"x"}`, header{"If-Match", wrong}).refused(422, domain.Invalid)
	}
	h.owner.ask("PATCH", h.path, `{"name":"x"}`, header{"If-Match", `"1"`}).want(200)
}

func TestRoomsAreAddedRenamedAndRemoved(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	var room Room
	added := h.owner.ask("POST", h.path+"/rooms", `{"name":"Kitchen"}`).want(201).into(&room)
	at := added.header.Get("Location")
	lamp := h.device("light", "Lamp")
	var device Device
	placed := h.owner.ask("GET", h.deviceAt(lamp), "").want(200)
	h.owner.ask("PATCH", h.deviceAt(lamp), `{"room":"`+room.ID.String()+`"}`, placed.match()).want(200).into(&device)
	if device.Room == nil || *device.Room != room.ID {
		t.Errorf("placed %+v", device)
	}
	renamed := h.owner.ask("PATCH", at, `{"name":"Cuisine"}`, added.match()).want(200).into(&room)
	if room.Name != "Cuisine" {
		t.Errorf("%+v", room)
	}
	h.owner.ask("DELETE", at, "", added.match()).refused(412, domain.WrongRevision)
	gone := h.owner.ask("DELETE", at, "", renamed.match()).want(204)
	if gone.body != "" {
		t.Errorf("a body with 204: %s", gone.body)
	}
	h.owner.ask("DELETE", at, "", renamed.match()).refused(404, domain.NotFound)
	var rooms list[Room]
	h.owner.ask("GET", h.path+"/rooms", "").want(200).into(&rooms)
	h.owner.ask("GET", h.deviceAt(lamp), "").want(200).into(&device)
	if len(rooms.Items) != 0 || device.Room != nil {
		t.Errorf("rooms %+v, device in %v", rooms, device.Room)
	}
}

func TestAHomeHasABoundOfRooms(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	for range maxRooms {
		h.owner.ask("POST", h.path+"/rooms", `{"name":"Room"}`).want(201)
	}
	h.owner.ask("POST", h.path+"/rooms", `{"name":"Room"}`).refused(409, domain.Conflict)
}

func TestAPersonHasABoundOfHomes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person("Ada")
	for range maxHomes {
		ada.ask("POST", "/api/v1/homes", `{"name":"Home","time_zone":"UTC"}`).want(201)
	}
	ada.ask("POST", "/api/v1/homes", `{"name":"Home","time_zone":"UTC"}`).refused(409, domain.Conflict)
	var homes list[Home]
	ada.ask("GET", "/api/v1/homes", "").want(200).into(&homes)
	if len(homes.Items) != maxHomes {
		t.Errorf("%d homes", len(homes.Items))
	}
}

func TestEveryFaultIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.person("Ada").ask("POST", "/api/v1/homes?color=red", `{"name":"\u202ea","time_zone":"Mars/Olympus","pet":1}`,
		header{"Idempotency-Key", ""}).refused(422, domain.Invalid)
	fields := map[string]string{}
	for _, fault := range p.Errors {
		fields[fault.Field] = fault.Message
	}
	if len(fields) != 1 || fields["color"] == "" {
		t.Errorf("an address that is wrong: %+v", p.Errors)
	}
	p = b.person("Eve").ask("POST", "/api/v1/homes", `{"name":"\u202ea","time_zone":"Mars/Olympus","pet":1}`,
		header{"Idempotency-Key", ""}).refused(422, domain.Invalid)
	fields = map[string]string{}
	for _, fault := range p.Errors {
		fields[fault.Field] = fault.Message
	}
	for _, want := range []string{"name", "time_zone", "pet", "Idempotency-Key"} {
		if fields[want] == "" {
			t.Errorf("nothing about %s in %+v", want, p.Errors)
		}
	}
}

func TestAListOfHomesReadsNothingThatIsInThem(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	h.device("light", "Lamp")
	before := h.owner.ask("GET", "/homes", "").want(200).body
	if _, err := b.store.Pool().Exec(t.Context(), `UPDATE devices SET doc = 'unreadable'`); err != nil {
		t.Fatal(err)
	}
	if after := h.owner.ask("GET", "/homes", "").want(200).body; after != before {
		t.Errorf("%s\nwas %s", after, before)
	}
	h.owner.ask("GET", h.path+"/devices", "").refused(500, domain.Internal)
}
