package audit

import "logis/domain"

// sayEnergy tells how prices and measurements were set right.
func sayEnergy(all map[string]sentence) {
	say(all, func(t told, f domain.TariffSet) string {
		return t.who() + " set the price of electricity from " + f.Tariff.From + " on"
	})
	say(all, func(t told, f domain.TariffRemoved) string {
		return t.who() + " removed the price of electricity from " + f.From + " on"
	})
	say(all, func(t told, f domain.ReadingRejected) string {
		return t.who() + " said that " + t.device(f.Device) + " told a wrong value" + t.because()
	})
	say(all, func(t told, f domain.EnergyCorrected) string {
		return t.who() + " corrected what " + t.device(f.Device) + " used" + t.because()
	})
	say(all, func(t told, _ domain.CorrectionWithdrawn) string { return t.who() + " withdrew a correction" })
	say(all, func(t told, f domain.DeviceReplaced) string {
		return t.who() + " replaced " + t.it() + " by " + t.device(f.By)
	})
}

// because is the reason that somebody gave.
func (t told) because() string {
	if t.row.Words == "" {
		return ""
	}
	return ": " + t.called()
}
