package outbox

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"logis/domain/thing"
	"logis/edge/clock"
	"logis/edge/radio"
	"logis/wire"
)

func TestAFreshOutboxBeginsWithWhatDevicesRemember(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "outbox.db")
	o := Options{Path: path, Gateway: gateway, Time: clock.NewServer(&machine{id: "boot 1"})}
	box, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	if !box.Fresh() {
		t.Fatal("a new outbox is not fresh")
	}
	then := epoch.Add(-48 * time.Hour)
	lamp := radio.Device{Address: "1", Kind: "light"}
	told := []radio.Memory{
		{At: then, Address: "1", Values: map[string]thing.Value{"onOff": "true"}},
		{At: then.Add(time.Hour), Address: "1", Values: map[string]thing.Value{"onOff": "false"}},
	}
	if err := box.Remember("test", []radio.Device{lamp}, slices.Values(told)); err != nil {
		t.Fatal(err)
	}
	if box.Fresh() {
		t.Error("it is fresh still")
	}
	if err := box.db.close(); err != nil {
		t.Fatal(err)
	}

	r := start(t, path) // as the agent does: the past is there before anybody is told anything
	batch, err := r.Read(t.Context(), 1, 10, 10, 1<<20)
	if err != nil || len(batch.Entries) != 3 {
		t.Fatalf("%+v, %v", batch, err)
	}
	for i, want := range []struct {
		kind wire.Kind
		at   time.Time
	}{{wire.KindDevice, then}, {wire.KindReport, then}, {wire.KindReport, then.Add(time.Hour)}} {
		if e := batch.Entries[i]; e.Kind != want.kind || e.AtMS != want.at.UnixMilli() {
			t.Errorf("entry %d: %s at %v", i+1, e.Kind, time.UnixMilli(e.AtMS))
		}
	}
	if r.Fresh() {
		t.Error("a second start would remember again")
	}
}
