package rule_test

import (
	"testing"

	"logis/domain"
	"logis/domain/thing"
)

// fifty fills a home with rules on other devices, and some on the motion sensor
// whose condition keeps them silent.
func fifty(h *house, asked byte) {
	h.Helper()
	silent := domain.Condition{All: []domain.Condition{
		{Property: &domain.PropertyTest{Device: lamp, Property: "onOff", Is: "true"}},
		{Mode: &domain.ModeTest{Is: []domain.Mode{domain.ModeAway}}},
	}}
	for n := range byte(50) {
		d := doc(when(plug, "onOff", "true"))
		if n < asked {
			d = doc(when(motion, "occupancy", "true"))
		}
		d.Condition = &silent
		h.rule(n+1, d)
	}
}

// BenchmarkReport is folding a report and asking the rules, in homes without rules,
// with fifty that it does not touch, and with ten and with fifty that it triggers and
// that stay silent.
func BenchmarkReport(b *testing.B) {
	for _, c := range []struct {
		name   string
		rules  bool
		asked  byte
		device domain.DeviceID
		field  string
	}{
		{"no rules", false, 0, motion, "occupancy"},
		{"50 rules, none touched", true, 10, warmth, "temperature"},
		{"50 rules, 10 asked", true, 10, motion, "occupancy"},
		{"50 rules, 50 asked", true, 50, motion, "occupancy"},
	} {
		b.Run(c.name, func(b *testing.B) {
			h := newHouse(b)
			if c.rules {
				fifty(h, c.asked)
			}
			h.Seen = nil
			values := [2]thing.Value{"true", "false"}
			if c.field == "temperature" {
				values = [2]thing.Value{"20", "21"}
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				h.report(c.device, c.field, values[i%2])
			}
		})
	}
}
