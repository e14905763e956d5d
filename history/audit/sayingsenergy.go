package audit

import "logis/domain"

// sayEnergy tells how prices and measurements were set right.
func sayEnergy(all map[string]sentence) {
	say(all, func(t told, f domain.TariffSet) string {
		return t.sayf("%s set the price of electricity from %s on", t.who(), f.Tariff.From)
	})
	say(all, func(t told, f domain.TariffRemoved) string {
		return t.sayf("%s removed the price of electricity from %s on", t.who(), f.From)
	})
	say(all, func(t told, f domain.ReadingRejected) string {
		return t.sayf("%s said that %s told a wrong value%s", t.who(), t.device(f.Device), t.because())
	})
	say(all, func(t told, f domain.EnergyCorrected) string {
		return t.sayf("%s corrected what %s used%s", t.who(), t.device(f.Device), t.because())
	})
	say(all, func(t told, _ domain.CorrectionWithdrawn) string { return t.sayf("%s withdrew a correction", t.who()) })
	say(all, func(t told, f domain.DeviceReplaced) string {
		return t.sayf("%s replaced %s by %s", t.who(), t.it(), t.device(f.By))
	})
}

// because is the reason that somebody gave.
func (t told) because() string {
	if t.row.Words == "" {
		return ""
	}
	return t.sayf(": %s", t.called())
}
