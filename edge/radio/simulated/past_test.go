package simulated_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/simulated"
)

var noon = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

func memories(t *testing.T, o simulated.Options) (*simulated.Home, []radio.Device, []radio.Memory) {
	t.Helper()
	o.Now = func() time.Time { return noon }
	home, err := simulated.New(o)
	if err != nil {
		t.Fatal(err)
	}
	devices, told := home.Past()
	return home, devices, slices.Collect(told)
}

func TestAMadeUpPastIsInOrderWithinItsTimeAndWhatTheDevicesCanSay(t *testing.T) {
	t.Parallel()
	const length = 21 * 24 * time.Hour
	home, devices, told := memories(t, simulated.Options{Seed: 1, Past: length})
	if len(told) < 5000 || len(told) > 20_000 {
		t.Errorf("%d reports in three weeks", len(told))
	}
	catalog, err := thing.Standard()
	if err != nil {
		t.Fatal(err)
	}
	models := map[string]*thing.Model{}
	for _, d := range devices {
		if models[d.Address], err = catalog.Describe(d.Kind, d.Capabilities); err != nil || d.Attributes["past"] == "" {
			t.Fatalf("%s: %v, marked %q", d.Name, err, d.Attributes["past"])
		}
	}
	last, energy := noon.Add(-length), 0.0
	for _, m := range told {
		if m.At.Before(last) || m.At.After(noon) {
			t.Fatalf("%v after %v", m.At, last)
		}
		last = m.At
		for name, value := range m.Values {
			if p, ok := models[m.Address].Properties[name]; !ok || p.Check(value) != "" {
				t.Fatalf("%s cannot say %s %s", m.Address, name, value)
			}
		}
		if f, ok := m.Values["cumulativeEnergyImported"].Float(); ok && m.Address == home.Address("meter") {
			if f < energy {
				t.Fatalf("the meter went back from %v to %v", energy, f)
			}
			energy = f
		}
	}
	if energy < 50 || energy > 500 {
		t.Errorf("%v kWh in three weeks", energy)
	}
	if now, _ := home.Value(home.Address("meter"), "cumulativeEnergyImported").Float(); now != energy {
		t.Errorf("the meter goes on from %v, not from %v", now, energy)
	}
}

func TestTheSameSeedMakesUpTheSamePastAndNoneIsMadeUpUnasked(t *testing.T) {
	t.Parallel()
	past := func(seed uint64, length time.Duration) []radio.Memory {
		_, _, told := memories(t, simulated.Options{Seed: seed, Past: length})
		return told
	}
	const week = 7 * 24 * time.Hour
	if !reflect.DeepEqual(past(1, week), past(1, week)) || reflect.DeepEqual(past(1, week), past(2, week)) {
		t.Error("the past does not follow from the seed")
	}
	if told := past(1, 0); len(told) != 0 {
		t.Errorf("%d reports unasked", len(told))
	}
	if _, err := simulated.New(simulated.Options{Past: simulated.MaxPast + 1}); err == nil {
		t.Error("a longer past was taken")
	}
}
