package domain_test

import (
	"testing"

	"logis/domain"
	"logis/domain/energy"
	"logis/domain/thing"
)

func energyFacts() map[string]domain.Fact {
	return map[string]domain.Fact{
		"tariff.set@1": domain.TariffSet{Tariff: energy.Tariff{
			From: "2026-05-01", Currency: "EUR", Price: 0.32, Low: &energy.Low{From: 22, To: 6, Price: 0.21},
		}},
		"tariff.set@1.plain":     domain.TariffSet{Tariff: energy.Tariff{From: "2026-05-01", Currency: "BDT", Price: 9.5}},
		"tariff.removed@1":       domain.TariffRemoved{From: "2026-05-01"},
		"reading.rejected@1":     domain.ReadingRejected{Device: lamp, Reading: 90, Property: "cumulativeEnergyImported"},
		"energy.corrected@1":     domain.EnergyCorrected{Device: lamp, From: "2026-05-01", To: "2026-05-31", KWh: 12.5},
		"correction.withdrawn@1": domain.CorrectionWithdrawn{},
		"device.replaced@1":      domain.DeviceReplaced{By: lock},
	}
}

// plugs returns a house with three plugs that measure energy.
func plugs(t *testing.T) (h *house, ids [3]domain.DeviceID) {
	t.Helper()
	h = newHouse(t)
	for i := range ids {
		ids[i] = domain.DeviceID{0x01, 0x8f, 15: byte(60 + i)}
		h.register(gateway, ids[i], "plug")
	}
	return h, ids
}

func (h *house) decided(ev domain.Event, err error) *domain.RecordedEvent {
	h.Helper()
	if err != nil {
		h.Fatalf("%v", err)
	}
	return h.record(ev)
}

func TestARoleGoesOnWhenItsDeviceIsReplaced(t *testing.T) {
	t.Parallel()
	h, ids := plugs(t)
	fridge, second, third := ids[0], ids[1], ids[2]
	swap := h.decided(h.Replace(fridge, second, domain.SystemActor)).RecordedAt
	h.now = h.now.Add(1e9)
	again := h.decided(h.Replace(second, third, domain.SystemActor)).RecordedAt
	if h.RoleOf(third) != fridge || h.RoleOf(second) != fridge || h.RoleOf(fridge) != fridge {
		t.Error("the role has another id")
	}
	cast := h.Cast(fridge)
	want := []domain.Played{{Device: fridge, To: swap}, {Device: second, From: swap, To: again}, {Device: third, From: again}}
	if len(cast) != 3 || cast[0] != want[0] || cast[1] != want[1] || cast[2] != want[2] {
		t.Errorf("the cast is %v, want %v", cast, want)
	}
	// What the second device did before it took the role over stays its own.
	if own := h.Cast(second); len(own) != 1 || own[0].To != swap {
		t.Errorf("the own role of the second device is %v", own)
	}
	// The first one is free for something else.
	if _, err := h.Replace(lamp, fridge, domain.SystemActor); err != nil {
		t.Error(err)
	}
}

func TestAReplacementThatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	h, ids := plugs(t)
	h.decided(h.Replace(ids[0], ids[1], domain.SystemActor))
	for name, c := range map[string]struct {
		id, by domain.DeviceID
		want   domain.Code
	}{
		"a device nobody knows":   {domain.DeviceID{9}, ids[2], domain.NotFound},
		"by nobody":               {ids[1], domain.DeviceID{9}, domain.Invalid},
		"by itself":               {ids[1], ids[1], domain.Invalid},
		"what was replaced":       {ids[0], ids[2], domain.Conflict},
		"by something else":       {lock, ids[2], domain.Invalid},
		"by what it was replaced": {ids[0], ids[1], domain.Invalid},
	} {
		if _, err := h.Replace(c.id, c.by, domain.SystemActor); domain.CodeOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCorrectionsAreCheckedKeptAndWithdrawn(t *testing.T) {
	t.Parallel()
	h, ids := plugs(t)
	read := h.told(gateway, domain.Event{Entity: ids[0].Entity(), Fact: domain.DeviceReported{
		Values: map[string]thing.Value{"cumulativeEnergyImported": "99999"},
	}})
	wrong := domain.ReadingRejected{Device: ids[0], Reading: read.Seq, Property: "cumulativeEnergyImported"}
	first := domain.CorrectionID{1}
	if _, err := h.RejectReading(first, wrong, false, domain.SystemActor); domain.CodeOf(err) != domain.Invalid {
		t.Errorf("a reading that was never told is rejected: %v", err)
	}
	h.decided(h.RejectReading(first, wrong, true, domain.SystemActor))
	if _, err := h.RejectReading(domain.CorrectionID{2}, wrong, true, domain.SystemActor); domain.CodeOf(err) != domain.Conflict {
		t.Errorf("it is rejected twice: %v", err)
	}
	for name, fact := range map[string]domain.EnergyCorrected{
		"a lamp":        {Device: lamp, From: "2026-05-01", To: "2026-05-01"},
		"no day":        {Device: ids[0], From: "1 May", To: "2026-05-01"},
		"backwards":     {Device: ids[0], From: "2026-05-02", To: "2026-05-01"},
		"two years":     {Device: ids[0], From: "2026-05-01", To: "2028-05-01"},
		"less than not": {Device: ids[0], From: "2026-05-01", To: "2026-05-01", KWh: -1},
	} {
		if _, err := h.CorrectEnergy(domain.CorrectionID{3}, fact, domain.SystemActor); domain.CodeOf(err) != domain.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	h.decided(h.CorrectEnergy(domain.CorrectionID{3}, domain.EnergyCorrected{Device: ids[0], From: "2026-05-01", To: "2026-05-31", KWh: 3}, domain.SystemActor))
	if len(h.Corrections) != 2 || !h.Corrections[first].Rejects() {
		t.Errorf("the corrections are %v", h.Corrections)
	}
	h.decided(h.WithdrawCorrection(first, domain.SystemActor))
	if _, err := h.WithdrawCorrection(first, domain.SystemActor); domain.CodeOf(err) != domain.NotFound || len(h.Corrections) != 1 {
		t.Errorf("it is withdrawn twice: %v", err)
	}
}

func TestTheTariffOfTheDayCounts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	set := func(tariff energy.Tariff) { h.decided(h.SetTariff(tariff, domain.SystemActor)) }
	set(energy.Tariff{From: "2026-05-01", Currency: "EUR", Price: 0.40})
	set(energy.Tariff{From: "2026-03-01", Currency: "EUR", Price: 0.30})
	set(energy.Tariff{From: "2026-05-01", Currency: "EUR", Price: 0.32}) // instead of the first
	if on, ok := h.Profile.Tariffs.On("2026-06-01"); !ok || on.Price != 0.32 || len(h.Profile.Tariffs) != 2 {
		t.Errorf("the tariffs are %v", h.Profile.Tariffs)
	}
	if _, err := h.SetTariff(energy.Tariff{From: "2026-05-01", Currency: "eur"}, domain.SystemActor); domain.CodeOf(err) != domain.Invalid {
		t.Errorf("a currency nobody knows: %v", err)
	}
	h.decided(h.RemoveTariff("2026-03-01", domain.SystemActor))
	if _, ok := h.Profile.Tariffs.On("2026-04-30"); ok {
		t.Error("there is a price before the first tariff")
	}
	if _, err := h.RemoveTariff("2026-03-01", domain.SystemActor); domain.CodeOf(err) != domain.NotFound {
		t.Errorf("it is removed twice: %v", err)
	}
}
