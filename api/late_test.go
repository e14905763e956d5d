package api

import (
	"context"
	"net/url"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
)

// turnedBefore reports only now that a lamp went on or off at a time.
func (h *house) turnedBefore(id domain.DeviceID, on bool, at time.Time) {
	h.b.t.Helper()
	h.append(func(ctx context.Context, tx *eventstore.Tx) error {
		ev, err := tx.Home(h.id).Report(h.gateway, id, map[string]thing.Value{"onOff": thing.Bool(on)}, domain.CommandID{})
		if err != nil {
			return err
		}
		ev.Edge, ev.OccurredAt, ev.Flags = h.edge(), at, domain.Historic
		_, err = tx.Record(ctx, h.id, ev)
		return err
	})
}

func TestWhatWasToldLateIsToldApart(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	lamp, other := h.device("light", "Lamp"), h.device("light", "Other")
	h.turn(other, true)
	h.turn(lamp, true)
	var lit Event
	h.owner.ask("GET", h.path+"/events/"+seqText(h.head()), "").into(&lit)
	at := "?at=" + url.QueryEscape(lit.RecordedAt.Add(time.Microsecond).Format(time.RFC3339Nano))
	var late Late
	h.owner.ask("GET", h.path+"/history/late"+at, "").want(200).into(&late)
	if late.Seq != lit.Seq || len(late.Values) != 0 || len(late.Twins) != 0 {
		t.Errorf("%+v", late)
	}
	h.turnedBefore(lamp, false, lit.RecordedAt.Time)
	h.owner.ask("GET", h.path+"/history/late"+at, "").want(200).into(&late)
	if late.Seq != lit.Seq || len(late.Values) != 1 || len(late.Twins) != 1 || late.Twins[0].Device != lamp {
		t.Fatalf("%+v", late)
	}
	if v := late.Values[0]; v.Device != lamp || v.Was.value.Reported.value.Value != "true" || v.Is.value.Reported.value.Value != "false" {
		t.Errorf("%+v", v)
	}
	var then Picture
	h.owner.ask("GET", h.path+"/state?true_at="+at[len("?at="):], "").want(200).into(&then)
	for _, twin := range then.Twins {
		want, _ := encode(twin)
		if got, _ := encode(late.Twins[0]); twin.Device == lamp && string(got) != string(want) {
			t.Errorf("%s\nwas %s", got, want)
		}
	}
	for _, wrong := range []string{"", "?at=2019-01-01T00:00:00Z", "?at=2999-01-01T00:00:00Z", "?at=x", "?seq=1"} {
		h.owner.ask("GET", h.path+"/history/late"+wrong, "").refused(422, domain.Invalid)
	}
}

func TestTheDensityIsToldRoomByRoom(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	lamp, other := h.device("light", "Lamp"), h.device("light", "Other")
	var room Room
	h.owner.ask("POST", h.path+"/rooms", `{"name":"Hall"}`).want(201).into(&room)
	h.owner.ask("PATCH", h.deviceAt(lamp), `{"room":"`+room.ID.String()+`"}`, h.owner.ask("GET", h.deviceAt(lamp), "").match()).want(200)
	for i := range 9 {
		h.turn(lamp, i%2 == 0)
	}
	h.turn(other, true)
	for _, query := range []string{"?lanes=true&buckets=1", "?lanes=true", "?lanes=true&buckets=1000&to=2100-01-01T00:00:00Z"} {
		var d Density
		h.owner.ask("GET", h.path+"/density"+query, "").want(200).into(&d)
		if len(d.Lanes) != 2 || *d.Lanes[0].Room != room.ID || *d.Lanes[0].Name != "Hall" || d.Lanes[1].Room != nil || d.Lanes[1].Name != nil {
			t.Fatalf("%s: %+v", query, d.Lanes)
		}
		for i, bucket := range d.Buckets {
			if d.Lanes[0].Counts[i]+d.Lanes[1].Counts[i] != bucket.Count {
				t.Errorf("%s: part %d: %d and %d of %d", query, i, d.Lanes[0].Counts[i], d.Lanes[1].Counts[i], bucket.Count)
			}
		}
	}
	var d Density
	h.owner.ask("GET", h.path+"/density?lanes=true&buckets=1", "").into(&d)
	if hall := d.Lanes[0].Counts[0]; hall != 12 { // registered, placed, nine reports, and the room itself
		t.Errorf("%d events of the hall", hall)
	}
	h.owner.ask("GET", h.path+"/density?lanes=2", "").refused(422, domain.Invalid)
	h.owner.ask("GET", h.path+"/density?lanes=true&to=2001-01-01T00:00:00Z&from=2000-01-01T00:00:00Z", "").want(200).into(&d)
	if len(d.Lanes) != 0 {
		t.Errorf("%+v", d.Lanes)
	}
}
