package radiotest

import (
	"maps"
	"reflect"
	"slices"
	"testing"
)

func tellsDevicesOnce(t *testing.T, b *bench) {
	r := b.start()
	// An order has gone round before the devices are counted: whatever the radio
	// does at its start, it has done.
	if err := b.act(b.toggle(r, 1)); err != nil {
		t.Errorf("Act: %v", err)
	}
	b.stop(r)
	for kind, address := range b.Devices {
		if n := r.devices[address]; n != 1 {
			t.Errorf("device %s was described %d times, want once", address, n)
		}
		if got := r.known[address].Kind; got != kind {
			t.Errorf("device %s is a %s, the rig says %s", address, got, kind)
		}
	}
}

func tellsPresentState(t *testing.T, b *bench) {
	r := b.start()
	for kind, address := range b.Devices {
		model := b.model(kind, nil)
		if slices.Contains(b.Quiet, kind) || len(model.Properties) == 0 {
			continue
		}
		b.wait(r.recorder, address+" ("+kind+") tells its present state", func() bool {
			return len(r.values[address]) > 0
		})
	}
	b.stop(r)
	for kind, address := range b.Devices {
		if !r.reach[address] {
			t.Errorf("%s (%s) is told to be out of reach", address, kind)
		}
	}
}

func tellsDevicesAgain(t *testing.T, b *bench) {
	first := b.start()
	b.stop(first)
	second := b.start()
	b.stop(second)
	for _, address := range slices.Sorted(maps.Values(b.Devices)) {
		if !reflect.DeepEqual(first.known[address], second.known[address]) {
			t.Errorf("device %s is\n%+v\nat the first start and\n%+v\nat the second",
				address, first.known[address], second.known[address])
		}
	}
}

func stopsCleanly(_ *testing.T, b *bench) {
	b.stop(b.start())
}

func stopsWhileSinkBlocks(_ *testing.T, b *bench) {
	recorder := newRecorder(b)
	recorder.blocks = true
	r := b.launch(recorder)
	b.wait(recorder, "the radio tells something", func() bool { return recorder.waiting > 0 })
	b.stop(r)
}
