package wire_test

import (
	"testing"

	"logis/domain"
	"logis/domain/thing"
	"logis/wire"
)

func BenchmarkDecodeEntries(b *testing.B) {
	f := wire.Entries{First: 1}
	for i := range 100 {
		f.Entries = append(f.Entries, wire.Entry{
			Kind: wire.KindReport, AtMS: 1767225600000, Device: domain.DeviceID{1, byte(i)},
			Values: map[string]thing.Value{"temperature": "21.37"},
		})
	}
	text, err := wire.Encode(f)
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("%d bytes a report", len(text)/100)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := wire.DecodeFromEdge(text); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100, "ns/report")
}
