package history_test

import (
	"testing"

	"logis/domain"
	"logis/domain/thing"
	"logis/history"
)

// What a kept state of a large home takes: bytes beside time.
func BenchmarkAStateOf200Devices(b *testing.B) {
	catalog, err := thing.Standard()
	if err != nil {
		b.Fatal(err)
	}
	home := large(catalog, 200)
	for b.Loop() {
		doc, err := history.EncodeState(home)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(doc)), "bytes")
	}
}

func BenchmarkReadingAStateOf200Devices(b *testing.B) {
	catalog, err := thing.Standard()
	if err != nil {
		b.Fatal(err)
	}
	home := large(catalog, 200)
	doc, err := history.EncodeState(home)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := history.DecodeState(home.ID, catalog, doc); err != nil {
			b.Fatal(err)
		}
	}
}

// large is a home whose devices have four values each.
func large(catalog *thing.Catalog, devices int) *domain.Home {
	home := domain.NewHome(domain.HomeID{1}, catalog)
	for n := range devices {
		id := domain.DeviceID{byte(n), byte(n >> 8), 7}
		home.Devices[id] = &domain.Device{
			ID: id, Kind: "dimmable-light", Address: id.String(),
			Attributes: map[string]string{"manufacturer": "Signify", "model": "LCA001", "serial": id.String()},
		}
		twin := &domain.Twin{Device: id, Revision: domain.Seq(n), Properties: map[string]*domain.Property{}}
		for i, name := range []string{"onOff", "currentLevel", "colorTemperature", "linkQuality"} {
			twin.Properties[name] = &domain.Property{Reported: domain.Reported{
				Value: thing.Number(float64(n + i)), Seq: domain.Seq(1000*n + i), EdgeSeq: int64(77*n + i),
			}}
		}
		home.Twins[id] = twin
	}
	return home
}
