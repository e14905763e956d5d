package storetest

import (
	"context"
	"fmt"

	"logis/domain"
	"logis/domain/energy"
	"logis/domain/thing"
)

// turnEnergy changes a tariff, puts something right, or replaces a device.
func turnEnergy(ctx context.Context, t *turn) error {
	day := fmt.Sprintf("2026-%02d-%02d", 1+t.random.IntN(12), 1+t.random.IntN(28))
	switch t.random.IntN(6) {
	case 0:
		ev, err := t.home.SetTariff(energy.Tariff{From: day, Currency: "EUR", Price: float64(t.random.IntN(100)) / 100}, domain.SystemActor)
		return t.record(ctx, err, ev)
	case 1:
		if len(t.home.Profile.Tariffs) > 0 {
			day = t.home.Profile.Tariffs[0].From
		}
		ev, err := t.home.RemoveTariff(day, domain.SystemActor)
		return t.record(ctx, err, ev)
	case 2:
		return rejectReading(ctx, t)
	case 3:
		return correctEnergy(ctx, t, day)
	case 4:
		c := pick(t, t.home.Corrections)
		if c == nil {
			return nil
		}
		ev, err := t.home.WithdrawCorrection(c.ID, domain.SystemActor)
		return t.record(ctx, err, ev)
	default:
		return replaceDevice(ctx, t)
	}
}

// rejectReading rejects the last value that a device told.
func rejectReading(ctx context.Context, t *turn) error {
	w := pick(t, t.home.Twins)
	if w == nil {
		return nil
	}
	for _, d := range t.home.Devices {
		model, err := t.home.Model(d)
		if err != nil || d.ID != w.Device {
			continue
		}
		for _, name := range model.PropertyNames() {
			if p := w.Properties[name]; p != nil && p.Reported.Seq != 0 {
				fact := domain.ReadingRejected{Device: d.ID, Reading: p.Reported.Seq, Property: name}
				ev, err := t.home.RejectReading(newID[domain.CorrectionKind](t.random), fact, true, domain.SystemActor)
				return t.record(ctx, err, ev)
			}
		}
	}
	return nil
}

// correctEnergy says what a device used on a day; one that measures energy is made
// where there is none.
func correctEnergy(ctx context.Context, t *turn, day string) error {
	d, g, _ := t.speaker()
	if d == nil {
		return nil
	}
	id := d.ID
	nothing := domain.EnergyCorrected{Device: id, From: day, To: day}
	if _, err := t.home.CorrectEnergy(newID[domain.CorrectionKind](t.random), nothing, domain.SystemActor); err != nil {
		id = newID[domain.DeviceKind](t.random)
		ev, err := t.home.Register(g.ID, id, domain.DeviceRegistered{Address: "simulated/" + id.String(), Kind: "plug"})
		if err := t.tell(ctx, g, 0, err, ev); err != nil {
			return err
		}
		ev, err = t.home.Report(g.ID, id, map[string]thing.Value{"cumulativeEnergyImported": "7.5"}, domain.CommandID{})
		if err := t.tell(ctx, g, 0, err, ev); err != nil {
			return err
		}
	}
	fact := domain.EnergyCorrected{Device: id, From: day, To: day, KWh: float64(t.random.IntN(100)) / 10}
	ev, err := t.home.CorrectEnergy(newID[domain.CorrectionKind](t.random), fact, domain.SystemActor)
	return t.record(ctx, err, ev)
}

// replaceDevice lets a device take over what another one does.
func replaceDevice(ctx context.Context, t *turn) error {
	d, by := pick(t, t.home.Devices), pick(t, t.home.Devices)
	if d == nil {
		return nil
	}
	ev, err := t.home.Replace(d.ID, by.ID, domain.SystemActor)
	return t.record(ctx, err, ev)
}
