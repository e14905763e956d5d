package domain_test

import (
	"encoding/json"
	"testing"
	"time"

	"logis/domain"
	"logis/domain/thing"
)

func benchHome(b *testing.B) (*domain.Home, domain.GatewayID, domain.DeviceID) {
	b.Helper()
	catalog, err := thing.Standard()
	if err != nil {
		b.Fatal(err)
	}
	h := domain.NewHome(domain.HomeID{1}, catalog)
	gw, dev := domain.GatewayID{2}, domain.DeviceID{3}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	apply := func(ev domain.Event) {
		rec := &domain.RecordedEvent{Event: ev, HomeID: h.ID, Seq: h.Seq + 1, RecordedAt: at}
		rec.OccurredAt = at
		if err := h.Apply(rec); err != nil {
			b.Fatal(err)
		}
	}
	apply(domain.Event{Fact: domain.HomeCreated{TimeZone: "UTC"}})
	apply(domain.Event{Entity: gw.Entity(), Fact: domain.GatewayEnrolled{KeyFingerprint: "x"}})
	apply(domain.Event{Entity: gw.Entity(), Fact: domain.GatewayConnected{Session: 1, Replica: "r", Epoch: 1, Outbox: "o"}})
	ev, err := h.Register(gw, dev, domain.DeviceRegistered{Address: "a/1", Kind: "climate-sensor", Capabilities: []string{"battery", "link-quality"}})
	if err != nil {
		b.Fatal(err)
	}
	ev.Edge = domain.EdgeRef{Gateway: gw, Epoch: 1, Seq: 1}
	apply(ev)
	return h, gw, dev
}

var benchValues = map[string]thing.Value{"temperature": "21.37"}

func BenchmarkEncodeFactReported(b *testing.B) {
	b.ReportAllocs()
	var f domain.Fact = domain.DeviceReported{Values: benchValues}
	for b.Loop() {
		if _, err := domain.EncodeFact(f); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeFactReported(b *testing.B) {
	b.ReportAllocs()
	data := []byte(`{"values":{"temperature":21.37}}`)
	for b.Loop() {
		if _, err := domain.DecodeFact("device.reported", 1, data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReport(b *testing.B) {
	h, gw, dev := benchHome(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.Report(gw, dev, benchValues, domain.CommandID{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkApplyReported(b *testing.B) {
	h, gw, dev := benchHome(b)
	b.ReportAllocs()
	ev := domain.Event{Entity: dev.Entity(), Actor: domain.GatewayActor, Fact: domain.DeviceReported{Values: benchValues}}
	n := int64(1)
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for b.Loop() {
		n++
		rec := &domain.RecordedEvent{Event: ev, HomeID: h.ID, Seq: h.Seq + 1, RecordedAt: at}
		rec.OccurredAt = at
		rec.Edge = domain.EdgeRef{Gateway: gw, Epoch: 1, Seq: n}
		if err := h.Apply(rec); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMarshalTwin(b *testing.B) {
	h, gw, dev := benchHome(b)
	at := time.Date(2026, 1, 1, 0, 0, 0, 123456000, time.UTC)
	for i, v := range []map[string]thing.Value{benchValues, {"relativeHumidity": "45.2"}, {"batteryPercent": "90"}, {"linkQuality": "120"}} {
		rec := &domain.RecordedEvent{Event: domain.Event{Entity: dev.Entity(), OccurredAt: at, Edge: domain.EdgeRef{Gateway: gw, Epoch: 1, Seq: int64(i + 2)}, Fact: domain.DeviceReported{Values: v}}, Seq: h.Seq + 1, RecordedAt: at}
		if err := h.Apply(rec); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := json.Marshal(h.Twins[dev]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendTwin(b *testing.B) {
	h, gw, dev := benchHome(b)
	at := time.Date(2026, 1, 1, 0, 0, 0, 123456000, time.UTC)
	for i, v := range []map[string]thing.Value{benchValues, {"relativeHumidity": "45.2"}, {"batteryPercent": "90"}, {"linkQuality": "120"}} {
		rec := &domain.RecordedEvent{Event: domain.Event{Entity: dev.Entity(), OccurredAt: at, Edge: domain.EdgeRef{Gateway: gw, Epoch: 1, Seq: int64(i + 2)}, Fact: domain.DeviceReported{Values: v}}, Seq: h.Seq + 1, RecordedAt: at}
		if err := h.Apply(rec); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	var buffer []byte
	for b.Loop() {
		var err error
		if buffer, err = h.Twins[dev].AppendJSON(buffer[:0]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMarshalGateway(b *testing.B) {
	h, gw, _ := benchHome(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := json.Marshal(h.Gateways[gw]); err != nil {
			b.Fatal(err)
		}
	}
}
