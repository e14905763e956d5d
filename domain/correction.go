package domain

import (
	"time"

	"logis/domain/energy"
	"logis/domain/rollup"
)

// Bounds of the corrections of one home.
const (
	MaxCorrections = 500 // a year and more of days that were each put right
	maxCorrected   = 366 // days of one correction
	maxKWh         = 1_000_000
)

// Correction is what somebody put right about what a device measured: a reading that
// was wrong or, with From and To, what it used in whole days.
type Correction struct {
	ID       CorrectionID `json:"id"`
	Revision Seq          `json:"revision"`
	By       Actor        `json:"by"`
	At       time.Time    `json:"at"`
	Device   DeviceID     `json:"device"`
	Reading  Seq          `json:"reading,omitempty"`
	Property string       `json:"property,omitempty"`
	From     string       `json:"from,omitempty"`
	To       string       `json:"to,omitempty"`
	KWh      float64      `json:"kwh,omitempty"`
}

// Rejects reports whether it is about a reading.
func (c *Correction) Rejects() bool { return c.Reading != 0 }

// SetTariff decides on what electricity costs from a day on. It refuses with Invalid,
// and with Conflict when there are too many.
func (h *Home) SetTariff(t energy.Tariff, actor Actor) (Event, error) {
	if field, why := t.Check(); why != "" {
		return Event{}, InvalidInput(Fault{field, why})
	}
	if len(h.Profile.Tariffs.With(t)) > energy.MaxTariffs {
		return Event{}, Errorf(Conflict, "the home has %d tariffs, the most there can be", energy.MaxTariffs)
	}
	return Event{Entity: h.ID.Entity(), Actor: actor, Fact: TariffSet{Tariff: t}}, nil
}

// RemoveTariff decides on the end of the tariff from a day on. It refuses with NotFound.
func (h *Home) RemoveTariff(from string, actor Actor) (Event, error) {
	if _, ok := h.Profile.Tariffs.Without(from); !ok {
		return Event{}, Errorf(NotFound, "no tariff begins on this day")
	}
	return Event{Entity: h.ID.Entity(), Actor: actor, Fact: TariffRemoved{From: from}}, nil
}

// RejectReading decides on a value that a device told and that was wrong. told says
// whether the event is a report of the device with that property. It refuses with Invalid, and with
// Conflict when it was rejected before or there are too many corrections.
func (h *Home) RejectReading(id CorrectionID, fact ReadingRejected, told bool, actor Actor) (Event, error) {
	var faults []Fault
	if _, ok := h.Devices[fact.Device]; !ok {
		faults = append(faults, Fault{"device", "is not a device of this home"})
	} else if !told {
		faults = append(faults, Fault{"reading", "must be an event in which the device told this property"})
	}
	for _, c := range h.Corrections {
		if c.Reading == fact.Reading && c.Property == fact.Property && c.Rejects() {
			return Event{}, Errorf(Conflict, "this reading is rejected already")
		}
	}
	return h.correct(id, fact, faults, actor)
}

// CorrectEnergy decides on what a device used in whole days. It refuses as
// RejectReading does.
func (h *Home) CorrectEnergy(id CorrectionID, fact EnergyCorrected, actor Actor) (Event, error) {
	var faults []Fault
	d, ok := h.Devices[fact.Device]
	if !ok {
		faults = append(faults, Fault{"device", "is not a device of this home"})
	} else if model, err := h.Model(d); err != nil || model.Properties[rollup.Energy].Type == "" {
		faults = append(faults, Fault{"device", "does not measure energy"})
	}
	from, errFrom := time.Parse(time.DateOnly, fact.From)
	to, errTo := time.Parse(time.DateOnly, fact.To)
	if errFrom != nil {
		faults = append(faults, Fault{"from", "must be a day like 2026-05-01"})
	}
	if errTo != nil || errFrom == nil && (to.Before(from) || to.Sub(from) >= maxCorrected*24*time.Hour) {
		faults = append(faults, Fault{"to", "must be a day, not before from, and at most 366 days with it"})
	}
	if fact.KWh < 0 || fact.KWh > maxKWh {
		faults = append(faults, Fault{"kwh", "must be from 0 to 1000000"})
	}
	return h.correct(id, fact, faults, actor)
}

func (h *Home) correct(id CorrectionID, fact Fact, faults []Fault, actor Actor) (Event, error) {
	if len(faults) > 0 {
		return Event{}, InvalidInput(faults...)
	}
	if len(h.Corrections) >= MaxCorrections {
		return Event{}, Errorf(Conflict, "the home has %d corrections, the most there can be", MaxCorrections)
	}
	return Event{Entity: id.Entity(), Actor: actor, Fact: fact}, nil
}

// WithdrawCorrection decides on the end of a correction. It refuses with NotFound.
func (h *Home) WithdrawCorrection(id CorrectionID, actor Actor) (Event, error) {
	c, ok := h.Corrections[id]
	if !ok {
		return Event{}, Errorf(NotFound, "there is no such correction")
	}
	return Event{Entity: id.Entity(), Actor: actor, Causation: c.Revision, Fact: CorrectionWithdrawn{}}, nil
}

func (h *Home) applyCorrection(ev *RecordedEvent) {
	id := CorrectionID(ev.Entity)
	c := &Correction{ID: id, Revision: ev.Seq, By: ev.Actor, At: ev.RecordedAt}
	switch fact := ev.Fact.(type) {
	case ReadingRejected:
		c.Device, c.Reading, c.Property = fact.Device, fact.Reading, fact.Property
		h.Corrections[id] = c
	case EnergyCorrected:
		c.Device, c.From, c.To, c.KWh = fact.Device, fact.From, fact.To, fact.KWh
		h.Corrections[id] = c
	case CorrectionWithdrawn:
		delete(h.Corrections, id)
	}
	mark(&h.changes.Corrections, id)
}
