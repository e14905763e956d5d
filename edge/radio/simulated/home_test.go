package simulated_test

import (
	"testing"

	"logis/domain/thing"
	"logis/edge/radio/radiotest"
	"logis/edge/radio/simulated"
)

func TestTheHomeIsARadio(t *testing.T) {
	t.Parallel()
	radiotest.Run(t, func(t *testing.T) radiotest.Rig {
		h, err := simulated.New(simulated.Options{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		rig := radiotest.Rig{Radio: h, Devices: map[string]string{}}
		for _, kind := range kinds(t) {
			rig.Devices[kind] = h.Address(kind)
		}
		vanish := func(address string, absent bool) {
			if err := h.Vanish(address, absent); err != nil {
				t.Error(err)
			}
		}
		rig.Break = func(address string) { vanish(address, true) }
		rig.Repair = func(address string) { vanish(address, false) }
		return rig
	})
}

func kinds(t *testing.T) []string {
	t.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, model := range catalog.Kinds() {
		kinds = append(kinds, model.Kind)
	}
	return kinds
}
