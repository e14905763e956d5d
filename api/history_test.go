package api

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
)

// busy makes a home where something of everything happened, and returns one
// device of it.
func (h *house) busy() domain.DeviceID {
	h.b.t.Helper()
	lamp := h.device("dimmable-light", "Lamp")
	var room Room
	h.owner.ask("POST", h.path+"/rooms", `{"name":"Hall"}`).want(201).into(&room)
	h.turn(lamp, true)
	placed := h.owner.ask("PATCH", h.deviceAt(lamp), `{"name":"Hall lamp","room":"`+room.ID.String()+`"}`,
		h.owner.ask("GET", h.deviceAt(lamp), "").match()).want(200)
	var command Command
	h.owner.ask("POST", h.deviceAt(lamp)+"/commands", `{"set":{"currentLevel":30}}`).want(202).into(&command)
	h.report(lamp, map[string]thing.Value{"currentLevel": "30"})
	h.end(lamp, command.ID, domain.Succeeded)
	h.disconnect()
	h.connect(2)
	renamed := h.owner.ask("PATCH", h.path+"/rooms/"+room.ID.String(), `{"name":"Entrance"}`, header{"If-Match", etag(room.Revision)}).want(200)
	h.owner.ask("DELETE", h.path+"/rooms/"+room.ID.String(), "", renamed.match()).want(204)
	h.owner.ask("PATCH", h.path, `{"name":"Chalet"}`, h.owner.ask("GET", h.path, "").match()).want(200)
	_ = placed
	return lamp
}

// picture asks for the home as of an event.
func (h *house) picture(seq domain.Seq) Picture {
	h.b.t.Helper()
	var p Picture
	h.owner.ask("GET", h.path+"/state?seq="+seqText(seq), "").want(200).into(&p)
	return p
}

func TestTheStateAtTheHeadIsThePresent(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	h.busy()
	var now Picture
	h.owner.ask("GET", h.path+"/state", "").want(200).into(&now)
	var twins Twins
	var devices list[Device]
	var home Home
	h.owner.ask("GET", h.path+"/twins", "").into(&twins)
	h.owner.ask("GET", h.path+"/devices", "").into(&devices)
	h.owner.ask("GET", h.path, "").into(&home)
	for _, pair := range [][2]any{{now.Twins, twins.Items}, {now.Devices, devices.Items}, {now.Home, home}} {
		past, _ := encode(pair[0])
		present, _ := encode(pair[1])
		if string(past) != string(present) {
			t.Errorf("past %s\npresent %s", past, present)
		}
	}
	if now.Seq != h.head() || now.Home.Name != "Chalet" || len(now.Gateways) != 1 || len(now.Rooms) != 0 {
		t.Errorf("%+v", now)
	}
}

func TestAFilmReplayedByReplacingIsTheStateAtEveryEvent(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	h.busy()
	from := domain.Seq(4)
	var film Film
	h.owner.ask("GET", h.path+"/film?from="+seqText(from), "").want(200).into(&film)
	if film.From != from || film.To != h.head() || film.Head != h.head() || len(film.Frames) != int(h.head()-from) {
		t.Fatalf("%d..%d of %d, %d frames", film.From, film.To, film.Head, len(film.Frames))
	}
	screen := newScreen(h.picture(from))
	for i, frame := range film.Frames {
		screen.show(frame)
		if frame.Event.Seq != from+domain.Seq(i)+1 {
			t.Fatalf("frame %d is event %d", i, frame.Event.Seq)
		}
		if got, want := screen.text(), newScreen(h.picture(frame.Event.Seq)).text(); got != want {
			t.Fatalf("after %d %s:\nreplayed %s\nwas      %s", frame.Event.Seq, frame.Event.Type, got, want)
		}
	}
	h.owner.ask("GET", h.path+"/film", "").refused(422, domain.Invalid)
	h.owner.ask("GET", h.path+"/film?from="+seqText(h.head()+1), "").refused(422, domain.Invalid)
	h.owner.ask("GET", h.path+"/film?from=0&limit=3", "").want(200).into(&film)
	if len(film.Frames) != 3 || film.To != 3 {
		t.Errorf("%d frames to %d", len(film.Frames), film.To)
	}
}

func TestTheHomeAtATimeIsWhatTheCloudKnewThen(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	lamp := h.device("light", "Lamp")
	h.turn(lamp, true)
	var lit Event
	h.owner.ask("GET", h.path+"/events/"+seqText(h.head()), "").into(&lit)
	h.turn(lamp, false)
	var then Picture
	at := url.QueryEscape(lit.RecordedAt.Format(time.RFC3339Nano))
	h.owner.ask("GET", h.path+"/state?known_at="+at, "").want(200).into(&then)
	if then.Seq != lit.Seq || then.Twins[0].Properties["onOff"].Reported.value.Value != "true" || !then.At.Equal(lit.RecordedAt.Time) {
		t.Errorf("%+v", then)
	}
	for _, wrong := range []string{
		"known_at=2019-01-01T00:00:00Z", "known_at=yesterday", "known_at=now", "known_at=infinity", "known_at=2026-13-01T00:00:00Z", "known_at=2026-05-03T25:00:00Z",
		"known_at=2026-05-03T14:00:00%2B25:00", "known_at=2026-05-03", "known_at=0000-01-01T00:00:00Z", "known_at=294277-01-01T00:00:00Z", "known_at=1",
		"seq=0", "seq=-1", "seq=" + seqText(h.head()+1), "seq=1&known_at=" + at,
		"known_at=9999-12-31T23:59:59Z", "true_at=9999-12-31T23:59:59Z", "true_at=2019-01-01T00:00:00Z", "at=" + at,
	} {
		p := h.owner.ask("GET", h.path+"/state?"+wrong, "").refused(422, domain.Invalid)
		if strings.Contains(p.Detail, "yesterday") || strings.Contains(p.Detail, "25:00") {
			t.Errorf("%s: repeats the value: %s", wrong, p.Detail)
		}
	}
}

func TestTheDensityCountsEveryEventOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	lamp := h.busy()
	h.turn(lamp, false)
	for _, query := range []string{"", "?buckets=1", "?buckets=1000", "?to=2100-01-01T00:00:00Z", "?from=2020-01-01T00:00:00Z"} {
		var d Density
		h.owner.ask("GET", h.path+"/density"+query, "").want(200).into(&d)
		total, first := int64(0), domain.Seq(0)
		for _, bucket := range d.Buckets {
			if total += bucket.Count; first == 0 {
				first = bucket.FirstSeq
			}
		}
		if total != int64(h.head()) || first != 1 {
			t.Errorf("%q: %d events from %d, want %d from 1", query, total, first, h.head())
		}
	}
	for _, wrong := range []string{"?buckets=0", "?buckets=1001", "?from=2026-05-03T00:00:00Z&to=2026-05-02T00:00:00Z", "?from=x"} {
		h.owner.ask("GET", h.path+"/density"+wrong, "").refused(422, domain.Invalid)
	}
}

func TestGatewaysAreListedAndANewOneGetsAClaim(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	var gateways list[Gateway]
	h.owner.ask("GET", h.path+"/gateways", "").want(200).into(&gateways)
	if len(gateways.Items) != 1 || !gateways.Items[0].Connected || gateways.Items[0].Name != "Gateway" || gateways.Items[0].Version != "0.1.0" {
		t.Errorf("%+v", gateways)
	}
	var gateway Gateway
	got := h.owner.ask("GET", h.path+"/gateways/"+h.gateway.String(), "").want(200).into(&gateway)
	if gateway.ID != h.gateway || got.header.Get("ETag") != etag(gateway.Revision) {
		t.Errorf("%+v", gateway)
	}
	h.owner.ask("GET", h.path+"/gateways/"+h.id.String(), "").refused(404, domain.NotFound)
	var claim Claim
	h.owner.ask("POST", h.path+"/gateways/claims", "").want(201).into(&claim)
	if _, err := domain.ParseClaim(claim.Claim); err != nil || time.Until(claim.ExpiresAt.Time) > 10*time.Minute {
		t.Errorf("%+v %v", claim, err)
	}
	h.owner.ask("POST", h.path+"/gateways/claims", `{"role":"owner"}`).refused(422, domain.Invalid)
}

func TestTheDifferenceOfTwoInstantsIsWhatChangedBetween(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	lamp, other := h.device("light", "Lamp"), h.device("light", "Other")
	h.turn(lamp, false)
	h.turn(other, true)
	when := func() string {
		var last Event
		h.owner.ask("GET", h.path+"/events/"+seqText(h.head()), "").into(&last)
		return url.QueryEscape(last.RecordedAt.Format(time.RFC3339Nano))
	}
	from, first := when(), h.head()
	h.turn(lamp, true)
	h.turn(other, true) // only told again
	var room Room
	h.owner.ask("POST", h.path+"/rooms", `{"name":"Hall"}`).want(201).into(&room)
	third := h.device("light", "Third")
	to, last := when(), h.head()
	for _, clock := range []string{"", "&clock=known", "&clock=true"} {
		var d Difference
		h.owner.ask("GET", h.path+"/history/difference?from="+from+"&to="+to+clock, "").want(200).into(&d)
		if d.From != first || d.To != last || d.Home.value != nil || len(d.Gateways) != 0 {
			t.Errorf("%s: %+v", clock, d)
		}
		if len(d.Rooms) != 1 || d.Rooms[0].Was.value != nil || d.Rooms[0].Is.value.Name != "Hall" {
			t.Errorf("%s: rooms %+v", clock, d.Rooms)
		}
		if len(d.Devices) != 1 || d.Devices[0].Was.value != nil || d.Devices[0].Is.value.ID != third {
			t.Errorf("%s: devices %+v", clock, d.Devices)
		}
		if len(d.Values) != 1 || d.Values[0].Device != lamp || d.Values[0].Property != "onOff" ||
			d.Values[0].Was.value.Reported.value.Value != "false" || d.Values[0].Is.value.Reported.value.Value != "true" {
			t.Errorf("%s: values %+v", clock, d.Values)
		}
	}
	for _, wrong := range []string{
		"", "?from=" + from, "?to=" + to, "?from=" + to + "&to=" + from, "?from=" + from + "&to=" + from, "?from=x&to=" + to,
		"?from=2019-01-01T00:00:00Z&to=" + to, "?from=" + from + "&to=2999-01-01T00:00:00Z", "?from=" + from + "&to=" + to + "&clock=wall",
	} {
		h.owner.ask("GET", h.path+"/history/difference"+wrong, "").refused(422, domain.Invalid)
	}
}
