package domain

import "logis/domain/energy"

// Facts about energy and what it is read from.
type (
	// TariffSet says what electricity costs from a day on. It replaces a tariff of the
	// same day. Its entity is the home.
	TariffSet struct {
		Tariff energy.Tariff `json:"tariff"`
	}
	// TariffRemoved says that the tariff from a day on is gone.
	TariffRemoved struct {
		From string `json:"from"`
	}
	// ReadingRejected says that a value a device told was wrong. Its entity is the
	// correction; the reason stands beside the log, as with EnergyCorrected.
	ReadingRejected struct {
		Device   DeviceID `json:"device"`
		Reading  Seq      `json:"reading"` // the report
		Property string   `json:"property"`
	}
	// EnergyCorrected says what a device used in whole days, whatever its meter told.
	EnergyCorrected struct {
		Device DeviceID `json:"device"`
		From   string   `json:"from"` // the first day
		To     string   `json:"to"`   // the last one
		KWh    float64  `json:"kwh"`
	}
	// CorrectionWithdrawn says that a correction counts no more.
	CorrectionWithdrawn struct{}
	// DeviceReplaced says that another device does from now on what this one did.
	DeviceReplaced struct {
		By DeviceID `json:"by"`
	}
)

func (TariffSet) EventType() string           { return "tariff.set" }
func (TariffRemoved) EventType() string       { return "tariff.removed" }
func (ReadingRejected) EventType() string     { return "reading.rejected" }
func (EnergyCorrected) EventType() string     { return "energy.corrected" }
func (CorrectionWithdrawn) EventType() string { return "correction.withdrawn" }
func (DeviceReplaced) EventType() string      { return "device.replaced" }

// addEnergy lists the facts of energy.
func addEnergy(all map[string]decoder) {
	add[TariffSet](all)
	add[TariffRemoved](all)
	add[ReadingRejected](all)
	add[EnergyCorrected](all)
	add[CorrectionWithdrawn](all)
	add[DeviceReplaced](all)
}
